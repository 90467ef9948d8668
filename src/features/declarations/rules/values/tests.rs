//! Dates, sexes and kinds of documents as every door writes them.

use super::*;

#[test]
fn moments() {
    for (text, door, expected) in [
        ("2026-11-22T14:05:00+07:00", Door::Json, Some("2026-11-22 at 2026-11-22T07:05:00+00:00")),
        ("2026-11-22T20:00:00Z", Door::Json, Some("2026-11-23 at 2026-11-22T20:00:00+00:00")),
        ("2026-11-22", Door::Json, Some("2026-11-22")),
        ("2026-11-22T14:05:00", Door::Json, None),
        ("22/11/2026", Door::Json, None),
        ("22/11/2026", Door::File, Some("2026-11-22")),
        ("2/1/2026", Door::File, Some("2026-01-02")),
        ("22.11.2026", Door::File, Some("2026-11-22")),
        ("22-11-2026", Door::File, Some("2026-11-22")),
        ("22/11/2026 14:05", Door::File, Some("2026-11-22 at 2026-11-22T07:05:00+00:00")),
        ("22/11/2026 00:00:00", Door::File, Some("2026-11-22")),
        ("2026-11-22T20:00:00Z", Door::File, Some("2026-11-23 at 2026-11-22T20:00:00+00:00")),
        ("2026-11-22", Door::File, Some("2026-11-22")),
        ("11/22/2026", Door::File, None),
        ("22/11/26", Door::File, None),
        ("46348", Door::File, None),
        ("Invalid date", Door::File, None),
        ("29/02/2026", Door::File, None),
        ("22/11/0026", Door::File, None),
        ("", Door::File, None),
        ("2026-11-22 14:05:00", Door::National, Some("2026-11-22 at 2026-11-22T07:05:00+00:00")),
        ("2026-11-22 14:05", Door::National, Some("2026-11-22 at 2026-11-22T07:05:00+00:00")),
        ("2026-11-22T14:05:00", Door::National, Some("2026-11-22 at 2026-11-22T07:05:00+00:00")),
        ("2026-11-22 23:30:00", Door::National, Some("2026-11-22 at 2026-11-22T16:30:00+00:00")),
        ("2026-11-22T20:00:00Z", Door::National, Some("2026-11-23 at 2026-11-22T20:00:00+00:00")),
        ("2026-11-22 00:00:00", Door::National, Some("2026-11-22")),
        ("2026-11-22", Door::National, Some("2026-11-22")),
        ("2026-11-22 25:00:00", Door::National, None),
        ("2026-11-22 later", Door::National, None),
        ("22/11/2026 14:05:00", Door::National, None),
        ("2026-02-29 10:00:00", Door::National, None),
        // Hours in every writing; an hour that cannot be read spoils the whole.
        ("22/11/2026 15:00:00", Door::File, Some("2026-11-22 at 2026-11-22T08:00:00+00:00")),
        ("14:05 22/11/2026", Door::File, Some("2026-11-22 at 2026-11-22T07:05:00+00:00")),
        ("22/11/2026 2:05 PM", Door::File, Some("2026-11-22 at 2026-11-22T07:05:00+00:00")),
        ("22/11/2026 02:05:00 CH", Door::File, Some("2026-11-22 at 2026-11-22T07:05:00+00:00")),
        ("22/11/2026 12:00:00 AM", Door::File, Some("2026-11-22")),
        ("22/11/2026 14h05", Door::File, Some("2026-11-22 at 2026-11-22T07:05:00+00:00")),
        ("22/11/2026 14h", Door::File, Some("2026-11-22 at 2026-11-22T07:00:00+00:00")),
        ("22/11/2026 25:00", Door::File, None),
        ("22/11/2026 14:05 PM", Door::File, None),
        ("22/11/2026 14:05 15:05", Door::File, None),
        ("22/11/2026 khoảng trưa", Door::File, None),
        // ISO without offset is the hotel's own clock; with one it is converted, midnights are bare days.
        ("2026-11-22T14:05:00", Door::File, Some("2026-11-22 at 2026-11-22T07:05:00+00:00")),
        ("2026-11-22 14:05:00.000", Door::File, Some("2026-11-22 at 2026-11-22T07:05:00+00:00")),
        ("2026-11-22T00:00:00", Door::File, Some("2026-11-22")),
        ("2026-11-21T17:00:00.000Z", Door::File, Some("2026-11-22")),
        ("2026-11-22T00:00:00Z", Door::File, Some("2026-11-22")),
        ("2026-11-22T00:00:00+07:00", Door::File, Some("2026-11-22")),
        ("2026-11-22T23:30:00-05:00", Door::File, Some("2026-11-23 at 2026-11-23T04:30:00+00:00")),
        // Other orders that can mean one day only.
        ("2026/11/22", Door::File, Some("2026-11-22")),
        ("2026-1-5", Door::File, Some("2026-01-05")),
        ("2026-11-22", Door::Json, Some("2026-11-22")),
        ("22 / 11 / 2026", Door::File, Some("2026-11-22")),
        ("\u{a0}22/11/2026\u{a0}", Door::File, Some("2026-11-22")),
        ("22-Nov-2026", Door::File, Some("2026-11-22")),
        ("22 November 2026", Door::File, Some("2026-11-22")),
        ("22 NOV 2026 14:05", Door::File, Some("2026-11-22 at 2026-11-22T07:05:00+00:00")),
        ("ngày 22 tháng 11 năm 2026", Door::File, Some("2026-11-22")),
        ("22-Nov-26", Door::File, None),
        ("22-11-26", Door::File, None),
        ("22-Xyz-2026", Door::File, None),
        // Day numbers of both bases, and what is left of a date in a broken cell.
        ("46348.5", Door::File, None),
        ("44886", Door::File, None),
        ("2026", Door::File, None),
        ("11/2026", Door::File, None),
        ("31/11/2026", Door::File, None),
        ("00/00/2026", Door::File, None),
        ("XX/XX/XX", Door::File, None),
        ("#VALUE!", Door::File, None),
        ("undefined", Door::File, None),
        ("2026-22-11", Door::File, None),
    ] {
        let seen = moment(text, door).map(|m| match m.at {
            Some(at) => format!("{} at {}", m.on, at.to_rfc3339()),
            None => m.on.to_string(),
        });
        assert_eq!(seen.as_deref(), expected, "{text}");
    }
}

