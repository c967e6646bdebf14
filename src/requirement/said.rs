//! What a call says about the details that decide what it needs: the manifest's keys and the URL's query
//! in one form.

use crate::catalog::overlay::Detail;
use crate::manifest::Details;
use crate::path::{Expansion, Url, namespaced, parse};

/// What a call says about one detail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Named {
    /// Whether the manifest or the URL settles it.
    pub(super) is_given: bool,
    /// Whether it is settled and asks for the default answer.
    pub(super) is_default: bool,
    /// What is named, in lower case, type casts left out. `$filter` names properties without settling
    /// the selection.
    pub(super) names: Vec<String>,
}

/// What a call says about all of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Said {
    select: Named,
    expand: Named,
    search: Named,
    entity_types: Named,
    properties: Named,
    resource: Named,
    /// Never looked at by a condition.
    target: Named,
    /// The watched resource, when it can be read.
    pub(super) resource_url: Option<Url>,
}

impl Said {
    pub(super) fn new(
        details: &Details,
        url: &Url,
        cloud_of_host: &dyn Fn(&str) -> Option<String>,
    ) -> Self {
        let searches =
            details.search == Some(true) || url.option("$search").is_some_and(|s| !s.is_empty());
        let resource_url = details
            .resource
            .as_ref()
            .and_then(|text| parse(text, cloud_of_host).ok());
        let select = select(details, url);
        // Who says what is selected has described the query: what is not said then is not asked for.
        let is_described = select.is_given;
        Self {
            expand: listed(
                is_described || details.expand.is_some() || url.option("$expand").is_some(),
                expanded(details, url),
            ),
            search: listed(
                is_described || details.search.is_some() || url.option("$search").is_some(),
                searches.then(|| "*".to_owned()).into_iter().collect(),
            ),
            select,
            entity_types: written(details.entity_types.as_deref(), entity_type),
            properties: written(details.properties.as_deref(), plain),
            resource: listed(
                details.resource.is_some(),
                details.resource.clone().into_iter().collect(),
            ),
            target: listed(true, Vec::new()),
            resource_url,
        }
    }

    pub(super) const fn of(&self, detail: Detail) -> &Named {
        match detail {
            Detail::Select => &self.select,
            Detail::Expand => &self.expand,
            Detail::Search => &self.search,
            Detail::EntityTypes => &self.entity_types,
            Detail::Resource => &self.resource,
            Detail::Properties => &self.properties,
            Detail::Target => &self.target,
        }
    }
}

