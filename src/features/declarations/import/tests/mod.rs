//! Table tests of every trap that real files hold, hostile files, and properties. All guests are
//! invented.

mod biff;
mod build;
mod build_biff;
mod delimited;
mod hostile;
mod html;
mod json;
mod lists;
mod properties;
mod samples;
mod sniffing;
mod workbook_cells;
mod workbook_layout;
mod workbook_rows;
mod xml_encoding;
mod xml_structure;
