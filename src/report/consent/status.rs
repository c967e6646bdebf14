//! `status` in words.

use crate::catalog::Catalog;
use crate::catalog::model::Access;
use crate::consent::status::{Cell, ResourceRow, ResourceState, Row, State, Status, Subject};
use crate::report::consent::page::{Block, Page};
use crate::report::consent::rich::Rich;
use crate::report::consent::text;
use crate::report::{Planned, words};

/// Returns the comparison, app by app.
pub fn page(catalog: &Catalog, apps: &[(Planned<'_>, Status)]) -> Page {
    let mut page = Page::default();
    page.push(Block::Title(Rich::plain(
        "Needed, declared, granted and in the token",
    )));
    for (planned, status) in apps {
        app(catalog, planned, status, &mut page);
    }
    page.push(Block::Quiet(Rich::plain(words::data_line(catalog))));
    page
}

fn app(catalog: &Catalog, planned: &Planned<'_>, status: &Status, page: &mut Page) {
    if let Some(name) = &planned.app.name {
        page.heading(2, Rich::plain("App ").and_code(&name.value));
    }
    if !status.doubt.is_empty() {
        page.push(Block::Alert(Rich::plain(format!(
            "What {} would need is unknown or depends on details that the manifest does not give: nothing is called too much because of that.",
            text::numbers(&status.doubt)
        ))));
    }
    if status.is_switched_off {
        page.push(Block::Alert(Rich::plain(
            "The tenant has switched the app off: nobody gets a token for it.",
        )));
    }
    page.push(Block::Text(Rich::plain(verdict(status))));
    for access in Access::ALL {
        let rows: Vec<&Row> = status
            .rows
            .iter()
            .filter(|row| row.access == access)
            .collect();
        if rows.is_empty() {
            continue;
        }
        page.heading(3, Rich::plain(words::access(access)));
        let header = vec![
            "Permission",
            "Needed",
            "Declared",
            "Granted",
            "In token",
            "State",
        ];
        let rows = rows.into_iter().map(|it| row(catalog, it)).collect();
        page.push(Block::Table(header, rows));
    }
    let resources = status.resources.iter();
    let resources = resources
        .map(|it| resource(it, status.has_exports))
        .collect();
    page.list("Other resources, which are not compared", resources);
    let remarks = status.remarks.iter();
    let remarks = remarks.map(|remark| (Rich::prose(remark), Vec::new()));
    page.list("What the exports do not tell", remarks.collect());
}

/// The answer in a line. It is good news only where the sets that count are known.
fn verdict(status: &Status) -> String {
    let look = [
        (status.faults(), "permission"),
        (status.revoked_resources(), "other resource"),
    ];
    let look: Vec<String> = look
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, noun)| words::count(count, noun))
        .collect();
    let permissions = |count| words::count(count, "permission");
    let mut parts = Vec::new();
    if !look.is_empty() {
        parts.push(format!("{} to look at.", look.join(" and ")));
    }
    if status.untold() > 0 {
        parts.push(format!(
            "Of {} that the plan needs nothing is known: no export and no token says.",
            permissions(status.untold())
        ));
    }
    if status.ungranted() > 0 {
        parts.push(format!(
            "{} declared, and nobody said whether granted.",
            permissions(status.ungranted())
        ));
    }
    if status.users_alone() > 0 {
        parts.push(format!(
            "{} granted by single users for themselves, and missing for all others.",
            permissions(status.users_alone())
        ));
    }
    if let Some(why) = status.invalid_token {
        parts.push(format!("No service takes the token: {why}."));
    }
    if status.is_of_nobody {
        parts.push("It is not known whose grants these are, so they are not judged.".to_owned());
    }
    if status.is_cut_off {
        parts.push("An export is not complete, so what else is granted is not known.".to_owned());
    } else if !status.is_of_nobody
        && let Some(unread) = unread(status)
    {
        parts.push(unread);
    }
    if !parts.is_empty() {
        return parts.join(" ");
    }
    let known = if status.doubt.is_empty() {
        ""
    } else {
        ", as far as can be told"
    };
    if status.rows.is_empty() {
        "Nothing is needed, and nothing was found.".to_owned()
    } else if status.is_switched_off {
        format!(
            "What is needed is granted, and nothing else{known}; it counts again when the app is switched on."
        )
    } else if !status.has_exports && status.has_token {
        format!("The token carries all that is needed, and nothing else{known}.")
    } else if !status.has_exports {
        format!(
            "All that is needed is declared, and nothing else{known}; nobody said what is granted."
        )
    } else {
        match status.asked {
            Some(access) => format!(
                "All that is needed is there, and nothing else{known}, as far as {access} access goes: the other one was not looked at."
            ),
            None => format!("All that is needed is there, and nothing else{known}."),
        }
    }
}