#[test]
fn the_earliest_arrival_is_of_who_can_be_read() {
    let stay = |arrival: &str| StayInput { arrival: Some(arrival.to_owned()), ..StayInput::default() };
    let stays = [stay("2026-11-23T08:00:00+07:00"), stay("never"), stay("2026-11-22"), StayInput::default()];
    let found = earliest_arrival(&stays, Door::Json).map(|at| clock::local(at).to_rfc3339());
    assert_eq!(found.as_deref(), Some("2026-11-23T00:00:00+07:00"), "a day begins to count when it is over");
    assert_eq!(earliest_arrival(&stays[1..2], Door::Json), None);
}

#[test]
fn births() {
    for (text, precision, door, expected) in [
        ("14/02/1991", Some(Precision::Day), Door::File, Some("1991-02-14")),
        ("03/1979", Some(Precision::Month), Door::File, Some("1979-03")),
        ("1966", Some(Precision::Year), Door::File, Some("1966")),
        ("1966", Some(Precision::Day), Door::File, Some("1966")),
        ("01/01/1966", Some(Precision::Year), Door::File, Some("1966")),
        ("15/03/1979", Some(Precision::Month), Door::File, Some("1979-03")),
        ("1991-02-14", None, Door::File, Some("1991-02-14")),
        ("14/02/1991 00:00:00", None, Door::File, Some("1991-02-14")),
        ("29/02/1999", Some(Precision::Day), Door::File, None),
        ("14/02/91", None, Door::File, None),
        ("XX/XX/XX", None, Door::File, None),
        ("14-Feb-1991", None, Door::File, Some("1991-02-14")),
        ("1991/02/14", None, Door::File, Some("1991-02-14")),
        ("1991-02-14T00:00:00", None, Door::File, Some("1991-02-14")),
        // Midnight in Viet Nam, turned into UTC, is the day before in writing only.
        ("1991-02-13T17:00:00.000Z", None, Door::File, Some("1991-02-14")),
        ("1966-07-01T16:00:00.000Z", None, Door::File, Some("1966-07-02")),
        ("1991-02-14T00:00:00Z", None, Door::File, Some("1991-02-14")),
        ("1991-02-13T16:00:00.000Z", None, Door::File, None),
        ("1991-02-13T20:15:00Z", None, Door::File, None),
        ("33283", None, Door::File, None),
        ("0", None, Door::File, None),
        ("02/14/1991", None, Door::File, None),
        ("00/00/1966", None, Door::File, None),
        ("Mar-1979", None, Door::File, Some("1979-03")),
        ("14/02/1991 sáng", None, Door::File, None),
        ("Invalid date", None, Door::File, None),
        ("14/02/1991", None, Door::Json, None),
        ("1991-02", None, Door::Json, Some("1991-02")),
        ("1991-02-14", Some(Precision::Day), Door::National, Some("1991-02-14")),
        ("1991-02-14 00:00:00", Some(Precision::Day), Door::National, Some("1991-02-14")),
        ("1966-01-01", Some(Precision::Year), Door::National, Some("1966")),
        ("1966-01-01", Some(Precision::Day), Door::National, Some("1966-01-01")),
        ("1979-03-01", Some(Precision::Month), Door::National, Some("1979-03")),
        ("14/02/1991", Some(Precision::Day), Door::National, None),
    ] {
        assert_eq!(birth_date(text, precision, door).map(|d| d.to_string()).as_deref(), expected, "{text}");
    }
}

