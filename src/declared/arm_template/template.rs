//! The resources of a template, and which grant belongs to which application.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::model::Access;
use crate::declared::arm_template::variables;
use crate::declared::field::{Reader, undecided};
use crate::declared::graph_application;
use crate::declared::model::{Document, Entry, EntryRole, Known, Registration};
use crate::declared::required::opening;
use crate::source::json::{Member, Node};
use crate::source::{Span, Spanned};

const APPLICATIONS: &str = "microsoft.graph/applications";
const SERVICE_PRINCIPALS: &str = "microsoft.graph/serviceprincipals";
const ROLE_ASSIGNMENTS: &str = "microsoft.graph/approleassignedto";
const PERMISSION_GRANTS: &str = "microsoft.graph/oauth2permissiongrants";
const DEPLOYMENTS: &str = "microsoft.resources/deployments";

/// What an application or another principal can be looked up by.
const NAMES: [&str; 4] = ["displayName", "uniqueName", "appId", "identifierUris"];

/// Modules of modules become templates within templates. Each costs a copy of what is in it.
const NESTED: usize = 8;

/// Reads the registrations and grants of a template.
pub(in crate::declared) fn read(reader: &mut Reader<'_>, root: &Node, document: &mut Document) {
    if root.get("resources").is_none() {
        reader.fault(
            opening(root),
            "`resources` is missing",
            "check the kind of the file, or leave it out",
        );
        return;
    }
    template(reader, root, NESTED, document);
    document.undecided.append(&mut reader.undecided);
}

fn template(reader: &mut Reader<'_>, root: &Node, depth: usize, document: &mut Document) {
    let Some(resources) = root.get("resources") else {
        return;
    };
    let resources = variables::filled_in(resources, root.get("variables"));
    if let Some(text) = resources.text() {
        if reader.is_placeholder(text) {
            document.undecided.push(undecided(resources.span, text));
        }
        return;
    }
    let found: Vec<Resource<'_>> = named(&resources)
        .filter_map(|(symbol, node)| resource(reader, symbol, node))
        .collect();
    let mut places = Places {
        symbols: found
            .iter()
            .filter_map(|resource| Some((resource.symbol?, resource)))
            .collect(),
        ..Places::default()
    };
    for resource in &found {
        if resource.kind == APPLICATIONS {
            places.keep(resource.symbol, document.registrations.len());
            document.registrations.push(application(reader, resource));
        }
    }
    let mut names = BTreeSet::new();
    for resource in found.iter().filter(|it| it.kind != DEPLOYMENTS) {
        let given = NAMES.into_iter();
        given
            .filter_map(|name| resource.properties.get(name))
            .for_each(|node| texts(node, &mut names));
    }
    for resource in &found {
        match resource.kind.as_str() {
            ROLE_ASSIGNMENTS => role_assignment(reader, resource, &mut places, document),
            PERMISSION_GRANTS => permission_grant(reader, resource, &mut places, document),
            DEPLOYMENTS => {
                if let Some(nested) = resource.properties.get("template") {
                    if depth == 0 {
                        let span = opening(nested);
                        document.undecided.push(undecided(span, "nested templates"));
                    } else {
                        template(reader, nested, depth - 1, document);
                    }
                } else if let Some(link) = resource.properties.get("templateLink") {
                    // What it is handed may lead to any app of this file, also a name to look one up by.
                    let parameters = resource.properties.get("parameters");
                    let is_handed = resource.properties.get("parametersLink").is_some()
                        || parameters.is_some_and(|node| refers(node, &names));
                    let list = if is_handed {
                        &mut document.undecided
                    } else {
                        &mut document.apart
                    };
                    list.push(undecided(opening(link), "a linked template"));
                }
            }
            _ => {}
        }
    }
}

/// Returns whether anything in a value is worked out from something else, or is one of some names.
fn refers(node: &Node, names: &BTreeSet<String>) -> bool {
    node.text()
        .is_some_and(|text| text.starts_with('[') || names.contains(&text.to_lowercase()))
        || node.items().iter().any(|item| refers(item, names))
        || node
            .members()
            .iter()
            .any(|member| refers(&member.value, names))
}

/// Collects the texts of a value or a list, in lower case.
fn texts(node: &Node, into: &mut BTreeSet<String>) {
    into.extend(node.text().map(str::to_lowercase));
    node.items().iter().for_each(|item| texts(item, into));
}

/// A resource of a template.
#[derive(Debug, Clone)]
struct Resource<'n> {
    /// The name that other resources call it by.
    symbol: Option<&'n str>,
    /// The type in lower case, without its version.
    kind: String,
    node: &'n Node,
    properties: &'n Node,
}

