//! The form that a call has under the other access: `/me` for a signed-in user, `/users/{id}` for an app.
//!
//! The text is changed and read again, so that query, parameters and file paths stay as written.

use crate::catalog::Catalog;
use crate::manifest::model::Operation;
use crate::path::{Url, parse};

/// Whom a call is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    /// The signed-in user.
    Me,
    /// A user by id.
    AnyUser,
}

/// Returns an operation in the other form, or `None` when it has only one.
pub(super) fn operation(
    catalog: &Catalog,
    operation: &Operation,
    about: About,
) -> Option<Operation> {
    let resource = operation.details.resource.as_deref();
    let other_resource = resource.and_then(|resource| url(catalog, resource, about));
    let other_url = url(catalog, &operation.url, about);
    if other_url.is_none() && other_resource.is_none() {
        return None;
    }
    let mut other = operation.clone();
    if let Some(url) = other_url {
        other.request = format!("{} {url}", operation.method);
        other.url = url;
    }
    if other_resource.is_some() {
        other.details.resource = other_resource;
    }
    // Whose data is touched was said of the other form.
    other.target = None;
    Some(other)
}

/// Returns a URL in the other form, or `None` when it has only one.
pub(super) fn url(catalog: &Catalog, text: &str, about: About) -> Option<String> {
    let read = |text: &str| parse(text, &|host| catalog.cloud_of_host(host)).ok();
    let wanted = other_segments(&read(text)?, about)?;
    let (from, to) = match about {
        About::AnyUser => (["/users/me", "/me"].as_slice(), "/users/{id}"),
        About::Me => (["/users"].as_slice(), "/me"),
    };
    let lower = text.to_ascii_lowercase();
    for from in from {
        for (start, _) in lower.match_indices(from) {
            let end = start + from.len();
            let end = match about {
                About::AnyUser => end,
                About::Me => end_of_id(text, end),
            };
            let (Some(before), Some(after)) = (text.get(..start), text.get(end..)) else {
                continue;
            };
            let other = format!("{before}{to}{after}");
            if read(&other).is_some_and(|url| url == wanted) {
                return Some(other);
            }
        }
    }
    None
}

/// The offset after the id that follows `/users`.
fn end_of_id(text: &str, after_users: usize) -> usize {
    let rest = text.get(after_users..).unwrap_or_default();
    let skip = usize::from(rest.starts_with('/'));
    let id = rest.get(skip..).unwrap_or_default();
    let length = id.find(['/', '?']).unwrap_or(id.len());
    after_users + skip + length
}

fn other_segments(url: &Url, about: About) -> Option<Url> {
    let user = |segments: &[crate::path::Segment]| -> Option<usize> {
        match (about, segments) {
            (About::AnyUser, [users, me, ..]) if users.is_word("users") && me.is_word("me") => {
                Some(2)
            }
            (About::AnyUser, [me, ..]) if me.is_word("me") => Some(1),
            (About::Me, [users, id, ..])
                if users.is_word("users") && id.can_be_id() && !id.is_word("me") =>
            {
                Some(2)
            }
            _ => None,
        }
    };
    let skip = user(&url.segments)?;
    let rest = url.segments.get(skip..).unwrap_or_default();
    let words: &[&str] = match about {
        About::AnyUser => &["users", "{id}"],
        About::Me => &["me"],
    };
    let mut segments: Vec<_> = words
        .iter()
        .map(|word| crate::path::Segment::Plain((*word).to_owned()))
        .collect();
    segments.extend(rest.iter().cloned());
    Some(Url {
        segments,
        ..url.clone()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::bundled;

    #[track_caller]
    fn case(text: &str, about: About, expected: Option<&str>) {
        let catalog = bundled::open().unwrap();
        assert_eq!(url(&catalog, text, about).as_deref(), expected);
    }

    #[test]
    fn the_signed_in_user_becomes_any_user() {
        let case = |text, expected| case(text, About::AnyUser, expected);
        case("/me", Some("/users/{id}"));
        case(
            "/me/messages?$select=id",
            Some("/users/{id}/messages?$select=id"),
        );
        case("/Users/me/messages", Some("/users/{id}/messages"));
        case(
            "https://graph.microsoft.com/v1.0/me/drive/root:/a/me/b:/content",
            Some("https://graph.microsoft.com/v1.0/users/{id}/drive/root:/a/me/b:/content"),
        );
        case("/beta/me", Some("/beta/users/{id}"));
        case("/groups/me", None);
        case("/meetings", None);
    }

    #[test]
    fn any_user_becomes_the_signed_in_user() {
        let case = |text, expected| case(text, About::Me, expected);
        case("/users/{id}", Some("/me"));
        case("/users/ann@contoso.com/messages", Some("/me/messages"));
        case("/v1.0/users('x')/drive", Some("/v1.0/me/drive"));
        case("/users", None);
        case("/users/me/messages", None);
        case("/groups/{id}/users/{id}", None);
    }
}
