//! Declarations of invented guests, each unlike every other.

use serde_json::{Value, json};

use super::http::{Api, Reply, Unanswered};

/// Where declarations are filed and found.
pub const DECLARATIONS: &str = "/api/v1/declarations";

/// Where stays are found.
pub const STAYS: &str = "/api/v1/stays";

/// One declaration of one stay that a client files, and files again until it has an answer.
#[derive(Clone, Debug)]
pub struct Filing {
    /// Its `Idempotency-Key`.
    pub key: String,
    /// Its `client_reference`.
    pub reference: String,
    /// The guest's passport number: nine characters.
    pub passport: String,
    body: Value,
}

impl Filing {
    /// The filing with this number by this client (both count from 0); any two of a run differ in key, reference,
    /// passport and name.
    pub fn new(establishment: &str, client: usize, number: usize) -> Self {
        let key = format!("test-filing-{client:02}-{number:06}");
        let reference = format!("PMS-{client:02}-{number:06}");
        let passport = format!("T{client:02}{number:06}");
        let body = json!({
            "establishment_id": establishment,
            "client_reference": reference,
            "channel": "electronic",
            "stays": [{
                "full_name": format!("GUEST {} {}", letters(client), letters(number)),
                "date_of_birth": "1988-03-12",
                "sex": "F",
                "nationality": "POL",
                "document": {"type": "passport", "number": passport, "expires_on": "2031-05-01"},
                "room": "301",
                "arrived_at": "2026-11-22T08:30:00+07:00",
                "expected_departure_on": "2026-11-25",
                "permitted_stay_until": "2026-12-30",
                "visa": {"symbol": "DL", "number": null},
                "purpose": "tourism",
                "mrz": null,
            }],
        });
        Self { key, reference, passport, body }
    }

    /// Files it, for the first time or again.
    ///
    /// # Errors
    ///
    /// When no complete answer came.
    pub async fn send(&self, api: &Api) -> Result<Reply, Unanswered> {
        let headers = [("idempotency-key", self.key.as_str())];
        api.post(DECLARATIONS, &headers, &self.body).await
    }

    /// How many declarations carry its client reference, and how many stays its passport number; and whether the
    /// declaration with this id is the one.
    ///
    /// # Panics
    ///
    /// When the server does not answer both questions with a list.
    pub async fn count(&self, api: &Api, declaration_id: &str) -> Count {
        let path = format!("{DECLARATIONS}?client_reference={}", self.reference);
        let declarations = list(api, &path).await;
        let stays = list(api, &format!("{STAYS}?q={}", self.passport)).await;
        Count {
            declarations: declarations.len(),
            stays: stays.len(),
            acknowledged_one_is_there: declarations.iter().any(|item| item["id"] == declaration_id),
        }
    }
}

/// What the server holds of one filing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// Declarations with its client reference.
    pub declarations: usize,
    /// Stays with its passport number.
    pub stays: usize,
    /// Whether the declaration that the server acknowledged is among them.
    pub acknowledged_one_is_there: bool,
}

impl Count {
    /// How it must be.
    pub const ONCE: Self = Self { declarations: 1, stays: 1, acknowledged_one_is_there: true };
}

/// All items of a list, page after page. `path` has a query already.
///
/// # Panics
///
/// When a page is not a list.
pub async fn list(api: &Api, path: &str) -> Vec<Value> {
    let mut items = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = format!("{path}&limit=200{cursor}");
        let reply = api.get(&page).await.unwrap_or_else(|error| panic!("{error}"));
        let Some(found) = reply.body["items"].as_array() else {
            panic!("{page} is no list: {} {}", reply.status, reply.body);
        };
        items.extend_from_slice(found);
        match reply.body["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
    }
}

/// A number in letters, because names have no digits: 0 is `A`, 25 is `Z`, 26 is `BA`.
fn letters(number: usize) -> String {
    let mut rest = number;
    let mut reversed = Vec::new();
    loop {
        reversed.push(char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"[rest % 26]));
        rest /= 26;
        if rest == 0 {
            return reversed.iter().rev().collect();
        }
    }
}
