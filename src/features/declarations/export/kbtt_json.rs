//! JSON array of the national interface, guide v1.4.
//!
//! That interface knows a birth to the day (`D`) or to the year (`Y`). One known to the month is written as known to the
//! year: less than is known, but nothing untrue. An hour of arrival that is not known is written as midnight, as there is no
//! other way to write it. A value that is absent has no member.

use chrono::{DateTime, NaiveDate};
use serde::Serialize;

use crate::{
    features::declarations::{export::ExportStay, rules::Moment},
    kernel::{clock, partial_date::Precision},
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Guest<'a> {
    ho_ten: &'a str,
    quoc_tich: &'a str,
    so_ho_chieu: &'a str,
    gioi_tinh: &'static str,
    loai_ngay_thang_nam_sinh: &'static str,
    ngay_thang_nam_sinh_str: String,
    ngay_den_cslt_str: String,
    ngay_di_du_kien_str: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    so_phong: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thoi_han_tam_tru_str: Option<String>,
}

/// Writes the file.
pub(super) fn write(stays: &[ExportStay]) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec_pretty(&stays.iter().map(guest).collect::<Vec<_>>())
}

fn guest(stay: &ExportStay) -> Guest<'_> {
    let known_to_the_day = stay.precision() == Precision::Day;
    Guest {
        ho_ten: &stay.full_name,
        quoc_tich: &stay.nationality.code,
        so_ho_chieu: &stay.document_number,
        gioi_tinh: stay.sex_letter(),
        loai_ngay_thang_nam_sinh: if known_to_the_day { "D" } else { "Y" },
        ngay_thang_nam_sinh_str: birth(stay, known_to_the_day),
        ngay_den_cslt_str: arrival(stay.arrival),
        ngay_di_du_kien_str: midnight(stay.expected_departure_on),
        so_phong: stay.room.as_deref(),
        thoi_han_tam_tru_str: stay.permitted_stay_until.map(midnight),
    }
}

/// The interface wants 1 January of a year.
fn birth(stay: &ExportStay, known_to_the_day: bool) -> String {
    let iso = stay.date_of_birth.to_string();
    match iso.split_once('-') {
        Some((year, _)) if !known_to_the_day => format!("{year}-01-01"),
        Some(_) => iso,
        None => format!("{iso}-01-01"),
    }
}

fn arrival(arrival: Moment) -> String {
    let written = |at: DateTime<chrono::Utc>| clock::local(at).format("%Y-%m-%d %H:%M:%S").to_string();
    arrival.at.map_or_else(|| midnight(arrival.on), written)
}

fn midnight(day: NaiveDate) -> String {
    day.format("%Y-%m-%d 00:00:00").to_string()
}
