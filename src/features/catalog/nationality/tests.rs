use std::sync::LazyLock;

use proptest::prelude::{any, prop_assert, proptest};

use crate::features::catalog::entry::Entry;
use crate::features::catalog::nationality::{Nationalities, NationalityError, label_code};
use crate::features::catalog::tables::embedded_entries;
use crate::kernel::text::fold;

mod other_data;

static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| embedded_entries().expect("the shipped files are sound"));

static SHIPPED: LazyLock<Nationalities> =
    LazyLock::new(|| Nationalities::from_entries(&ENTRIES).expect("sound nationality tables"));

fn resolve(text: &str) -> Result<&'static str, NationalityError> {
    SHIPPED.resolve(text).map(|found| found.code.as_str())
}

fn ambiguous<'a>(codes: &[&str]) -> Result<&'a str, NationalityError> {
    Err(NationalityError::Ambiguous { candidates: codes.iter().map(|code| (*code).to_owned()).collect() })
}

fn not_in_use<'a>(instead: Option<&str>) -> Result<&'a str, NationalityError> {
    Err(NationalityError::NotInUse { replaced_by: instead.map(str::to_owned) })
}

fn check(cases: &[(&str, Result<&str, NationalityError>)]) {
    for (text, expected) in cases {
        assert_eq!(&resolve(text), expected, "{text:?}");
    }
}

fn codes_table() -> impl Iterator<Item = &'static Entry> {
    ENTRIES.iter().filter(|e| e.table == "nationality_codes")
}

fn cell<'a>(entry: &'a Entry, column: &'static str) -> Option<&'a str> {
    entry.optional(column).expect("text or null")
}

/// What a row of the table must come to when its own code is given.
fn expected_of(entry: &Entry) -> Result<&str, NationalityError> {
    match entry.code.as_str() {
        "D" => Ok("DEU"),
        "XXK" => Ok("RKS"),
        "ROM" => Ok("ROU"),
        "ZAR" => Ok("COD"),
        "TMP" => Ok("TLS"),
        "FXX" => Ok("FRA"),
        "PLX" => Ok("PSE"),
        "YUG" | "ANT" | "NTZ" | "UTO" => not_in_use(None),
        "SC-" => not_in_use(Some("GBR")),
        "0RQ" => not_in_use(Some("XXX")),
        own => Ok(own),
    }
}

#[test]
fn forms_that_real_code_got_wrong() {
    check(&[
        // `Nga` upper-cased is Nigeria's code: only real capitals are a code.
        ("Nga", Ok("RUS")),
        ("nga", Ok("RUS")),
        ("NGA", Ok("NGA")),
        // A folding that loses đ turns Đức into Úc.
        ("Úc", Ok("AUS")),
        ("ÚC", Ok("AUS")),
        ("Đức", Ok("DEU")),
        ("ĐỨC", Ok("DEU")),
        ("Duc", Ok("DEU")),
        ("Uc", ambiguous(&["AUS", "DEU"])),
        ("UC", ambiguous(&["AUS", "DEU"])),
        // Without diacritics these read as another country's alpha-2 code.
        ("Mỹ", Ok("USA")),
        ("My", ambiguous(&["MYS", "USA"])),
        ("MY", ambiguous(&["MYS", "USA"])),
        ("Áo", Ok("AUT")),
        ("Ao", ambiguous(&["AGO", "AUT"])),
        ("AO", ambiguous(&["AGO", "AUT"])),
        ("Bỉ", Ok("BEL")),
        ("Bi", ambiguous(&["BDI", "BEL"])),
        ("BI", ambiguous(&["BDI", "BEL"])),
        // The portal's GBD label begins with the same words.
        ("United Kingdom", Ok("GBR")),
        ("UK", Ok("GBR")),
        ("Anh", Ok("GBR")),
        ("GBD", Ok("GBD")),
        ("NI", Ok("NIC")),
        ("NG", Ok("NGA")),
        // Never cut to the first word.
        ("Hàn Quốc", Ok("KOR")),
        ("United States", Ok("USA")),
        ("Hàn", Err(NationalityError::Unknown)),
        ("HÀN", Err(NationalityError::Unknown)),
        ("United", Err(NationalityError::Unknown)),
        ("UNITED", Err(NationalityError::Unknown)),
        ("RQ", Err(NationalityError::Unknown)),
        ("Atlantis", Err(NationalityError::Unknown)),
        // Filed as China by real tools.
        ("Đài Loan", Ok("TWN")),
        ("Trung Quốc (Đài Loan)", Ok("TWN")),
        ("TW", Ok("TWN")),
        ("HKG", Ok("HKG")),
        ("Ma Cao", Ok("MAC")),
        ("Trung Quốc", Ok("CHN")),
        // The spelling of the portal's own download.
        ("CH Hàn Quốc", Ok("KOR")),
        ("Ô-xtrây-li-a", Ok("AUS")),
        ("Liên bang Nga", Ok("RUS")),
        ("Hoa Kỳ", Ok("USA")),
        ("GBD - United Kingdom British Territories Citizen", Ok("GBD")),
    ]);
}

