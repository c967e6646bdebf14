//! What the machine forms about the apps of a manifest say of an app first.

use schemars::JsonSchema;
use serde::Serialize;

use crate::report::Planned;

/// An app, and the requests that its form speaks of.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AppHead {
    /// Its name.
    pub name: Option<String>,
    /// Its application id.
    pub client_id: Option<String>,
    /// The requests, in the order of the plan; all positions below refer to them, from 0.
    pub operations: Vec<String>,
}

impl AppHead {
    /// Returns the head of an app's form.
    pub fn new(planned: &Planned<'_>) -> Self {
        let requirements = planned.plan.requirements.iter();
        Self {
            name: planned.app.name.as_ref().map(|it| it.value.clone()),
            client_id: planned.app.client_id.as_ref().map(|it| it.value.clone()),
            operations: requirements.map(|it| it.request.clone()).collect(),
        }
    }
}
