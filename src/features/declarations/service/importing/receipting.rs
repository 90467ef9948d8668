//! The receipt of an import as PDF.

use ::entity::guest_import::{Mode, Status};

use crate::{
    features::{
        accounts::{self, Caller, Scope},
        declarations::{
            import_receipt::{self, ImportReceipt, ReceiptDeclaration},
            service::{
                filing::verify_url,
                importing::{event, get_row, status_name},
                making::make_apart,
                reading::record,
            },
            store_import as store,
        },
        organizations,
    },
    kernel::ids::{EstablishmentId, ImportId},
    platform::{
        http::{Problem, ProblemKind},
        lang::Lang,
        state::AppState,
    },
};

/// What was filed of a file, once it is. The read is on the record.
pub async fn receipt_pdf(state: &AppState, caller: &Caller, id: ImportId, lang: Lang) -> Result<Vec<u8>, Problem> {
    let conn = state.db.read();
    let row = get_row(state, &caller.scope()?, id).await?;
    if row.status != Status::Done || row.mode == Mode::Compare {
        return Err(Problem::wrong_state(status_name(row.status), &[]));
    }
    let establishment =
        organizations::find_establishment(conn, &Scope::Everything, EstablishmentId(row.establishment_id))
            .await?
            .ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    let declarations = store::declaration_rows(conn, id).await?;
    let unit_id = declarations.first().map_or(establishment.unit_id, |declaration| declaration.unit_id);
    let unit = accounts::units::get_unit(conn, unit_id).await?;
    let names = organizations::organization_names(conn, &[row.organization_id]).await?;
    record(state, caller, event("import_receipt_made", &row)).await?;
    let receipt = ImportReceipt {
        language: lang,
        import_id: row.id.to_string(),
        unit_name_vi: unit.name_vi,
        unit_name_en: unit.name_en,
        organization_name: names.get(&row.organization_id).cloned().unwrap_or_default(),
        establishment_name: establishment.name,
        establishment_address: establishment.address,
        file_name: row.file_name,
        file_hash: row.file_hash,
        file_size: row.file_size,
        format: row.format.unwrap_or_default(),
        handed_in_at: row.created_at,
        filed_at: row.finished_at.unwrap_or(row.updated_at),
        rows_read: row.rows_read,
        accepted: row.accepted,
        rejected: row.rejected,
        ignored: row.ignored,
        declarations: declarations
            .iter()
            .map(|declaration| ReceiptDeclaration {
                reference_code: declaration.reference_code.clone(),
                filed_at: declaration.filed_at,
                stay_count: declaration.stay_count,
                verify_url: verify_url(state, &declaration.reference_code, 1),
            })
            .collect(),
        generated_at: state.clock.now(),
    };
    make_apart("import receipt", move || import_receipt::render(&receipt)).await
}
