//! Lists of Vietnamese guests, who are filed elsewhere: the portal's import template and download, and the
//! list of the citizens' portal with its coded headings.

use crate::features::declarations::import::heading::ElsewhereList;
use crate::features::declarations::import::refusal::Advice;

pub(super) const LISTS: &[ElsewhereList] = &[
    ElsewhereList {
        marks: &[&["citizenname"], &["identifier number", "passport no", "dob"]],
        absent: &[],
        advice: Advice::VietnameseGuests,
    },
    ElsewhereList {
        marks: &[&["ho ten", "ho va ten"], &["loai giay to"]],
        absent: &["qt", "ma qt"],
        advice: Advice::VietnameseGuests,
    },
];
