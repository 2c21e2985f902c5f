//! Tasks.
use crate::describe::{AnyObject, DateTime, NaiveDateTime, Nullable, Raw, Slug, Uuid};
use crate::{object, union};

/// What names a task in its run and in its workflow: `start`, `profile_1eb92`. It is no UUID.
pub type TaskId = Slug;

object! {
    /// A part of a run. It says nothing of how it stands.
    #[snake_case]
    pub struct Task {
        /// Its name, which is unique in its run.
        #[contract(Option<TaskId>, Source)]
        pub id: TaskId,
        /// Whose part it is.
        #[contract(Option<Uuid>, Source)]
        pub workflow_run_id: Uuid,
        /// What it executes.
        #[contract(Option<TaskId>, Source)]
        pub task_def_id: TaskId,
        pub task_def_version: Option<Nullable<String>>,
        /// What it was given.
        #[contract(Option<AnyObject>, Policy)]
        pub input: Option<Nullable<AnyObject>>,
        /// Anything; `null` while it is going on, when it failed, and in other cases.
        pub output: Option<Raw>,
        #[contract(Option<DateTime>, Inferred)]
        pub created_at: Option<NaiveDateTime>,
        #[contract(Option<DateTime>, Inferred)]
        pub updated_at: Option<NaiveDateTime>,
    }
}

object! {
    /// A part of a run in the list of its parts.
    #[snake_case]
    pub struct TaskItem {
        /// Its name, which is unique in its run.
        #[contract(Option<TaskId>, Source)]
        pub id: TaskId,
        /// Whose part it is.
        #[contract(Option<Uuid>, Source)]
        pub workflow_run_id: Uuid,
        /// What it executes.
        #[contract(Option<TaskId>, Source)]
        pub task_def_id: TaskId,
        pub task_def_version: Option<Nullable<String>>,
        #[contract(Option<DateTime>, Inferred)]
        pub created_at: Option<NaiveDateTime>,
        #[contract(Option<DateTime>, Inferred)]
        pub updated_at: Option<NaiveDateTime>,
    }
}

union! {
    /// What a task that waits for the client is given.
    pub enum CompleteTaskData { Members(AnyObject), Items(Vec<Raw>) }
}

object! {
    /// What the completion of a task takes. The answer is `{}`.
    #[snake_case]
    pub struct CompleteTaskBuilder {
        pub data: CompleteTaskData,
    }
}

/// The parts of a run that have begun: a bare array.
pub type Tasks = Vec<TaskItem>;
