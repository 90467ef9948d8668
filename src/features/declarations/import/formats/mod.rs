//! The formats that are read. A new one is a file here and a line in its list.

mod accommodation;
mod elsewhere;
mod guest_list;
mod inhouse_list;
mod kbtt_download;
mod kbtt_json;
mod kbtt_workbook;
mod kbtt_xml;
mod pa18;
mod provincial_list;
mod words;

use std::sync::LazyLock;

use crate::features::declarations::import::heading::{ElsewhereList, Templates};
use crate::features::declarations::import::json::JsonTemplate;
use crate::features::declarations::import::xml::XmlTemplate;

/// XML formats, told apart by their root.
pub(super) const XML: &[&XmlTemplate] = &[&kbtt_xml::TEMPLATE];

/// Sheet formats, told apart by their headings. The first that fits a sheet is taken.
pub(super) static SHEETS: LazyLock<Templates> = LazyLock::new(|| {
    Templates::new([
        &kbtt_workbook::TEMPLATE,
        &accommodation::TEMPLATE,
        &pa18::TEMPLATE,
        &kbtt_download::TEMPLATE,
        &provincial_list::TEMPLATE,
        &guest_list::TEMPLATE,
        &inhouse_list::TEMPLATE,
    ])
});

/// Lists that are filed elsewhere, looked for where no format fits.
pub(super) const ELSEWHERE: &[ElsewhereList] = elsewhere::LISTS;

/// The JSON format.
pub(super) const JSON: JsonTemplate = kbtt_json::TEMPLATE;
