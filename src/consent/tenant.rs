//! The consent settings of a tenant, read from exported JSON: `authorizationPolicy`, `permissionGrantPolicies`
//! with their condition sets, and `delegatedPermissionClassifications`.
//!
//! One file may hold one object, a list, or an answer of Microsoft Graph with `value`; keys are read without
//! regard to case, as PowerShell exports write them in its own.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::catalog::Catalog;
use crate::consent::policy::{Assigned, ConditionSet, PermissionType, Policies, Policy, built_in};
use crate::source::escape::shown;
use crate::source::{Named, Source, Span};

/// The prefix of an assignment that lets users consent for themselves.
const FOR_SELF: &str = "managepermissiongrantsforself.";

/// A file is not what it should be.
#[derive(Debug, Clone, thiserror::Error, miette::Diagnostic)]
#[error("{message}")]
#[diagnostic(code(graphgrant::consent::tenant_policy), help("{help}"))]
pub struct TenantError {
    message: String,
    help: String,
    #[source_code]
    file: Named,
    #[label("here")]
    span: Span,
}

const HELP: &str = "give the answers of `GET /policies/authorizationPolicy`, `GET /policies/permissionGrantPolicies` and `GET /servicePrincipals(appId='00000003-0000-0000-c000-000000000000')/delegatedPermissionClassifications` as JSON";

/// The conditions that are lists, in lower case.
const LISTS: [&str; 4] = [
    "permissions",
    "clientapplicationids",
    "clientapplicationtenantids",
    "clientapplicationpublisherids",
];

/// What the files say, before it is put together.
#[derive(Default)]
struct Found {
    assigned: Option<Vec<String>>,
    allows_risky: Option<bool>,
    policies: BTreeMap<String, Policy>,
    classifications: Option<BTreeMap<String, String>>,
}

/// Reads the settings from all files together. Policies that are assigned and not in the files are looked up
/// among Microsoft's own.
///
/// # Errors
/// When a file is no such JSON, or none says which policies are assigned.
pub fn read(catalog: &Catalog, files: &[Source]) -> Result<Policies, TenantError> {
    let mut found = Found::default();
    for file in files {
        let value: Value = serde_json::from_str(file.text()).map_err(|error| {
            let span = place(file, error.line(), error.column());
            mistake(file, span, &format!("this is no JSON: {error}"))
        })?;
        found.take(file, &value)?;
    }
    let Some(assigned) = found.assigned else {
        let span = Span::new(0, 0);
        let empty = Source::new("", "");
        let file = files.first().unwrap_or(&empty);
        return Err(mistake(
            file,
            span,
            "no file says which policies are assigned to users (`defaultUserRolePermissions`)",
        ));
    };
    let assigned = assigned.into_iter().map(|id| Assigned {
        policy: found
            .policies
            .remove(&id)
            .or_else(|| built_in(catalog, &id)),
        id,
    });
    Ok(Policies {
        assigned: assigned.collect(),
        classifications: found.classifications,
        allows_risky: found.allows_risky,
    })
}

fn mistake(file: &Source, span: Span, message: &str) -> TenantError {
    TenantError {
        message: format!("`{}`: {message}", shown(file.name())),
        help: HELP.to_owned(),
        file: file.to_named(),
        span,
    }
}

/// The place that a reader of JSON gives as line and column, both from 1.
fn place(file: &Source, line: usize, column: usize) -> Span {
    let before: usize = file
        .text()
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let at = (before + column.saturating_sub(1)).min(file.text().len());
    let at = file.text().floor_char_boundary(at);
    Span::new(at, at)
}

/// The place of a key, or the start of the file.
fn place_of(file: &Source, key: &str) -> Span {
    let text = file.text().to_ascii_lowercase();
    let quoted = format!("\"{}\"", key.to_ascii_lowercase());
    text.find(&quoted)
        .map_or(Span::new(0, 0), |at| Span::new(at, at + quoted.len()))
}

/// Returns the value of a key, without regard to case.
fn get<'v>(object: &'v Map<String, Value>, key: &str) -> Option<&'v Value> {
    let mut entries = object.iter();
    let found = entries.find(|(name, _)| name.eq_ignore_ascii_case(key));
    found.map(|(_, value)| value).filter(|it| !it.is_null())
}

impl Found {
    fn take(&mut self, file: &Source, value: &Value) -> Result<(), TenantError> {
        match value {
            Value::Array(list) => list.iter().try_for_each(|it| self.take(file, it)),
            Value::Object(object) => self.take_object(file, object),
            _ => Err(mistake(
                file,
                Span::new(0, 0),
                "neither an object nor a list of objects",
            )),
        }
    }

    fn take_object(
        &mut self,
        file: &Source,
        object: &Map<String, Value>,
    ) -> Result<(), TenantError> {
        if let Some(defaults) = get(object, "defaultUserRolePermissions") {
            return self.take_authorization(file, object, defaults);
        }
        if get(object, "includes").is_some() || get(object, "excludes").is_some() {
            return self.take_policy(file, object);
        }
        if let (Some(id), Some(class)) = (
            get(object, "permissionId").and_then(Value::as_str),
            get(object, "classification").and_then(Value::as_str),
        ) {
            let all = self.classifications.get_or_insert_default();
            all.insert(id.to_lowercase(), class.to_lowercase());
            return Ok(());
        }
        if let Some(list) = get(object, "value").and_then(Value::as_array) {
            let context = get(object, "@odata.context").and_then(Value::as_str);
            if context.is_some_and(|it| it.contains("delegatedPermissionClassifications")) {
                // An empty answer says that nothing is classified.
                self.classifications.get_or_insert_default();
            }
            return list.iter().try_for_each(|it| self.take(file, it));
        }
        if get(object, "id").is_some_and(|id| id.as_str().is_some_and(|id| id.contains('-'))) {
            // A policy without its condition sets: what it lets through stays unknown.
            return Ok(());
        }
        Err(mistake(
            file,
            Span::new(0, 0),
            "an object that is no authorization policy, consent policy or classification",
        ))
    }

