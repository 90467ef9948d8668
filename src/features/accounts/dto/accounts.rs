//! Accounts of staff and of members.

use ::entity::account;
use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use crate::{
    features::accounts::{dto::present, rules::Change, service::accounts::role_name},
    kernel::{clock::local, page::Page},
};

/// Role of staff.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StaffRole {
    /// Reviews.
    Officer,
    /// Reviews and decides.
    Supervisor,
    /// Runs the system.
    Admin,
    /// Reads the record.
    Auditor,
}

impl From<StaffRole> for account::Role {
    fn from(role: StaffRole) -> Self {
        match role {
            StaffRole::Officer => Self::Officer,
            StaffRole::Supervisor => Self::Supervisor,
            StaffRole::Admin => Self::Admin,
            StaffRole::Auditor => Self::Auditor,
        }
    }
}

/// Role of an organization's member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemberRole {
    /// Files stays.
    Declarant,
    /// Prepares dossiers.
    Hr,
    /// Runs the organization's account.
    OrgAdmin,
}

impl From<MemberRole> for account::Role {
    fn from(role: MemberRole) -> Self {
        match role {
            MemberRole::Declarant => Self::Declarant,
            MemberRole::Hr => Self::Hr,
            MemberRole::OrgAdmin => Self::OrgAdmin,
        }
    }
}

/// Whether an account may sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccountStatus {
    /// Waits for the approval of its organization.
    Pending,
    /// Waits for its owner to set a password.
    Invited,
    /// May sign in.
    Active,
    /// May not.
    Disabled,
}

impl From<account::Status> for AccountStatus {
    fn from(status: account::Status) -> Self {
        match status {
            account::Status::Pending => Self::Pending,
            account::Status::Invited => Self::Invited,
            account::Status::Active => Self::Active,
            account::Status::Disabled => Self::Disabled,
        }
    }
}

impl From<AccountStatus> for account::Status {
    fn from(status: AccountStatus) -> Self {
        match status {
            AccountStatus::Pending => Self::Pending,
            AccountStatus::Invited => Self::Invited,
            AccountStatus::Active => Self::Active,
            AccountStatus::Disabled => Self::Disabled,
        }
    }
}

/// What an administrator may set the status to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EnabledPatch {
    /// May sign in.
    Active,
    /// May not; all sessions end.
    Disabled,
}

/// An invitation of staff.
#[derive(Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountIn {
    /// Address to sign in with.
    #[validate(email(code = "bad_email"), length(max = 254, code = "too_long"))]
    #[schema(example = "can.bo@ward.example")]
    pub email: String,
    /// Name shown to colleagues.
    #[validate(length(max = 200, code = "too_long"))]
    pub full_name: String,
    /// What the account may do.
    pub role: StaffRole,
    /// Unit of an officer or supervisor; absent for others.
    pub unit_id: Option<Uuid>,
}

/// A change of staff; what is absent stays.
#[derive(Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountPatch {
    /// Name shown to colleagues.
    #[validate(length(max = 200, code = "too_long"))]
    pub full_name: Option<String>,
    /// What the account may do; all sessions end when it changes.
    pub role: Option<StaffRole>,
    /// Unit of an officer or supervisor; null for none.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Uuid>)]
    pub unit_id: Option<Option<Uuid>>,
    /// Whether it may sign in.
    pub status: Option<EnabledPatch>,
}

impl From<AccountPatch> for Change {
    fn from(patch: AccountPatch) -> Self {
        Self {
            full_name: patch.full_name,
            role: patch.role.map(Into::into),
            unit_id: patch.unit_id,
            enabled: patch.status.map(|status| status == EnabledPatch::Active),
        }
    }
}

/// An invitation of a member.
#[derive(Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberIn {
    /// Address to sign in with.
    #[validate(email(code = "bad_email"), length(max = 254, code = "too_long"))]
    #[schema(example = "le.tan@khach-san-song-xanh.example")]
    pub email: String,
    /// Name shown to colleagues.
    #[validate(length(max = 200, code = "too_long"))]
    pub full_name: String,
    /// What the account may do.
    pub role: MemberRole,
}

