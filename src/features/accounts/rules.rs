//! Decisions of this room: how long things live, who is locked out, what an administrator may change.

use ::entity::account::{self, Role, Status};
use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use crate::{
    features::accounts::caller::{READ_DECLARATIONS, WRITE_DECLARATIONS},
    kernel::finding::Finding,
};

/// How long an access token is good.
pub const ACCESS_LIFE: Duration = Duration::minutes(15);
/// How far the clocks of two instances may be apart.
pub const LEEWAY: Duration = Duration::seconds(10);
/// How long an invitation is good.
pub const INVITATION_LIFE: Duration = Duration::days(7);
/// How long the token for the first administrator is good.
pub const SETUP_LIFE: Duration = Duration::hours(24);
/// How long the old secret of an API client stays good after a rotation.
pub const ROTATION_OVERLAP: Duration = Duration::hours(24);

/// Failures in a row before a name is locked.
const FREE_FAILURES: i32 = 5;
/// The longest lock.
const LONGEST_LOCK: Duration = Duration::minutes(15);
/// Failures older than this are forgotten.
const FORGET_FAILURES: Duration = Duration::hours(24);

/// How long a sign-in lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLife {
    /// Without any use.
    pub idle: Duration,
    /// At most.
    pub absolute: Duration,
}

/// Staff sign in every working day; a hotel's desk stays signed in.
pub fn session_life(role: Role) -> SessionLife {
    match role {
        Role::Officer | Role::Supervisor | Role::Admin | Role::Auditor => {
            SessionLife { idle: Duration::hours(1), absolute: Duration::hours(12) }
        }
        Role::Declarant | Role::Hr | Role::OrgAdmin => {
            SessionLife { idle: Duration::days(14), absolute: Duration::days(30) }
        }
    }
}

/// Whether an account of this role is staff of the police or of the system.
pub fn is_staff(role: Role) -> bool {
    crate::features::accounts::Role::from(role).is_staff()
}

/// What a person's token says it may be used for; the role alone decides.
pub fn scopes_of(role: Role) -> &'static str {
    match role {
        Role::Declarant | Role::OrgAdmin => "declarations:read declarations:write",
        Role::Hr | Role::Officer | Role::Supervisor => READ_DECLARATIONS,
        Role::Admin | Role::Auditor => "",
    }
}

/// Scopes that an API client may be granted.
pub const CLIENT_SCOPES: [&str; 2] = [READ_DECLARATIONS, WRITE_DECLARATIONS];

/// Seconds that a lock still lasts, rounded up; none if it does not.
pub fn lock_left(locked_until: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<u64> {
    let left = (locked_until? - now).num_milliseconds();
    u64::try_from(left).ok().filter(|left| *left > 0).map(|left| left.div_ceil(1000))
}

/// Failures in a row after one more, and until when the name is locked.
pub fn after_failure(failures: i32, last: DateTime<Utc>, now: DateTime<Utc>) -> (i32, Option<DateTime<Utc>>) {
    let before = if now - last > FORGET_FAILURES { 0 } else { failures.max(0) };
    let failures = before.saturating_add(1);
    let beyond = failures - FREE_FAILURES;
    let lock =
        (beyond >= 0).then(|| (Duration::minutes(1) * 2_i32.pow(beyond.clamp(0, 8).unsigned_abs())).min(LONGEST_LOCK));
    (failures, lock.map(|lock| now + lock))
}

/// What an administrator wants of an account; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Name shown to colleagues.
    pub full_name: Option<String>,
    /// What it may do.
    pub role: Option<Role>,
    /// Its unit, or none.
    pub unit_id: Option<Option<Uuid>>,
    /// Whether it may sign in.
    pub enabled: Option<bool>,
}

/// What becomes of the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Name shown to colleagues.
    pub full_name: String,
    /// What it may do.
    pub role: Role,
    /// Its unit.
    pub unit_id: Option<Uuid>,
    /// Whether it may sign in.
    pub status: Status,
    /// Its sessions end.
    pub ends_sessions: bool,
    /// It was one of those who run the circle, and is no longer: somebody else must remain.
    pub steps_down: bool,
}

/// Why a change is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeError {
    /// An administrator may not disable or demote himself.
    OwnAccount,
    /// Nobody would remain to run the organization or the system.
    LastAdministrator,
    /// Officers and supervisors belong to a unit.
    MissingUnit,
    /// Others belong to none.
    UnitNotAllowed,
    /// No such unit.
    UnknownUnit,
    /// It waits for the approval of its organization.
    Pending,
}

impl ChangeError {
    /// The finding, unless it is a matter of state.
    pub fn finding(self) -> Option<Finding> {
        let (rule, pointer) = match self {
            Self::OwnAccount => ("own_account", ""),
            Self::LastAdministrator => ("last_administrator", ""),
            Self::MissingUnit => ("missing_unit", "/unit_id"),
            Self::UnitNotAllowed => ("unit_not_allowed", "/unit_id"),
            Self::UnknownUnit => ("unknown_unit", "/unit_id"),
            Self::Pending => return None,
        };
        Some(Finding::block(rule, pointer))
    }
}

/// Whether role and unit go together.
pub fn check_unit(role: Role, unit_id: Option<Uuid>) -> Result<(), ChangeError> {
    let needs_unit = match role {
        Role::Officer | Role::Supervisor => true,
        Role::Declarant | Role::Hr | Role::OrgAdmin | Role::Admin | Role::Auditor => false,
    };
    match (needs_unit, unit_id) {
        (true, None) => Err(ChangeError::MissingUnit),
        (false, Some(_)) => Err(ChangeError::UnitNotAllowed),
        (true, Some(_)) | (false, None) => Ok(()),
    }
}

