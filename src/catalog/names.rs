//! What a permission's name says: family, verb and constraint, as in `Mail.ReadWrite.Shared`.
//!
//! Names are evidence, not proof: `order` reads containment from them, `compile::preferred` the fit of a
//! permission to an operation. Where a name misleads, the overlay says so.

use crate::catalog::model::Access;

/// How much a verb lets do, within one family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    /// Reads a few properties.
    ReadBasic,
    /// Reads.
    Read,
    /// Creates only; below [`Self::ReadWrite`], beside the reading verbs.
    Create,
    /// Deletes only; below [`Self::ReadWrite`], beside the reading verbs.
    Delete,
    /// Reads and writes.
    ReadWrite,
    /// Reads, writes and changes the container.
    Manage,
    /// All of it, including permissions on it.
    FullControl,
}

/// Longest first, so that `ReadWrite` is not taken for `Read`.
const VERBS: [(&str, Verb); 7] = [
    ("FullControl", Verb::FullControl),
    ("ReadWrite", Verb::ReadWrite),
    ("ReadBasic", Verb::ReadBasic),
    ("Manage", Verb::Manage),
    ("Create", Verb::Create),
    ("Delete", Verb::Delete),
    ("Read", Verb::Read),
];

/// How qualifiers begin that narrow a verb: `ReadForTeam`, `ReadWriteSelfForChat`, `ReadSelectedForUser`.
/// Any other ending makes another verb: `ReadApprove` approves, `DeleteRestore` restores.
const NARROWING: [&str; 3] = ["For", "Self", "Selected"];

/// A permission name taken apart. Names that do not follow the pattern have no verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name<'a> {
    /// What it is about: `Mail`, `User-Phone`.
    pub family: &'a str,
    /// The whole second part: `ReadWriteSelfForTeam`.
    pub action: &'a str,
    /// The verb that the action begins with.
    pub verb: Option<Verb>,
    /// What follows the verb in the action: `SelfForTeam`.
    pub qualifier: &'a str,
    /// What follows the action: `All`, `Shared`, `Selected`, empty.
    pub constraint: &'a str,
}

impl<'a> Name<'a> {
    /// Takes a name apart. Never fails: what is missing is empty.
    pub fn parse(name: &'a str) -> Self {
        let (family, rest) = name.split_once('.').unwrap_or((name, ""));
        let (action, constraint) = rest.split_once('.').unwrap_or((rest, ""));
        let found = VERBS.iter().find_map(|(word, verb)| {
            let rest = action.strip_prefix(word)?;
            let narrows = NARROWING.iter().any(|start| rest.starts_with(start));
            (rest.is_empty() || narrows).then_some((*verb, rest))
        });
        Self {
            family,
            action,
            verb: found.map(|(verb, _)| verb),
            qualifier: found.map_or("", |(_, rest)| rest),
            constraint,
        }
    }

    /// Returns true when the name says that nothing is changed by it.
    pub fn only_reads(&self) -> bool {
        self.action.starts_with("Read")
            && !self.action.contains("Write")
            && !self.action.contains("Update")
    }

    /// Returns true when the containment that names show holds: everything that `self` gives is given by
    /// `upper` too.
    ///
    /// Within one family; verbs rise `ReadBasic < Read < ReadWrite < Manage < FullControl` with `Create`
    /// and `Delete` below `ReadWrite`; constraints rise from objects that are somehow the app's
    /// (`OwnedBy`, `Selected`, ...) over the signed-in user's own data to `Shared` to `All`. A qualifier
    /// (`ForTeam`) narrows.
    pub fn is_within(&self, upper: &Self, access: Access) -> bool {
        let (Some(low), Some(high)) = (self.verb, upper.verb) else {
            return false;
        };
        self.family.eq_ignore_ascii_case(upper.family)
            && verb_is_within(low, high)
            && qualifier_is_within(self.qualifier, upper.qualifier)
            && constraint_is_within(self.constraint, upper.constraint, access)
    }
}

fn verb_is_within(low: Verb, high: Verb) -> bool {
    let alone = |verb| matches!(verb, Verb::Create | Verb::Delete);
    if alone(low) || alone(high) {
        low == high || (alone(low) && high >= Verb::ReadWrite)
    } else {
        low <= high
    }
}

fn qualifier_is_within(low: &str, high: &str) -> bool {
    high.is_empty()
        || low == high
        || ["Self", "Selected"]
            .iter()
            .any(|word| low.strip_prefix(word) == Some(high))
}

fn constraint_is_within(low: &str, high: &str, access: Access) -> bool {
    if low == high {
        return true;
    }
    match (constraint_rank(low, access), constraint_rank(high, access)) {
        // Two ways to be limited to some objects are not comparable.
        (Some(0), Some(0)) | (None, _) | (_, None) => false,
        (Some(low), Some(high)) => low <= high,
    }
}

/// An app has no data of its own, so an app role without constraint reaches everyone's.
fn constraint_rank(constraint: &str, access: Access) -> Option<u8> {
    match constraint {
        "OwnedBy" | "AppFolder" | "CreatedByApp" | "Selected" | "WhereInstalled" | "ManagedBy"
        | "Group" | "Chat" | "User" => Some(0),
        "" => Some(if access == Access::Application { 3 } else { 1 }),
        "Shared" => Some(2),
        "All" => Some(3),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn within(low: &str, high: &str, access: Access) -> bool {
        Name::parse(low).is_within(&Name::parse(high), access)
    }

    #[test]
    fn verbs_and_constraints_rise() {
        let delegated = Access::Delegated;
        for (low, high) in [
            ("Mail.ReadBasic", "Mail.Read"),
            ("Mail.Read", "Mail.ReadWrite.Shared"),
            ("User.Read", "User.Read.All"),
            ("Sites.Read.All", "Sites.FullControl.All"),
            ("Sites.Selected", "Sites.Selected"),
            ("Files.ReadWrite.AppFolder", "Files.ReadWrite"),
            ("Group.Create", "Group.ReadWrite.All"),
            (
                "TeamsTab.ReadWriteSelfForTeam.All",
                "TeamsTab.ReadWriteForTeam.All",
            ),
            ("TeamsTab.ReadWriteForTeam.All", "TeamsTab.ReadWrite.All"),
        ] {
            let holds = within(low, high, delegated);
            assert_eq!(holds, low != "Sites.Selected", "{low} within {high}");
        }
    }

    #[test]
    fn names_do_not_claim_more_than_they_say() {
        let delegated = Access::Delegated;
        for (low, high) in [
            ("Mail.Send", "Mail.ReadWrite"),
            ("User.ReadBasic.All", "User.Read"),
            ("Mail.ReadWrite", "Mail.Read"),
            ("User.DeleteRestore.All", "User.ReadWrite.All"),
            ("Mail.Read", "MailboxSettings.Read"),
            ("Group.Create", "Group.Read.All"),
            ("User.ReadWrite.CrossCloud", "User.ReadWrite.All"),
            ("ConsentRequest.ReadApprove.All", "ConsentRequest.Read.All"),
        ] {
            assert!(!within(low, high, delegated), "{low} within {high}");
        }
    }

    #[test]
    fn an_app_role_without_constraint_reaches_everyone() {
        assert!(within(
            "Mail.ReadBasic.All",
            "Mail.Read",
            Access::Application
        ));
        assert!(!within(
            "Mail.ReadBasic.All",
            "Mail.Read",
            Access::Delegated
        ));
    }
}