#[test]
fn peculiar_codes() {
    check(&[
        ("D", Ok("DEU")),
        ("DEU", Ok("DEU")),
        ("DE", Ok("DEU")),
        ("GBN", Ok("GBN")),
        ("GBS", Ok("GBS")),
        ("RKS", Ok("RKS")),
        ("XKX", Ok("RKS")),
        ("XK", Ok("RKS")),
        ("XXK", Ok("RKS")),
        ("UNO", Ok("UNO")),
        ("UNK", Ok("UNK")),
        ("XOM", Ok("XOM")),
        ("EUE", Ok("EUE")),
        ("XXA", Ok("XXA")),
        ("XXB", Ok("XXB")),
        ("XXC", Ok("XXC")),
        ("XXX", Ok("XXX")),
        ("VNM", Ok("VNM")),
        ("Việt Nam", Ok("VNM")),
        ("ROM", Ok("ROU")),
        ("ZAR", Ok("COD")),
        ("TMP", Ok("TLS")),
        ("FXX", Ok("FRA")),
        ("PLX", Ok("PSE")),
        ("YUG", not_in_use(None)),
        ("ANT", not_in_use(None)),
        ("NTZ", not_in_use(None)),
        ("UTO", not_in_use(None)),
        ("0RQ", not_in_use(Some("XXX"))),
        ("SC-", not_in_use(Some("GBR"))),
        ("Scotland", not_in_use(Some("GBR"))),
        ("Unknown", not_in_use(Some("XXX"))),
        ("Nam Tư", not_in_use(None)),
        // Signs stripped from `SC-` give the alpha-2 code of Seychelles.
        ("SC", ambiguous(&["GBR", "SYC"])),
    ]);
}

#[test]
fn labels_trust_the_code_and_only_the_code() {
    check(&[
        ("KOR - Hàn Quốc", Ok("KOR")),
        ("D - Germany", Ok("DEU")),
        ("DEU - Đức", Ok("DEU")),
        ("RUS - Nigeria", Ok("RUS")),
        ("NGA - Nga", Ok("NGA")),
        ("POL -  Ba Lan ", Ok("POL")),
        ("POL – Ba Lan", Ok("POL")),
        ("POL — Ba Lan", Ok("POL")),
        ("SC- - Scotland", not_in_use(Some("GBR"))),
        ("ROM - Ru-ma-ni", Ok("ROU")),
        // The name never saves an unknown code, and a label holds no alpha-2 code.
        ("ABC - Hàn Quốc", Err(NationalityError::Unknown)),
        ("MY - Mỹ", Err(NationalityError::Unknown)),
        // A name with a dash is no label.
        ("Congo - Kinshasa", Ok("COD")),
        ("CONGO - KINSHASA", Ok("COD")),
        ("Congo - Brazzaville", Ok("COG")),
    ]);
    let cases = [
        ("KOR - A - B", Some("KOR")),
        ("SC- - Scotland", Some("SC-")),
        ("KOR-Korea", None),
        ("kor - Korea", None),
        ("KORE - Korea", None),
        ("- - x", None),
        ("12 - x", None),
        ("KOR", None),
    ];
    for (text, expected) in cases {
        assert_eq!(label_code(text), expected, "{text:?}");
    }
}

#[test]
fn names_in_any_case_and_composition_and_without_diacritics() {
    check(&[
        ("", Err(NationalityError::Missing)),
        (" \u{A0}\t", Err(NationalityError::Missing)),
        ("  POL\u{A0}", Ok("POL")),
        ("hàn   quốc", Ok("KOR")),
        ("HÀN QUỐC", Ok("KOR")),
        ("Ha\u{300}n Quo\u{302}\u{301}c", Ok("KOR")),
        ("Han Quoc", Ok("KOR")),
        ("HAN QUOC", Ok("KOR")),
        ("Ðức", Ok("DEU")),
        ("Cộng hoà Séc", Ok("CZE")),
        ("Thụy Sĩ", Ok("CHE")),
        ("Thuy Si", Ok("CHE")),
        ("Turkiye", Ok("TUR")),
        ("Cote d'Ivoire", Ok("CIV")),
        ("stateless", Ok("XXA")),
        // Shared by a withdrawn code and its successor: one country.
        ("Ru-ma-ni", Ok("ROU")),
        ("Pa-le-xtin", Ok("PSE")),
        ("Đông Ti-mo", Ok("TLS")),
        ("Dong Ti-mo", Ok("TLS")),
        ("Zaire", Ok("COD")),
        ("Guinea", Ok("GIN")),
        ("Guinea-Bissau", Ok("GNB")),
        ("Niger", Ok("NER")),
        ("Dominica", Ok("DMA")),
        ("Cộng hòa Dominica", Ok("DOM")),
        // Small letters are no code, but the code is offered for confirmation.
        ("pol", ambiguous(&["POL"])),
        ("no", ambiguous(&["NOR"])),
        ("uto", Err(NationalityError::Unknown)),
        // One letter without its accent may come from the neighbouring column.
        ("Ý", Ok("ITA")),
        ("Y", ambiguous(&["ITA"])),
        ("d", ambiguous(&["DEU"])),
        ("M", Err(NationalityError::Unknown)),
        ("N/A", Err(NationalityError::Unknown)),
    ]);
}

