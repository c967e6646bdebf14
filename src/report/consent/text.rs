//! How the parts of a consent are put into words, the same in all formats for people.

use crate::catalog::Catalog;
use crate::catalog::model::{Access, PermissionId};
use crate::consent::model::{
    Basis, Caution, Change, Condition, Easier, Narrower, Refusal, Stake, UserConsent, Who,
};
use crate::report::consent::rich::Rich;
use crate::report::words;
use crate::requirement::Requirement;

/// Returns permissions by name.
pub fn names(catalog: &Catalog, ids: &[PermissionId]) -> Rich {
    Rich::default().and_names(ids.iter().map(|id| catalog.name(*id)))
}

/// Returns operations by number and request, one line each.
pub fn operation(requirements: &[Requirement], index: usize) -> Rich {
    let number = format!("No. {} ", index + 1);
    let request = requirements.get(index).map_or("", |it| it.request.as_str());
    Rich::plain(number).and_code(request)
}

/// Returns operations by their numbers.
pub fn numbers(indices: &[usize]) -> String {
    let numbers: Vec<String> = indices.iter().map(|at| (at + 1).to_string()).collect();
    let word = if indices.len() == 1 {
        "operation No."
    } else {
        "operations Nos."
    };
    format!("{word} {}", numbers.join(", "))
}

/// Returns what has to hold.
pub fn condition(condition: &Condition) -> Rich {
    let listed =
        |text: &str, ids: &[String]| Rich::plain(text).and_names(ids.iter().map(String::as_str));
    match condition {
        Condition::Classified { class } => {
            Rich::plain("the tenant has classified what is asked for as ").and_code(class)
        }
        Condition::VerifiedPublisher => Rich::plain("the publisher of the app is verified"),
        Condition::Publisher { ids } => listed("the verified publisher of the app is ", ids),
        Condition::Certified => Rich::plain("the app is certified for Microsoft 365"),
        Condition::OwnTenant => Rich::plain("the app is registered in the tenant that consents"),
        Condition::RegisteredIn { tenants } => listed("the app is registered in ", tenants),
        Condition::Client { ids } => listed("the app is ", ids),
        Condition::NamedByMicrosoft => {
            Rich::plain("the app is one of the mail clients that Microsoft names")
        }
        Condition::NoException { policy } => Rich::plain("no exception of ")
            .and_code(policy)
            .and(" that looks at the app or its publisher applies"),
        Condition::PolicyAllows { policy } => Rich::plain("the policy ")
            .and_code(policy)
            .and(" lets them, whose conditions no file tells"),
        Condition::Other { name } => Rich::plain("the condition ")
            .and_code(name)
            .and(" of the policy holds, which this program does not know"),
    }
}

/// Returns conditions that all have to hold.
pub fn conditions(all: &[Condition]) -> Rich {
    let mut line = Rich::default();
    for (at, one) in all.iter().enumerate() {
        if at > 0 {
            line = line.and(" and ");
        }
        line = line.and_line(condition(one));
    }
    line
}

/// Returns whether users can consent, in the words of a cell: the ways to it go to `ways`, and stand below.
pub fn user(consent: &UserConsent, access: Access, ways: &mut Vec<Vec<Condition>>) -> Rich {
    match consent {
        UserConsent::AdminOnly if access == Access::Application => Rich::plain("no: app role"),
        UserConsent::AdminOnly => Rich::plain("no: needs an admin"),
        UserConsent::Refused(Refusal::NoPolicy) => Rich::plain("no: users may not consent"),
        UserConsent::Refused(Refusal::Excluded) => Rich::plain("no: excepted by the policy"),
        UserConsent::Refused(Refusal::NotIncluded) => Rich::plain("no: not in the policy"),
        UserConsent::Allowed { ways: own } if own.iter().any(Vec::is_empty) => Rich::plain("yes"),
        UserConsent::Allowed { ways: own } => {
            let numbers: Vec<String> = own
                .iter()
                .map(|way| {
                    let known = ways.iter().position(|it| it == way);
                    let at = known.unwrap_or_else(|| {
                        ways.push(way.clone());
                        ways.len() - 1
                    });
                    format!("({})", at + 1)
                })
                .collect();
            Rich::plain(format!("yes, if {}", numbers.join(" or ")))
        }
    }
}

