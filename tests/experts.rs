//! The six examples against what an Entra expert would grant, written by hand from the API reference before
//! the program could plan (`tests/vectors/experts.yaml`).

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::collections::BTreeSet;
use std::path::Path;

use graphgrant::catalog::bundled;
use graphgrant::catalog::model::Access;
use graphgrant::plan::{Options, plan};
use graphgrant::requirement::requirements;
use graphgrant::source::read;
use serde::Deserialize;

#[derive(Deserialize)]
struct Expert {
    example: String,
    #[serde(default)]
    delegated: Vec<Granted>,
    #[serde(default)]
    application: Vec<Granted>,
    #[serde(default)]
    not: Vec<Granted>,
}

#[derive(Deserialize)]
struct Granted {
    permission: String,
    why: String,
}

#[test]
fn the_examples_are_planned_as_an_expert_would() {
    let catalog = bundled::open().unwrap();
    let experts: Vec<Expert> = serde_yaml::from_str(include_str!("vectors/experts.yaml")).unwrap();
    assert_eq!(experts.len(), 6);
    for expert in experts {
        let file = Path::new("examples")
            .join(&expert.example)
            .join("graphgrant.yaml");
        let source = read::text(&file).unwrap();
        let reading = graphgrant::manifest::read::from_source(&source, &|_| Ok(()));
        assert!(
            reading.errors.is_empty(),
            "{}: {:?}",
            expert.example,
            reading.errors
        );
        let [app] = reading.manifest.apps.as_slice() else {
            panic!("{}", expert.example)
        };
        let needed = requirements(&catalog, app, &source);
        let planned = plan(&catalog, app, needed, &Options::default()).unwrap();
        for (access, wanted) in [
            (Access::Delegated, &expert.delegated),
            (Access::Application, &expert.application),
        ] {
            let chosen: BTreeSet<&str> = planned
                .plan(access)
                .permissions
                .iter()
                .map(|chosen| catalog.name(chosen.permission))
                .collect();
            let expected: BTreeSet<&str> = wanted
                .iter()
                .map(|granted| granted.permission.as_str())
                .collect();
            assert_eq!(chosen, expected, "{} ({access})", expert.example);
            for refused in &expert.not {
                let is_chosen = chosen.contains(refused.permission.as_str());
                assert!(!is_chosen, "{}: {}", expert.example, refused.why);
            }
        }
    }
}
