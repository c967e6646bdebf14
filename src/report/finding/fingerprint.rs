//! What makes a finding the same one after its file was edited.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::finding::Finding;
use crate::report::finding::located::path_text;

/// How many bytes of a hash are shown: as many as GitHub's own hashes of lines have.
const SHOWN: usize = 8;

/// Returns a fingerprint for each finding: a hash of rule, path and subject, which no moved line changes, and
/// the number of the repetition, so that all are different.
pub fn fingerprints(findings: &[Finding]) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let of = |finding| {
        let hash = hash(finding);
        let times = seen.entry(hash.clone()).or_default();
        *times += 1;
        format!("{hash}:{times}")
    };
    findings.iter().map(of).collect()
}

fn hash(finding: &Finding) -> String {
    let mut hasher = Sha256::new();
    let path = path_text(&finding.place.path);
    let parts = [finding.rule.id, path.as_str()].into_iter();
    for part in parts.chain(finding.subject.iter().map(String::as_str)) {
        // With its length, so that no two lists of parts are the same bytes.
        hasher.update(part.len().to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let mut text = String::with_capacity(2 * SHOWN);
    for byte in hasher.finalize().iter().take(SHOWN) {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
