//! The reading of exports: what an object is, is told by its keys, wherever it stands.

use std::collections::{BTreeMap, BTreeSet};

use jsonc_parser::ast::{Array, Object, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, CommentCollectionStrategy, ParseOptions, parse_to_ast};

use super::error::ExportError;
use super::model::{
    Application, Assignment, Consent, Declared, DeclaredEntry, Grant, Granted, Offer, Place,
    Principal, Unfinished,
};
use crate::source::escape::shown;
use crate::source::{Source, Span};

/// How many bytes an export may have: the service principal of Microsoft Graph alone takes two million.
pub const LIMIT: u64 = 32 << 20;

const KNOWN: &str = "exports that are known: answers of Microsoft Graph for oauth2PermissionGrants, \
     appRoleAssignments, applications and servicePrincipals; `az ad app permission list-grants`, `az ad app \
     show`, `az ad sp show`, `az ad app permission list`, `az rest`; state files of `consent script`";

/// The names of a collection in its context or as a property.
const GRANTS: &str = "oauth2permissiongrants";
const ASSIGNMENTS: [&str; 2] = ["approleassignments", "approleassignedto"];

/// Reads exports, in the order given.
///
/// # Errors
/// When one is no JSON or nothing that is known, or when two contradict each other.
pub fn read(sources: &[Source]) -> Result<Granted, ExportError> {
    let mut granted = Granted {
        sources: sources.to_vec(),
        ..Granted::default()
    };
    let mut pages = Vec::new();
    for (file, source) in sources.iter().enumerate() {
        let mut reader = Reader {
            file,
            source,
            granted: &mut granted,
            pages: &mut pages,
        };
        reader.document()?;
    }
    finish(&mut granted, &pages);
    unite(&mut granted)?;
    Ok(granted)
}

/// A page of a list.
struct Page {
    place: Place,
    context: String,
    goes_on: bool,
}

struct Reader<'a> {
    file: usize,
    source: &'a Source,
    granted: &'a mut Granted,
    pages: &'a mut Vec<Page>,
}

