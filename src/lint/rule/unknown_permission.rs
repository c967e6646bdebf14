//! Ids and names that Microsoft Graph does not have.

use crate::declared::{EntryRole, Known};
use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::{Case, place_in};
use crate::lint::slip::{Meant, Slip};
use crate::lint::{Context, Rule, repair, slip};
use crate::manifest::model::App;
use crate::source::suggest;

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG008",
    name: "unknown-permission",
    severity: Severity::Error,
    persona: Persona::Regular,
    summary: "Microsoft Graph has no permission of this id or name",
    explanation: "\
The id or name is none that the permissions data knows for Microsoft Graph. A slip in it declares nothing, and consent \
fails with AADSTS650053 or leaves it out.

**What to do.** Correct it; the nearest known ones are told. `lint --fix` puts one that is needed and declared nowhere in its \
place, where its risk tier allows; `--fix=unsafe` does so always, takes the nearest one where no plan says what is needed, and \
removes what nothing needs. If the permission is newer than the data, update the catalog.

**When to suppress.** When the permission is known to exist and the data lacks it.

The data lacks some resource-specific permissions of Teams that open no call of Microsoft Graph; names of their form are told as \
information.

**Severity.** Information for names of a Teams app that have the form of such permissions, as the data lacks some.",
    security: None,
};

/// The rule.
#[derive(Debug)]
pub struct UnknownPermission;

impl Rule for UnknownPermission {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let mut found = Vec::new();
        for case in &context.cases {
            for slip in slip::slips(context.catalog, case) {
                found.push(of_entry(context, case, &slip));
            }
            if let Some(operations) = case.operations {
                found.extend(in_manifest(context, operations.file, operations.app));
            }
        }
        found
    }
}

fn of_entry(context: &Context<'_>, case: &Case<'_>, slip: &Slip<'_>) -> Finding {
    let (part, entry) = (slip.part, slip.entry);
    let written = &entry.key.value;
    let access = entry.access.as_ref().map_or("", |access| access.value.name());
    let in_teams = entry.role == EntryRole::ResourceSpecific;
    let message = match entry.role {
        _ if slip.is_of_other_access => format!("`{written}` is no {access} permission of Microsoft Graph"),
        EntryRole::ResourceSpecific if may_be_rsc(written) => {
            format!("`{written}` is not among the resource-specific permissions that the data knows, which lack some")
        }
        EntryRole::ResourceSpecific => {
            format!("no resource-specific permission `{written}` is known")
        }
        _ => format!("Microsoft Graph has no {access} permission `{written}` that is known").replace("no  ", "no "),
    };
    let finding = Finding::new(&META, place_in(part.file, entry.key.span), message, "unknown")
        .about([written.as_str(), access])
        .help(help(context, case, slip));
    let mut finding = match slip.fix(context.catalog) {
        None if slip.meant == Meant::Untold => finding,
        fix => repair::offered(finding, part, fix),
    };
    if in_teams && !slip.is_of_other_access && may_be_rsc(written) {
        finding.severity = Severity::Info;
    }
    finding
}

fn help(context: &Context<'_>, case: &Case<'_>, slip: &Slip<'_>) -> String {
    let Known::Unknown { nearest } = &slip.entry.known else {
        return String::new();
    };
    if slip.is_of_other_access {
        return "it exists for the other access; correct the type, or choose another permission".to_owned();
    }
    let catalog = context.catalog;
    if let Meant::Needed(permission, _) = slip.meant {
        let does = match slip.entry.role {
            EntryRole::Grants => "grants",
            _ => "declares",
        };
        return format!("did you mean `{}`? It is needed, and nothing {does} it", catalog.name(permission));
    }
    // What is declared already is no news to who wrote it.
    let access = slip.entry.access.as_ref().map(|access| access.value);
    let is_there = |name: &&String| {
        let found = catalog.find_permission(name).zip(access);
        found.is_some_and(|(id, access)| slip::is_declared(catalog, case, id, access))
    };
    let (there, open): (Vec<&String>, Vec<&String>) = nearest.iter().partition(is_there);
    let listed = |names: Vec<&String>| {
        let names: Vec<&str> = names.into_iter().map(String::as_str).collect();
        suggest::listed(&names)
    };
    let is_one = there.len() == 1;
    let question = format!("did you mean {}?", listed(open.clone()));
    let declared = format!("{} {} declared already", listed(there.clone()), if is_one { "is" } else { "are" });
    match (there.is_empty(), open.is_empty()) {
        (true, true) => "check it; `graphgrant query` lists permissions by what they open".to_owned(),
        (true, false) if slip.meant == Meant::Nothing => format!("{question} Nothing in the operations manifest needs it; correct it and list the call, or remove it"),
        (true, false) => question,
        (false, true) => format!("{declared}: remove this one if that was meant"),
        (false, false) => format!("{declared}; {question}"),
    }
}

