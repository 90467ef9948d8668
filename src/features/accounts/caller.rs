//! Who calls, and the extractors that let only some roles in.
//!
//! A handler whose signature names an extractor cannot run for anybody else; who may do what is the table in
//! [`Role`]'s documentation and nothing beside it.

use ::entity::{account, audit_entry::ActorKind};
use axum::{
    extract::{FromRequestParts, MatchedPath},
    http::request::Parts,
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    features::accounts::{service, tokens},
    kernel::ids::{OrganizationId, UnitId},
    platform::{
        events::{Actor, Event},
        http::{Problem, ProblemKind, edge::Peer, edge::RequestId, idempotency::CallerTag},
        state::AppState,
    },
};

/// What a caller may do.
///
/// | Role | Sees | May |
/// | --- | --- | --- |
/// | `declarant` | own organization's stays | file, amend, check out |
/// | `hr` | own organization's stays and dossiers | read stays; dossiers |
/// | `org_admin` | own organization | all that a declarant may; members, establishments, API clients |
/// | `client` | own organization's stays | what its scopes grant: `declarations:read`, `declarations:write` |
/// | `officer` | own unit's queue | review, approve registrations |
/// | `supervisor` | own unit and below | all that an officer may |
/// | `admin` | system | accounts, units |
/// | `auditor` | the record | read only |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Files stays.
    Declarant,
    /// Prepares dossiers.
    Hr,
    /// Runs the organization's account.
    OrgAdmin,
    /// Software of an organization.
    Client,
    /// Reviews.
    Officer,
    /// Reviews and decides.
    Supervisor,
    /// Runs the system.
    Admin,
    /// Reads the record.
    Auditor,
}

impl Role {
    /// As in tokens and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Declarant => "declarant",
            Self::Hr => "hr",
            Self::OrgAdmin => "org_admin",
            Self::Client => "client",
            Self::Officer => "officer",
            Self::Supervisor => "supervisor",
            Self::Admin => "admin",
            Self::Auditor => "auditor",
        }
    }

    /// Whether it is staff of the police or of the system: a second factor is due.
    pub fn is_staff(self) -> bool {
        match self {
            Self::Officer | Self::Supervisor | Self::Admin | Self::Auditor => true,
            Self::Declarant | Self::Hr | Self::OrgAdmin | Self::Client => false,
        }
    }
}

impl From<account::Role> for Role {
    fn from(role: account::Role) -> Self {
        match role {
            account::Role::Declarant => Self::Declarant,
            account::Role::Hr => Self::Hr,
            account::Role::OrgAdmin => Self::OrgAdmin,
            account::Role::Officer => Self::Officer,
            account::Role::Supervisor => Self::Supervisor,
            account::Role::Admin => Self::Admin,
            account::Role::Auditor => Self::Auditor,
        }
    }
}

/// Scope of an API client that may read stays.
pub const READ_DECLARATIONS: &str = "declarations:read";
/// Scope of an API client that may file stays.
pub const WRITE_DECLARATIONS: &str = "declarations:write";

/// Which rows a caller may see. Every finder of every store takes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Those of one organization.
    Organization(OrganizationId),
    /// Those of one ward, by the ward's code.
    Ward(String),
    /// All.
    Everything,
}

/// A caller whose token has been verified.
#[derive(Clone, Debug)]
pub struct Caller {
    /// For the record.
    pub actor: Actor,
    /// What he may do.
    pub role: Role,
    /// Organization of a declarant, HR clerk, organization's administrator or API client.
    pub organization_id: Option<OrganizationId>,
    /// Unit of an officer or supervisor.
    pub unit_id: Option<UnitId>,
    /// Ward of that unit; none for the immigration office.
    pub ward_code: Option<String>,
    /// Scopes of an API client.
    pub scopes: Vec<String>,
    /// Session of a person.
    pub session_id: Option<Uuid>,
    /// Staff who must set up a second factor before anything else.
    pub must_enrol: bool,
}

impl Caller {
    /// Which rows the caller may see. Nobody without an organization or a unit sees a guest.
    pub fn scope(&self) -> Result<Scope, Problem> {
        match (self.role, self.organization_id, self.unit_id, &self.ward_code) {
            (Role::Declarant | Role::Hr | Role::OrgAdmin | Role::Client, Some(id), _, _) => Ok(Scope::Organization(id)),
            (Role::Officer | Role::Supervisor, _, Some(_), Some(ward)) => Ok(Scope::Ward(ward.clone())),
            (Role::Officer | Role::Supervisor, _, Some(_), None) => Ok(Scope::Everything),
            _ => Err(Problem::new(ProblemKind::Forbidden)),
        }
    }

    /// The organization of a caller who belongs to one.
    pub fn organization(&self) -> Result<OrganizationId, Problem> {
        self.organization_id.ok_or_else(|| Problem::new(ProblemKind::Forbidden))
    }

    fn has_scope(&self, scope: &str) -> bool {
        self.role != Role::Client || self.scopes.iter().any(|granted| granted == scope)
    }
}

/// The caller behind a token, before unit, session and second factor are filled in.
pub(crate) fn caller_of(
    parts: &Parts,
    id: Uuid,
    role: Role,
    organization_id: Option<Uuid>,
    scopes: Vec<String>,
) -> Caller {
    let kind = if role == Role::Client { ActorKind::Client } else { ActorKind::Account };
    let request_id = parts.extensions.get::<RequestId>().map_or_else(|| "none".to_owned(), |id| id.0.clone());
    Caller {
        actor: Actor { kind, id: Some(id), request_id },
        role,
        organization_id: organization_id.map(OrganizationId),
        unit_id: None,
        ward_code: None,
        scopes,
        session_id: None,
        must_enrol: false,
    }
}