impl Reader<'_> {
    fn document(&mut self) -> Result<(), ExportError> {
        let text = self.source.text();
        // serde_json knows the grammar to the letter, jsonc-parser the places.
        if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text) {
            let span = self.line_start(error.line());
            return Err(self.error(
                span,
                format!("`{}` is no JSON", shown(self.source.name())),
                format!("{}: {error}", "the JSON reader says"),
            ));
        }
        let collect = CollectOptions {
            comments: CommentCollectionStrategy::Off,
            tokens: false,
        };
        let strict = ParseOptions {
            allow_comments: false,
            allow_loose_object_property_names: false,
            allow_trailing_commas: false,
            allow_missing_commas: false,
            allow_single_quoted_strings: false,
            allow_hexadecimal_numbers: false,
            allow_unary_plus_numbers: false,
            allow_bare_decimal_point_numbers: false,
            allow_non_finite_numbers: false,
            allow_extended_string_escapes: false,
        };
        let parsed = parse_to_ast(text, &collect, &strict);
        let value = parsed.ok().and_then(|parsed| parsed.value);
        match value {
            Some(Value::Object(object)) => self.top(&object),
            Some(Value::Array(array)) => {
                if array.elements.is_empty() {
                    // `az ad app permission list-grants` of an app that has none.
                    self.granted.lists_grants = true;
                }
                self.list(&array, "")
            }
            other => {
                let span = other.map_or_else(|| self.source.span(), |value| span(&value));
                Err(self.unknown(span))
            }
        }
    }

    fn top(&mut self, object: &Object<'_>) -> Result<(), ExportError> {
        if let Some(error) = object.get_object("error") {
            let code = text(error, "code").unwrap_or_else(|| "an error".to_owned());
            return Err(self.error(
                span(error),
                format!("this is no export but an error answer: {}", shown(&code)),
                "export again, with a permission that may read it",
            ));
        }
        if let Some(responses) = object.get_array("responses") {
            for response in &responses.elements {
                let body = response.as_object().and_then(|it| it.get_object("body"));
                let body = body.ok_or_else(|| self.unknown(span(response)))?;
                self.top(body)?;
            }
            return Ok(());
        }
        let context = text(object, "@odata.context").unwrap_or_default();
        if let Some(values) = object.get_array("value") {
            let goes_on = object.get_string("@odata.nextLink").is_some();
            let kind = kind_of(&context, values);
            self.notice(&kind);
            self.pages.push(Page {
                place: self.place(span(values)),
                context: kind,
                goes_on,
            });
            return self.list(values, &context);
        }
        self.object(object, &context)
    }

    fn list(&mut self, array: &Array<'_>, context: &str) -> Result<(), ExportError> {
        let mut declared = Vec::new();
        for value in &array.elements {
            let object = value.as_object().ok_or_else(|| self.unknown(span(value)))?;
            if object.get("resourceAppId").is_some() {
                declared.push(self.declared(object)?);
            } else {
                self.object(object, context)?;
            }
        }
        if !declared.is_empty() {
            let place = self.place(span(array));
            self.granted.applications.push(Application {
                place,
                object_id: None,
                client_id: None,
                declared: Some(declared),
            });
        }
        Ok(())
    }

    fn object(&mut self, object: &Object<'_>, context: &str) -> Result<(), ExportError> {
        let has = |key| object.get(key).is_some();
        let of_type = text(object, "@odata.type").unwrap_or_default();
        let of_type = of_type.to_ascii_lowercase();
        if has("consentType") || (has("clientId") && has("scope")) {
            self.granted.lists_grants = true;
            let grant = self.grant(object)?;
            self.granted.grants.push(grant);
            return Ok(());
        }
        if has("appRoleId") && has("principalId") {
            self.granted.lists_assignments = true;
            let assignment = self.assignment(object)?;
            self.granted.assignments.push(assignment);
            return Ok(());
        }
        if has("resourceAppId") {
            let declared = vec![self.declared(object)?];
            self.granted.applications.push(Application {
                place: self.place(span(object)),
                object_id: None,
                client_id: None,
                declared: Some(declared),
            });
            return Ok(());
        }
        let context = context.to_ascii_lowercase();
        let is_principal = of_type.ends_with("serviceprincipal")
            || context.contains("#serviceprincipals")
            || has("servicePrincipalType")
            || has("oauth2PermissionScopes")
            || has("servicePrincipalNames")
            || has("appOwnerOrganizationId");
        let is_application = of_type.ends_with("graph.application")
            || context.contains("#applications")
            || has("requiredResourceAccess")
            || has("signInAudience")
            || has("publisherDomain");
        let known = if is_principal && !has("requiredResourceAccess") && has("appId") {
            let principal = self.principal(object)?;
            self.granted.principals.push(principal);
            true
        } else if is_application {
            let application = self.application(object)?;
            self.granted.applications.push(application);
            true
        } else {
            false
        };
        let nested = self.nested(object)?;
        if known || nested {
            Ok(())
        } else {
            Err(self.unknown(span(object)))
        }
    }

    /// Reads what is expanded inside an object, as `$expand` and the state files of scripts have it.
    fn nested(&mut self, object: &Object<'_>) -> Result<bool, ExportError> {
        let mut found = false;
        for property in &object.properties {
            let name = property.name.as_str().to_ascii_lowercase();
            match &property.value {
                Value::Array(array) if name == GRANTS || ASSIGNMENTS.contains(&name.as_str()) => {
                    self.notice(&name);
                    found = true;
                    self.list(array, "")?;
                    let next = format!("{}@odata.nextLink", property.name.as_str());
                    self.pages.push(Page {
                        place: self.place(span(array)),
                        context: name,
                        goes_on: object.get_string(&next).is_some(),
                    });
                }
                Value::Object(inner)
                    if (name == "client" || name == "resource")
                        && inner.get("appId").is_some()
                        && inner.get("id").is_some() =>
                {
                    let principal = self.principal(inner)?;
                    self.granted.principals.push(principal);
                    found = true;
                }
                _ => {}
            }
        }
        Ok(found)
    }

    fn notice(&mut self, kind: &str) {
        self.granted.lists_grants |= kind == GRANTS;
        self.granted.lists_assignments |= ASSIGNMENTS.contains(&kind);
    }

    fn grant(&self, object: &Object<'_>) -> Result<Grant, ExportError> {
        let consent = self.needed(object, "consentType")?;
        let consent = match consent.as_str() {
            "AllPrincipals" => Consent::AllPrincipals,
            "Principal" => Consent::Principal(self.id(object, "principalId")?),
            other => {
                let message = format!(
                    "`consentType` is `{}`, neither `AllPrincipals` nor `Principal`",
                    shown(other)
                );
                return Err(self.error(key_span(object, "consentType"), message, KNOWN));
            }
        };
        let scope = text(object, "scope").unwrap_or_default();
        Ok(Grant {
            place: self.place(span(object)),
            id: text(object, "id"),
            client: self.id(object, "clientId")?,
            consent,
            resource: self.id(object, "resourceId")?,
            resource_name: text(object, "resourceDisplayName"),
            scopes: scope.split_whitespace().map(str::to_owned).collect(),
        })
    }

    fn assignment(&self, object: &Object<'_>) -> Result<Assignment, ExportError> {
        Ok(Assignment {
            place: self.place(span(object)),
            id: text(object, "id"),
            principal: self.id(object, "principalId")?,
            resource: self.id(object, "resourceId")?,
            resource_name: text(object, "resourceDisplayName"),
            role: self.id(object, "appRoleId")?,
        })
    }

    fn application(&self, object: &Object<'_>) -> Result<Application, ExportError> {
        let declared = object.get_array("requiredResourceAccess").map(|list| {
            let entry = |value: &Value<'_>| match value.as_object() {
                Some(object) => self.declared(object),
                None => Err(self.unknown(span(value))),
            };
            list.elements.iter().map(entry).collect::<Result<_, _>>()
        });
        Ok(Application {
            place: self.place(span(object)),
            object_id: text(object, "id").map(|id| id.to_ascii_lowercase()),
            client_id: text(object, "appId").map(|id| id.to_ascii_lowercase()),
            declared: declared.transpose()?,
        })
    }

    fn declared(&self, object: &Object<'_>) -> Result<Declared, ExportError> {
        let mut entries = Vec::new();
        let list = object.get_array("resourceAccess");
        for value in list.map_or(&[][..], |list| &list.elements) {
            let Some(entry) = value.as_object() else {
                return Err(self.unknown(span(value)));
            };
            entries.push(DeclaredEntry {
                id: self.id(entry, "id")?,
                kind: self.needed(entry, "type")?,
            });
        }
        Ok(Declared {
            resource: self.id(object, "resourceAppId")?,
            entries,
        })
    }

    fn principal(&self, object: &Object<'_>) -> Result<Principal, ExportError> {
        Ok(Principal {
            place: self.place(span(object)),
            object_id: self.id(object, "id")?,
            app_id: self.id(object, "appId")?,
            enabled: object.get_boolean("accountEnabled").map(|it| it.value),
            scopes: self.offers(object, "oauth2PermissionScopes")?,
            roles: self.offers(object, "appRoles")?,
        })
    }

    fn offers(&self, object: &Object<'_>, key: &str) -> Result<Option<Vec<Offer>>, ExportError> {
        let Some(list) = object.get_array(key) else {
            return Ok(None);
        };
        let mut offers = Vec::new();
        for value in &list.elements {
            let Some(offer) = value.as_object() else {
                return Err(self.unknown(span(value)));
            };
            offers.push(Offer {
                id: self.id(offer, "id")?,
                name: text(offer, "value").unwrap_or_default(),
                enabled: offer.get_boolean("isEnabled").is_none_or(|it| it.value),
            });
        }
        Ok(Some(offers))
    }

    fn needed(&self, object: &Object<'_>, key: &str) -> Result<String, ExportError> {
        text(object, key).ok_or_else(|| {
            let place = object
                .get(key)
                .map_or_else(|| span(object), |it| span(&it.value));
            self.error(
                place,
                format!("`{key}` is missing or no text"),
                "export the whole object, without `$select` or `--query` that leaves it out",
            )
        })
    }

    /// A GUID, in lower case: what goes into scripts must not be anything else.
    fn id(&self, object: &Object<'_>, key: &str) -> Result<String, ExportError> {
        let id = self.needed(object, key)?.to_ascii_lowercase();
        if is_guid(&id) {
            return Ok(id);
        }
        Err(self.error(
            key_span(object, key),
            format!("`{key}` is `{}`, which is no GUID", shown(&id)),
            "export it again; ids are GUIDs in every tenant",
        ))
    }

    fn unknown(&self, span: Span) -> ExportError {
        self.error(span, "this is no export that is known", KNOWN)
    }

    fn error(
        &self,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> ExportError {
        ExportError::new(self.source, span, message, help)
    }

    const fn place(&self, span: Span) -> Place {
        Place {
            file: self.file,
            span,
        }
    }

    fn line_start(&self, line: usize) -> Span {
        let before = line.saturating_sub(1);
        let text = self.source.text();
        let start = text.split_inclusive('\n').take(before).map(str::len).sum();
        let length = text.get(start..).and_then(|rest| rest.lines().next());
        // A line may be the whole file.
        let length = length.map_or(0, |line| line.floor_char_boundary(80));
        Span::new(start, start + length)
    }
}

