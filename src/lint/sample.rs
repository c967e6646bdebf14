//! Runs of tests: files in, what a rule says out.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::civil::{Date, date};

use crate::catalog::bundled;
use crate::catalog::model::Access;
use crate::declared::{self, GRAPH, Ids, Kind};
use crate::finding::{Finding, Findings};
use crate::lint::associate::associate;
use crate::lint::case::permission_of;
use crate::lint::input::{AppFile, Inputs, OperationsFile, Unreadable};
use crate::lint::{Context, Options, Rule, inspect};
use crate::manifest::read::from_source;
use crate::plan;
use crate::requirement::requirements;
use crate::source::Source;

/// The files of a run.
pub(super) struct Sample {
    pub(super) inputs: Inputs,
    pub(super) today: Date,
}

/// Returns the id of a permission.
pub(super) fn id(name: &str, access: Access) -> String {
    let catalog = bundled::open().unwrap();
    let permission = catalog.find_permission(name).unwrap();
    let grant = catalog.grant_for(permission, access).unwrap();
    grant.id.unwrap().to_owned()
}

/// Returns an app role of `resourceAccess`.
pub(super) fn role(name: &str) -> String {
    format!(
        "{{\"id\": \"{}\", \"type\": \"Role\"}}",
        id(name, Access::Application)
    )
}

/// Returns a scope of `resourceAccess`.
pub(super) fn scope(name: &str) -> String {
    format!(
        "{{\"id\": \"{}\", \"type\": \"Scope\"}}",
        id(name, Access::Delegated)
    )
}

/// Returns an entry of `resourceSpecific`.
pub(super) fn rsc(name: &str, access: &str) -> String {
    format!("{{\"name\": \"{name}\", \"type\": \"{access}\"}}")
}

impl Sample {
    /// A run without an operations manifest.
    pub(super) fn without_operations() -> Self {
        Self {
            inputs: Inputs::default(),
            today: date(2026, 11, 24),
        }
    }

    /// A run with the operations manifest `graphgrant.yaml`.
    pub(super) fn new(yaml: &str) -> Self {
        let catalog = bundled::open().unwrap();
        let reading = from_source(&Source::new("graphgrant.yaml", yaml), &|_| Ok(()));
        let manifest = reading.manifest;
        let plans = manifest.apps.iter().map(|app| {
            let found = requirements(&catalog, app, &manifest.source);
            plan::plan(&catalog, app, found, &plan::Options::default()).ok()
        });
        let plans = plans.collect();
        let policies = manifest.policy.iter().cloned().collect();
        let mut sample = Self::without_operations();
        sample.inputs.operations.push(OperationsFile {
            path: "graphgrant.yaml".into(),
            mistakes: reading.errors,
            comments: Vec::new(),
            plans,
            absent: Vec::new(),
            policies,
            lock: None,
            is_new: false,
            manifest,
        });
        sample
    }

    /// The text of an app registration that declares permissions of Microsoft Graph, one on a line.
    pub(super) fn app_text(entries: &[String]) -> String {
        let entries = entries.join(",\n        ");
        format!(
            "{{\n  \"appId\": \"11111111-2222-3333-4444-555555555555\",\n  \"web\": {{}},\n  \"requiredResourceAccess\": [\n    {{\n      \"resourceAppId\": \"{GRAPH}\",\n      \"resourceAccess\": [\n        {entries}\n      ]\n    }}\n  ]\n}}\n"
        )
    }

    /// Adds an app registration in the same folder.
    pub(super) fn app(self, entries: &[String]) -> Self {
        let name = match self.inputs.apps.len() {
            0 => "app.json".to_owned(),
            more => format!("app-{more}.json"),
        };
        self.file(&name, &Self::app_text(entries))
    }

    /// Adds a Teams app manifest in the same folder.
    pub(super) fn teams(self, entries: &[String]) -> Self {
        let text = format!(
            "{{\"manifestVersion\": \"1.17\", \"version\": \"1.0.0\", \"id\": \"22222222-2222-3333-4444-555555555555\", \"webApplicationInfo\": {{\"id\": \"11111111-2222-3333-4444-555555555555\", \"resource\": \"x\"}}, \"authorization\": {{\"permissions\": {{\"resourceSpecific\": [{}]}}}}}}",
            entries.join(", ")
        );
        self.file("manifest.json", &text)
    }

    /// Adds a file.
    pub(super) fn file(mut self, path: &str, text: &str) -> Self {
        let catalog = bundled::open().unwrap();
        let source = Source::new(path, text);
        let kind = declared::detect(path, &source).unwrap_or(Kind::GraphApplication);
        match declared::read(&Ids::new(&catalog), &source, kind) {
            Ok(document) => self.inputs.apps.push(AppFile {
                path: path.into(),
                document,
            }),
            Err(error) => self.inputs.unreadable.push(Unreadable {
                path: path.into(),
                source: error.file.clone(),
                span: error.span,
                message: error.message.clone(),
                help: error.help,
            }),
        }
        self
    }

    /// Puts another text in the place of a file.
    pub(super) fn replaced(mut self, path: &Path, text: &str) -> Self {
        let at = self.inputs.apps.iter().position(|file| file.path == path);
        self.inputs.apps.remove(at.unwrap());
        let path = path.to_str().unwrap().to_owned();
        let mut sample = self.file(&path, text);
        sample
            .inputs
            .apps
            .sort_by(|one, other| one.path.cmp(&other.path));
        sample
    }

    /// Returns what a rule finds, sorted by place.
    pub(super) fn findings(&self, rule: &dyn Rule) -> Vec<Finding> {
        let catalog = bundled::open().unwrap();
        let links = associate(&self.inputs);
        let context = Context::new(&catalog, self.today, &self.inputs, &links);
        let mut found = rule.check(&context);
        found.sort_by_key(|it| (it.place.path.clone(), it.place.span));
        found
    }

    /// Returns what a rule says, each with its file.
    pub(super) fn told(&self, rule: &dyn Rule) -> Vec<String> {
        self.findings(rule).iter().map(told).collect()
    }

    /// Returns the findings of all rules.
    pub(super) fn inspect(&self) -> Findings {
        let catalog = bundled::open().unwrap();
        let links = associate(&self.inputs);
        let mut context = Context::new(&catalog, self.today, &self.inputs, &links);
        inspect(&mut context, Options::default())
    }

    /// Returns what a rule says after all others.
    pub(super) fn reviewed(&self, rule: &dyn Rule) -> Vec<String> {
        let findings = self.inspect().findings;
        let of_rule = findings.iter().filter(|it| it.rule.id == rule.rule().id);
        of_rule.map(told).collect()
    }

    /// Returns every permission of Microsoft Graph that is declared.
    pub(super) fn permissions(&self) -> BTreeSet<String> {
        let catalog = bundled::open().unwrap();
        let registrations = self
            .inputs
            .apps
            .iter()
            .flat_map(|it| &it.document.registrations);
        let entries = registrations.flat_map(|it| &it.entries);
        entries
            .flat_map(|entry| {
                Access::ALL.into_iter().filter_map(|access| {
                    let id = permission_of(entry, access)?;
                    Some(format!("{access} {}", catalog.name(id)))
                })
            })
            .collect()
    }
}

fn told(finding: &Finding) -> String {
    format!("{}: {}", finding.place.path.display(), finding.message)
}
