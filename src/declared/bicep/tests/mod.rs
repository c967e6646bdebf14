//! Bicep files and what is read from them, as short texts.

mod broken;
mod references;

use crate::declared::bicep::read;
use crate::declared::model::Document;
use crate::declared::told::{ids, told, told_whole};
use crate::source::Source;

const EXAMPLES: [(&str, &str); 2] = [
    (
        "reporting-job",
        include_str!("../../../../examples/app-manifests/bicep/reporting-job.bicep"),
    ),
    (
        "managed-identity",
        include_str!("../../../../examples/app-manifests/bicep/managed-identity.bicep"),
    ),
];

#[track_caller]
fn document(text: &str) -> Document {
    read(ids(), &Source::new("main.bicep", text)).unwrap()
}

#[test]
fn examples_are_read() {
    for (name, text) in EXAMPLES {
        let told = told_whole(&document(text));
        insta::with_settings!({ omit_expression => true }, {
            insta::assert_snapshot!(name, told);
        });
    }
}
