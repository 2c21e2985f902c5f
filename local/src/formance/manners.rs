//! How the service behaves where operators, releases or fixes differ.

use serde::{Deserialize, Serialize};

use super::time;
use crate::clock::Micros;
use crate::wish::{Check, Wrong, between};

/// Settings of an operator, and the recorded service's traps. The settings are as recorded but for authentication,
/// which is on; the traps are all there at the start, and each can be mended.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Manners {
    /// Setting: tokens are asked for.
    pub auth: bool,
    /// Setting: scopes are looked at.
    pub check_scopes: bool,
    /// Setting: the server's time zone, in minutes east of UTC; only dates from memory show it.
    pub local_offset_minutes: i32,
    /// Setting: how long a run waits for its answer, in milliseconds; a measured time when absent.
    pub run_answer_ms: Option<f64>,
    /// An abort is taken and does nothing; mended, it ends the run as `canceled`.
    pub hollow_aborts: bool,
    /// `wait=true` waits for nothing and hides the error; mended, it waits for the end and shows it.
    pub hollow_waits: bool,
    /// Unknown things are 500; mended, 404.
    pub unknown_is500: bool,
    /// A signal that no stage takes at once is refused or lost; mended, it is kept for the stages to come.
    pub dying_signals: bool,
    /// A stage looks at one signal each time it wakes; mended, at all of them.
    pub crowded_signals: bool,
    /// All stages of a running run are closed for a while between two of them; mended, the next begins at once.
    pub gaps: bool,
    /// Dates from memory have nine digits and an offset of their own; mended, all are UTC in microseconds.
    pub mixed_dates: bool,
    /// A refusal without words leaves a stage with an empty error and a run that looks well; mended, it has words.
    pub empty_errors: bool,
    /// Keys inside a stage come back sorted and numbers as doubles; mended, stages come back as they were sent.
    pub reshaped_stages: bool,
    /// Bodies end with a line feed; mended, they do not.
    pub line_feeds: bool,
    /// 401 and 405 have no body; mended, the body of an error.
    pub empty_refusals: bool,
    /// A page of more than 100 is cut in silence; mended, the 1000 that the contract promises are possible.
    pub clamped_pages: bool,
    /// Variables are read only from a body with a length; mended, from one in chunks too.
    pub unread_chunks: bool,
    /// Triggers cannot be searched by name, which is 500; mended, they can.
    pub broken_names: bool,
    /// Version 1 lists one page of triggers and drops its cursor; mended, it lists them all.
    pub hidden_cursors: bool,
    /// A row that is updated moves to the end of its list, under the offsets of who pages; mended, it stays.
    pub moving_rows: bool,
    /// Deleted workflows can still be read and run; mended, they are unknown.
    pub undead_workflows: bool,
}

impl Default for Manners {
    fn default() -> Self {
        Self {
            auth: true,
            check_scopes: false,
            local_offset_minutes: 0,
            run_answer_ms: None,
            hollow_aborts: true,
            hollow_waits: true,
            unknown_is500: true,
            dying_signals: true,
            crowded_signals: true,
            gaps: true,
            mixed_dates: true,
            empty_errors: true,
            reshaped_stages: true,
            line_feeds: true,
            empty_refusals: true,
            clamped_pages: true,
            unread_chunks: true,
            broken_names: true,
            hidden_cursors: true,
            moving_rows: true,
            undead_workflows: true,
        }
    }
}

impl Check for Manners {
    fn check(&self) -> Result<(), Wrong> {
        between("/localOffsetMinutes", f64::from(self.local_offset_minutes), -1_439.0, 1_439.0)?;
        self.run_answer_ms.map_or(Ok(()), |ms| between("/runAnswerMs", ms, 0.0, 60_000.0))
    }
}

impl Manners {
    /// A date that never went through the database, where the process prints it.
    pub fn local_date(&self, at: Micros) -> String {
        if self.mixed_dates { time::nanos(at, self.local_offset_minutes) } else { time::micros(at) }
    }

    /// A date of a history.
    pub fn history_date(&self, at: Micros) -> String {
        if self.mixed_dates { time::nanos(at, 0) } else { time::micros(at) }
    }

    /// The most rows of a page.
    pub fn largest_page(&self) -> usize {
        if self.clamped_pages { 100 } else { 1000 }
    }
}
