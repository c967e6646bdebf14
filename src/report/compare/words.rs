//! How a comparison is put into words, the same in all formats for people.

use crate::catalog::model::Access;
use crate::compare::model::{
    Cause, Change, Close, Criterion, Presence, Recommendation, Row, Way, Whose,
};
use crate::report::words::count;

/// Returns a way as a heading.
pub(super) const fn way(way: Way) -> &'static str {
    match way {
        Way::Delegated => "Delegated",
        Way::Application => "App-only",
        Way::Mixed => "Mixed",
    }
}

/// Returns a way inside a sentence.
pub(super) const fn way_in_text(way: Way) -> &'static str {
    match way {
        Way::Delegated => "delegated access",
        Way::Application => "app-only access",
        Way::Mixed => "a mixed plan",
    }
}

/// Returns an access as a mixed plan's column shows it.
pub(super) const fn access(access: Access) -> &'static str {
    match access {
        Access::Delegated => "delegated",
        Access::Application => "app-only",
    }
}

/// Returns whose data is reached.
pub(super) const fn whose(whose: Whose) -> &'static str {
    match whose {
        Whose::Nobody => "nobody's: nothing is granted",
        Whose::Own => "the signed-in user's own",
        Whose::AsUser => "what the signed-in user may reach",
        Whose::Chosen => "what routes open: chosen sites, mailboxes or teams",
        Whose::Everyone => "everyone's in the tenant",
    }
}

/// Returns what a criterion looks at.
pub(super) const fn criterion(criterion: Criterion) -> &'static str {
    match criterion {
        Criterion::Impossible => "what cannot be done",
        Criterion::Conditional => "what a condition such as import mode holds up",
        Criterion::Presence => "who is there when the app runs",
        Criterion::TierZero => "tier-0 permissions",
        Criterion::Whose => "whose data is reached",
        Criterion::TierOne => "tier-1 permissions",
        Criterion::Admin => "whether an admin must consent",
        Criterion::Writes => "writes opened",
        Criterion::Reads => "reads opened",
        Criterion::Permissions => "number of permissions",
    }
}

/// Returns the value of a criterion.
pub(super) fn value(criterion: Criterion, way: Way, value: usize) -> String {
    match criterion {
        Criterion::Presence if value > 0 => "does not suit".to_owned(),
        Criterion::Presence => "suits".to_owned(),
        Criterion::Whose => {
            let all = [
                Whose::Nobody,
                Whose::Own,
                Whose::AsUser,
                Whose::Chosen,
                Whose::Everyone,
            ];
            let found = all.into_iter().find(|known| *known as usize == value);
            found.map_or_else(String::new, |found| whose(found).to_owned())
        }
        Criterion::Admin if value > 0 => "yes".to_owned(),
        Criterion::Admin => match way {
            Way::Delegated => "no, where the tenant lets users consent".to_owned(),
            Way::Application | Way::Mixed => "no".to_owned(),
        },
        _ => value.to_string(),
    }
}

/// Returns what the manifest says of who is there.
pub(super) const fn presence(presence: Presence) -> &'static str {
    match presence {
        Presence::Unattended => "the manifest says that no user signs in (`access: application`)",
        Presence::Attended => {
            "the manifest says that users sign in (`access: delegated` or `signIn`)"
        }
        Presence::Unsaid => "the manifest does not say whether a user signs in",
    }
}

/// Returns the recommendation as one sentence.
pub(super) fn recommendation(recommendation: &Recommendation) -> String {
    let Some(way) = recommendation.way else {
        return "No way can do any of the operations, as far as they are known.".to_owned();
    };
    let way = way_in_text(way);
    match recommendation.decided_by {
        Some(Criterion::Presence) => format!("Use {way}: {}.", presence(recommendation.presence)),
        Some(criterion) => format!(
            "Use {way}: decided by {}{}.",
            self::criterion(criterion),
            values(recommendation, criterion)
        ),
        None => format!("Use {way}: the ways are equal by every criterion."),
    }
}

/// The values of the ways among which a criterion decided.
fn values(recommendation: &Recommendation, decided: Criterion) -> String {
    let at = recommendation
        .grounds
        .iter()
        .position(|it| it.criterion == decided);
    let Some(ground) = at.and_then(|at| recommendation.grounds.get(at)) else {
        return String::new();
    };
    let before = at
        .and_then(|at| at.checked_sub(1))
        .and_then(|at| recommendation.grounds.get(at));
    let running = ground
        .values
        .iter()
        .filter(|(way, _)| before.is_none_or(|before| before.best.contains(way)));
    let texts = running.map(|(of, value)| {
        format!(
            "{}: {}",
            way_in_text(*of),
            self::value(decided, *of, *value)
        )
    });
    format!(" ({})", texts.collect::<Vec<_>>().join("; "))
}

/// Returns why it is a close call.
pub(super) const fn close(close: Close) -> &'static str {
    match close {
        Close::Size => {
            "A close call: the ways are alike in kind, and only the size of the grants decides."
        }
        Close::PresenceUnsaid => {
            "A close call: it hangs on whether a user signs in when the app runs, and the manifest does not say. `access` or `signIn` in the manifest settles it."
        }
    }
}

/// Returns what would change the recommendation, as one sentence.
pub(super) fn change(change: &Change, rows: &[Row], code: impl Fn(&str) -> String) -> String {
    let cause = match &change.cause {
        Cause::Presence(Presence::Unattended) => "If no user signed in".to_owned(),
        Cause::Presence(Presence::Attended) => "If users signed in".to_owned(),
        Cause::Presence(Presence::Unsaid) => {
            "By the permissions alone, whoever is there".to_owned()
        }
        Cause::Without(index) => {
            let request = rows
                .get(*index)
                .map_or_else(String::new, |row| code(&row.request));
            format!("Without {request} (no. {})", index + 1)
        }
        Cause::Route(via, operations) => format!(
            "If {} took the route {}",
            count(operations.len(), "operation"),
            via.word()
        ),
    };
    let then = way_in_text(change.then);
    match change.decided_by {
        Some(criterion) => format!("{cause}: {then}, by {}.", self::criterion(criterion)),
        None => format!("{cause}: {then}."),
    }
}
