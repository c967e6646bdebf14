//! Plans to write in tests, made from manifests by the program itself.

use crate::catalog::{Catalog, bundled};
use crate::manifest::Manifest;
use crate::manifest::read::from_source;
use crate::plan::{Options, plan};
use crate::report::Planned;
use crate::requirement;
use crate::source::Source;

/// A manifest and the catalog.
pub(super) struct Sample {
    pub(super) catalog: Catalog,
    pub(super) manifest: Manifest,
}

impl Sample {
    /// Reads a manifest that has no mistake.
    #[track_caller]
    pub(super) fn new(text: &str) -> Self {
        let reading = from_source(&Source::new("graphgrant.yaml", text), &|_| Ok(()));
        assert!(reading.errors.is_empty(), "{:?}", reading.errors);
        Self {
            catalog: bundled::open().unwrap(),
            manifest: reading.manifest,
        }
    }

    /// Plans all its apps.
    #[track_caller]
    pub(super) fn planned(&self) -> Vec<Planned<'_>> {
        let of = |app| {
            let source = &self.manifest.source;
            let requirements = requirement::requirements(&self.catalog, app, source);
            let plan = plan(&self.catalog, app, requirements, &Options::default()).unwrap();
            Planned { app, plan }
        };
        self.manifest.apps.iter().map(of).collect()
    }
}

/// A manifest with something of everything.
pub(super) const RICH: &str = r"
app: {name: Contoso, clientId: 00000000-0000-0000-0000-000000000001, audience: AzureADandPersonalMicrosoftAccount}
access: both
signIn: [openid, offline_access]
profiles:
  calendar: {reason: only when switched on}
permissions:
  - {name: SMTP.Send, access: delegated, reason: sends through SMTP}
routes:
  - {via: sites-selected, operations: ['GET /sites/{id}/lists'], reason: one site}
operations:
  - GET /me
  - GET /me/messages/{id}
  - PATCH /me/messages/{id}
  - {request: 'GET /sites/{id}/lists', access: application}
  - {request: GET /me/events, access: delegated, profile: calendar}
  - GET /nothing/like/this
  - {request: 'GET /users/{id}', access: application, select: [id, signInActivity]}
";

/// Texts that mean something in every output language.
pub(super) const HOSTILE: &str = r#"
apps:
  - app: {name: "<script>alert(1)</script> | @admins `x` \u202e\x1b[31m"}
    permissions:
      - {name: SMTP.Send, access: delegated, reason: "**bold** | @org/team #12 `code <img src=x> \u202e"}
    routes:
      - {via: ownership, operations: [GET /me], reason: "](https://evil.example) | `"}
    operations:
      - GET /me
      - "GET /nothing/a|b`c<img>@me"
"#;
