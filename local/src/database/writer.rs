//! One connection that writes for everybody. Callers that come while others write share one transaction with them, and
//! each goes on only when it is committed: under load one commit serves many, and what was acknowledged is there.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::Error;

/// A transaction is committed when it serves so many callers, or is so old, even if more callers wait.
const MOST: usize = 64;
const LONGEST: Duration = Duration::from_millis(4);

/// The writing connection and who waits for it.
pub struct Writer {
    state: Mutex<State>,
    settled: Condvar,
    /// Callers that will come in: one of them settles the open transaction.
    coming: AtomicUsize,
}

struct State {
    connection: Connection,
    /// The number of the open transaction, or of the next one.
    number: u64,
    /// How many callers it serves; 0: none is open.
    served: usize,
    begun: Instant,
    /// Transactions that could not be committed.
    lost: Vec<u64>,
}

impl State {
    fn enter(&mut self) -> Result<(), Error> {
        if self.served == 0 {
            self.connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
            self.begun = Instant::now();
        }
        self.connection.prepare_cached("SAVEPOINT caller")?.execute([])?;
        self.served += 1;
        Ok(())
    }

    fn leave(&mut self, is_kept: bool) -> Result<(), Error> {
        if !is_kept {
            self.connection.prepare_cached("ROLLBACK TO caller")?.execute([])?;
        }
        self.connection.prepare_cached("RELEASE caller")?.execute([])?;
        Ok(())
    }

    fn settle(&mut self) {
        if let Err(error) = self.connection.prepare_cached("COMMIT").and_then(|mut commit| commit.execute([])) {
            eprintln!("runward-local: a commit failed: {error}");
            drop(self.connection.execute_batch("ROLLBACK"));
            self.lost.push(self.number);
        }
        self.number += 1;
        self.served = 0;
    }
}

impl Writer {
    pub fn new(connection: Connection) -> Self {
        let state = State { connection, number: 0, served: 0, begun: Instant::now(), lost: Vec::new() };
        Self { state: Mutex::new(state), settled: Condvar::new(), coming: AtomicUsize::new(0) }
    }

    /// A poisoned lock is taken all the same: what a caller did that panicked was undone.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `work` where no transaction is open.
    pub fn between<T>(&self, work: impl FnOnce(&mut Connection) -> Result<T, Error>) -> Result<T, Error> {
        let state = self.settled.wait_while(self.lock(), |state| state.served > 0);
        work(&mut state.unwrap_or_else(PoisonError::into_inner).connection)
    }

    /// Runs `work` in a transaction, and returns when it is committed. An error undoes what `work` did, and no more.
    pub fn write<T>(&self, work: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, Error> {
        self.coming.fetch_add(1, Ordering::SeqCst);
        let mut state = self.lock();
        self.coming.fetch_sub(1, Ordering::SeqCst);
        let entered = state.enter();
        if let (Err(_), 0) = (&entered, state.served) {
            drop(state.connection.execute_batch("ROLLBACK"));
            return entered.and(Err(Error::Uncommitted));
        }
        let result = entered.map(|()| catch_unwind(AssertUnwindSafe(|| work(&state.connection))));
        let left = match &result {
            Ok(result) => state.leave(matches!(result, Ok(Ok(_)))),
            Err(_) => Ok(()),
        };
        let is_lost = self.committed(state);
        match result? {
            Err(panic) => resume_unwind(panic),
            Ok(_) if is_lost || left.is_err() => left.and(Err(Error::Uncommitted)),
            Ok(result) => result,
        }
    }

    /// Waits until the transaction is settled, or settles it; whether it was lost.
    fn committed(&self, mut state: MutexGuard<'_, State>) -> bool {
        let number = state.number;
        let nobody_comes = self.coming.load(Ordering::SeqCst) == 0;
        if nobody_comes || state.served >= MOST || state.begun.elapsed() >= LONGEST {
            state.settle();
            self.settled.notify_all();
        } else {
            let waited = self.settled.wait_while(state, |state| state.number == number);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
        state.lost.contains(&number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writer() -> Writer {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE t (x INTEGER PRIMARY KEY)").unwrap();
        Writer::new(connection)
    }

    fn insert(db: &Connection, x: i64) -> Result<(), Error> {
        db.execute("INSERT INTO t VALUES (?)", [x])?;
        Ok(())
    }

    fn count(writer: &Writer) -> i64 {
        writer.between(|db| Ok(db.query_row("SELECT count(*) FROM t", [], |row| row.get(0))?)).unwrap()
    }

    #[test]
    fn many_callers_share_transactions_and_none_is_forgotten() {
        let writer = writer();
        std::thread::scope(|scope| {
            for caller in 0..8 {
                let writer = &writer;
                scope.spawn(move || {
                    for x in 0..200 {
                        writer.write(|db| insert(db, caller * 1_000 + x)).unwrap();
                    }
                });
            }
        });
        assert_eq!(count(&writer), 1_600);
        assert!(writer.lock().number <= 1_600);
    }

    #[test]
    fn an_error_or_a_panic_undoes_its_own_work_alone() {
        let writer = writer();
        std::thread::scope(|scope| {
            for caller in 0..6_i64 {
                let writer = &writer;
                scope.spawn(move || {
                    for x in 0..50 {
                        let failing =
                            |db: &Connection| insert(db, 10_000 + caller * 100 + x).and(Err(Error::Uncommitted));
                        let panicking = |db: &Connection| -> Result<(), Error> {
                            insert(db, 20_000 + caller * 100 + x)?;
                            panic!("on purpose")
                        };
                        match caller {
                            0 => assert!(writer.write::<()>(failing).is_err()),
                            1 => assert!(catch_unwind(AssertUnwindSafe(|| writer.write(panicking))).is_err()),
                            _ => writer.write(|db| insert(db, caller * 100 + x)).unwrap(),
                        }
                    }
                });
            }
        });
        assert_eq!(count(&writer), 200);
    }
}