/// Returns whether a text is a GUID in lower case.
fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'),
        })
}

fn text(object: &Object<'_>, key: &str) -> Option<String> {
    let value = object.get_string(key)?.value.clone().into_owned();
    (!value.is_empty()).then_some(value)
}

fn span(value: &impl Ranged) -> Span {
    Span::new(value.start(), value.end())
}

fn key_span(object: &Object<'_>, key: &str) -> Span {
    let found = object.get(key);
    found.map_or_else(|| span(object), |property| span(&property.value))
}

/// What a list is of: by its context, else by its first member.
fn kind_of(context: &str, values: &Array<'_>) -> String {
    let context = context.to_ascii_lowercase();
    let collection = context.rsplit(['#', '/']).next().unwrap_or_default();
    let collection = collection.split('(').next().unwrap_or_default();
    for name in ASSIGNMENTS.into_iter().chain([GRANTS]) {
        if collection == name || context.contains(&format!("#{name}")) {
            return name.to_owned();
        }
    }
    let first = values.elements.first().and_then(|value| value.as_object());
    match first {
        Some(object) if object.get("consentType").is_some() => GRANTS.to_owned(),
        Some(object) if object.get("appRoleId").is_some() => "approleassignments".to_owned(),
        _ => collection.to_owned(),
    }
}

