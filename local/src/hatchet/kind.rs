//! Kinds of events and what they mean for a status.

/// The kinds of events that this engine writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Queued,
    RequeuedNoWorker,
    Assigned,
    SentToWorker,
    Started,
    Finished,
    Failed,
    Retrying,
    TimedOut,
    SchedulingTimedOut,
    Cancelled,
    Skipped,
    RetriedByUser,
    Reassigned,
    DurableEvicted,
    DurableRestoring,
}

impl Kind {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "QUEUED",
            Self::RequeuedNoWorker => "REQUEUED_NO_WORKER",
            Self::Assigned => "ASSIGNED",
            Self::SentToWorker => "SENT_TO_WORKER",
            Self::Started => "STARTED",
            Self::Finished => "FINISHED",
            Self::Failed => "FAILED",
            Self::Retrying => "RETRYING",
            Self::TimedOut => "TIMED_OUT",
            Self::SchedulingTimedOut => "SCHEDULING_TIMED_OUT",
            Self::Cancelled => "CANCELLED",
            Self::Skipped => "SKIPPED",
            Self::RetriedByUser => "RETRIED_BY_USER",
            Self::Reassigned => "REASSIGNED",
            Self::DurableEvicted => "DURABLE_EVICTED",
            Self::DurableRestoring => "DURABLE_RESTORING",
        }
    }

    /// Whether the event names its worker.
    pub fn has_worker(self) -> bool {
        matches!(self, Self::Assigned | Self::SentToWorker)
    }

    /// Whether its message may overtake others or be overtaken: those of the way to the worker come from several
    /// senders. That is how a run can be read as finished before it started.
    pub fn is_unordered(self) -> bool {
        matches!(self, Self::Assigned | Self::SentToWorker | Self::Started)
    }
}

/// The status an event stands for. An unknown event counts as queued.
pub fn status_of(kind: &str) -> &'static str {
    match kind {
        "ASSIGNED" | "SENT_TO_WORKER" | "STARTED" | "DURABLE_RESTORING" => "RUNNING",
        "FINISHED" | "SKIPPED" => "COMPLETED",
        "FAILED" | "TIMED_OUT" | "SCHEDULING_TIMED_OUT" => "FAILED",
        "CANCELLED" => "CANCELLED",
        "DURABLE_EVICTED" => "EVICTED",
        _ => "QUEUED",
    }
}

/// Whether a status is one of the three last ones.
pub fn is_terminal(status: &str) -> bool {
    matches!(status, "COMPLETED" | "FAILED" | "CANCELLED")
}

/// Within one attempt a status gives way only to one of higher rank.
pub fn rank(status: &str) -> u8 {
    match status {
        "QUEUED" => 1,
        "RUNNING" => 2,
        "EVICTED" => 3,
        "CANCELLED" => 4,
        "FAILED" => 5,
        _ => 6,
    }
}

/// The status as every read shows it.
pub fn on_wire(status: &str) -> &str {
    if status == "EVICTED" { "RUNNING" } else { status }
}