#[test]
fn sexes_and_precisions() {
    for (text, door, expected) in [
        ("M", Door::Json, Some("M")),
        ("m", Door::Json, None),
        ("X", Door::Json, None),
        ("F", Door::National, Some("F")),
        ("Nam", Door::National, None),
        ("f", Door::File, Some("F")),
        ("F - Nữ", Door::File, Some("F")),
        ("M - Nam", Door::File, Some("M")),
        ("Nữ", Door::File, Some("F")),
        ("U", Door::File, None),
        ("Unknown", Door::File, None),
        ("X", Door::File, None),
        ("1", Door::File, None),
        ("2", Door::File, None),
        ("0", Door::File, None),
        ("M/F", Door::File, None),
        ("M – Nam", Door::File, Some("M")),
        ("NỮ", Door::File, Some("F")),
        ("Male", Door::File, Some("M")),
        ("", Door::File, None),
    ] {
        assert_eq!(sex(text, door), expected, "{text}");
    }
    for (text, expected) in [
        ("D", Some(Precision::Day)),
        ("M - Tháng", Some(Precision::Month)),
        ("Y - Năm", Some(Precision::Year)),
        ("y", Some(Precision::Year)),
        ("D – Ngày", Some(Precision::Day)),
        ("", None),
        ("X", None),
    ] {
        assert_eq!(precision(text), expected, "{text}");
    }
}

#[test]
fn documents_and_placeholders() {
    for (text, door, expected) in [
        ("passport", Door::Json, Some(true)),
        ("travel_document", Door::Json, Some(false)),
        ("Hộ chiếu", Door::Json, None),
        ("Hộ chiếu", Door::File, Some(true)),
        ("HỘ CHIẾU (Passport)", Door::File, Some(true)),
        ("Passport", Door::File, Some(true)),
        ("4 - Hộ chiếu", Door::File, Some(true)),
        ("Giấy thông hành", Door::File, Some(false)),
        ("1 - Thẻ CCCD", Door::File, None),
        ("Căn cước", Door::File, None),
        ("4", Door::File, None),
        ("hcm", Door::File, None),
    ] {
        assert_eq!(is_passport(text, door), expected, "{text}");
    }
    for (text, expected) in [
        ("undefined", true),
        ("undefined undefined", true),
        ("NULL", true),
        ("N/A", true),
        ("#REF!", true),
        ("NULLMEYER ANNA", false),
        ("NA", false),
        ("9001", false),
        ("", false),
    ] {
        assert_eq!(is_placeholder(text), expected, "{text}");
    }
}

#[test]
fn orders_of_day_and_month() {
    for (text, month_first, both) in [
        ("11/22/2026", true, None),
        ("11/22/2026 14:05", true, None),
        ("22/11/2026", false, None),
        ("11/05/2026", false, Some(["2026-05-11", "2026-11-05"])),
        ("5-11-2026 10:00", false, Some(["2026-11-05", "2026-05-11"])),
        ("05/05/2026", false, None),
        ("31/04/2026", false, None),
        ("13/13/2026", false, None),
        ("2026-11-05", false, None),
        ("2026-11-05T10:00:00Z", false, None),
        ("05-Nov-2026", false, None),
        ("11/22/26", false, None),
        ("1979", false, None),
        ("", false, None),
    ] {
        assert_eq!(is_month_first(text), month_first, "{text}");
        let seen = both_readings(text).map(|both| both.map(|day| day.to_string()));
        assert_eq!(seen, both.map(|both| both.map(str::to_owned)), "{text}");
    }
}