/// Which registration stands where.
#[derive(Debug, Default)]
struct Places<'n> {
    symbols: BTreeMap<&'n str, &'n Resource<'n>>,
    /// By the symbol of the application.
    applications: BTreeMap<String, usize>,
    /// By what names a principal that has no application here.
    principals: BTreeMap<String, usize>,
}

impl Places<'_> {
    fn keep(&mut self, symbol: Option<&str>, index: usize) {
        if let Some(symbol) = symbol {
            self.applications.insert(symbol.to_owned(), index);
        }
    }
}

fn named(resources: &Node) -> impl Iterator<Item = (Option<&str>, &Node)> {
    let listed = resources.items().iter().map(|node| (None, node));
    let named = resources.members().iter();
    listed.chain(named.map(|Member { key, value }| (Some(key.value.as_str()), value)))
}

fn resource<'n>(
    reader: &mut Reader<'_>,
    symbol: Option<&'n str>,
    node: &'n Node,
) -> Option<Resource<'n>> {
    if !node.is_object() {
        reader.fault(
            node.span,
            format!("a resource must be an object, not {}", node.word()),
            "write an object, or remove the entry",
        );
        return None;
    }
    let kind = reader.text(node, "type")?.value.to_lowercase();
    let kind = kind.split('@').next().unwrap_or_default().to_owned();
    let is_ours = kind.starts_with("microsoft.graph/") || kind == DEPLOYMENTS;
    let properties = node.get("properties").filter(|_| is_ours)?;
    Some(Resource {
        symbol,
        kind,
        node,
        properties,
    })
}

fn application(reader: &mut Reader<'_>, resource: &Resource<'_>) -> Registration {
    if let Some(text) = resource.properties.text() {
        let mut found = Registration {
            span: resource.node.span,
            ..Registration::default()
        };
        let span = resource.properties.span;
        found.undecided.push(undecided(span, text));
        return found;
    }
    let mut found = graph_application::registration(reader, resource.properties);
    found.span = resource.node.span;
    if found
        .name
        .as_ref()
        .is_none_or(|name| reader.is_placeholder(&name.value))
    {
        found.name = resource
            .symbol
            .map(|symbol| Spanned::new(symbol.to_owned(), opening(resource.node)));
    }
    conditions(resource, &mut found);
    found
}

/// Keeps what decides whether, and how often, a resource exists.
fn conditions(resource: &Resource<'_>, into: &mut Registration) {
    for (object, key) in [
        (resource.node, "condition"),
        (resource.node, "copy"),
        (resource.properties, "copy"),
    ] {
        if let Some(member) = object.member(key) {
            into.undecided.push(undecided(member.span(), key));
        }
    }
}

fn role_assignment(
    reader: &mut Reader<'_>,
    resource: &Resource<'_>,
    places: &mut Places<'_>,
    document: &mut Document,
) {
    let key = reader.text(resource.properties, "appRoleId");
    let app_id = resource_app(reader, resource, places);
    let Some(into) = holder(reader, resource, "principalId", places, document) else {
        return;
    };
    conditions(resource, into);
    let Some(key) = key else { return };
    let access = Spanned::new(Access::Application, key.span);
    let known = reader.known(&key, app_id.as_deref(), Some(&access));
    if known == Known::Undecided {
        into.undecided.push(undecided(key.span, &key.value));
    }
    into.entries.push(Entry {
        span: resource.node.span,
        role: EntryRole::Grants,
        key,
        access: Some(access),
        bad_type: None,
        resource: app_id,
        known,
    });
}

fn permission_grant(
    reader: &mut Reader<'_>,
    resource: &Resource<'_>,
    places: &mut Places<'_>,
    document: &mut Document,
) {
    let scope = reader.text(resource.properties, "scope");
    let app_id = resource_app(reader, resource, places);
    let Some(into) = holder(reader, resource, "clientId", places, document) else {
        return;
    };
    conditions(resource, into);
    let Some(scope) = scope else { return };
    if reader.is_placeholder(&scope.value) {
        into.undecided.push(undecided(scope.span, &scope.value));
        return;
    }
    for key in words(reader, &scope) {
        let access = Spanned::new(Access::Delegated, key.span);
        let known = reader.known(&key, app_id.as_deref(), Some(&access));
        if known == Known::Undecided {
            into.undecided.push(undecided(key.span, &key.value));
        }
        into.entries.push(Entry {
            span: key.span,
            role: EntryRole::Grants,
            key,
            access: Some(access),
            bad_type: None,
            resource: app_id.clone(),
            known,
        });
    }
}

