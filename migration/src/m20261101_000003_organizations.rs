//! Units of the police, organizations and their establishments.

use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait, sea_orm::DbErr};

use crate::schema;

/// Units of the police, organizations and their establishments.
#[derive(Debug)]
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261101_000003_organizations"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        schema::run(
            manager,
            &[
                "CREATE TABLE unit (
                id {uuid} NOT NULL CONSTRAINT pk_unit PRIMARY KEY,
                code text NOT NULL CONSTRAINT uq_unit_code UNIQUE,
                kind text NOT NULL CONSTRAINT ck_unit_kind CHECK (kind IN ('office', 'ward')),
                name_vi text NOT NULL,
                name_en text NOT NULL,
                ward_code text CONSTRAINT uq_unit_ward_code UNIQUE,
                remote {bool} NOT NULL,
                auto_confirm {bool} NOT NULL,
                version integer NOT NULL,
                created_at {time} NOT NULL,
                updated_at {time} NOT NULL
            )",
                "CREATE TABLE organization (
                id {uuid} NOT NULL CONSTRAINT pk_organization PRIMARY KEY,
                kind text NOT NULL CONSTRAINT ck_organization_kind CHECK (kind IN ('company', 'lodging', 'landlord')),
                status text NOT NULL CONSTRAINT ck_organization_status CHECK (status IN ('pending', 'active', 'refused', 'suspended')),
                name text NOT NULL,
                tax_code text,
                phone text,
                email text,
                address text NOT NULL,
                ward_code text NOT NULL,
                zone_code text,
                decision_reason text,
                decided_by {uuid},
                decided_at {time},
                version integer NOT NULL,
                created_at {time} NOT NULL,
                updated_at {time} NOT NULL
            )",
                "CREATE INDEX ix_organization_ward ON organization (ward_code, id)",
                "CREATE TABLE establishment (
                id {uuid} NOT NULL CONSTRAINT pk_establishment PRIMARY KEY,
                organization_id {uuid} NOT NULL CONSTRAINT fk_establishment_organization REFERENCES organization (id),
                kind text NOT NULL CONSTRAINT ck_establishment_kind CHECK (kind IN ('KS', 'KCN', 'CC', 'NDKD', 'VL')),
                status text NOT NULL CONSTRAINT ck_establishment_status CHECK (status IN ('open', 'closed')),
                name text NOT NULL,
                address text NOT NULL,
                ward_code text NOT NULL,
                phone text,
                unit_id {uuid} NOT NULL CONSTRAINT fk_establishment_unit REFERENCES unit (id),
                version integer NOT NULL,
                created_at {time} NOT NULL,
                updated_at {time} NOT NULL
            )",
                "CREATE INDEX ix_establishment_organization ON establishment (organization_id, id)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        schema::drop(manager, &["unit", "organization", "establishment"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