/// Returns who has to consent, as the rest of a sentence.
pub fn who(who: &Who) -> Rich {
    match who {
        Who::Nobody => Rich::plain("nothing to consent to"),
        Who::Users { conditions: open } if open.is_empty() => {
            Rich::plain("users can consent for themselves")
        }
        Who::Users { conditions: open } => {
            Rich::plain("users can consent for themselves if ").and_line(conditions(open))
        }
        Who::Admin { role, .. } => {
            let role = role
                .as_deref()
                .unwrap_or("a role that the data does not know");
            Rich::plain("an admin must consent, at least ").and(role)
        }
    }
}

/// Returns who has to consent, in a few words.
pub fn who_in_short(who: &Who) -> &'static str {
    match who {
        Who::Nobody => "nobody",
        Who::Users { conditions } if conditions.is_empty() => "users",
        Who::Users { .. } => "users, on conditions",
        Who::Admin { .. } => "admin",
    }
}

/// Returns what an answer about user consent rests on.
pub fn basis(basis: &Basis) -> Rich {
    match basis {
        Basis::Named {
            name,
            is_chosen: true,
        } => Rich::plain("User consent is judged by the policy ")
            .and_code(name)
            .and(" that was asked for."),
        Basis::Named {
            name,
            is_chosen: false,
        } => Rich::plain("User consent is judged by the policy ")
            .and_code(name)
            .and(", the default of new tenants; name the tenant's with ")
            .and_code("--consent-policy")
            .and(" or ")
            .and_code("--tenant-policy")
            .and("."),
        Basis::Tenant { assigned } if assigned.is_empty() => {
            Rich::plain("The tenant's settings assign no consent policy to users.")
        }
        Basis::Tenant { assigned } => {
            Rich::plain("User consent is judged by the tenant's settings: ")
                .and_names(assigned.iter().map(String::as_str))
                .and(".")
        }
    }
}

/// Returns what to keep in mind.
pub fn caution(caution: &Caution) -> Rich {
    match caution {
        Caution::StepUp => Rich::plain(
            "An app for several tenants that was registered lately and whose publisher is not verified is sent to the admin, whatever the policy says.",
        ),
        Caution::Assignment => Rich::plain(
            "If the app requires that users are assigned to it, an admin has to consent even where users could.",
        ),
        Caution::PersonalAccounts => Rich::plain(
            "People with personal accounts consent for themselves: no tenant and no admin has a say.",
        ),
        Caution::TooMany {
            access,
            count,
            limit,
        } => Rich::plain(format!(
            "{count} permissions are asked for with {access} access, and about {limit} go into one request: ask in several steps."
        )),
        Caution::TooLong { count, limit } => Rich::plain(format!(
            "The names of the scopes have {count} characters, and one grant takes {limit}."
        )),
        Caution::Doubt { operations } => Rich::plain(format!(
            "What {} would need is unknown or depends on details that the manifest does not give: the request may grow, and nothing is called too much because of that.",
            numbers(operations)
        )),
    }
}

/// Returns what a permission with less would not do.
pub fn narrower(catalog: &Catalog, narrower: &Narrower) -> Rich {
    let name = Rich::code(catalog.name(narrower.permission));
    if narrower.lacks.is_empty() {
        return name.and(" is accepted too, but documentation names the wider one");
    }
    name.and(format!(" does not serve {}", numbers(&narrower.lacks)))
}