#[test]
fn every_code_and_portal_label_comes_to_its_own_code() {
    let (mut portal, mut da_nang) = (0, 0);
    for entry in codes_table() {
        let expected = expected_of(entry);
        let label = cell(entry, "portal_2026_label");
        let old_label = cell(entry, "danang_old_label");
        portal += usize::from(label.is_some());
        da_nang += usize::from(old_label.is_some());
        let code = Some(entry.code.as_str());
        let texts = [code, cell(entry, "iso_alpha3"), label, old_label];
        for text in texts.into_iter().flatten() {
            assert_eq!(resolve(text), expected, "{text:?}");
        }
    }
    assert_eq!((portal, da_nang), (205, 255));
}

#[test]
fn every_name_comes_to_its_own_code_with_or_without_diacritics() {
    // Names whose form without diacritics reads like something else, and one that is a single letter.
    let unsure = ["Áo", "Bỉ", "Mỹ", "Úc", "Ý"];
    for entry in codes_table() {
        let expected = expected_of(entry);
        let aliases = cell(entry, "aliases").unwrap_or_default().split('|');
        let names = [cell(entry, "name_en"), cell(entry, "name_vi")];
        for name in names.into_iter().flatten().chain(aliases).filter(|n| !n.is_empty()) {
            assert_eq!(resolve(name), expected, "{name:?}");
            assert_eq!(resolve(&name.to_lowercase()), expected, "{name:?} in small letters");
            let folded = resolve_folded(name);
            if unsure.contains(&name) {
                assert!(matches!(folded, Err(NationalityError::Ambiguous { .. })), "{name:?}");
            } else {
                assert_eq!(folded, expected, "{name:?} without diacritics");
            }
        }
    }
}

fn resolve_folded(name: &str) -> Result<&'static str, NationalityError> {
    resolve(&fold(name))
}

#[test]
fn every_alpha2_code_comes_to_its_own_code_unless_listed() {
    for entry in codes_table() {
        let Some(alpha2) = cell(entry, "iso_alpha2") else {
            continue;
        };
        let got = resolve(alpha2);
        if ["AO", "BI", "MY", "SC"].contains(&alpha2) {
            assert!(matches!(got, Err(NationalityError::Ambiguous { .. })), "{alpha2}");
        } else {
            assert_eq!(got, expected_of(entry), "{alpha2}");
        }
    }
}

#[test]
fn a_resolved_nationality_carries_what_the_portal_wants() {
    let germany = SHIPPED.resolve("DEU").expect("Germany");
    assert_eq!(germany.portal_code.as_deref(), Some("D"));
    assert_eq!(germany.portal_label.as_deref(), Some("D - Germany"));
    assert_eq!((germany.name_en.as_str(), germany.name_vi.as_str()), ("Germany", "Đức"));
    let hong_kong = SHIPPED.resolve("HKG").expect("Hong Kong");
    assert_eq!((&hong_kong.portal_code, &hong_kong.portal_label), (&None, &None));
}

#[test]
fn stored_codes_are_unique_found_again_and_stable() {
    let mut codes: Vec<&str> = SHIPPED.all().map(|n| n.code.as_str()).collect();
    for nationality in SHIPPED.all() {
        assert_eq!(SHIPPED.get(&nationality.code), Some(nationality));
        assert_eq!(resolve(&nationality.code), Ok(nationality.code.as_str()));
    }
    let total = codes.len();
    codes.sort_unstable();
    codes.dedup();
    // 286 rows less XXK, UTO, seven withdrawn and three portal-only ones.
    assert_eq!((codes.len(), total), (274, 274));
    for absent in ["D", "ROM", "SC-", "0RQ", "UTO", "kor", ""] {
        assert_eq!(SHIPPED.get(absent), None, "{absent:?}");
    }
}

proptest! {
    #[test]
    fn any_text_is_answered_and_every_candidate_would_be_accepted(text in any::<String>()) {
        if let Err(NationalityError::Ambiguous { candidates }) = SHIPPED.resolve(&text) {
            prop_assert!(!candidates.is_empty());
        }
    }

    #[test]
    fn short_texts_too(text in "[A-Za-z0-9 -]{1,4}") {
        match SHIPPED.resolve(&text) {
            Ok(found) => prop_assert!(SHIPPED.get(&found.code).is_some()),
            Err(NationalityError::Ambiguous { candidates }) => {
                for code in candidates {
                    prop_assert!(SHIPPED.get(&code).is_some(), "{}", code);
                }
            }
            Err(NationalityError::NotInUse { replaced_by: Some(code) }) => {
                prop_assert!(SHIPPED.get(&code).is_some(), "{}", code);
            }
            Err(_) => {}
        }
    }
}
