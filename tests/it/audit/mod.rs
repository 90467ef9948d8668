//! The record over the route and under attack, on both databases.

mod keeping;
mod reading;

use serde_json::json;
use tamtru::platform::{
    db::Work,
    events::{Actor, Event},
};
use uuid::Uuid;

use crate::harness::app::TestApp;

/// Writes an entry of our own.
async fn record(app: &TestApp, action: &'static str, subject: Uuid, organization: Uuid) {
    let actor = Actor::system("test");
    let mut work = Work::begin(&app.state.db, &actor, app.state.clock.now()).await.expect("begun");
    work.publish(Event::about(action, "thing", subject).of_organization(organization).with(json!({ "a": 1 })));
    work.commit().await.expect("committed");
}
