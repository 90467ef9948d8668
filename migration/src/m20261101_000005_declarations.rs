//! Declarations and their stays.

use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait, sea_orm::DbErr};

use crate::schema;

/// Declarations and their stays.
#[derive(Debug)]
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261101_000005_declarations"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        schema::run(
            manager,
            &[
                "CREATE TABLE declaration (
                id {uuid} NOT NULL CONSTRAINT pk_declaration PRIMARY KEY,
                reference_code text NOT NULL CONSTRAINT uq_declaration_reference_code UNIQUE,
                organization_id {uuid} NOT NULL CONSTRAINT fk_declaration_organization REFERENCES organization (id),
                establishment_id {uuid} NOT NULL CONSTRAINT fk_declaration_establishment REFERENCES establishment (id),
                unit_id {uuid} NOT NULL CONSTRAINT fk_declaration_unit REFERENCES unit (id),
                ward_code text NOT NULL,
                channel text NOT NULL CONSTRAINT ck_declaration_channel CHECK (channel IN ('electronic', 'paper')),
                client_reference text,
                reference_key text CONSTRAINT uq_declaration_reference_key UNIQUE,
                content_hash text NOT NULL,
                status text NOT NULL CONSTRAINT ck_declaration_status CHECK (status IN ('submitted', 'confirmed', 'returned', 'refused', 'recheck', 'withdrawn')),
                filed_at {time} NOT NULL,
                due_at {time} NOT NULL,
                timeliness text NOT NULL CONSTRAINT ck_declaration_timeliness CHECK (timeliness IN ('on_time', 'late')),
                deadline_rule text NOT NULL,
                stay_count integer NOT NULL,
                warning_count integer NOT NULL,
                urgency integer NOT NULL,
                filed_by_kind text NOT NULL CONSTRAINT ck_declaration_filed_by_kind CHECK (filed_by_kind IN ('account', 'client', 'system')),
                filed_by {uuid},
                import_id {uuid},
                decision_reason text,
                decided_by {uuid},
                decided_at {time},
                version integer NOT NULL,
                updated_at {time} NOT NULL
            )",
                "CREATE INDEX ix_declaration_client_reference ON declaration (client_reference, id)",
                "CREATE INDEX ix_declaration_organization ON declaration (organization_id, id)",
                "CREATE INDEX ix_declaration_queue ON declaration (status, urgency, due_at, id)",
                "CREATE INDEX ix_declaration_establishment ON declaration (establishment_id, id)",
                "CREATE INDEX ix_declaration_import ON declaration (import_id) WHERE import_id IS NOT NULL",
                "CREATE TABLE stay (
                id {uuid} NOT NULL CONSTRAINT pk_stay PRIMARY KEY,
                declaration_id {uuid} NOT NULL CONSTRAINT fk_stay_declaration REFERENCES declaration (id),
                position integer NOT NULL,
                organization_id {uuid} NOT NULL,
                establishment_id {uuid} NOT NULL,
                ward_code text NOT NULL,
                status text NOT NULL CONSTRAINT ck_stay_status CHECK (status IN ('staying', 'departed', 'withdrawn')),
                natural_key text CONSTRAINT uq_stay_natural_key UNIQUE,
                guest_key text NOT NULL,
                full_name text NOT NULL,
                full_name_folded text NOT NULL,
                date_of_birth text NOT NULL,
                sex text NOT NULL CONSTRAINT ck_stay_sex CHECK (sex IN ('M', 'F')),
                nationality text NOT NULL,
                document_type text NOT NULL CONSTRAINT ck_stay_document_type CHECK (document_type IN ('passport', 'travel_document')),
                document_number text NOT NULL,
                document_expires_on {date},
                room text,
                arrived_on {date} NOT NULL,
                arrived_at {time},
                expected_departure_on {date} NOT NULL,
                departed_on {date},
                permitted_stay_until {date},
                visa_symbol text,
                visa_number text,
                purpose text,
                due_at {time} NOT NULL,
                timeliness text NOT NULL CONSTRAINT ck_stay_timeliness CHECK (timeliness IN ('on_time', 'late')),
                deadline_rule text NOT NULL,
                findings {json} NOT NULL,
                version integer NOT NULL,
                updated_at {time} NOT NULL
            )",
                "CREATE INDEX ix_stay_declaration ON stay (declaration_id, position)",
                "CREATE INDEX ix_stay_document ON stay (document_number, nationality)",
                "CREATE INDEX ix_stay_guest_key ON stay (guest_key)",
                "CREATE INDEX ix_stay_establishment ON stay (establishment_id, arrived_on)",
                "CREATE INDEX ix_stay_organization ON stay (organization_id, id)",
                "CREATE INDEX ix_stay_ward ON stay (ward_code, id)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        schema::drop(manager, &["declaration", "stay"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