/// A change of a member; what is absent stays.
#[derive(Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberPatch {
    /// Name shown to colleagues.
    #[validate(length(max = 200, code = "too_long"))]
    pub full_name: Option<String>,
    /// What the account may do; all sessions end when it changes.
    pub role: Option<MemberRole>,
    /// Whether it may sign in.
    pub status: Option<EnabledPatch>,
}

impl From<MemberPatch> for Change {
    fn from(patch: MemberPatch) -> Self {
        Self {
            full_name: patch.full_name,
            role: patch.role.map(Into::into),
            unit_id: None,
            enabled: patch.status.map(|status| status == EnabledPatch::Active),
        }
    }
}

/// Which accounts, and which page.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AccountFilter {
    /// Rows on the page, 1 to 200; 50 if absent.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u64>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Only those of this status.
    #[param(inline)]
    pub status: Option<AccountStatus>,
}

macro_rules! account_out {
    ($(#[$doc:meta])* $name:ident as $schema:ident, $(#[$invited_doc:meta])* $invited:ident as $invited_schema:ident,
     $(#[$list_doc:meta])* $list:ident, { $($(#[$field_doc:meta])* $field:ident: $type:ty),* }) => {
        $(#[$doc])*
        #[derive(Clone, Serialize, ToSchema)]
        #[schema(as = $schema)]
        pub struct $name {
            /// Id.
            pub id: Uuid,
            /// Address to sign in with.
            pub email: String,
            /// Name shown to colleagues.
            pub full_name: String,
            /// What the account may do.
            pub role: &'static str,
            /// Whether it may sign in.
            pub status: AccountStatus,
            $($(#[$field_doc])* pub $field: $type,)*
            /// Whether a second factor is set up.
            pub second_factor: bool,
            /// Counts changes; also the `ETag`.
            pub version: i32,
            /// When it was made.
            pub created_at: DateTime<FixedOffset>,
            /// When it was last changed.
            pub updated_at: DateTime<FixedOffset>,
        }

        impl From<account::Model> for $name {
            fn from(account: account::Model) -> Self {
                Self {
                    id: account.id,
                    role: role_name(account.role),
                    status: account.status.into(),
                    $($field: account.$field,)*
                    email: account.email,
                    full_name: account.full_name,
                    second_factor: account.totp_confirmed,
                    version: account.version,
                    created_at: local(account.created_at),
                    updated_at: local(account.updated_at),
                }
            }
        }

        $(#[$invited_doc])*
        #[derive(Clone, Serialize, ToSchema)]
        #[schema(as = $invited_schema)]
        pub struct $invited {
            /// The account.
            #[serde(flatten)]
            pub account: $name,
            /// For `POST /api/v1/auth/activate`, within seven days. Shown once: null when the answer is repeated.
            pub activation_token: Option<String>,
        }

        $(#[$list_doc])*
        #[derive(Clone, Serialize, ToSchema)]
        pub struct $list {
            /// The accounts.
            pub items: Vec<$name>,
            /// For the next page; null on the last.
            pub next_cursor: Option<String>,
        }

        impl From<Page<account::Model>> for $list {
            fn from(page: Page<account::Model>) -> Self {
                let page = page.map(Into::into);
                Self { items: page.items, next_cursor: page.next_cursor }
            }
        }
    };
}

account_out! {
    /// An account of staff.
    AccountOut as Account,
    /// An account of staff with its invitation.
    InvitedAccountOut as InvitedAccount,
    /// Accounts of staff.
    AccountList,
    {
        /// Unit of an officer or supervisor.
        unit_id: Option<Uuid>
    }
}

account_out! {
    /// An organization's member.
    MemberOut as Member,
    /// An organization's member with the invitation.
    InvitedMemberOut as InvitedMember,
    /// An organization's members.
    MemberList,
    {}
}
