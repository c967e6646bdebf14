//! The application of fixes to texts, and the difference that it makes.
//!
//! Of a round of findings those fixes are applied that do not touch each other, in the order of the findings;
//! all edits of a fix or none. The caller reads the new texts, judges again, and repeats until nothing changes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use similar::TextDiff;

use crate::finding::{Edit, Finding, Fix, Room, Safety};
use crate::source::Span;

/// How often texts are judged again: each round settles what it can, and removals in one list may have to wait
/// for each other. Every round but the last settles something, so this is far beyond what any file needs.
pub const ROUNDS: usize = 1000;

/// Which fixes are applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Allowed {
    /// Those that need no second thought.
    Safe,
    /// All.
    Unsafe,
}

impl Allowed {
    /// Returns whether a fix may be applied.
    pub const fn covers(self, fix: &Fix) -> bool {
        matches!(
            (self, fix.safety),
            (Self::Unsafe, _) | (Self::Safe, Safety::Safe)
        )
    }
}

/// A text after a round, and how many fixes made it so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixed {
    /// The new text.
    pub text: String,
    /// The titles of the fixes, in the order of the findings.
    pub titles: Vec<String>,
}

/// Applies what findings offer to the texts that they are about; `text` gives the present one of a file.
/// Suppressed findings are left alone: somebody has decided to keep what they are about.
pub fn apply<'t>(
    findings: &[Finding],
    allowed: Allowed,
    text: impl Fn(&Path) -> Option<&'t str>,
) -> BTreeMap<PathBuf, Fixed> {
    let mut taken: BTreeMap<&Path, (Taken<'_>, Vec<String>)> = BTreeMap::new();
    for finding in findings.iter().filter(|it| it.suppressed.is_none()) {
        let Some(fix) = finding.fix.as_ref().filter(|fix| allowed.covers(fix)) else {
            continue;
        };
        let (edits, titles) = taken.entry(&fix.file).or_default();
        if !fix.edits.is_empty() && fix.edits.iter().all(|edit| edits.has_room_for(edit)) {
            for edit in &fix.edits {
                edits.take(edit);
            }
            titles.push(fix.title.clone());
        }
    }
    let mut fixed = BTreeMap::new();
    for (file, (edits, titles)) in taken {
        let Some(new) = text(file).and_then(|text| edited(text, &edits)) else {
            continue;
        };
        fixed.insert(file.to_owned(), Fixed { text: new, titles });
    }
    fixed
}

/// The edits of a file that are made in a round, by place and then in the order of the findings. INVARIANT: no
/// two of them touch, but for items that are inserted one after the other.
#[derive(Debug, Default)]
struct Taken<'f>(BTreeMap<(Span, usize), &'f Edit>);

impl<'f> Taken<'f> {
    fn take(&mut self, edit: &'f Edit) {
        self.0.insert((edit.span, self.0.len()), edit);
    }

    /// Whether an edit neither touches the text of another nor takes its place.
    fn has_room_for(&self, edit: &Edit) -> bool {
        let mut before = self.0.range(..(edit.span, 0));
        let mut here = self.0.range((edit.span, 0)..=(edit.span, usize::MAX));
        let after = self.0.range((edit.span, 0)..);
        let mut after = after.skip_while(|((span, _), _)| *span == edit.span);
        let is_apart = |(_, other): (_, &&Edit)| are_apart(other, edit);
        before.next_back().is_none_or(is_apart)
            && after.next().is_none_or(is_apart)
            && here.all(is_apart)
    }
}

/// Whether two edits neither touch the same text nor need the same place.
fn are_apart(one: &Edit, other: &Edit) -> bool {
    let are_filled = !one.span.is_empty() && !other.span.is_empty();
    let are_items = one.room == Room::Shared && other.room == Room::Shared;
    (one.span.end < other.span.start || other.span.end < one.span.start)
        || (are_filled && (one.span.end == other.span.start || other.span.end == one.span.start))
        || (are_items && one.span == other.span && one.text != other.text)
}

