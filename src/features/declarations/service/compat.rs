//! Filing by the national interface's door: the same corridor, another doormat.

use crate::{
    features::{
        accounts::Caller,
        catalog::Channel,
        declarations::{
            dto::OnError,
            dto_compat::{LANG, NationalGuests},
            rules::Door,
            service::filing::{Order, submit},
        },
        organizations,
    },
    kernel::{finding::Finding, ids::EstablishmentId},
    platform::{
        db::Answer,
        http::{Problem, idempotency::Idempotency},
        state::AppState,
    },
};

/// Most establishments that a refusal names.
const NAMED: u64 = 20;

/// Files guests of the national interface: all or none.
pub async fn file(
    state: &AppState,
    caller: &Caller,
    establishment: Option<EstablishmentId>,
    guests: NationalGuests,
    idempotency: Idempotency,
) -> Result<Answer, Problem> {
    let establishment = match establishment {
        Some(id) => id,
        None => only_establishment(state, caller).await?,
    };
    let order = Order {
        establishment,
        channel: Channel::Electronic,
        client_reference: None,
        stays: guests.0.into_iter().map(Into::into).collect(),
        door: Door::National,
        on_error: OnError::Refuse,
    };
    submit(state, caller, order, idempotency, LANG).await
}

/// The establishment that is meant where none is named: the only open one of the organization. Never one of several.
async fn only_establishment(state: &AppState, caller: &Caller) -> Result<EstablishmentId, Problem> {
    let open = organizations::open_establishments(state.db.read(), caller.organization()?, NAMED).await?;
    match open.as_slice() {
        [only] => Ok(*only),
        [] => Err(Problem::finding(Finding::block("no_open_establishment", ""))),
        several => {
            let ids: Vec<String> = several.iter().map(ToString::to_string).collect();
            Err(Problem::finding(Finding::block("establishment_needed", "").with("establishments", ids.join(", "))))
        }
    }
}