/// Tells whether a name of a condition speaks of a name of a call: itself, or what lies below it.
pub(super) fn covers(condition: &str, named: &str) -> bool {
    let condition = condition.to_lowercase();
    condition == "*"
        || named
            .strip_prefix(&condition)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn listed(is_given: bool, names: Vec<String>) -> Named {
    Named {
        is_given,
        is_default: is_given && names.is_empty(),
        names,
    }
}

fn written(names: Option<&[String]>, read: impl Fn(&str) -> Option<String>) -> Named {
    let all = names.unwrap_or_default().iter();
    listed(names.is_some(), all.filter_map(|name| read(name)).collect())
}

/// `microsoft.graph.message` is `message`.
fn entity_type(name: &str) -> Option<String> {
    namespaced(name.trim())
        .map(|name| name.bare)
        .or_else(|| plain(name))
}

/// `$select=*` asks for the default answer, as `$select` without a name does.
fn select(details: &Details, url: &Url) -> Named {
    let is_given = details.select.is_some() || url.option("$select").is_some();
    let from_manifest = details.select.iter().flatten().cloned();
    let mut names: Vec<String> = from_manifest
        .chain(url.select())
        .filter_map(|name| plain(&name))
        .filter(|name| name != "*")
        .collect();
    let is_default = is_given && names.is_empty();
    let mentioned = url.filter().into_iter().chain(url.orderby());
    names.extend(mentioned.filter_map(|name| plain(&name)));
    names.sort();
    names.dedup();
    Named {
        is_given,
        is_default,
        names,
    }
}

/// The manifest may write what the URL would, `manager($select=id)`, so both are read by one reader.
fn expanded(details: &Details, url: &Url) -> Vec<String> {
    let mut names = Vec::new();
    collect(&url.expand(), "", &mut names);
    if let Some(listed) = details.expand.as_ref().filter(|listed| !listed.is_empty()) {
        let as_query = Url {
            cloud: None,
            version: None,
            segments: Vec::new(),
            query: vec![("$expand".to_owned(), listed.join(","))],
        };
        collect(&as_query.expand(), "", &mut names);
    }
    names.sort();
    names.dedup();
    names
}

fn collect(expansions: &[Expansion], above: &str, names: &mut Vec<String>) {
    for expansion in expansions {
        let Some(name) = plain(&expansion.name) else {
            continue;
        };
        let name = if above.is_empty() {
            name
        } else {
            format!("{above}/{name}")
        };
        collect(&expansion.expand, &name, names);
        names.push(name);
    }
}

/// Returns a name as conditions are compared with it; nothing when only a type cast is named.
fn plain(name: &str) -> Option<String> {
    let parts: Vec<&str> = name
        .trim()
        .split('/')
        .filter(|part| !part.is_empty() && namespaced(part).is_none())
        .collect();
    (!parts.is_empty()).then(|| parts.join("/").to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn said(details: &Details, url: &str) -> Said {
        Said::new(details, &parse(url, &|_| None).unwrap(), &|_| None)
    }

    #[test]
    fn the_url_speaks_as_the_manifest_does() {
        let url = "/users?$select=microsoft.graph.user/Mail,signInActivity/lastSignInDateTime&$expand=manager($expand=memberOf)";
        let said = said(&Details::default(), url);
        let select = said.of(Detail::Select);
        assert!(select.is_given && !select.is_default);
        assert_eq!(select.names, ["mail", "signinactivity/lastsignindatetime"]);
        assert_eq!(
            said.of(Detail::Expand).names,
            ["manager", "manager/memberof"]
        );
    }

    #[test]
    fn a_selection_describes_the_query_and_nothing_else_does() {
        for (url, settled) in [
            ("/users", false),
            ("/users?$expand=manager", false),
            ("/users?$select=id", true),
        ] {
            let said = said(&Details::default(), url);
            assert_eq!(said.of(Detail::Search).is_given, settled, "{url}");
            assert_eq!(said.of(Detail::Search).is_default, settled, "{url}");
        }
    }

    #[test]
    fn a_filter_names_without_settling() {
        let said = said(
            &Details::default(),
            "/users?$filter=accountEnabled eq true&$orderby=displayName desc",
        );
        let select = said.of(Detail::Select);
        assert!(!select.is_given && !select.is_default);
        assert_eq!(select.names, ["accountenabled", "displayname"]);
    }

    #[test]
    fn a_star_asks_for_the_default_answer() {
        for (details, url) in [
            (Details::default(), "/me/messages?$select=*"),
            (
                Details {
                    select: Some(Vec::new()),
                    ..Details::default()
                },
                "/me/messages?$filter=isRead eq false",
            ),
        ] {
            assert!(said(&details, url).of(Detail::Select).is_default, "{url}");
        }
    }

    #[test]
    fn nested_options_in_the_manifest_are_read() {
        let details = Details {
            expand: Some(vec!["members($select=id,mail)".to_owned()]),
            ..Details::default()
        };
        assert_eq!(
            said(&details, "/groups").of(Detail::Expand).names,
            ["members"]
        );
    }

    #[test]
    fn names_cover_what_lies_below_them() {
        for (condition, named, holds) in [
            ("manager", "manager/displayname", true),
            ("signInActivity", "signinactivity", true),
            ("*", "anything", true),
            ("manager", "managerid", false),
            ("message/from", "message", false),
        ] {
            assert_eq!(covers(condition, named), holds, "{condition} {named}");
        }
    }
}
