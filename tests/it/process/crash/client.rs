//! A client that files through crashes and remembers what it was told.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use hyper::StatusCode;
use tokio::sync::Notify;

use crate::harness::{
    filing::Filing,
    http::{Api, Reply},
};

/// When a round's server is to die: counts acknowledgements down.
pub struct Moment {
    left: AtomicUsize,
    /// Told once, at the last acknowledgement.
    pub reached: Notify,
}

impl Moment {
    /// After this many.
    pub fn after(acknowledgements: u64) -> Self {
        Self {
            left: AtomicUsize::new(usize::try_from(acknowledgements).expect("a small number")),
            reached: Notify::new(),
        }
    }

    fn count_one(&self) {
        // Goes on below zero while the server is dying, which wraps and matters to nobody.
        if self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.reached.notify_one();
        }
    }
}

/// What an acknowledgement promised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The declaration's id.
    pub declaration_id: String,
    /// The code that people read.
    pub reference_code: String,
    /// The id of its only stay.
    pub stay_id: String,
}

/// A filing and what the server said to it, once it has.
#[derive(Clone)]
pub struct Entry {
    /// What is filed.
    pub filing: Filing,
    /// The answer, once there was one.
    pub answer: Option<Answer>,
}

/// One client with everything that it ever filed.
pub struct Client {
    index: usize,
    /// The establishment that it files for.
    pub establishment: String,
    /// All filings; only the last one can lack its answer.
    pub entries: Vec<Entry>,
    /// How many filings had to be sent again.
    pub retried: usize,
    /// How many of those the server had stored before it died, without being able to say so.
    pub already_stored: usize,
    /// How many answers of before a crash were given again after it.
    pub replayed: usize,
}

impl Client {
    /// A client that has filed nothing yet.
    pub fn new(index: usize, establishment: &str) -> Self {
        Self {
            index,
            establishment: establishment.to_owned(),
            entries: Vec::new(),
            retried: 0,
            already_stored: 0,
            replayed: 0,
        }
    }

    /// Files what is unanswered, then one new declaration after the other, until an answer fails to come.
    pub async fn file_until_unanswered(mut self, api: Api, moment: Arc<Moment>) -> Self {
        if !self.ask_again_for_last_answer(&api).await {
            return self;
        }
        loop {
            let retry = self.entries.last().is_some_and(|entry| entry.answer.is_none());
            if !retry {
                let number = self.entries.len();
                self.entries.push(Entry { filing: Filing::new(&self.establishment, self.index, number), answer: None });
            }
            if !self.send_last(&api, retry).await {
                return self;
            }
            moment.count_one();
        }
    }

    /// Sends the last filing. Says whether an answer came.
    pub async fn send_last(&mut self, api: &Api, retry: bool) -> bool {
        let entry = self.entries.last_mut().expect("something to file");
        let Ok(reply) = entry.filing.send(api).await else {
            return false;
        };
        entry.answer = Some(acknowledgement(&entry.filing, &reply));
        if retry {
            self.retried += 1;
            self.already_stored += usize::from(reply.is_replay());
        }
        true
    }

    /// Sends the newest acknowledged filing once more: the answer must be the same and be marked as repeated. Says
    /// whether an answer came, or none was owed.
    pub async fn ask_again_for_last_answer(&mut self, api: &Api) -> bool {
        let newest = self.entries.iter().rev().find_map(|entry| Some((&entry.filing, entry.answer.as_ref()?)));
        let Some((filing, answer)) = newest else {
            return true;
        };
        let Ok(reply) = filing.send(api).await else {
            return false;
        };
        assert_eq!(&acknowledgement(filing, &reply), answer, "{} got another answer after the crash", filing.key);
        assert!(reply.is_replay(), "{}: the repeated answer lacks Idempotent-Replayed: true", filing.key);
        self.replayed += 1;
        true
    }
}

fn acknowledgement(filing: &Filing, reply: &Reply) -> Answer {
    let text = |pointer: &str| {
        let found = reply.body.pointer(pointer).and_then(|value| value.as_str());
        found.map(str::to_owned)
    };
    let answer = (reply.status == StatusCode::CREATED).then(|| {
        Some(Answer {
            declaration_id: text("/id")?,
            reference_code: text("/reference_code")?,
            stay_id: text("/stays/0/id")?,
        })
    });
    answer.flatten().unwrap_or_else(|| panic!("{} was not filed: {} {}", filing.key, reply.status, reply.body))
}