/// Returns the words of a text, each with its place.
fn words(reader: &Reader<'_>, text: &Spanned<String>) -> Vec<Spanned<String>> {
    let mut found = Vec::new();
    let mut start = 0;
    for word in text.value.split(' ') {
        if !word.is_empty() {
            let span: Span = reader.part(text, start, start + word.len());
            found.push(Spanned::new(word.to_owned(), span));
        }
        start += word.len() + 1;
    }
    found
}

/// Returns the application id of the resource that a grant is of.
fn resource_app(
    reader: &mut Reader<'_>,
    resource: &Resource<'_>,
    places: &Places<'_>,
) -> Option<String> {
    let written = reader.text(resource.properties, "resourceId")?;
    let principal = places.symbols.get(symbol_in(&written.value)?)?;
    if principal.kind != SERVICE_PRINCIPALS {
        return None;
    }
    let app_id = principal.properties.get("appId")?.text()?;
    let is_plain = !reader.is_placeholder(app_id);
    is_plain.then(|| reader.ids.resource(app_id)).flatten()
}

/// Returns the registration that a grant belongs to.
fn holder<'d>(
    reader: &mut Reader<'_>,
    resource: &Resource<'_>,
    key: &str,
    places: &mut Places<'_>,
    document: &'d mut Document,
) -> Option<&'d mut Registration> {
    let written = reader.text(resource.properties, key)?;
    let symbol = symbol_in(&written.value);
    let application = symbol.and_then(|symbol| application_of(symbol, places));
    let index = application.or_else(|| places.principals.get(&written.value).copied());
    let index = index.unwrap_or_else(|| {
        let index = document.registrations.len();
        places.principals.insert(written.value.clone(), index);
        let mut found = Registration {
            span: resource.node.span,
            name: symbol.map(|symbol| Spanned::new(symbol.to_owned(), written.span)),
            ..Registration::default()
        };
        if symbol.is_none() && reader.is_placeholder(&written.value) {
            found
                .undecided
                .push(undecided(written.span, &written.value));
        }
        document.registrations.push(found);
        index
    });
    document.registrations.get_mut(index)
}

fn application_of(symbol: &str, places: &Places<'_>) -> Option<usize> {
    let principal = places.symbols.get(symbol)?;
    let named = principal.properties.get("appId")?.text()?;
    places.applications.get(symbol_in(named)?).copied()
}

/// Returns the symbol in `[reference('symbol').id]`, as Bicep compiles `symbol.id`.
fn symbol_in(expression: &str) -> Option<&str> {
    let rest = expression.strip_prefix("[reference('")?;
    let (symbol, rest) = rest.split_once('\'')?;
    let rest = rest.split_once(')').map(|(_, rest)| rest)?;
    let is_field = rest.starts_with('.') && rest.ends_with(']');
    (is_field && !rest.contains(['(', ','])).then_some(symbol)
}

#[cfg(test)]
mod tests {
    use crate::catalog::bundled;
    use crate::declared::{self, Ids, Kind};
    use crate::source::Source;

    /// Whether a linked template puts the application of the file into doubt.
    fn doubts(properties: &str) -> bool {
        let text = format!(
            r#"{{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "resources": {{
                "one": {{"type": "Microsoft.Graph/applications@v1.0", "properties": {{"displayName": "Payroll", "uniqueName": "payroll-app", "identifierUris": ["api://payroll"]}}}},
                "linked": {{"type": "Microsoft.Resources/deployments", "properties": {{"templateLink": {{"uri": "https://example.com/t.json"}}, {properties}}}}}
            }}}}"#
        );
        let catalog = bundled::open().unwrap();
        let source = Source::new("main.json", text);
        let document = declared::read(&Ids::new(&catalog), &source, Kind::ArmTemplate).unwrap();
        assert_eq!(document.registrations.len(), 1);
        let all = document.undecided.iter().chain(&document.apart);
        let told: Vec<_> = all.map(|it| it.what.as_str()).collect();
        assert_eq!(told, ["a linked template"], "{properties}");
        document.apart.is_empty()
    }

    #[test]
    fn a_linked_template_may_know_of_what_it_is_handed() {
        for handed in [
            r#""parameters": {"app": {"value": "[reference('one').appId]"}}"#,
            r#""parameters": {"apps": {"value": ["x", "PAYROLL"]}}"#,
            r#""parameters": {"app": {"value": {"name": "payroll-app"}}}"#,
            r#""parameters": {"app": {"value": "api://payroll"}}"#,
            r#""parametersLink": {"uri": "https://example.com/p.json"}"#,
        ] {
            assert!(doubts(handed), "{handed}");
        }
        for apart in [
            r#""mode": "Incremental""#,
            r#""parameters": {"app": {"value": "Payroll of others"}}"#,
        ] {
            assert!(!doubts(apart), "{apart}");
        }
    }
}
