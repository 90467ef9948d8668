//! Who may use whom: the `use crate::…` lines of the source against the table of the house.

use std::path::{Path, PathBuf};

const FLOORS: [&str; 4] = ["kernel", "platform", "features", "app"];

/// Rooms, each with the rooms that it may use. The graph has no circle.
const ROOMS: [(&str, &[&str]); 7] = [
    ("catalog", &["accounts"]),
    ("accounts", &["catalog"]),
    ("organizations", &["catalog", "accounts"]),
    ("declarations", &["catalog", "accounts", "organizations"]),
    ("travellers", &["accounts", "organizations", "declarations"]),
    ("audit", &["accounts"]),
    ("reports", &["accounts"]),
];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder of the source") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Every path under `crate::` that a file names, braces of `use` unfolded, test modules left out.
fn uses(text: &str) -> Vec<String> {
    let code: String = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default()
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join(" ");
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        unfold("", rest, &mut found);
    }
    found
}

/// `a::{b, c::{d}}` becomes `a::b`, `a::c::d`.
fn unfold(prefix: &str, text: &str, found: &mut Vec<String>) {
    let text = text.trim_start();
    let head: String = text.chars().take_while(|c| c.is_alphanumeric() || "_:".contains(*c)).collect();
    let rest = text[head.len()..].trim_start();
    let path = format!("{prefix}{head}");
    if let Some(inner) = rest.strip_prefix('{').filter(|_| path.ends_with("::") || path.is_empty()) {
        let (mut depth, mut start) = (0_usize, 0_usize);
        for (at, c) in inner.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth > 0 => depth -= 1,
                ',' | '}' => {
                    unfold(&path, &inner[start..at], found);
                    start = at + 1;
                    if c == '}' {
                        return;
                    }
                }
                _ => {}
            }
        }
    } else if !path.is_empty() {
        found.push(path);
    }
}

fn part(path: &str, index: usize) -> &str {
    path.split("::").nth(index).unwrap_or_default()
}

fn refusal(file: &str, used: &str) -> Option<String> {
    let place: Vec<&str> = file.split('/').collect();
    let floor = *place.first()?;
    let target = part(used, 0);
    let (ours, theirs) = (FLOORS.iter().position(|f| *f == floor)?, FLOORS.iter().position(|f| *f == target)?);
    if theirs > ours {
        return Some(format!("{floor} may not use {target}"));
    }
    if floor != "features" || target != "features" {
        return None;
    }
    let (room, other) = (*place.get(1)?, part(used, 1));
    if room == other || room == "mod.rs" {
        return pure_refusal(&place, used);
    }
    let (_, allowed) = ROOMS.iter().find(|(name, _)| *name == room)?;
    if !allowed.contains(&other) {
        return Some(format!("{room} may not use {other}"));
    }
    // Only what the other room's mod.rs re-exports: a module path of more than one step is its cupboard.
    let steps: Vec<&str> = used.split("::").skip(2).collect();
    let cupboards = ["store", "service", "routes", "dto", "rules"];
    steps.first().filter(|step| cupboards.contains(step)).map(|step| format!("{room} opens {other}'s {step}"))
}

/// `rules`, `import` and `export` are pure: no platform but its language of findings, no store, no service.
fn pure_refusal(place: &[&str], used: &str) -> Option<String> {
    let pure =
        place.iter().any(|part| ["rules.rs", "rules", "import", "export"].contains(part)) && !place.contains(&"routes");
    let forbidden = ["store", "service", "routes", "dto"].contains(&part(used, 2));
    (pure && forbidden).then(|| format!("pure code may not use {used}"))
}

fn refusals() -> Vec<String> {
    let root = source();
    let mut found = Vec::new();
    for path in files(&root) {
        let file = path.strip_prefix(&root).expect("below the source").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("a readable file");
        for used in uses(&text) {
            found.extend(refusal(&file, &used).map(|why| format!("{file}: {why}")));
        }
        let kernel = file.starts_with("kernel/");
        for word in ["sea_orm", "axum", "tokio", "async fn"] {
            let named = text.lines().any(|line| !line.trim_start().starts_with("//") && line.contains(word));
            if kernel && named {
                found.push(format!("{file}: the foundation knows no {word}"));
            }
        }
    }
    found
}

#[test]
fn nobody_uses_what_is_above_or_beside_it() {
    assert_eq!(refusals(), Vec::<String>::new());
}

#[test]
fn the_check_bites() {
    for (file, line) in [
        ("kernel/page.rs", "use crate::platform::db::Db;"),
        ("platform/http/edge.rs", "use crate::{kernel::ids, features::accounts};"),
        ("features/catalog/store.rs", "use crate::features::{catalog::Entry, declarations};"),
        ("features/accounts/tokens.rs", "use crate::features::organizations::find_establishment;"),
        ("features/declarations/service/filing.rs", "use crate::features::accounts::store::find;"),
        ("features/declarations/rules/examine.rs", "use crate::features::declarations::store;"),
        ("features/declarations/export/report.rs", "use crate::features::declarations::service::reporting;"),
        ("features/audit/store.rs", "use crate::app::router;"),
    ] {
        let seen: Vec<String> = uses(line).iter().filter_map(|used| refusal(file, used)).collect();
        assert_eq!(seen.len(), 1, "{file}: {line}: {seen:?}");
    }
}

#[test]
fn rooms_form_no_circle_beyond_callers_and_reference_data() {
    // catalog's routes take accounts' extractors, accounts takes catalog's wards; all else goes one way.
    for (room, uses) in ROOMS {
        for other in uses {
            let back = ROOMS.iter().find(|(name, _)| name == other).map_or(&[][..], |(_, uses)| uses);
            let circle = back.contains(&room);
            assert!(!circle || ["catalog", "accounts"].contains(&room), "{room} and {other} use each other");
        }
    }
}
