//! `config/package-solution.json` of the SharePoint Framework: grants that a solution asks for. They go to a
//! principal that all solutions of a tenant share, always for delegated access.

use crate::catalog::model::Access;
use crate::declared::field::{Reader, undecided};
use crate::declared::model::{Document, Entry, EntryRole, Known, Registration};
use crate::declared::required::opening;
use crate::source::Spanned;
use crate::source::escape::shown;
use crate::source::json::Node;

/// Reads the solution of a tree.
pub(super) fn read(reader: &mut Reader<'_>, root: &Node, document: &mut Document) {
    let Some(solution) = reader.object(root, "solution") else {
        reader.fault(
            opening(root),
            "`solution` is missing",
            "check the kind of the file, or leave it out",
        );
        return;
    };
    let mut found = Registration {
        span: solution.span,
        name: reader.text(solution, "name"),
        ..Registration::default()
    };
    for request in reader.objects(solution, "webApiPermissionRequests") {
        let resource = reader.text(request, "resource");
        let scope = reader.text(request, "scope");
        for (key, value) in [("resource", &resource), ("scope", &scope)] {
            if value.is_none() && request.get(key).is_none() {
                reader.fault(
                    opening(request),
                    format!("`{key}` is missing"),
                    "name the resource and one scope of it, or remove the entry",
                );
            }
        }
        let Some(scope) = scope else { continue };
        let app_id = resource
            .as_ref()
            .and_then(|written| reader.resource(written, &mut found));
        if scope.value.trim().contains([' ', ',']) {
            reader.fault(
                scope.span,
                format!("`{}` is more than one scope", shown(&scope.value)),
                "write one entry for each scope",
            );
        }
        let access = Spanned::new(Access::Delegated, scope.span);
        let mut known = reader.known(&scope, app_id.as_deref(), Some(&access));
        if known == Known::Undecided && reader.is_own_resource(resource.as_ref()) {
            known = Known::OtherResource;
        }
        if known == Known::Undecided && resource.is_some() {
            found.undecided.push(undecided(scope.span, &scope.value));
        }
        found.entries.push(Entry {
            span: request.span,
            role: EntryRole::TenantShared,
            key: scope,
            access: Some(access),
            bad_type: None,
            resource: app_id,
            known,
        });
    }
    found.undecided.append(&mut reader.undecided);
    document.registrations.push(found);
}
