//! SARIF against its schema, and what code scanning asks for besides.

use super::*;

/// The official schema, with the two patterns mended that are no regular expressions.
fn schema() -> jsonschema::Validator {
    let text = include_str!("../../../../tests/vectors/sarif/sarif-schema-2.1.0.json");
    let broken = "^[a-zA-Z]{2}|^[a-zA-Z]{2}-[a-zA-Z]{2}]?$";
    assert_eq!(text.matches(broken).count(), 2);
    let mended = text.replace(broken, "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$");
    let schema: Value = serde_json::from_str(&mended).unwrap();
    jsonschema::draft7::new(&schema).unwrap()
}

#[track_caller]
fn assert_sarif(validator: &jsonschema::Validator, text: &str) -> Value {
    let value: Value = serde_json::from_str(text).unwrap();
    let refused: Vec<String> = (validator.iter_errors(&value).take(5))
        .map(|error| format!("{} {error}", error.instance_path()))
        .collect();
    assert!(refused.is_empty(), "{refused:?}");
    value
}

#[test]
fn sarif_is_valid() {
    let validator = schema();
    let broken = serde_json::json!({"version": "2.0.0", "runs": []});
    assert!(!validator.is_valid(&broken));
    assert_sarif(
        &validator,
        &sarif::write(&Findings::default(), "x").unwrap(),
    );
    assert_sarif(&validator, &sarif::write(&rich(), "lint").unwrap());
    for text in HOSTILE {
        assert_sarif(&validator, &sarif::write(&hostile(text), text).unwrap());
    }
}

#[test]
fn sarif_has_what_github_requires() {
    let log: Value = serde_json::from_str(&sarif::write(&rich(), "lint").unwrap()).unwrap();
    let run = &log["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    assert_eq!(run["automationDetails"]["id"], "lint/");
    for rule in run["tool"]["driver"]["rules"].as_array().unwrap() {
        for key in ["shortDescription", "fullDescription", "help"] {
            assert!(!rule[key]["text"].as_str().unwrap().is_empty(), "{key}");
        }
        assert!(rule["defaultConfiguration"]["level"].is_string());
        assert!(rule["properties"]["precision"].is_string());
    }
    let rules = &run["tool"]["driver"]["rules"];
    assert_eq!(
        rules[0]["fullDescription"]["text"],
        "The app calls for a thing that it does not declare."
    );
    assert!(rules[0]["properties"]["security-severity"].is_null());
    assert_eq!(rules[1]["properties"]["security-severity"], "9.5");
    assert_eq!(rules[1]["properties"]["tags"][2], "security");
    let results = run["results"].as_array().unwrap();
    let marks = fingerprint::fingerprints(&rich().findings);
    for (result, mark) in results.iter().zip(&marks) {
        let hash = &result["partialFingerprints"]["primaryLocationLineHash"];
        assert_eq!(hash, mark.as_str());
    }
    let of = |at: usize| &results[at]["locations"][0]["physicalLocation"];
    // Lines and columns from 1, in characters.
    assert_eq!(
        of(1)["region"],
        serde_json::json!({"startLine": 2, "startColumn": 15, "endLine": 2, "endColumn": 21})
    );
    assert_eq!(of(2)["artifactLocation"]["uri"], "sub%20dir/%C3%BC.tf");
    assert_eq!(results[0]["level"], "error");
    assert_eq!(results[3]["level"], "note");
    assert_eq!(results[1]["ruleIndex"], 1);
    assert_eq!(results[1]["suppressions"][0]["kind"], "external");
    assert_eq!(
        results[1]["suppressions"][0]["justification"],
        "agreed with the tenant's admin"
    );
    assert!(results[0]["suppressions"].is_null());
    assert_eq!(results[0]["relatedLocations"].as_array().unwrap().len(), 2);
    let change = &results[0]["fixes"][0]["artifactChanges"][0];
    assert_eq!(
        change["replacements"][0]["deletedRegion"]["startColumn"],
        13
    );
    let notes = &run["invocations"][0]["toolExecutionNotifications"];
    assert!(
        notes[0]["message"]["text"]
            .as_str()
            .unwrap()
            .contains("is judged by")
    );
}

#[test]
fn links_in_messages_are_none() {
    let log = sarif::write(&hostile("[a](http://x.example) [b]"), "lint").unwrap();
    let log: Value = serde_json::from_str(&log).unwrap();
    let message = &log["runs"][0]["results"][0]["message"]["text"];
    assert!(
        message.as_str().unwrap().starts_with("\\[a\\](http"),
        "{message}"
    );
}

#[test]
fn too_many_results_are_cut_at_the_light_end_and_told() {
    let mut findings = rich();
    let light = findings.findings[3].clone();
    findings
        .findings
        .splice(0..0, std::iter::repeat_n(light, sarif::RESULTS));
    let log: Value = serde_json::from_str(&sarif::write(&findings, "lint").unwrap()).unwrap();
    let run = &log["runs"][0];
    assert_eq!(run["results"].as_array().unwrap().len(), sarif::RESULTS);
    assert_eq!(run["results"][0]["level"], "error");
    let told = run["invocations"][0]["toolExecutionNotifications"][1]["message"]["text"].as_str();
    assert!(told.unwrap().starts_with("4 findings left out"), "{told:?}");
}
