//! Many rounds on this machine.
use crate::arbitrary;
use crate::compare::{Compared, DIFFERENCES, compare};
use crate::mutate::Random;
use crate::target::Texts;
use runward::finding::Level;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// What many rounds came to.
#[derive(Default)]
pub struct Tally {
    /// Texts that were compared, each at both levels.
    pub inputs: u64,
    /// Readings of them that found no error.
    pub right: u64,
    /// Readings of them that found one.
    pub wrong: u64,
    /// Kinds of bodies that were damaged.
    pub targets: usize,
    /// How often each wanted difference was met.
    pub differences: [u64; DIFFERENCES.len()],
    /// Where readers differed otherwise: which kind of body, how, and the text.
    pub problems: Vec<String>,
}

impl Tally {
    fn plus(mut self, other: Tally) -> Tally {
        self.inputs += other.inputs;
        self.right += other.right;
        self.wrong += other.wrong;
        self.targets = self.targets.max(other.targets);
        self.differences.iter_mut().zip(other.differences).for_each(|(count, more)| *count += more);
        self.problems.extend(other.problems);
        self
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        for problem in self.problems.iter().take(2000) {
            writeln!(f, "{problem}\n")?;
        }
        let Tally { inputs, right, wrong, targets, differences, problems } = self;
        for (difference, count) in DIFFERENCES.iter().zip(differences) {
            writeln!(f, "{count} times wanted: {}, because {}", difference.code.as_str(), difference.why)?;
        }
        write!(
            f,
            "{inputs} inputs of {targets} kinds: {right} readings valid, {wrong} invalid, {} differ",
            problems.len()
        )
    }
}

/// Damages and compares so many texts, on all processors; the same seed gives the same texts.
pub fn run(rounds: u64, seed: u64) -> Tally {
    let share = |lane: u64| rounds / LANES + u64::from(lane < rounds % LANES);
    let next = AtomicU64::new(0);
    let work = || {
        let mut texts = Texts::new(seed);
        let lanes = std::iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed)).take_while(|lane| *lane < LANES);
        lanes.map(|lane| lane_of(&mut texts, share(lane), seed * LANES + lane)).fold(Tally::default(), Tally::plus)
    };
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let mut tally = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..processors).map(|_| scope.spawn(work)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).fold(Tally::default(), Tally::plus)
    });
    // with enough texts, a difference that is never met is no longer one
    for (difference, count) in DIFFERENCES.iter().zip(tally.differences) {
        if count == 0 && rounds >= ENOUGH {
            tally.problems.push(format!("the wanted difference {} was never met: delete it", difference.code.as_str()));
        }
    }
    tally
}

/// In so many parts, each with random numbers of its own, whatever the number of processors.
const LANES: u64 = 16;

/// As many texts meet every wanted difference.
const ENOUGH: u64 = 50_000;

fn lane_of(texts: &mut Texts, rounds: u64, seed: u64) -> Tally {
    texts.seed(seed);
    let mut random = Random::new(!seed);
    let mut tally = Tally { targets: texts.targets.len(), ..Tally::default() };
    for _ in 0..rounds {
        let (number, text) = texts.next();
        let target = &mut texts.targets[number];
        tally.inputs += 1;
        let anything = if tally.inputs.is_multiple_of(4) { arbitrary::bytes(&mut random) } else { text.clone() };
        if let Err(problem) = arbitrary::read(&mut random, &anything) {
            tally.problems.push(format!("{problem}\n{}", String::from_utf8_lossy(&anything)));
        }
        for level in [Level::Wire, Level::Schema] {
            match compare(target, &text, level) {
                Ok(Compared { right, difference }) => {
                    *(if right { &mut tally.right } else { &mut tally.wrong }) += 1;
                    difference.into_iter().for_each(|number| tally.differences[number] += 1);
                }
                Err(problem) => {
                    let text = String::from_utf8_lossy(&text);
                    tally.problems.push(format!("{} {level:?}: {problem}\n{text}", target.name));
                }
            }
        }
    }
    tally
}