/// Whether a name has the form of a resource-specific permission. Microsoft documents some for client libraries
/// and bots (`LiveShareSession.ReadWrite.Chat`, `ChannelMessage.Send.Group`) that the permissions data lacks.
fn may_be_rsc(name: &str) -> bool {
    [".Group", ".Chat", ".User"].iter().any(|end| name.ends_with(end))
}

/// The entries of `permissions` in the operations manifest.
fn in_manifest(
    context: &Context<'_>,
    file: &crate::lint::input::OperationsFile,
    app: &App,
) -> Vec<Finding> {
    let unknown = app
        .permissions
        .iter()
        .filter(|asked| context.catalog.find_permission(&asked.name.value).is_none());
    let unknown: Vec<_> = unknown.collect();
    if unknown.is_empty() {
        return Vec::new();
    }
    let names: Vec<&str> = context
        .catalog
        .permission_ids()
        .map(|id| context.catalog.name(id))
        .collect();
    unknown
        .into_iter()
        .map(|asked| {
            let written = &asked.name.value;
            let is_listed = |name: &str| {
                let mut others = app.permissions.iter();
                others.any(|other| other.name.value.eq_ignore_ascii_case(name))
            };
            let open = names.iter().copied().filter(|name| !is_listed(name));
            let nearest = suggest::nearest(written, names.iter().copied());
            let help = match (nearest, suggest::nearest(written, open)) {
                (Some(near), _) if is_listed(near) => {
                    format!("`{near}` is listed already: remove this one if that was meant")
                }
                (_, Some(near)) => format!("did you mean `{near}`?"),
                _ => "check the name in the permissions reference".to_owned(),
            };
            Finding::new(
                &META,
                crate::lint::case::place(&file.path, &file.manifest.source, asked.name.span),
                format!("Microsoft Graph has no permission `{written}` that is known"),
                "unknown",
            )
            .about([written.as_str()])
            .help(help)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::{Sample, role, rsc};

    #[test]
    fn unknown_ids_fire() {
        let entry = "{\"id\": \"11111111-2222-3333-4444-555555555555\", \"type\": \"Role\"}".to_owned();
        let sample = Sample::without_operations().app(&[entry, role("Mail.Read")]);
        assert_eq!(
            sample.told(&UnknownPermission),
            ["app.json: Microsoft Graph has no application permission `11111111-2222-3333-4444-555555555555` that is known"]
        );
    }

    #[test]
    fn resource_specific_permissions_that_the_data_lacks_are_no_errors() {
        let sample = Sample::without_operations().teams(&[
            rsc("LiveShareSession.ReadWrite.Chat", "Delegated"),
            rsc("ChannelMessage.Read.Grup", "Application"),
            rsc("ChannelMessage.Read.Group", "Application"),
        ]);
        let found = sample.findings(&UnknownPermission);
        let severities: Vec<Severity> = found.iter().map(|it| it.severity).collect();
        assert_eq!(severities, [Severity::Info, Severity::Error]);
    }

    #[test]
    fn names_in_the_operations_manifest_are_looked_at_too() {
        let sample = Sample::new("permissions: [Mail.Raed]\noperations: [GET /me]\n");
        assert_eq!(sample.findings(&UnknownPermission)[0].help.as_deref(), Some("did you mean `Mail.Read`?"));
        let sample = Sample::new("permissions: [Mail.Read]\noperations: [GET /me]\n");
        assert_eq!(sample.told(&UnknownPermission), [""; 0]);
    }
}
