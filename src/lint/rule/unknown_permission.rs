//! Ids and names that Microsoft Graph does not have.

use crate::declared::{EntryRole, Known};
use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::place_in;
use crate::lint::{Context, Rule};
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

**What to do.** Correct it; the nearest known ones are told. If the permission is newer than the data, update the catalog.

**When to suppress.** When the permission is known to exist and the data lacks it.

The data lacks some resource-specific permissions of Teams that open no call of Microsoft Graph; names of their form are told as \
information.",
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
            for (part, entry) in case.entries() {
                let Known::Unknown { nearest } = &entry.known else {
                    continue;
                };
                let written = &entry.key.value;
                let quoted: Vec<&str> = nearest.iter().map(String::as_str).collect();
                let exists = nearest.first().is_some_and(|near| near.eq_ignore_ascii_case(written));
                let access = entry.access.as_ref().map_or("", |access| access.value.name());
                let message = match entry.role {
                    _ if exists => format!("`{written}` is no {access} permission of Microsoft Graph"),
                    EntryRole::ResourceSpecific if may_be_rsc(written) => {
                        format!("`{written}` is not among the resource-specific permissions that the data knows, which lack some")
                    }
                    EntryRole::ResourceSpecific => {
                        format!("no resource-specific permission `{written}` is known")
                    }
                    _ => format!("Microsoft Graph has no {access} permission `{written}` that is known").replace("no  ", "no "),
                };
                let help = match quoted.as_slice() {
                    _ if exists => "it exists for the other access; correct the type, or choose another permission".to_owned(),
                    [] => "check it; `graphgrant query` lists permissions by what they open".to_owned(),
                    near => format!("did you mean {}?", suggest::listed(near)),
                };
                let mut finding =
                    Finding::new(&META, place_in(part.file, entry.key.span), message, "unknown")
                        .about([written.as_str(), access])
                        .help(help);
                if entry.role == EntryRole::ResourceSpecific && !exists && may_be_rsc(written) {
                    finding.severity = Severity::Info;
                }
                found.push(finding);
            }
            if let Some(operations) = case.operations {
                found.extend(in_manifest(context, operations.file, operations.app));
            }
        }
        found
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
            let help = suggest::nearest(written, names.iter().copied()).map_or_else(
                || "check the name in the permissions reference".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
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
