//! `graphgrant catalog`.

use crate::run::{Place, run};

#[test]
fn info_names_source_and_size() {
    let answer = run(&["catalog", "info"]).ends_with(0);
    for part in ["commit", "SHA-256", "operations", "permissions"] {
        assert!(answer.out.contains(part), "{part} in\n{}", answer.out);
    }
    let value = run(&["catalog", "info", "--format", "json"])
        .ends_with(0)
        .json();
    assert!(value["counts"]["operations"].as_u64() > Some(1000));
}

#[test]
fn check_counts_repairs_and_lists_them_when_asked() {
    let short = run(&["catalog", "check"]);
    let long = run(&["catalog", "check", "--list"]);
    assert_eq!(short.code, long.code);
    assert!(short.out.contains("me-without-user"));
    assert!(long.out.lines().count() > short.out.lines().count() + 100);
    let value = run(&["catalog", "check", "--format", "json"]).json();
    let complaints = value["complaints"].as_array().unwrap().len();
    assert_eq!(short.code, i32::from(complaints > 0));
}

#[test]
fn export_goes_to_a_file() {
    let place = Place::new();
    let answer = place
        .run(&["catalog", "export", "-o", "catalog.json"])
        .ends_with(0);
    assert_eq!(answer.out, "");
    let text = std::fs::read_to_string(place.path().join("catalog.json")).unwrap();
    assert!(text.starts_with("{\"schemaVersion\":1,\"catalog\":{"));
}

#[test]
fn a_foreign_file_is_no_catalog() {
    let place = Place::new().with("x.bin", "hello");
    let answer = place
        .run(&["--catalog", "x.bin", "catalog", "info"])
        .ends_with(2);
    assert!(
        answer.err.contains("cannot be used as a catalog"),
        "{}",
        answer.err
    );
}
