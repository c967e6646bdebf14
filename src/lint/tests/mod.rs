//! Laws of a run as a whole.

mod choices;
mod laws;
mod replaced;
mod slips;
mod text;

use proptest::prelude::*;

use super::*;
use crate::lint::associate::associate;
use crate::lint::input::{AppFile, OperationsFile};
use crate::lint::sample::{Sample, role, rsc, scope};

/// A run with several apps, manifests and kinds of files.
fn files() -> (Vec<OperationsFile>, Vec<AppFile>) {
    let calls = "access: [delegated, application]\nroutes: [{via: rsc, operations: ['GET /teams/{id}/channels']}]\noperations:\n  - {request: 'GET /sites/{id}', access: application}\n  - {request: 'GET /teams/{id}/channels', access: application}\n  - {request: GET /me/messages, access: delegated}\npolicy: {deny: ['Mail.*'], failOn: info, suppressions: [{rule: tier-1-risk, reason: r, owner: o, until: 2027-01-01}]}\n";
    let terraform = "resource \"azuread_application\" \"app\" {\n  display_name = \"app\"\n}\nmodule \"other\" {\n  source = \"./other\"\n}\n";
    let first = Sample::new(calls)
        .app(&[
            role("Mail.Send"),
            scope("Mail.ReadWrite"),
            role("Mail.Send"),
        ])
        .app(&[role("Sites.FullControl.All")])
        .teams(&[rsc("TeamSettings.Read.Group", "Application")])
        .file("main.tf", terraform)
        .file(
            "sub/app.json",
            &Sample::app_text(&[role("Directory.ReadWrite.All")]),
        )
        .file("sub/broken.json", "{\"appId\": ");
    let mut operations = first.inputs.operations;
    for (at, path) in ["sub/graphgrant.yaml", "other/graphgrant.yaml"]
        .iter()
        .enumerate()
    {
        let calls = format!("{calls}  - GET /users/{at}/manager\n").replace("policy:", "# policy:");
        let calls = calls.replace("\n# policy", "\n  # policy");
        let mut more = Sample::new(&calls).inputs.operations;
        for file in &mut more {
            file.path = path.into();
        }
        operations.extend(more);
    }
    (operations, first.inputs.apps)
}

fn judged(operations: Vec<OperationsFile>, apps: Vec<AppFile>) -> Findings {
    let mut sample = Sample::without_operations();
    sample.inputs.operations = operations;
    sample.inputs.apps = apps;
    let catalog = crate::catalog::bundled::open().unwrap();
    let links = associate(&sample.inputs);
    let mut context = Context::new(&catalog, sample.today, &sample.inputs, &links);
    inspect(&mut context, Options { pedantic: true })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_order_of_files_changes_nothing(
        (operations, apps) in Just(files()).prop_flat_map(|(operations, apps)| {
            (Just(operations).prop_shuffle(), Just(apps).prop_shuffle())
        })
    ) {
        let (first_operations, first_apps) = files();
        let first = judged(first_operations, first_apps);
        prop_assert!(first.findings.len() > 10);
        prop_assert_eq!(judged(operations, apps), first);
    }
}