/// Returns a change that makes the consent easier.
pub fn change(change: &Change, access: Access) -> Rich {
    match change {
        Change::NoAdmin => Rich::plain("Other permissions that need no admin"),
        Change::Split { operations } => Rich::plain(format!(
            "Ask for {} later, in a profile of its own: nothing else forces the admin",
            numbers(operations)
        )),
        Change::SignedInUser => {
            Rich::plain("A signed-in user instead of the app alone (delegated access)")
        }
        Change::Route { via, operations } => {
            Rich::plain("The route ").and_code(via.word()).and(format!(
                " for {}, instead of tenant-wide permissions ({access} access)",
                numbers(operations)
            ))
        }
    }
}

/// Returns what a change brings and costs and what there is to do for it, one line each.
pub fn costs(catalog: &Catalog, easier: &Easier) -> Vec<Rich> {
    let steps = easier.steps.iter();
    let steps = steps.map(|step| Rich::plain("to do: ").and_prose(step));
    effects(catalog, easier).into_iter().chain(steps).collect()
}

/// Returns what a change brings and costs, one line each.
pub fn effects(catalog: &Catalog, easier: &Easier) -> Vec<Rich> {
    let mut lines = Vec::new();
    let (drops, adds) = match easier.change {
        Change::SignedInUser => ("drops the app roles ", "takes the delegated permissions "),
        _ => ("drops ", "adds "),
    };
    if !easier.drops.is_empty() {
        lines.push(Rich::plain(drops).and_line(names(catalog, &easier.drops)));
    }
    if !easier.adds.is_empty() {
        lines.push(Rich::plain(adds).and_line(names(catalog, &easier.adds)));
    }
    lines.extend(gains(&easier.before, &easier.after));
    if easier.change == Change::SignedInUser {
        lines.push(Rich::plain(
            "works only while a user is signed in, and only for what that user may do",
        ));
    } else if easier.widens.reads + easier.widens.writes > 0 {
        let reach = words::reach(easier.widens);
        lines.push(Rich::plain(format!("opens besides {reach}")));
    }
    if !easier.unconfirmed.is_empty() {
        lines.push(Rich::plain(format!(
            "accepted for {}, but not documented as the least",
            numbers(&easier.unconfirmed)
        )));
    }
    if !easier.unserved.is_empty() {
        let text = match easier.change {
            Change::Split { .. } => "until the admin consents, this does not work:",
            _ => "does not serve",
        };
        lines.push(Rich::plain(format!("{text} {}", numbers(&easier.unserved))));
    }
    lines
}

/// What is less at stake after a change.
fn gains(before: &Stake, after: &Stake) -> Vec<Rich> {
    let mut lines = Vec::new();
    if before.who != after.who {
        let line = Rich::plain("consent: ").and_line(who(&after.who));
        if role(&before.who) == role(&after.who) {
            // Another permission may be the reason; the admin stays.
            if !before.who.is_admin() {
                lines.push(line);
            }
        } else {
            let was = role(&before.who).map_or_else(|| "users".to_owned(), str::to_owned);
            lines.push(line.and(format!("; before: {was}")));
        }
    }
    for (before, after, what) in [
        (
            before.tier0,
            after.tier0,
            "can lead to control of the tenant",
        ),
        (
            before.tier1,
            after.tier1,
            "touch data or devices of the whole tenant",
        ),
    ] {
        if before != after {
            lines.push(Rich::plain(format!(
                "permissions that {what}: {after}; before: {before}"
            )));
        }
    }
    lines
}

/// The role that a consent takes; `None` when it takes no admin.
fn role(who: &Who) -> Option<&str> {
    match who {
        Who::Admin { role, .. } => Some(role.as_deref().unwrap_or("an admin")),
        Who::Nobody | Who::Users { .. } => None,
    }
}

/// Returns what a risk tier means.
pub const fn tier(tier: u8) -> &'static str {
    match tier {
        0 => "can lead to control of the whole tenant",
        1 => "touches data or devices of the whole tenant",
        _ => "limited",
    }
}