    fn take_authorization(
        &mut self,
        file: &Source,
        object: &Map<String, Value>,
        defaults: &Value,
    ) -> Result<(), TenantError> {
        const KEY: &str = "permissionGrantPoliciesAssigned";
        // The beta version has the list beside, not below, the defaults.
        let list = defaults
            .as_object()
            .and_then(|defaults| get(defaults, KEY))
            .or_else(|| get(object, KEY));
        let list = match list {
            None => &Vec::new(),
            Some(Value::Array(list)) => list,
            Some(_) => {
                let text = format!("`{KEY}` is no list");
                return Err(mistake(file, place_of(file, KEY), &text));
            }
        };
        let ids = list.iter().filter_map(Value::as_str);
        let for_self = ids.filter_map(|id| {
            let (prefix, own) = id.split_at_checked(FOR_SELF.len())?;
            prefix
                .eq_ignore_ascii_case(FOR_SELF)
                .then(|| own.to_lowercase())
        });
        self.assigned.get_or_insert_default().extend(for_self);
        self.allows_risky = get(object, "allowUserConsentForRiskyApps").and_then(Value::as_bool);
        Ok(())
    }

    fn take_policy(
        &mut self,
        file: &Source,
        object: &Map<String, Value>,
    ) -> Result<(), TenantError> {
        let Some(id) = get(object, "id").and_then(Value::as_str) else {
            return Err(mistake(
                file,
                Span::new(0, 0),
                "a consent policy without `id`",
            ));
        };
        let sets = |key: &str| -> Result<Vec<ConditionSet>, TenantError> {
            match get(object, key) {
                None => Ok(Vec::new()),
                Some(Value::Array(list)) => list.iter().map(|it| set(file, it)).collect(),
                Some(_) => {
                    let text = format!("`{key}` is no list");
                    Err(mistake(file, place_of(file, key), &text))
                }
            }
        };
        let policy = Policy {
            includes: sets("includes")?,
            excludes: sets("excludes")?,
        };
        // Microsoft's own policies are listed with empty condition sets where a tenant may not read them.
        if !policy.includes.is_empty() || !policy.excludes.is_empty() {
            self.policies.insert(id.to_lowercase(), policy);
        }
        Ok(())
    }
}

fn set(file: &Source, value: &Value) -> Result<ConditionSet, TenantError> {
    let Value::Object(object) = value else {
        let text = "a condition set that is no object";
        return Err(mistake(file, place_of(file, "includes"), text));
    };
    let mut set = ConditionSet::default();
    for (name, value) in object {
        if value.is_null() {
            continue;
        }
        let lower = name.to_ascii_lowercase();
        if LISTS.contains(&lower.as_str()) && value.as_array().is_some_and(Vec::is_empty) {
            // Whether an empty list matches nothing or anything is not documented.
            set.others.insert(format!("{name} (empty)"));
            continue;
        }
        match lower.as_str() {
            "permissions" => set.permissions = only(value),
            "permissiontype" => set.kind = kind(value, &mut set.others),
            "permissionclassification" => set.classification = word(value),
            "resourceapplication" => set.resource = word(value),
            "clientapplicationids" => set.clients = only(value),
            "clientapplicationtenantids" => set.tenants = only(value),
            "clientapplicationpublisherids" => set.publishers = only(value),
            "clientapplicationsfromverifiedpublisheronly" => {
                set.verified = value.as_bool() == Some(true);
            }
            "certifiedclientapplicationsonly" => set.certified = value.as_bool() == Some(true),
            other if is_plain(other, value) => {}
            _ => {
                set.others.insert(name.clone());
            }
        }
    }
    Ok(set)
}

/// Keys that are no condition, and conditions that hold for everything.
fn is_plain(key: &str, value: &Value) -> bool {
    let is_empty = match value {
        Value::Array(list) => list.is_empty() || list.iter().all(is_all),
        Value::Bool(is_set) => !is_set,
        Value::Object(map) => map.is_empty(),
        other => is_all(other),
    };
    key == "id" || key.starts_with('@') || is_empty
}

fn is_all(value: &Value) -> bool {
    value.as_str().is_some_and(|word| {
        word.is_empty()
            || ["all", "any"]
                .iter()
                .any(|it| word.eq_ignore_ascii_case(it))
    })
}

/// The values of a list in lower case; `None` when it stands for all.
fn only(value: &Value) -> Option<BTreeSet<String>> {
    let list = value.as_array()?;
    if list.is_empty() || list.iter().any(is_all) {
        return None;
    }
    let words = list.iter().filter_map(Value::as_str);
    Some(words.map(str::to_lowercase).collect())
}

fn word(value: &Value) -> Option<String> {
    let word = value.as_str().filter(|_| !is_all(value))?;
    Some(word.to_lowercase())
}

fn kind(value: &Value, others: &mut BTreeSet<String>) -> Option<PermissionType> {
    let word = value.as_str().unwrap_or_default();
    match word.to_ascii_lowercase().as_str() {
        "application" => Some(PermissionType::Application),
        "delegated" => Some(PermissionType::Delegated),
        "delegateduserconsentable" => Some(PermissionType::UserConsentable),
        _ => {
            others.insert(format!("permissionType {}", shown(word)));
            None
        }
    }
}