/// Makes the edits; `None` when one lies outside the text, or nothing changes.
fn edited(text: &str, edits: &Taken<'_>) -> Option<String> {
    let mut new = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits.0.values() {
        new.push_str(text.get(at..edit.span.start)?);
        new.push_str(&edit.text);
        at = edit.span.end;
    }
    new.push_str(text.get(at..)?);
    (new != text).then_some(new)
}

/// Returns the unified difference between two texts of a file, as `git apply` takes it.
pub fn difference(path: &str, before: &str, after: &str) -> String {
    TextDiff::from_lines(before, after)
        .unified_diff()
        .context_radius(3)
        .header(&format!("a/{path}"), &format!("b/{path}"))
        .to_string()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::lint::sample::{Sample, role, scope};

    fn edit(start: usize, end: usize, text: &str) -> Edit {
        Edit::new(Span::new(start, end), text)
    }

    fn taken<'f>(edits: &[&'f Edit]) -> Taken<'f> {
        let mut taken = Taken::default();
        for edit in edits {
            taken.take(edit);
        }
        taken
    }

    #[test]
    fn edits_are_made_together_or_not_at_all() {
        let (one, two) = (edit(0, 1, "x"), edit(3, 3, "y"));
        let edited = |edits: &[&Edit]| edited("abcd", &taken(edits));
        assert_eq!(edited(&[&two, &one]), Some("xbcyd".to_owned()));
        assert_eq!(edited(&[&edit(3, 9, "")]), None);
        assert_eq!(edited(&[&edit(0, 1, "a")]), None);
    }

    #[test]
    fn touching_edits_wait_for_the_next_round() {
        assert!(are_apart(&edit(0, 2, ""), &edit(2, 4, "")));
        assert!(!are_apart(&edit(0, 3, ""), &edit(2, 4, "")));
        assert!(!are_apart(&edit(2, 2, "a"), &edit(2, 2, "b")));
        assert!(!are_apart(&edit(2, 2, "a"), &edit(2, 4, "")));
        assert!(are_apart(&edit(1, 1, "a"), &edit(2, 4, "")));
    }

    #[test]
    fn the_difference_can_be_applied() {
        let told = difference("a.json", "1\n2\n3\n", "1\n3\n");
        assert_eq!(
            told,
            "--- a/a.json\n+++ b/a.json\n@@ -1,3 +1,2 @@\n 1\n-2\n 3\n"
        );
    }

    const CALLS: &str = "access: [delegated, application]\noperations:\n  - {request: 'GET /sites/{id}', access: application}\n  - {request: 'GET /users/{id}/messages', access: application, select: [body], expand: [], search: false}\n  - {request: GET /me/drive, access: delegated}\n";

    /// Applies fixes until nothing changes.
    fn settle(mut sample: Sample, allowed: Allowed) -> (Sample, usize) {
        for round in 0..ROUNDS {
            let findings = sample.inspect().findings;
            let texts = apply(&findings, allowed, |path| {
                let mut apps = sample.inputs.apps.iter();
                let file = apps.find(|file| file.path == path)?;
                Some(file.document.source.text())
            });
            if texts.is_empty() {
                return (sample, round);
            }
            for (path, fixed) in texts {
                sample = sample.replaced(&path, &fixed.text);
            }
        }
        panic!("fixes never end");
    }

    fn names(sample: &Sample) -> Vec<String> {
        let findings = sample.inspect().findings;
        findings.iter().map(|it| it.rule.name.to_owned()).collect()
    }

    fn messy() -> Sample {
        Sample::new(CALLS).app(&[
            role("Mail.ReadWrite"),
            role("Calendars.Read"),
            scope("User.Read"),
            role("Calendars.Read"),
            role("Contacts.Read"),
            scope("Calendars.Read"),
        ])
    }

    #[test]
    fn after_all_fixes_nothing_is_missing_or_excess() {
        let (sample, _) = settle(messy(), Allowed::Unsafe);
        let left = names(&sample);
        for rule in [
            "missing-permission",
            "excess-permission",
            "broader-permission",
            "duplicate-permission",
        ] {
            assert!(
                !left.iter().any(|name| name == rule),
                "{left:?}\n{}",
                sample.inputs.apps[0].document.source.text()
            );
        }
    }

    #[test]
    fn a_hundred_missing_permissions_are_added_in_a_few_rounds() {
        let catalog = crate::catalog::bundled::open().unwrap();
        let named = catalog.permission_ids().filter_map(|id| {
            let grant = catalog.grant_for(id, crate::catalog::model::Access::Application)?;
            grant.id?;
            let is_wide = catalog.permission(id).kind == crate::catalog::model::Kind::Oauth2;
            is_wide.then_some(())?;
            Some(format!(
                "  - {{name: {}, access: application}}\n",
                catalog.name(id)
            ))
        });
        let named: String = named.take(100).collect();
        let calls = format!("access: application\noperations: []\npermissions:\n{named}");
        for entries in [vec![], vec![role("Mail.Read")]] {
            let (sample, rounds) = settle(Sample::new(&calls).app(&entries), Allowed::Unsafe);
            assert!(rounds < 6, "{rounds}");
            assert_eq!(sample.permissions().len(), 100);
            let left = names(&sample);
            assert!(
                !left.iter().any(|it| it == "missing-permission"),
                "{left:?}"
            );
        }
    }

    #[test]
    fn items_of_one_list_follow_each_other() {
        let (one, two) = (Edit::item(2, ", b"), Edit::item(2, ", a"));
        assert!(are_apart(&one, &two) && !are_apart(&one, &one.clone()));
        let three = Edit::item(2, ", c");
        let all = taken(&[&one, &two, &three]);
        assert!(!all.has_room_for(&two.clone()) && all.has_room_for(&Edit::item(2, ", d")));
        assert!(!are_apart(&one, &edit(2, 2, "x")) && !are_apart(&one, &edit(1, 2, "")));
        assert_eq!(
            edited("[x]", &taken(&[&one, &two])),
            Some("[x, b, a]".to_owned())
        );
    }

    #[test]
    fn the_only_entry_of_a_list_is_replaced() {
        let calls = "access: application\noperations:\n  - {request: 'GET /users/{id}/messages', select: [body], expand: [], search: false}\n";
        let (sample, _) = settle(
            Sample::new(calls).app(&[role("Mail.ReadWrite")]),
            Allowed::Unsafe,
        );
        let permissions: Vec<String> = sample.permissions().into_iter().collect();
        assert_eq!(permissions, ["application Mail.Read"]);
    }

    #[test]
    fn a_second_time_nothing_changes() {
        for allowed in [Allowed::Safe, Allowed::Unsafe] {
            let (sample, rounds) = settle(messy(), allowed);
            assert!(rounds > 0);
            let (_, again) = settle(sample, allowed);
            assert_eq!(again, 0);
        }
    }

    #[test]
    fn safe_fixes_remove_no_permission_and_add_none_of_the_first_tiers() {
        let before = messy();
        let had: BTreeSet<String> = before.permissions();
        let (after, _) = settle(before, Allowed::Safe);
        let has = after.permissions();
        assert!(had.is_subset(&has), "{had:?} {has:?}");
        assert!(!has.contains("application Sites.Read.All"), "{has:?}");
    }

    #[test]
    fn in_doubt_nothing_is_removed() {
        let doubtful = format!("{CALLS}  - GET /no/such/thing\n");
        let sample = Sample::new(&doubtful).app(&[role("Calendars.Read"), role("Mail.ReadWrite")]);
        let had = sample.permissions();
        let (after, _) = settle(sample, Allowed::Unsafe);
        assert!(
            had.is_subset(&after.permissions()),
            "{:?}",
            after.permissions()
        );
    }

    #[test]
    fn what_is_suppressed_is_left_alone() {
        let comment = "// graphgrant: allow(excess-permission, Calendars.Read) reason=r owner=o until=2099-01-01\n";
        let text = format!("{comment}{}", Sample::app_text(&[role("Calendars.Read")]));
        let (after, _) = settle(Sample::new(CALLS).file("app.json", &text), Allowed::Unsafe);
        assert!(after.permissions().contains("application Calendars.Read"));
    }
}
