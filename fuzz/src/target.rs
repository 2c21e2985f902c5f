//! What is damaged: every kind of body that a fixture has.
use crate::fixtures::{self, Body, name_of};
use crate::mutate::{Random, mutate};
use runward::describe::{Kind, Members, Value, Wire};
use runward::finding::Level;
use runward::read::Walker;
use runward::system::Documents;
use runward::systems;

/// One kind of body, and the bodies of it.
pub struct Target {
    /// The system, and the name of its type.
    pub name: String,
    /// The system, where this is one of its documents.
    pub system: Option<&'static Documents>,
    /// How it looks.
    pub value: Value,
    /// Where its rows are, as a JSON Pointer; `None` if it fills no table.
    pub rows: Option<String>,
    /// At level `wire` and at level `schema`.
    pub walkers: [Walker; 2],
    /// How it comes back from decoding and encoding.
    pub again: fn(&str) -> Result<String, String>,
    /// The bodies, undamaged.
    pub seeds: Vec<Vec<u8>>,
}

/// Larger bodies than this cost time and show nothing that smaller ones do not.
const LARGEST: usize = 12_000;

impl Target {
    fn new(name: String, system: Option<&'static Documents>, body: &Body) -> Target {
        Target {
            name,
            system,
            value: body.value,
            rows: place_of_rows(&body.value),
            walkers: [Level::Wire, Level::Schema].map(|level| Walker::new(&body.value, level)),
            again: body.again,
            seeds: vec![],
        }
    }

    fn take(&mut self, text: &str) {
        if text.len() > LARGEST {
            return;
        }
        // white space of every kind, for a few of each
        if self.seeds.len() < 8 {
            let pretty = serde_json::to_vec_pretty(&serde_json::from_str::<serde_json::Value>(text).unwrap());
            self.seeds.push(pretty.unwrap());
        }
        self.seeds.push(text.as_bytes().to_vec());
    }
}

/// Texts without end, most of them damaged, of each target in turn.
pub struct Texts {
    /// What is damaged.
    pub targets: Vec<Target>,
    random: Random,
    round: usize,
}

impl Texts {
    /// The same seed gives the same texts.
    pub fn new(seed: u64) -> Texts {
        Texts { targets: targets(), random: Random::new(seed), round: 0 }
    }

    /// Begins anew with another seed.
    pub fn seed(&mut self, seed: u64) {
        (self.random, self.round) = (Random::new(seed), 0);
    }

    /// The number of a target, and a text of it.
    #[allow(clippy::should_implement_trait)] // it never ends
    pub fn next(&mut self) -> (usize, Vec<u8>) {
        let number = self.round % self.targets.len();
        self.round += 1;
        let seeds = &self.targets[number].seeds;
        let seed = &seeds[self.random.below(seeds.len())];
        let text = if self.random.below(25) == 0 { seed.clone() } else { mutate(&mut self.random, seed) };
        (number, text)
    }
}

/// All targets of all systems, and one that has what no system has.
pub fn targets() -> Vec<Target> {
    let mut targets: Vec<Target> = vec![];
    for system in systems::ALL {
        targets.extend(of(system));
    }
    targets.push(ugly());
    targets
}

fn of(system: &'static Documents) -> Vec<Target> {
    let mut targets: Vec<Target> = vec![];
    for body in fixtures::of(system.name()) {
        let name = format!("{} {}", system.name(), name_of(body.value));
        let place = targets.iter().position(|target| target.name == name).unwrap_or_else(|| {
            let of_system = fixtures::document(system, body.value).map(|_| system);
            targets.push(Target::new(name, of_system, &body));
            targets.len() - 1
        });
        targets[place].take(&body.text);
    }
    targets.retain(|target| !target.seeds.is_empty());
    targets
}

fn place_of_rows(value: &Value) -> Option<String> {
    match value.kind {
        Kind::Rows(_) => Some(String::new()),
        Kind::Object(of) if of().members == Members::Each => {
            let place =
                |field: &runward::describe::Field| Some(format!("/{}{}", field.name, place_of_rows(&field.value)?));
            of().fields.iter().find_map(place)
        }
        _ => None,
    }
}

runward::string_enum! {
    /// A word.
    pub enum Word { One = "one", AWordThatIsMuchLongerThanAnyTokenOf32Bytes = "a word that is much longer than 32 bytes" }
}

runward::choice! {
    /// A stage.
    pub enum Stage { Send(Vec<Word>) = "send", Noop(runward::describe::Nullable<runward::describe::AnyObject>) = "noop" }
}

runward::union! {
    /// An object or a string.
    pub enum Fields { Members(std::collections::BTreeMap<String, i64>), Text(runward::describe::Text<1, 3>) }
}

runward::object! {
    /// What the documents of the systems do not have.
    #[snake_case]
    pub struct Ugly {
        pub a_name_that_is_much_longer_than_any_token_of_32_bytes: Option<i64>,
        pub stage: Option<Stage>,
        pub fields: Option<runward::describe::Nullable<Fields>>,
        #[contract(Option<runward::describe::DateTime>, Inferred)]
        pub naive: Option<runward::describe::NaiveDateTime>,
        pub words: Option<runward::describe::AtMost<2, Word>>,
        pub number: Option<runward::describe::Number>,
        pub text: Option<runward::describe::Text<1, 3>>,
        pub slug: Option<runward::describe::Slug>,
        pub maybe: Option<runward::describe::Nullable<bool>>,
        #[contract(bool, Observed)]
        pub phantom: Option<bool>,
        pub nothing: Option<runward::describe::Null>,
        pub deep: Option<runward::describe::AnyObject>,
    }
}

/// Two right ones of those.
pub const SEEDS: [&str; 2] = [
    r#"{"a_name_that_is_much_longer_than_any_token_of_32_bytes":1,"stage":{"noop":null},"fields":{"a":1},
        "naive":"2026-11-22T16:08:09.5","words":["one","a word that is much longer than 32 bytes"],"number":1.50,
        "text":"äöü","maybe":null,"phantom":true,"nothing":null,"deep":{"x":[1,{"y":"🚀\ud83d\ude80"}]},"new":{}}"#,
    r#"{"stage":{"send":["one"]},"fields":"abc","naive":"2026-11-22T16:08:09+02:00","words":[],"number":-1e-5,"slug":"start_5c-229"}"#,
];

/// What no system has.
pub fn ugly() -> Target {
    let nested = |depth: usize, open: &str, close: &str| {
        format!(r#"{{"deep":{{"x":{}0{}}}}}"#, open.repeat(depth), close.repeat(depth))
    };
    let deep = (122..129).flat_map(|depth| [nested(depth, "[", "]"), nested(depth, "{\"k\":", "}")]);
    let body = Body { name: "ugly".into(), text: SEEDS[0].into(), value: Ugly::VALUE, again: fixtures::recode::<Ugly> };
    let mut target = Target::new("ugly".into(), None, &body);
    SEEDS.iter().for_each(|text| target.take(text));
    target.seeds.extend(deep.map(String::into_bytes));
    target
}