/// Knows the caller and counts his request.
async fn identify(parts: &mut Parts, state: &AppState) -> Result<Caller, Problem> {
    let caller = match tokens::authenticate(parts, state).await {
        Ok(caller) => caller,
        Err(problem) => {
            // Whoever is not known is counted by address.
            let Ok(Peer(address)) = Peer::from_request_parts(parts, state).await;
            state.limits.check_anonymous(&address)?;
            return Err(problem);
        }
    };
    let id = caller.actor.id.unwrap_or_default();
    let is_software = caller.role == Role::Client;
    let name = format!("{}:{id}", if is_software { "client" } else { "account" });
    state.limits.check_signed_in(&name)?;
    parts.extensions.insert(CallerTag { name, is_software });
    Ok(caller)
}

async fn admit(
    parts: &mut Parts,
    state: &AppState,
    roles: &[Role],
    client_scope: Option<&str>,
) -> Result<Caller, Problem> {
    let caller = identify(parts, state).await?;
    if caller.must_enrol {
        return Err(Problem::new(ProblemKind::SecondFactorMissing));
    }
    let scope_ok = client_scope.is_none_or(|scope| caller.has_scope(scope));
    if roles.contains(&caller.role) && scope_ok { Ok(caller) } else { Err(deny(parts, state, &caller).await) }
}

/// Refuses a caller whom we know, and puts that on the record.
async fn deny(parts: &Parts, state: &AppState, caller: &Caller) -> Problem {
    let route = parts.extensions.get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str);
    let mut event = Event::about_many("access_denied", "route")
        .of_unit(caller.unit_id.map(|id| id.0))
        .with(json!({"method": parts.method.as_str(), "route": route, "role": caller.role.as_str()}));
    event.organization_id = caller.organization_id.map(|id| id.0);
    // Without its record the denial stands all the same: the caller must not gain by a fault of ours.
    if let Err(error) = service::record(state, &caller.actor, event).await {
        tracing::error!(%error, "a denial could not be recorded");
    }
    Problem::new(ProblemKind::Forbidden)
}

/// A person with a session, whether or not a second factor must still be set up: for setting it up and for signing out.
#[derive(Clone, Debug)]
pub struct Enrolling {
    /// The person.
    pub caller: Caller,
    /// Session of the request.
    pub session_id: Uuid,
}

impl FromRequestParts<AppState> for Enrolling {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let caller = identify(parts, state).await?;
        match caller.session_id {
            Some(session_id) => Ok(Self { caller, session_id }),
            None => Err(deny(parts, state, &caller).await),
        }
    }
}

macro_rules! extractor {
    ($($(#[$doc:meta])* $name:ident: [$($role:ident),+], $scope:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name(pub Caller);

        impl FromRequestParts<AppState> for $name {
            type Rejection = Problem;

            async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
                admit(parts, state, &[$(Role::$role),+], $scope).await.map(Self)
            }
        }
    )+};
}

extractor! {
    /// Anybody who has signed in.
    SignedIn: [Declarant, Hr, OrgAdmin, Client, Officer, Supervisor, Admin, Auditor], None;
    /// Who files stays.
    Declarant: [Declarant, OrgAdmin, Client], Some(WRITE_DECLARATIONS);
    /// Who reads stays: the own organization or the police.
    StayReader: [Declarant, Hr, OrgAdmin, Client, Officer, Supervisor], Some(READ_DECLARATIONS);
    /// Who reads the own organization's stays as files; the police does not.
    OwnStayReader: [Declarant, Hr, OrgAdmin, Client], Some(READ_DECLARATIONS);
    /// A person who has signed in.
    Person: [Declarant, Hr, OrgAdmin, Officer, Supervisor, Admin, Auditor], None;
    /// Who belongs to an organization.
    Member: [Declarant, Hr, OrgAdmin], None;
    /// Who reads an organization's own data: the organization, the police, the administrator.
    OrganizationReader: [Declarant, Hr, OrgAdmin, Client, Officer, Supervisor, Admin], Some(READ_DECLARATIONS);
    /// Who runs an organization's account.
    OrgAdmin: [OrgAdmin], None;
    /// Who reviews.
    Officer: [Officer, Supervisor], None;
    /// Who runs the system.
    Admin: [Admin], None;
    /// Who reads the record.
    Auditor: [Auditor, Admin], None;
}

/// Somebody who has not signed in; counted by address.
#[derive(Clone, Debug)]
pub struct Anonymous {
    /// For the record.
    pub actor: Actor,
    /// Address of the peer, for throttling only.
    pub address: String,
}

impl FromRequestParts<AppState> for Anonymous {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let Ok(Peer(address)) = Peer::from_request_parts(parts, state).await;
        let Ok(RequestId(request_id)) = RequestId::from_request_parts(parts, state).await;
        state.limits.check_anonymous(&address)?;
        // Strangers do not share keys with each other.
        parts.extensions.insert(CallerTag { name: format!("public:{address}"), is_software: false });
        Ok(Self { actor: Actor::public(request_id), address })
    }
}
