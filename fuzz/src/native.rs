//! Many rounds on this machine.
use crate::compare::{Compared, DIFFERENCES, compare};
use crate::mutate::{Random, mutate};
use crate::target::targets;
use runward::finding::Level;
use std::fmt;

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

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        for problem in self.problems.iter().take(20) {
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

/// Damages and compares so many texts; the same seed gives the same texts.
pub fn run(rounds: u64, seed: u64) -> Tally {
    let mut random = Random::new(seed);
    let mut targets = targets();
    let mut tally = Tally { inputs: rounds, targets: targets.len(), ..Tally::default() };
    for round in 0..rounds as usize {
        let number = round % targets.len();
        let target = &mut targets[number];
        let seed = &target.seeds[random.below(target.seeds.len())];
        let text = if random.below(25) == 0 { seed.clone() } else { mutate(&mut random, seed) };
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
    // with enough texts, a difference that is never met is no longer one
    for (difference, count) in DIFFERENCES.iter().zip(tally.differences) {
        if count == 0 && rounds >= ENOUGH {
            tally.problems.push(format!("the wanted difference {} was never met: delete it", difference.code.as_str()));
        }
    }
    tally
}

/// As many texts meet every wanted difference.
const ENOUGH: u64 = 50_000;