/// What no export lists, although it is looked at; a list that is not there can hold anything.
fn unread(status: &Status) -> Option<String> {
    let lists = status.unread.iter().map(|access| match access {
        Access::Delegated => "delegated permissions",
        Access::Application => "app roles",
    });
    let lists: Vec<&str> = lists.collect();
    let lists = lists.join(" and which ");
    let others = Access::ALL
        .into_iter()
        .filter(|access| !status.unread.contains(access));
    let mut others = others.filter(|_| status.asked.is_none());
    (!lists.is_empty()).then(|| {
        let told = format!("Which {lists} are granted is not known: no export lists them all");
        match others.next() {
            Some(other) => format!("{told}; `--access {other}` looks at {other} access alone."),
            None => format!("{told}."),
        }
    })
}

fn row(catalog: &Catalog, row: &Row) -> Vec<Rich> {
    let subject = match &row.subject {
        Subject::Permission(id) => Rich::code(catalog.name(*id)),
        Subject::Unknown(written) => Rich::code(written),
    };
    let needed = if row.needed { Cell::Yes } else { Cell::No };
    let mut states = Rich::default();
    for (at, each) in row.states.iter().enumerate() {
        if at > 0 {
            states = states.and("; ");
        }
        states = states.and_line(state(catalog, row, each));
    }
    vec![
        subject,
        cell(needed),
        cell(row.declared),
        cell(row.granted),
        cell(row.token),
        states,
    ]
}

fn cell(cell: Cell) -> Rich {
    Rich::plain(match cell {
        Cell::Yes => "yes".to_owned(),
        Cell::No => "-".to_owned(),
        Cell::Users(users) => words::count(users, "user"),
        Cell::Unknown => "?".to_owned(),
    })
}

fn state(catalog: &Catalog, row: &Row, state: &State) -> Rich {
    let of = |lead: &str, ids| Rich::plain(lead).and_line(text::names(catalog, ids));
    let covered = |lead: &str, ids| {
        let whence = if row.is_as_declared {
            "as declared, "
        } else {
            ""
        };
        of(&format!("{whence}{lead}"), ids)
    };
    match state {
        State::Fine => Rich::plain("fine"),
        State::NotKnown => Rich::plain("not known: no export says what is granted"),
        State::Missing { operations } if operations.is_empty() => {
            Rich::plain("missing: the manifest asks for it by name")
        }
        State::Missing { operations } => {
            Rich::plain(format!("missing: {} fails", text::numbers(operations)))
        }
        State::NotDeclared { operations } if operations.is_empty() => {
            Rich::plain("not declared: the manifest asks for it by name")
        }
        State::NotDeclared { operations } => Rich::plain(format!(
            "not declared: {} fails unless it is granted all the same",
            text::numbers(operations)
        )),
        State::Excess { opens_known: true } => Rich::plain("excess: no operation needs it"),
        State::Excess { opens_known: false } => {
            Rich::plain("excess: no operation needs it, and none that it opens is known")
        }
        State::Broader { than } => of("excess: broader than ", than),
        State::CoveredByBroader { by } => covered("covered by a broader one: ", by),
        State::CoveredByOther { by } => covered("covered by another accepted one: ", by),
        State::CoveredByImplication { by } => covered("covered by implication, unconfirmed: ", by),
        State::ServesInstead { of: ids } if ids.is_empty() => Rich::plain("serves operations"),
        State::ServesInstead { of: ids } => of("serves instead of ", ids),
        State::DeclaredNotGranted => Rich::plain("declared, not granted"),
        State::GrantedNotDeclared => Rich::plain("granted, not declared"),
        State::GrantedNotInToken => Rich::plain("granted, not in the token"),
        State::InTokenNotGranted => Rich::plain("in the token, not granted by the exports"),
        State::UsersAlone {
            users,
            is_missing_for_others,
        } => {
            let line = Rich::plain(format!("granted by {} alone", words::count(*users, "user")));
            if *is_missing_for_others {
                line.and(", and others cannot consent: it needs an admin")
            } else {
                line
            }
        }
        State::WrongType { belongs_to } => Rich::plain(format!(
            "wrong type: the id belongs to {} access",
            belongs_to.name()
        )),
        State::UnknownId => Rich::plain("unknown id: Microsoft Graph has no such permission"),
        State::RevokedResource => {
            Rich::plain("revoked resource: Microsoft Graph is switched off in this tenant")
        }
        State::SignIn => Rich::plain("for signing in"),
        State::InDoubt { operations } => Rich::plain(format!(
            "in doubt: {} may need it",
            text::numbers(operations)
        )),
    }
}

fn resource(resource: &ResourceRow, has_exports: bool) -> (Rich, Vec<Rich>) {
    let granted = if has_exports {
        format!("{} granted", resource.granted)
    } else {
        "what is granted is not known".to_owned()
    };
    let line =
        Rich::code(&resource.name).and(format!(": {} declared, {granted}", resource.declared));
    match &resource.state {
        ResourceState::Other => (line, Vec::new()),
        ResourceState::Revoked { since, instead } => {
            let line = line.and(format!("; revoked resource: it ended on {since}"));
            let below = instead.iter().map(|it| Rich::plain("use ").and_prose(it));
            (line, below.collect())
        }
    }
}
