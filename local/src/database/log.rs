//! The write-ahead log: written back into the file beside all who work, and begun anew before it is too long.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;

use super::BUSY;
use super::writer::Writer;

/// How many frames, of a page each, the log may hold: 64 MiB of them. While somebody always writes and reads it never
/// begins anew by itself, and grows as long as that goes on. All who write pause when it does, longer the longer it is.
pub const LIMIT: i64 = 16_384;

/// How often the log is written back.
const BETWEEN: Duration = Duration::from_millis(250);

/// What writers wait for at the very most when the log shall begin anew; a read that takes longer puts that off.
const PATIENCE: Duration = Duration::from_millis(20);

/// Writes the log back into the file, away from everybody who waits: a commit that does it now and then takes a hundred
/// times as long as others.
pub struct Checkpoints {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpoints {
    pub fn start(connection: Connection, writer: Arc<Writer>, limit: i64) -> Self {
        let (stop, stopped) = channel();
        let thread = std::thread::spawn(move || {
            while stopped.recv_timeout(BETWEEN) == Err(RecvTimeoutError::Timeout) {
                // What readers still use stays in the log until the next time.
                if checkpoint(&connection, "PASSIVE") > limit {
                    begin_anew(&connection, &writer);
                }
            }
        });
        Self { stop: Some(stop), thread: Some(thread) }
    }
}

/// Nobody writes meanwhile, and who reads from now on reads the file: it lasts as long as the reads that are under way.
fn begin_anew(connection: &Connection, writer: &Writer) {
    // What was written during the last write-back, which took long: now next to nothing is left to do.
    checkpoint(connection, "PASSIVE");
    let begun = writer.between(|writing| {
        writing.busy_timeout(PATIENCE)?;
        checkpoint(writing, "RESTART");
        Ok(writing.busy_timeout(BUSY)?)
    });
    if let Err(error) = begun {
        eprintln!("runward-local: the log could not begin anew: {error}");
    }
}

/// Answers how many frames the log holds; none where it is busy.
fn checkpoint(connection: &Connection, how: &str) -> i64 {
    connection.query_row(&format!("PRAGMA wal_checkpoint({how})"), [], |row| row.get(1)).unwrap_or_default()
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        drop(self.stop.take());
        drop(self.thread.take().map(JoinHandle::join));
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

    use super::super::open_file;
    use super::*;

    /// A commit writes at least this many bytes into the log.
    const PAGE: u64 = 4_096;

    /// Reads in turns, so that at no moment nobody reads.
    fn read_always(path: &Path, is_over: &AtomicBool) {
        let mut readers = [open_file(path).unwrap(), open_file(path).unwrap()];
        let [one, other] = &mut readers;
        let begin = |reader: &Connection| {
            reader.execute_batch("BEGIN").unwrap();
            reader.query_row("SELECT max(x) FROM t", [], |row| row.get::<_, Option<i64>>(0)).unwrap();
        };
        begin(one);
        while !is_over.load(Ordering::Relaxed) {
            begin(other);
            one.execute_batch("COMMIT").unwrap();
            begin(one);
            other.execute_batch("COMMIT").unwrap();
        }
    }

    fn write_always(writer: &Writer, written: &AtomicU64, is_over: &AtomicBool) {
        while !is_over.load(Ordering::Relaxed) {
            writer.write(|db| Ok(db.execute("INSERT INTO t DEFAULT VALUES", [])?)).unwrap();
            written.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn the_log_begins_anew_while_somebody_always_reads_and_writes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("engine.sqlite");
        let writer = Writer::new(open_file(&path).unwrap());
        writer.write(|db| Ok(db.execute_batch("CREATE TABLE t (x INTEGER PRIMARY KEY)")?)).unwrap();
        let (connection, is_over, written) = (open_file(&path).unwrap(), AtomicBool::new(false), AtomicU64::new(0));
        std::thread::scope(|scope| {
            scope.spawn(|| read_always(&path, &is_over));
            scope.spawn(|| write_always(&writer, &written, &is_over));
            for _ in 0..50 {
                begin_anew(&connection, &writer);
                let before = written.load(Ordering::Relaxed);
                while written.load(Ordering::Relaxed) < before + 10 {
                    std::thread::yield_now();
                }
            }
            is_over.store(true, Ordering::Relaxed);
        });
        let (log, written) = (path.with_extension("sqlite-wal").metadata().unwrap().len(), written.into_inner());
        // Now and then a read lasts too long, and it is put off.
        assert!(log < written * PAGE / 2, "{log} bytes for {written} commits");
        let kept = writer.between(|db| Ok(db.query_row("SELECT count(*) FROM t", [], |row| row.get::<_, u64>(0))?));
        assert_eq!(kept.unwrap(), written);
    }
}
