//! The formats that are read. A new one is a file here and a line in its list.

mod kbtt_workbook;
mod kbtt_xml;

use crate::features::declarations::import::heading::SheetTemplate;
use crate::features::declarations::import::xml::XmlTemplate;

/// XML formats, told apart by their root.
pub(super) const XML: &[&XmlTemplate] = &[&kbtt_xml::TEMPLATE];

/// Sheet formats, told apart by their headings. The first that fits a sheet is taken.
pub(super) const SHEETS: &[&SheetTemplate] = &[&kbtt_workbook::TEMPLATE];
