//! The first page of a list, read once for all who follow it.
//!
//! However many pages of a dashboard stand open on one gateway, what they show costs the system one poll. As with the turns, each
//! follower wakes by a timer of its own and finds what another's read left behind: in workerd nobody may be woken from another
//! request, and whoever reads may be gone in the middle of it.
use super::turn::Turn;
use super::{Call, Client, Host, Page};
use crate::error::{Error, Result};
use crate::policy;
use crate::system::Filter;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

/// Milliseconds after which a read that has not come counts as lost.
const LOST: f64 = 5_000.0;

/// Milliseconds over which followers spread who are due at once.
const SPREAD: f64 = 80.0;

/// The feeds that somebody follows.
#[derive(Default)]
pub(super) struct Feeds(RefCell<Vec<Weak<Feed>>>);

struct Feed {
    filter: Filter,
    turn: Turn,
    state: RefCell<State>,
    next_at: Cell<f64>,
}

#[derive(Default)]
struct State {
    /// The page as JSON text, for those who may look at its runs but not act with them.
    page: Option<Rc<str>>,
    /// How many different pages there were.
    pages: u64,
    /// When the newest read of it was begun.
    begun: f64,
    moved_at: f64,
    failure: Option<Error>,
    failing_since: Option<f64>,
}

/// One who follows a list.
pub struct Follower<H> {
    client: Rc<Client<H>>,
    feed: Rc<Feed>,
    /// How many pages there had been when the last was told.
    told: u64,
    is_new: bool,
}

impl Feeds {
    fn of(&self, filter: Filter) -> Rc<Feed> {
        let mut feeds = self.0.borrow_mut();
        feeds.retain(|feed| feed.strong_count() > 0);
        let known = feeds.iter().filter_map(Weak::upgrade).find(|feed| feed.filter == filter);
        known.unwrap_or_else(|| {
            let feed = Feed { filter, turn: Turn::default(), state: RefCell::default(), next_at: Cell::new(0.0) };
            let feed = Rc::new(feed);
            feeds.push(Rc::downgrade(&feed));
            feed
        })
    }
}

impl<H: Host> Client<H> {
    /// Follows the first page of a list; nothing is sent before the first [`Follower::step`].
    pub fn feed(self: &Rc<Self>, filter: Filter) -> Follower<H> {
        Follower { client: Rc::clone(self), feed: self.feeds.of(filter), told: 0, is_new: true }
    }
}

impl<H: Host> Follower<H> {
    /// The client it reads through.
    pub fn client(&self) -> &Client<H> {
        &self.client
    }

    /// Waits until the list is due, and reads it unless another follower does: the page, as JSON text without secrets, when it
    /// is another than was told last.
    ///
    /// # Errors
    /// What a read of the list failed with, once that cannot pass or has lasted for a minute.
    pub async fn step(&mut self) -> Result<Option<Rc<str>>> {
        let host = self.client.host();
        if !std::mem::take(&mut self.is_new) {
            host.sleep((self.feed.next_at.get() - host.now()).max(0.0) + SPREAD * host.random()).await;
        } else if host.now() - self.feed.state.borrow().begun > policy::SHARED {
            self.feed.next_at.set(0.0);
        }
        if host.now() >= self.feed.next_at.get() {
            match self.feed.turn.take(host, LOST) {
                Some(_lead) => self.read().await,
                None => return Ok(None),
            }
        }
        self.news()
    }

    async fn read(&self) {
        self.client.paced().await;
        let (host, feed) = (self.client.host(), &self.feed);
        let begun = host.now();
        let call = Call { retries: Some(0), ..Call::default() };
        let page = self.client.list(&feed.filter, None, &call).await;
        let page = page.and_then(|page: Page| page.public(self.client.system)?.json());
        let mut state = feed.state.borrow_mut();
        let asked = state.keep(page, begun);
        let next = begun + policy::poll_list(begun - state.moved_at, host.random());
        feed.next_at.set(next.max(host.now() + asked));
    }

    fn news(&mut self) -> Result<Option<Rc<str>>> {
        let state = self.feed.state.borrow();
        if let (Some(error), Some(since)) = (&state.failure, state.failing_since) {
            let may_pass = error.retryable && state.begun - since < policy::OUTAGE;
            return if may_pass { Ok(None) } else { Err(error.clone()) };
        }
        let is_news = state.pages != self.told;
        self.told = state.pages;
        Ok(state.page.clone().filter(|_| is_news))
    }
}

impl State {
    /// Keeps what a read gave; milliseconds for which the system wants to be left alone.
    fn keep(&mut self, page: Result<String>, begun: f64) -> f64 {
        self.begun = begun;
        match page {
            Ok(page) => {
                (self.failure, self.failing_since) = (None, None);
                if self.page.as_deref() != Some(&page) {
                    (self.page, self.moved_at) = (Some(page.into()), begun);
                    self.pages += 1;
                }
                0.0
            }
            Err(error) => {
                let asked = error.retry_after.and_then(|wait| u32::try_from(wait).ok()).map_or(0.0, f64::from);
                self.failing_since.get_or_insert(begun);
                self.failure = Some(error);
                asked
            }
        }
    }
}
