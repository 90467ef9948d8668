//! Doors of the room for HTTP.

mod compat;
mod corrections;
mod declarations;
mod exports;
mod imports;
mod outages;
mod review;
mod rules;
mod stays;
mod verify;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::platform::state::AppState;

pub use compat::NATIONAL;

/// The route table.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(declarations::file_declaration, declarations::list_declarations))
        .routes(routes!(declarations::validate_declaration))
        .routes(routes!(declarations::get_declaration))
        .routes(routes!(declarations::get_receipt))
        .routes(routes!(declarations::list_stays))
        .routes(routes!(stays::get_stay, stays::amend_stay))
        .routes(routes!(stays::list_stay_versions))
        .routes(routes!(stays::check_out_stay))
        .routes(routes!(stays::extend_stay))
        .routes(routes!(stays::withdraw_stay))
        .routes(routes!(stays::bulk_check_out))
        .routes(routes!(corrections::list_corrections))
        .routes(routes!(corrections::get_correction))
        .routes(routes!(corrections::accept_correction))
        .routes(routes!(corrections::refuse_correction))
        .routes(routes!(corrections::cancel_correction))
        .routes(routes!(compat::file_national_declarations))
        .routes(routes!(compat::file_national_declarations_at))
        .routes(routes!(exports::export_stays))
        .routes(routes!(review::list_review_queue))
        .routes(routes!(review::bulk_review))
        .routes(routes!(review::confirm_declaration))
        .routes(routes!(review::return_declaration))
        .routes(routes!(review::refuse_declaration))
        .routes(routes!(review::recheck_declaration))
        .routes(routes!(imports::create_import, imports::list_imports))
        .routes(routes!(imports::get_import))
        .routes(routes!(imports::list_import_rows))
        .routes(routes!(imports::commit_import))
        .routes(routes!(imports::watch_import))
        .routes(routes!(imports::list_import_differences))
        .routes(routes!(imports::get_import_receipt))
        .routes(routes!(exports::get_import_report))
        .routes(routes!(outages::record_outage, outages::list_outages))
        .routes(routes!(outages::get_outage))
        .routes(routes!(outages::end_outage))
        .routes(routes!(outages::withdraw_outage))
        .routes(routes!(rules::list_rules))
        .routes(routes!(rules::get_limits))
        .routes(routes!(verify::verify_receipt))
}