/// Decides a change of somebody's account by an administrator.
pub fn decide(before: &account::Model, change: &Change, is_own: bool) -> Result<Changed, ChangeError> {
    let role = change.role.unwrap_or(before.role);
    let unit_id = match change.unit_id {
        Some(unit_id) => unit_id,
        // A new role without a unit leaves the old one behind.
        None if check_unit(role, before.unit_id) == Err(ChangeError::UnitNotAllowed) => None,
        None => before.unit_id,
    };
    check_unit(role, unit_id)?;
    let status = match (change.enabled, before.status) {
        (None, status) | (Some(true), status @ (Status::Active | Status::Invited)) => status,
        (Some(_), Status::Pending) => return Err(ChangeError::Pending),
        (Some(true), Status::Disabled) if before.password_hash.is_none() => Status::Invited,
        (Some(true), Status::Disabled) => Status::Active,
        (Some(false), Status::Active | Status::Invited | Status::Disabled) => Status::Disabled,
    };
    let runs = |role, status| matches!(role, Role::Admin | Role::OrgAdmin) && status == Status::Active;
    let steps_down = runs(before.role, before.status) && !runs(role, status);
    if is_own && before.role == Role::Admin && steps_down {
        return Err(ChangeError::OwnAccount);
    }
    Ok(Changed {
        full_name: change.full_name.clone().unwrap_or_else(|| before.full_name.clone()),
        role,
        unit_id,
        status,
        ends_sessions: role != before.role || (status != before.status && status == Status::Disabled),
        steps_down,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::accounts::tests::sample_account as sample;

    #[test]
    fn lock_table() {
        let now = DateTime::<Utc>::from_timestamp(1_795_000_000, 0).expect("valid");
        for (failures, expected, minutes) in [
            (0, 1, None),
            (3, 4, None),
            (4, 5, Some(1)),
            (5, 6, Some(2)),
            (7, 8, Some(8)),
            (8, 9, Some(15)),
            (i32::MAX, i32::MAX, Some(15)),
        ] {
            let (after, until) = after_failure(failures, now, now);
            assert_eq!((after, until), (expected, minutes.map(|m| now + Duration::minutes(m))), "{failures}");
        }
        assert_eq!(after_failure(40, now - Duration::hours(25), now), (1, None), "old failures are forgotten");
        assert_eq!(lock_left(Some(now + Duration::milliseconds(1)), now), Some(1));
        assert_eq!((lock_left(Some(now), now), lock_left(None, now)), (None, None));
    }

    #[test]
    fn change_table() {
        let unit = Some(Uuid::from_u128(1));
        let role = |role| Change { role: Some(role), ..Change::default() };
        let enabled = |on| Change { enabled: Some(on), ..Change::default() };
        let of = |role, status| sample(role, status);
        let outcome = |account: &account::Model, change: &Change, own| {
            decide(account, change, own).map(|c| (c.role, c.unit_id.is_some(), c.status, c.ends_sessions, c.steps_down))
        };
        use {Role as R, Status as S};
        let cases = [
            (of(R::Officer, S::Active), Change::default(), false, Ok((R::Officer, true, S::Active, false, false))),
            (of(R::Officer, S::Active), role(R::Supervisor), false, Ok((R::Supervisor, true, S::Active, true, false))),
            (of(R::Officer, S::Active), role(R::Auditor), false, Ok((R::Auditor, false, S::Active, true, false))),
            (
                of(R::Officer, S::Active),
                Change { unit_id: Some(None), ..Change::default() },
                false,
                Err(ChangeError::MissingUnit),
            ),
            (of(R::Auditor, S::Active), role(R::Officer), false, Err(ChangeError::MissingUnit)),
            (
                of(R::Auditor, S::Active),
                Change { unit_id: Some(unit), ..Change::default() },
                false,
                Err(ChangeError::UnitNotAllowed),
            ),
            (of(R::Officer, S::Active), enabled(false), false, Ok((R::Officer, true, S::Disabled, true, false))),
            (of(R::Officer, S::Disabled), enabled(true), false, Ok((R::Officer, true, S::Active, false, false))),
            (of(R::Admin, S::Active), enabled(false), true, Err(ChangeError::OwnAccount)),
            (of(R::Admin, S::Active), role(R::Auditor), true, Err(ChangeError::OwnAccount)),
            (of(R::Admin, S::Active), enabled(false), false, Ok((R::Admin, false, S::Disabled, true, true))),
            (of(R::OrgAdmin, S::Active), role(R::Hr), true, Ok((R::Hr, false, S::Active, true, true))),
            (of(R::OrgAdmin, S::Disabled), role(R::Hr), false, Ok((R::Hr, false, S::Disabled, true, false))),
            (of(R::Declarant, S::Pending), enabled(true), false, Err(ChangeError::Pending)),
            (of(R::Declarant, S::Invited), enabled(true), false, Ok((R::Declarant, false, S::Invited, false, false))),
        ];
        for (account, change, own, expected) in cases {
            assert_eq!(outcome(&account, &change, own), expected, "{account:?} {change:?}");
        }
        let mut never_activated = of(R::Hr, S::Disabled);
        never_activated.password_hash = None;
        assert_eq!(decide(&never_activated, &enabled(true), false).map(|c| c.status), Ok(S::Invited));
    }
}
