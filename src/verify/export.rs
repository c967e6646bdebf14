//! When grants were made, from an export of Microsoft Graph: the answer of `GET
//! /servicePrincipals/{id}/appRoleAssignments` or `/appRoleAssignedTo`, saved as a file.
//!
//! Delegated grants (`oauth2PermissionGrants`) carry no such time; an export of them tells nothing here.

use serde::Deserialize;

/// A grant and when it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// Seconds since 1970.
    pub created: i64,
}

/// The export is none.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("the export of grants cannot be read: {reason}")]
#[diagnostic(
    code(graphgrant::verify::export),
    help(
        "save the answer of `GET /servicePrincipals/{{id}}/appRoleAssignments` as it is: an object with `value`"
    )
)]
pub struct ExportError {
    reason: String,
}

#[derive(Deserialize)]
struct Export {
    value: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default, rename = "createdDateTime")]
    created: Option<String>,
}

/// Reads an export.
///
/// # Errors
/// When it is no JSON of that form.
pub fn read(text: &str) -> Result<Vec<Grant>, ExportError> {
    let export: Export = serde_json::from_str(text).map_err(|error| ExportError {
        reason: format!("line {}, column {}", error.line(), error.column()),
    })?;
    let times = export.value.iter().filter_map(|entry| {
        let time: jiff::Timestamp = entry.created.as_deref()?.parse().ok()?;
        Some(Grant {
            created: time.as_second(),
        })
    });
    Ok(times.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_and_what_has_none_is_left_out() {
        let text = r#"{"value": [{"createdDateTime": "1970-01-01T00:01:40.5Z"}, {"createdDateTime": null}, {"createdDateTime": "soon"}, {}]}"#;
        assert_eq!(read(text).unwrap(), [Grant { created: 100 }]);
        for bad in ["", "[]", "{}", r#"{"value": 1}"#] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
