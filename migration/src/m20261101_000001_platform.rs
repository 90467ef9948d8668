//! What the platform itself keeps: the record, idempotent answers, jobs, serials and key material.

use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait, sea_orm::DbErr};

use crate::schema;

/// What the platform itself keeps: the record, idempotent answers, jobs, serials and key material.
#[derive(Debug)]
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261101_000001_platform"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        schema::run(
            manager,
            &[
                "CREATE TABLE audit_entry (
                id {uuid} NOT NULL CONSTRAINT pk_audit_entry PRIMARY KEY,
                occurred_at {time} NOT NULL,
                action text NOT NULL,
                actor_kind text NOT NULL CONSTRAINT ck_audit_entry_actor_kind CHECK (actor_kind IN ('account', 'client', 'system', 'public')),
                actor_id {uuid},
                subject_kind text NOT NULL,
                subject_id {uuid},
                organization_id {uuid},
                unit_id {uuid},
                request_id text NOT NULL,
                data {json} NOT NULL
            )",
                "CREATE INDEX ix_audit_entry_subject ON audit_entry (subject_id, id)",
                "CREATE TABLE idempotency_key (
                id {uuid} NOT NULL CONSTRAINT pk_idempotency_key PRIMARY KEY,
                caller text NOT NULL,
                route text NOT NULL,
                key_text text NOT NULL,
                request_hash text NOT NULL,
                status integer NOT NULL,
                location text,
                etag text,
                body {json} NOT NULL,
                created_at {time} NOT NULL,
                expires_at {time} NOT NULL
            )",
                "CREATE UNIQUE INDEX uq_idempotency_key_key ON idempotency_key (key_text, caller, route)",
                "CREATE INDEX ix_idempotency_key_expires_at ON idempotency_key (expires_at)",
                "CREATE TABLE job (
                id {uuid} NOT NULL CONSTRAINT pk_job PRIMARY KEY,
                kind text NOT NULL,
                payload {json} NOT NULL,
                run_at {time} NOT NULL,
                lease_until {time},
                attempts integer NOT NULL,
                done_at {time},
                failed_at {time},
                last_error text,
                created_at {time} NOT NULL
            )",
                "CREATE INDEX ix_job_run_at ON job (run_at) WHERE done_at IS NULL AND failed_at IS NULL",
                "CREATE TABLE serial_block (
                prefix text NOT NULL CONSTRAINT pk_serial_block PRIMARY KEY,
                next_serial bigint NOT NULL
            )",
                "CREATE TABLE signing_key (
                id {uuid} NOT NULL CONSTRAINT pk_signing_key PRIMARY KEY,
                kid text NOT NULL CONSTRAINT uq_signing_key_kid UNIQUE,
                purpose text NOT NULL CONSTRAINT ck_signing_key_purpose CHECK (purpose IN ('access_token', 'receipt')),
                sealed {bytes} NOT NULL,
                public_key {bytes} NOT NULL,
                created_at {time} NOT NULL,
                signs_until {time} NOT NULL,
                verifies_until {time} NOT NULL
            )",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        schema::drop(manager, &["audit_entry", "idempotency_key", "job", "serial_block", "signing_key"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
