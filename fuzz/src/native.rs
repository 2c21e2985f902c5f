//! Many rounds on this machine.
use crate::compare::compare;
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
    /// Where readers differed: which kind of body, how, and the text.
    pub problems: Vec<String>,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        for problem in self.problems.iter().take(5) {
            writeln!(f, "{problem}\n")?;
        }
        let Tally { inputs, right, wrong, targets, problems } = self;
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
                Ok(true) => tally.right += 1,
                Ok(false) => tally.wrong += 1,
                Err(problem) => {
                    let text = String::from_utf8_lossy(&text);
                    tally.problems.push(format!("{} {level:?}: {problem}\n{text}", target.name));
                }
            }
        }
    }
    tally
}
