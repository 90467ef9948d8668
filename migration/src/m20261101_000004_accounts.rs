//! Accounts, sessions, API clients and the throttle on guessing.

use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait, sea_orm::DbErr};

use crate::schema;

/// Accounts, sessions, API clients and the throttle on guessing.
#[derive(Debug)]
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261101_000004_accounts"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        schema::run(
            manager,
            &[
                "CREATE TABLE account (
                id {uuid} NOT NULL CONSTRAINT pk_account PRIMARY KEY,
                email text NOT NULL CONSTRAINT uq_account_email UNIQUE,
                full_name text NOT NULL,
                role text NOT NULL CONSTRAINT ck_account_role CHECK (role IN ('declarant', 'hr', 'org_admin', 'officer', 'supervisor', 'admin', 'auditor')),
                status text NOT NULL CONSTRAINT ck_account_status CHECK (status IN ('pending', 'invited', 'active', 'disabled')),
                organization_id {uuid} CONSTRAINT fk_account_organization REFERENCES organization (id),
                unit_id {uuid} CONSTRAINT fk_account_unit REFERENCES unit (id),
                password_hash text,
                totp_sealed {bytes},
                totp_confirmed {bool} NOT NULL,
                totp_last_step bigint,
                second_factor_waived {bool} NOT NULL,
                version integer NOT NULL,
                created_at {time} NOT NULL,
                updated_at {time} NOT NULL
            )",
                "CREATE INDEX ix_account_organization ON account (organization_id, id)",
                "CREATE TABLE session (
                id {uuid} NOT NULL CONSTRAINT pk_session PRIMARY KEY,
                account_id {uuid} NOT NULL CONSTRAINT fk_session_account REFERENCES account (id),
                created_at {time} NOT NULL,
                expires_at {time} NOT NULL,
                revoked_at {time},
                revoked_reason text
            )",
                "CREATE INDEX ix_session_account ON session (account_id, id)",
                "CREATE TABLE refresh_token (
                id {uuid} NOT NULL CONSTRAINT pk_refresh_token PRIMARY KEY,
                session_id {uuid} NOT NULL CONSTRAINT fk_refresh_token_session REFERENCES session (id),
                token_hash text NOT NULL CONSTRAINT uq_refresh_token_hash UNIQUE,
                created_at {time} NOT NULL,
                expires_at {time} NOT NULL,
                used_at {time}
            )",
                "CREATE INDEX ix_refresh_token_session ON refresh_token (session_id)",
                "CREATE TABLE one_time_token (
                id {uuid} NOT NULL CONSTRAINT pk_one_time_token PRIMARY KEY,
                purpose text NOT NULL CONSTRAINT ck_one_time_token_purpose CHECK (purpose IN ('setup', 'invitation')),
                account_id {uuid} CONSTRAINT fk_one_time_token_account REFERENCES account (id),
                token_hash text NOT NULL CONSTRAINT uq_one_time_token_hash UNIQUE,
                created_at {time} NOT NULL,
                expires_at {time} NOT NULL,
                used_at {time}
            )",
                "CREATE TABLE api_client (
                id {uuid} NOT NULL CONSTRAINT pk_api_client PRIMARY KEY,
                organization_id {uuid} NOT NULL CONSTRAINT fk_api_client_organization REFERENCES organization (id),
                name text NOT NULL,
                scopes text NOT NULL,
                status text NOT NULL CONSTRAINT ck_api_client_status CHECK (status IN ('active', 'revoked')),
                version integer NOT NULL,
                created_at {time} NOT NULL,
                updated_at {time} NOT NULL
            )",
                "CREATE INDEX ix_api_client_organization ON api_client (organization_id, id)",
                "CREATE TABLE api_client_secret (
                id {uuid} NOT NULL CONSTRAINT pk_api_client_secret PRIMARY KEY,
                api_client_id {uuid} NOT NULL CONSTRAINT fk_api_client_secret_client REFERENCES api_client (id),
                secret_hash text NOT NULL,
                created_at {time} NOT NULL,
                expires_at {time}
            )",
                "CREATE INDEX ix_api_client_secret_client ON api_client_secret (api_client_id)",
                "CREATE TABLE sign_in_throttle (
                subject_hash text NOT NULL CONSTRAINT pk_sign_in_throttle PRIMARY KEY,
                failures integer NOT NULL,
                last_failure_at {time} NOT NULL,
                locked_until {time}
            )",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        schema::drop(
            manager,
            &[
                "account",
                "session",
                "refresh_token",
                "one_time_token",
                "api_client",
                "api_client_secret",
                "sign_in_throttle",
            ],
        )
        .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
