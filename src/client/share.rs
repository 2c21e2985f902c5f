//! What the watches of one client share: a rate of requests, and when they are many, the reads of one list.
//!
//! A row of the list is a hint and never believed: one that is as it was when its run was last read spares the run another
//! read for a while; one that moved, or is not there, means that the run is read. So the list may lag behind the runs, lack
//! some or skip some, and costs no more than time.
use super::turn::{GONE, Turn};
use super::{Call, Client, Host};
use crate::error::Result;
use crate::policy::{self, Pace};
use crate::run::Millis;
use crate::system::Filter;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::rc::Rc;

/// Milliseconds by which the clocks of a system may differ.
const SKEW: Millis = 60_000.0;

/// Milliseconds between two looks of one who waits for the list, at the most.
const LOOK: f64 = 80.0;

/// A row's text in short.
pub(super) type Row = u64;

/// What the watches of one client share.
#[derive(Default)]
pub(super) struct Shared {
    pace: Cell<Pace>,
    /// The runs that are watched, by numbers of their watches.
    watched: RefCell<BTreeMap<u64, Watched>>,
    numbers: Cell<u64>,
    turn: Turn,
    list: RefCell<List>,
    unshared_until: Cell<f64>,
}

struct Watched {
    id: String,
    /// Known from its first read on.
    created_at: Option<Millis>,
}

/// The list as it was last read.
#[derive(Default)]
struct List {
    begun: f64,
    rows: HashMap<String, Row>,
}

/// A watch among the others, until it is dropped.
pub(super) struct Ticket {
    shared: Rc<Shared>,
    number: u64,
}

impl Shared {
    /// One watch more, of this run.
    pub(super) fn join(self: &Rc<Self>, id: &str) -> Ticket {
        let number = self.numbers.get();
        self.numbers.set(number + 1);
        self.watched.borrow_mut().insert(number, Watched { id: id.to_owned(), created_at: None });
        Ticket { shared: Rc::clone(self), number }
    }

    /// How the run's row was when the list was last read.
    pub(super) fn row(&self, id: &str) -> Option<Row> {
        self.list.borrow().rows.get(id).copied()
    }

    /// How many of the runs that are watched have a row.
    fn found_in(&self, rows: &HashMap<String, Row>) -> usize {
        self.watched.borrow().values().filter(|watched| rows.contains_key(&watched.id)).count()
    }

    /// When the oldest of them was created, as far as is known.
    fn oldest(&self) -> Option<Millis> {
        self.watched.borrow().values().filter_map(|watched| watched.created_at).reduce(f64::min)
    }

    fn is_of_use(&self, now: f64) -> bool {
        self.watched.borrow().len() > policy::FEW && now >= self.unshared_until.get()
    }
}

impl Ticket {
    /// When the watched run was created.
    pub(super) fn created(&self, at: Option<Millis>) {
        if let Some(watched) = self.shared.watched.borrow_mut().get_mut(&self.number) {
            watched.created_at = at;
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.shared.watched.borrow_mut().remove(&self.number);
    }
}

impl<H: Host> Client<H> {
    /// Waits until one more request keeps to the rate of all watches.
    pub(super) async fn paced(&self) {
        let mut pace = self.shared.pace.get();
        let wait = pace.turn(self.host.now());
        self.shared.pace.set(pace);
        if wait > 0.0 {
            self.host.sleep(wait).await;
        }
    }

    /// Would a request have to wait longer for its turn than for the list?
    pub(super) fn is_busy(&self) -> bool {
        self.shared.pace.get().wait(self.host.now()) > policy::SHARED
    }

    /// How the run's row is in a read of the list that begins no earlier than now; `None` where there is none.
    pub(super) async fn fresh_row(&self, id: &str) -> Option<Row> {
        let asked = self.host.now();
        while self.shared.is_of_use(self.host.now()) {
            if self.shared.list.borrow().begun >= asked {
                return self.shared.row(id);
            }
            match self.shared.turn.take(&self.host, GONE) {
                // Those who wait may be a thousand, so they look seldom, and not all at once.
                None => Turn::look(&self.host, self.next_list() + LOOK * self.host.random()).await,
                Some(_lead) => self.read_list().await,
            }
        }
        None
    }

    /// Reads the list for all. What fails here is found again, and told, by the reads of the runs.
    async fn read_list(&self) {
        self.host.sleep(self.next_list()).await;
        let begun = self.host.now();
        let read = self.unfinished().await;
        let worth = read.as_ref().is_ok_and(|(rows, pages)| self.shared.found_in(rows) >= 2 * pages);
        if !worth {
            self.shared.unshared_until.set(self.host.now() + policy::UNSHARED);
        }
        let rows = read.map(|(rows, _)| rows).unwrap_or_default();
        self.shared.list.replace(List { begun, rows });
    }

    /// Milliseconds until the list may be read again.
    fn next_list(&self) -> f64 {
        (self.shared.list.borrow().begun + policy::SHARED - self.host.now()).max(0.0)
    }

    /// The rows of runs that are at no end, and on how many pages they were.
    async fn unfinished(&self) -> Result<(HashMap<String, Row>, usize)> {
        let api = self.system.api();
        let states = self.system.rules().runs.states;
        let open = |status: &&&str| states.iter().any(|state| state.status == **status && !state.is_end());
        let filter = Filter {
            since: self.shared.oldest().map(|at| at - SKEW),
            statuses: api.statuses().iter().filter(open).map(|status| (*status).to_owned()).collect(),
            page_size: api.largest_page(),
            ..Filter::default()
        };
        let call = Call { retries: Some(0), ..Call::default() };
        let (mut rows, mut cursor) = (HashMap::new(), None);
        for page in 1.. {
            self.paced().await;
            let read = self.list(&filter, cursor.as_deref(), &call).await?;
            rows.extend(read.runs.into_iter().map(|(run, wire)| (run.id, short(&wire))));
            cursor = read.next;
            if cursor.is_none() || page == policy::SHARED_PAGES {
                return Ok((rows, page));
            }
        }
        Ok((rows, policy::SHARED_PAGES))
    }
}

fn short(wire: &str) -> Row {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(wire)
}
