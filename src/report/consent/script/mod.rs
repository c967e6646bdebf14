//! `consent script KIND`: the commands and files that carry a consent out, one writer per kind.
//!
//! The change that `consent::grant` found goes in, texts come out. Values of a manifest, a catalog or an
//! export stand only in literals, escaped for their language by `literal`, and in comments of one line each
//! without characters that act. What runs is fixed text that holds nothing of the app.

pub mod bicep;
mod head;
mod literal;
pub mod powershell;
pub mod rra;
pub mod shell;
pub mod terraform;

#[cfg(test)]
mod cmdlets;
#[cfg(test)]
mod tests;

use crate::catalog::Catalog;
use crate::catalog::model::Access;
use crate::catalog::record::CloudRecord;
use crate::consent::grant::{Aim, Side};
use crate::consent::granted::Holding;
use crate::manifest::App;
use crate::plan::model::AppPlan;

/// The application id of Microsoft Graph, the same in every tenant and cloud.
pub const MICROSOFT_GRAPH: &str = "00000003-0000-0000-c000-000000000000";

/// What a script is written from.
#[derive(Debug, Clone)]
pub struct Script<'a> {
    /// The catalog.
    pub catalog: &'a Catalog,
    /// The app.
    pub app: &'a App,
    /// Its plan.
    pub plan: &'a AppPlan,
    /// The deployment it runs in.
    pub cloud: CloudRecord<'a>,
    /// The changes, by access.
    pub sides: Vec<Side>,
    /// Whether anything may go.
    pub aim: Aim,
    /// The profile whose increment this is; `None` for the base or for all.
    pub profile: Option<&'a str>,
    /// What the app holds, where exports say.
    pub holding: Option<&'a Holding>,
    /// The role that can make the changes.
    pub role: Option<String>,
    /// The name of the file that it goes to, where that is not the kind's own.
    pub file: Option<&'a str>,
}

impl Script<'_> {
    /// Returns the change of an access, where the script is about it.
    pub fn side(&self, access: Access) -> Option<&Side> {
        self.sides.iter().find(|side| side.access == access)
    }

    /// Returns the app's client id.
    fn client_id(&self) -> Option<&str> {
        self.app.client_id.as_ref().map(|id| id.value.as_str())
    }

    /// Returns the tenant that the manifest names.
    fn tenant(&self) -> Option<&str> {
        self.app.tenant.as_ref().map(|tenant| tenant.value.as_str())
    }

    /// Returns how a command names its file, as a word of the shell that `quoted` knows.
    fn file_word(&self, own: &str, quoted: fn(&str) -> String) -> String {
        let name = self.file.unwrap_or(own);
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if name.bytes().all(is_plain) && !name.starts_with('-') {
            name.to_owned()
        } else {
            quoted(&format!("./{name}"))
        }
    }

    /// Returns the address of Microsoft Graph in the app's cloud.
    fn graph(&self) -> String {
        let host = self.cloud.graph_hosts.first().copied();
        format!("https://{}", host.unwrap_or_default())
    }
}

/// A text to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artefact {
    /// The name of its file: fixed, whatever the app is called.
    pub name: &'static str,
    /// The text.
    pub text: String,
}

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Artefacts {
    /// The texts; the first is the one that standard output gets.
    pub files: Vec<Artefact>,
    /// What to tell besides, one line each.
    pub remarks: Vec<String>,
}

/// Returns the delegated permissions that whatever runs a script must have been consented to, the least that
/// Microsoft's data names for the requests it makes. Which of them matter depends on the change.
fn head_permissions(script: &Script<'_>) -> Vec<&'static str> {
    let changes = |access: Access| {
        let side = script.side(access);
        side.is_some_and(|side| !side.items.is_empty())
    };
    let mut names = vec!["User.Read", "Application.Read.All", "Directory.Read.All"];
    if changes(Access::Delegated) {
        names.push("DelegatedPermissionGrant.ReadWrite.All");
    }
    if changes(Access::Application) {
        names.push("AppRoleAssignment.ReadWrite.All");
    }
    names
}
