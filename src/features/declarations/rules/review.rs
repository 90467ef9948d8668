//! What an officer may answer to a declaration, and when.
//!
//! A returned or refused declaration sets its guests free: its stays no longer stand, and corrected they can be declared
//! again, which makes a new declaration. What was filed stays on record.
//!
//! ```mermaid
//! stateDiagram-v2
//!     [*] --> submitted: file_declaration
//!     submitted --> confirmed: confirm_declaration
//!     submitted --> returned: return_declaration
//!     submitted --> refused: refuse_declaration
//!     submitted --> recheck: recheck_declaration
//!     recheck --> confirmed: confirm_declaration
//!     recheck --> returned: return_declaration
//!     recheck --> refused: refuse_declaration
//!     confirmed --> recheck: recheck_declaration
//! ```

use ::entity::declaration::Status;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An officer's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Xác nhận.
    Confirm,
    /// Không xác nhận: the declarant corrects and resubmits.
    Return,
    /// Từ chối.
    Refuse,
    /// Xác minh lại.
    Recheck,
}

/// Why an answer is not possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReviewError {
    /// The declaration is in a state that this answer does not fit.
    #[error("the declaration is {current:?}")]
    WrongState {
        /// That state.
        current: Status,
    },
    /// A negative answer needs a reason.
    #[error("a reason is missing")]
    ReasonMissing,
}

impl Action {
    /// All answers.
    pub const ALL: [Self; 4] = [Self::Confirm, Self::Return, Self::Refuse, Self::Recheck];

    /// As in paths and bulk requests.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Return => "return",
            Self::Refuse => "refuse",
            Self::Recheck => "recheck",
        }
    }

    /// As it stands on the record.
    pub fn event(self) -> &'static str {
        match self {
            Self::Confirm => "declaration_confirmed",
            Self::Return => "declaration_returned",
            Self::Refuse => "declaration_refused",
            Self::Recheck => "declaration_recheck_ordered",
        }
    }

    fn needs_reason(self) -> bool {
        match self {
            Self::Confirm => false,
            Self::Return | Self::Refuse | Self::Recheck => true,
        }
    }
}

/// Answers that fit a state.
pub fn allowed(status: Status) -> &'static [Action] {
    match status {
        Status::Submitted => &Action::ALL,
        Status::Recheck => &[Action::Confirm, Action::Return, Action::Refuse],
        Status::Confirmed => &[Action::Recheck],
        Status::Returned | Status::Refused | Status::Withdrawn => &[],
    }
}

/// The state after an answer.
pub fn decide(status: Status, action: Action, reason: Option<&str>) -> Result<Status, ReviewError> {
    if !allowed(status).contains(&action) {
        return Err(ReviewError::WrongState { current: status });
    }
    if action.needs_reason() && reason.is_none_or(|reason| reason.trim().is_empty()) {
        return Err(ReviewError::ReasonMissing);
    }
    Ok(match action {
        Action::Confirm => Status::Confirmed,
        Action::Return => Status::Returned,
        Action::Refuse => Status::Refused,
        Action::Recheck => Status::Recheck,
    })
}

/// As in answers.
pub fn status_name(status: Status) -> &'static str {
    match status {
        Status::Submitted => "submitted",
        Status::Confirmed => "confirmed",
        Status::Returned => "returned",
        Status::Refused => "refused",
        Status::Recheck => "recheck",
        Status::Withdrawn => "withdrawn",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// State × action: the state after, or none where it is refused.
    #[test]
    fn table() {
        use Action::{Confirm, Recheck, Refuse, Return};
        use Status::{Confirmed, Refused, Returned, Submitted, Withdrawn};
        let recheck = Status::Recheck;
        for (from, confirm, ret, refuse, again) in [
            (Submitted, Some(Confirmed), Some(Returned), Some(Refused), Some(recheck)),
            (recheck, Some(Confirmed), Some(Returned), Some(Refused), None),
            (Confirmed, None, None, None, Some(recheck)),
            (Returned, None, None, None, None),
            (Refused, None, None, None, None),
            (Withdrawn, None, None, None, None),
        ] {
            for (action, expected) in [(Confirm, confirm), (Return, ret), (Refuse, refuse), (Recheck, again)] {
                let seen = decide(from, action, Some("why"));
                assert_eq!(seen.ok(), expected, "{from:?} {action:?}");
                if expected.is_none() {
                    assert_eq!(seen, Err(ReviewError::WrongState { current: from }));
                }
            }
        }
    }

    #[test]
    fn negative_answers_need_a_reason() {
        for (action, needs) in
            [(Action::Confirm, false), (Action::Return, true), (Action::Refuse, true), (Action::Recheck, true)]
        {
            for reason in [None, Some(""), Some("  ")] {
                assert_eq!(
                    decide(Status::Submitted, action, reason) == Err(ReviewError::ReasonMissing),
                    needs,
                    "{action:?}"
                );
            }
        }
    }
}
