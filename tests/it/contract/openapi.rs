//! The contract as a snapshot: a change of it is seen in review.

use std::collections::BTreeSet;

use tamtru::app::router::document;

#[test]
fn document_is_as_reviewed() {
    let text = document().to_pretty_json().expect("the document");
    insta::assert_snapshot!(text);
}

#[test]
fn every_operation_is_named_described_and_speaks_problems() {
    let value = serde_json::to_value(document()).expect("the document");
    assert!(value["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")));
    let mut names = BTreeSet::new();
    for (path, methods) in value["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let name = operation["operationId"].as_str().unwrap_or_default();
            assert!(
                !name.is_empty() && names.insert(name.to_owned()),
                "{method} {path}: {name:?} is no name of its own"
            );
            assert!(operation["summary"].as_str().is_some_and(|s| s.len() > 10), "{name} has no description");
        }
    }
    assert!(names.len() > 40, "{}", names.len());
}
