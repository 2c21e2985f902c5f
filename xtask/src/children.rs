//! Programs that run beside us. Each is the head of a process group of its own, and all end when this ends.
use crate::process::not_started;
use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

const GRACE: Duration = Duration::from_secs(3);
const LOOK: Duration = Duration::from_millis(100);
const START: Duration = Duration::from_secs(30);

/// The programs, and whether somebody wants them to end.
pub struct Children {
    interrupted: Receiver<()>,
    running: Vec<(&'static str, Child)>,
}

impl Children {
    /// None yet; from here on Ctrl-C ends them.
    pub fn new() -> Result<Children> {
        let (interrupt, interrupted) = channel();
        ctrlc::set_handler(move || {
            let _ = interrupt.send(());
        })
        .context("Ctrl-C cannot be watched")?;
        Ok(Children { interrupted, running: vec![] })
    }

    /// Starts a program and gives the first line it prints in which `read` finds something; later lines are printed.
    pub fn start<T: Send + 'static>(
        &mut self,
        name: &'static str,
        command: &mut Command,
        read: impl Fn(&str) -> Option<T> + Send + 'static,
    ) -> Result<T> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).process_group(0);
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) => bail!("{}", not_started(command, &error)),
        };
        let output = child.stdout.take().context("A child has no output")?;
        self.running.push((name, child));
        self.first_word(name, listen(output, read))
    }

    /// Waits until one of them ends, which is a failure, or somebody interrupts, which is none.
    pub fn wait(&mut self) -> Result<()> {
        while self.interrupted.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
            self.check()?;
        }
        Ok(())
    }

    fn first_word<T>(&mut self, name: &str, words: Receiver<T>) -> Result<T> {
        let begun = Instant::now();
        while begun.elapsed() < START {
            match words.recv_timeout(LOOK) {
                Ok(word) => return Ok(word),
                Err(_) if self.interrupted.try_recv().is_ok() => bail!("Interrupted."),
                Err(_) => self.check()?,
            }
        }
        bail!("The {name} did not start within {} s: see above, then run this again.", START.as_secs())
    }

    fn check(&mut self) -> Result<()> {
        for (name, child) in &mut self.running {
            if let Some(status) = child.try_wait()? {
                bail!("The {name} ended ({status}), so everything was stopped: see above, then run this again.");
            }
        }
        Ok(())
    }
}

impl Drop for Children {
    fn drop(&mut self) {
        signal(&self.running, Signal::SIGTERM);
        let begun = Instant::now();
        let mut ended = |(_, child): &mut (&str, Child)| child.try_wait().is_ok_and(|status| status.is_some());
        while begun.elapsed() < GRACE && !self.running.iter_mut().all(&mut ended) {
            std::thread::sleep(LOOK);
        }
        signal(&self.running, Signal::SIGKILL);
        for (_, child) in &mut self.running {
            let _ = child.wait();
        }
    }
}

/// To whole groups: what a child started ends with it. A group that is gone already is no failure.
fn signal(running: &[(&str, Child)], signal: Signal) {
    for (_, child) in running {
        if let Ok(id) = i32::try_from(child.id()) {
            let _ = killpg(Pid::from_raw(id), signal);
        }
    }
}

/// Reads on after the first word, so that a program which goes on printing never waits for a reader.
fn listen<T: Send + 'static>(output: ChildStdout, read: impl Fn(&str) -> Option<T> + Send + 'static) -> Receiver<T> {
    let (found, words) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            let told = read(&line).is_some_and(|word| found.send(word).is_ok());
            if !told {
                let _ = writeln!(std::io::stderr(), "{line}");
            }
        }
    });
    words
}
