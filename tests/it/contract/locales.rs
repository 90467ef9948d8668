//! Every sentence exists in both languages, and none is left over.

use std::collections::{BTreeMap, BTreeSet};

use tamtru::{
    features::declarations::{import::Advice, rules::catalogue},
    platform::http::ProblemKind,
};

/// Keys of a locale file: the few shapes of YAML that the files use.
fn keys(text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut path: Vec<(usize, String)> = Vec::new();
    for line in
        text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#') && !line.starts_with("_version"))
    {
        let depth = line.len() - line.trim_start().len();
        let (key, value) = line.trim().split_once(':').expect("key: value");
        path.retain(|(outer, _)| *outer < depth);
        let prefix: String = path.iter().map(|(_, part)| format!("{part}.")).collect();
        let value = value.trim();
        if value.is_empty() {
            path.push((depth, key.to_owned()));
        } else if let Some(inner) = value.strip_prefix('{').and_then(|v| v.strip_suffix('}')) {
            for member in ["message", "fix"] {
                let text = inner.split(&format!("{member}: \"")).nth(1).and_then(|rest| rest.split('"').next());
                found.insert(format!("{prefix}{key}.{member}"), text.expect("a member").to_owned());
            }
        } else {
            found.insert(format!("{prefix}{key}"), value.trim_matches('"').to_owned());
        }
    }
    found
}

fn vi() -> BTreeMap<String, String> {
    keys(include_str!("../../../src/locales/vi.yml"))
}

fn en() -> BTreeMap<String, String> {
    keys(include_str!("../../../src/locales/en.yml"))
}

#[test]
fn both_languages_have_the_same_keys_and_places() {
    let places = |text: &str| -> BTreeSet<String> {
        text.split("%{").skip(1).filter_map(|rest| rest.split('}').next()).map(ToOwned::to_owned).collect()
    };
    let (vi, en) = (vi(), en());
    assert_eq!(vi.keys().collect::<Vec<_>>(), en.keys().collect::<Vec<_>>());
    for (key, text) in &vi {
        assert_eq!(places(text), places(&en[key]), "{key}");
        assert!(!text.is_empty() || key.ends_with(".fix"), "{key} says nothing");
        assert!(text.is_empty() == en[key].is_empty(), "{key} is silent in one language");
    }
}

#[test]
fn every_problem_and_every_rule_has_its_words() {
    let vi = vi();
    for kind in ProblemKind::ALL {
        for member in ["title", "detail"] {
            assert!(vi.contains_key(&format!("problem.{}.{member}", kind.code())), "{kind:?} {member}");
        }
    }
    for rule in catalogue::RULES.iter().map(|rule| rule.id).chain(catalogue::REQUEST_RULES.iter().copied()) {
        assert!(vi.contains_key(&format!("finding.{rule}.message")), "{rule}");
    }
}

#[test]
fn every_advice_about_a_file_has_its_words_and_no_words_are_left_over() {
    let spoken: BTreeSet<String> =
        vi().keys().filter_map(|key| key.strip_prefix("file.advice.").map(ToOwned::to_owned)).collect();
    let known: BTreeSet<String> = Advice::ALL.iter().map(|advice| advice.as_str().to_owned()).collect();
    assert_eq!(spoken, known);
}

/// The source without its tests and without blanks.
fn source() -> String {
    let mut all = String::new();
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.to_string_lossy().into_owned();
            if name.ends_with(".rs") && !name.contains("tests") {
                let text = std::fs::read_to_string(&path).expect("a file");
                all.push_str(&text.split("#[cfg(test)]").next().unwrap_or_default().replace(['\n', ' '], ""));
            }
        }
    }
    all
}

#[test]
fn no_rule_is_wordless_and_no_words_are_left_over() {
    let (vi, source) = (vi(), source());
    let spoken: BTreeSet<String> = vi
        .keys()
        .filter_map(|key| key.strip_prefix("finding.")?.strip_suffix(".message"))
        .map(ToOwned::to_owned)
        .collect();
    let calls = [
        "Finding::block(\"",
        "Finding::warn(\"",
        "Finding::info(\"",
        ".block(\"",
        ".warn(\"",
        ".missing(\"",
        "ignored(\"",
        "code=\"",
    ];
    let used: BTreeSet<&str> = calls
        .iter()
        .flat_map(|call| source.split(*call).skip(1))
        .map(|rest| rest.split('"').next().unwrap_or_default())
        .filter(|rule| !rule.is_empty())
        .collect();
    let wordless: Vec<_> = used.iter().filter(|rule| !spoken.contains(**rule)).collect();
    assert!(wordless.is_empty(), "rules without words: {wordless:?}");
    let left_over: Vec<_> = spoken.iter().filter(|rule| !source.contains(&format!("\"{rule}\""))).collect();
    assert!(left_over.is_empty(), "words without a rule: {left_over:?}");
}

#[test]
fn words_of_states_channels_and_pages_are_used() {
    let source = source();
    for key in vi().keys() {
        let family = key.split('.').next().expect("a family");
        let known = match family {
            "finding" | "problem" => true,
            "status" | "channel" | "sex" | "file" => {
                source.contains(&format!("\"{family}.{{")) || source.contains(&format!("\"{key}\""))
            }
            _ => source.contains(&format!("\"{key}\"")),
        };
        assert!(known, "{key} is not used");
    }
}