/// Tells lists that go on from those whose last page is there too.
fn finish(granted: &mut Granted, pages: &[Page]) {
    for page in pages.iter().filter(|page| page.goes_on) {
        let mut others = pages.iter();
        if others.any(|other| !other.goes_on && other.context == page.context) {
            granted.joined.push(page.place);
        } else {
            // A list that does not say of what it is may be of either.
            let is_grants = page.context == GRANTS;
            let is_assignments = ASSIGNMENTS.contains(&page.context.as_str());
            granted.unfinished.push(Unfinished {
                place: page.place,
                may_list_grants: !is_assignments,
                may_list_assignments: !is_grants,
            });
        }
    }
}

/// Drops what is there twice.
///
/// # Errors
/// When the same grant is there with different scopes.
fn unite(granted: &mut Granted) -> Result<(), ExportError> {
    let mut seen: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
    let mut grants = Vec::new();
    for grant in std::mem::take(&mut granted.grants) {
        let key = (
            grant.client.clone(),
            grant.resource.clone(),
            grant.consent.clone(),
        );
        let scopes: BTreeSet<String> = grant.scopes.iter().cloned().collect();
        match seen.get(&key) {
            None => {
                seen.insert(key, scopes);
                grants.push(grant);
            }
            Some(before) if *before == scopes => {}
            Some(_) => {
                let source = granted.sources.get(grant.place.file);
                let Some(source) = source else { continue };
                return Err(ExportError::new(
                    source,
                    grant.place.span,
                    "the exports hold this grant twice, with different scopes",
                    "they are of different times: export all of them again",
                ));
            }
        }
    }
    granted.grants = grants;
    let mut seen = BTreeSet::new();
    granted.assignments.retain(|assignment| {
        seen.insert((
            assignment.principal.clone(),
            assignment.resource.clone(),
            assignment.role.clone(),
        ))
    });
    Ok(())
}
