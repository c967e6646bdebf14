//! The texts of a run, read as what they are: the inputs of the core.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::catalog::Catalog;
use crate::cli::{KindName, Lint};
use crate::command::lint::base::Base;
use crate::command::lint::files::{File, Files};
use crate::command::lint::policies::Sources;
use crate::command::lint::{gone, locks};
use crate::command::manifest;
use crate::declared::{self, Document, Ids, Kind, SyntaxError, terraform};
use crate::finding::Findings;
use crate::lint::associate::{OF_SOLUTION, OF_TEAMS_APP, associate};
use crate::lint::comments;
use crate::lint::input::{Absent, AppFile, Inputs, OperationsFile, Unreadable};
use crate::lint::policy::Policies;
use crate::lint::{self, Options};
use crate::manifest::model::Manifest;
use crate::manifest::policy::Level;
use crate::plan;
use crate::requirement;
use crate::source::escape::shown;
use crate::source::relative::{is_below, normal};
use crate::source::{Source, Span, json, walk};

impl From<KindName> for Kind {
    fn from(name: KindName) -> Self {
        match name {
            KindName::GraphApplication => Self::GraphApplication,
            KindName::LegacyManifest => Self::LegacyManifest,
            KindName::AgentsToolkit => Self::AgentsToolkit,
            KindName::TeamsApp => Self::TeamsApp,
            KindName::Spfx => Self::SharePointFramework,
            KindName::Terraform => Self::Terraform,
            KindName::TerraformPlan => Self::TerraformPlan,
            KindName::Bicep => Self::Bicep,
            KindName::ArmTemplate => Self::ArmTemplate,
            KindName::Operations => Self::Operations,
        }
    }
}

/// The folders inside that of an app in which solutions and Teams apps keep their package.
const INNER: [&str; 2] = [OF_SOLUTION, OF_TEAMS_APP];

/// A run whose files are read.
pub(super) struct Reading<'c> {
    pub(super) ids: Ids<'c>,
    kind: Option<Kind>,
    /// The texts.
    pub(super) files: Files,
    /// What they say.
    pub(super) inputs: Inputs,
}

impl<'c> Reading<'c> {
    /// Reads all files, and what they name.
    pub(super) fn new(
        catalog: &'c Catalog,
        files: Files,
        base: Option<&Base>,
        options: &Lint,
    ) -> miette::Result<Self> {
        let mut reading = Self {
            ids: Ids::new(catalog),
            kind: options.kind.map(Kind::from),
            files,
            inputs: Inputs::default(),
        };
        reading.inputs.here.clone_from(&reading.files.here);
        reading.inputs.is_partial = !reading.files.has_all();
        reading.read_above(catalog);
        reading.read_operations(catalog);
        reading.read_declared();
        reading.files.read_modules();
        let origins = match base {
            Some(base) => gone::origins(base, &reading.inputs)?,
            None => BTreeMap::new(),
        };
        let before = reading.read_policies(base, &origins, options)?;
        let locks = locks::read(
            catalog,
            &reading.files,
            base,
            &origins,
            &mut reading.inputs.operations,
        )?;
        reading.inputs.changed.extend(locks);
        if let Some(base) = base {
            reading.refuse_unread(base)?;
        }
        reading.read_apps();
        if let Some(base) = base {
            reading.inputs.base_files = base.files()?.into_iter().collect();
            reading.read_gone(base)?;
            reading.read_base_owners(base, before)?;
            reading.read_moved(base)?;
            reading.read_base_comments(base)?;
        }
        Ok(reading)
    }

    /// Judges what is read.
    pub(super) fn judge(&self, catalog: &Catalog, options: Options, today: Date) -> Findings {
        let links = associate(&self.inputs);
        let mut context = lint::Context::new(catalog, today, &self.inputs, &links);
        let mut findings = lint::inspect(&mut context, options);
        findings.remarks.extend(self.files.remarks.iter().cloned());
        findings
    }

    /// Returns whether findings make the run fail.
    pub(super) fn fail(&self, findings: &Findings, wish: Option<Level>) -> bool {
        let links = associate(&self.inputs);
        Policies::new(&self.inputs, &links, false).fail(findings, wish)
    }

    fn kind_of(&self, file: &File) -> Option<Kind> {
        self.kind_with(file, &file.source)
    }

    /// Returns what a file is when it has this text.
    pub(super) fn kind_with(&self, file: &File, text: &Source) -> Option<Kind> {
        let forced = self.kind.filter(|_| file.is_named);
        forced.or_else(|| declared::detect(&file.path.to_string_lossy(), text))
    }

    fn read_operations(&mut self, catalog: &Catalog) {
        let all = self.files.all.values();
        let found = all.filter(|file| self.kind_of(file) == Some(Kind::Operations));
        self.inputs.operations = found.map(|file| operations(catalog, file)).collect();
    }

    /// Reads the manifests above what was named. One that a file of the run belongs to is judged with it.
    fn read_above(&mut self, catalog: &Catalog) {
        let from_top = |path: &Path| normal(&self.inputs.here.join(path));
        let mut judged = Vec::new();
        for (path, file) in &self.files.above {
            let mut read = operations(catalog, file);
            let folder = path.parent().map(Path::to_owned).unwrap_or_default();
            let apps = read.manifest.apps.iter();
            let declared: Vec<PathBuf> = apps
                .flat_map(|app| &app.declared)
                .map(|it| self.inputs.resolved(&folder, &it.value))
                .collect();
            let names = |file: &PathBuf| declared.iter().any(|it| is_below(file, it));
            let is_home = |file: &PathBuf| {
                let parent = from_top(file).parent().map(Path::to_owned);
                parent.is_some_and(|parent| {
                    let name = parent.file_name();
                    let is_inner = name.is_some_and(|name| INNER.iter().any(|it| name == *it));
                    is_inner && parent.parent() == Some(&from_top(&folder))
                })
            };
            let by_folder = self.files.all.keys().any(is_home);
            if by_folder || self.files.all.keys().any(names) {
                judged.push((path.clone(), by_folder));
                continue;
            }
            // Of what is not judged only a policy is of interest that may not be what was meant.
            let policy = read.manifest.policy.as_ref().map(|policy| policy.span);
            let may_have_one = file.source.text().contains("policy");
            read.mistakes.retain(|mistake| {
                let span = mistake.span();
                policy.map_or(may_have_one, |it| {
                    it.start <= span.start && span.end <= it.end
                })
            });
            self.inputs.above.push(read);
        }
        for (path, with_folder) in judged {
            self.files.judge_above(&path, with_folder);
        }
    }

    /// Reads the files that `declared` names.
    fn read_declared(&mut self) {
        let mut operations = std::mem::take(&mut self.inputs.operations);
        for file in &mut operations {
            let folder = file.path.parent().map(Path::to_owned).unwrap_or_default();
            for app in &file.manifest.apps {
                for declared in &app.declared {
                    let path = self.inputs.resolved(&folder, &declared.value);
                    let mut outcome = self.files.declared(&path);
                    let read = self.files.all.get(&path);
                    // One that is broken is told as such.
                    let is_nothing =
                        |file: &File| self.kind_of(file).is_none() && broken(file).is_none();
                    if read.is_some_and(is_nothing) {
                        outcome = Err((
                            "is nothing that can be judged".to_owned(),
                            "name an app manifest or an infrastructure file".to_owned(),
                        ));
                    }
                    if let Err((why, help)) = outcome {
                        file.absent.push(Absent {
                            span: declared.span,
                            why,
                            help,
                        });
                    }
                }
            }
        }
        self.inputs.operations = operations;
    }

    /// Reads the policies that count, and returns the manifests of the base.
    fn read_policies(
        &mut self,
        base: Option<&Base>,
        origins: &BTreeMap<PathBuf, PathBuf>,
        options: &Lint,
    ) -> miette::Result<Vec<(PathBuf, Manifest)>> {
        let mut sources = Sources {
            files: &self.files,
            base,
            origins,
            changed: Vec::new(),
            broken: Vec::new(),
        };
        if let Some(path) = &options.policy {
            self.inputs.policies = sources.shared(path)?;
        }
        let above = self.inputs.above.iter_mut();
        for file in self.inputs.operations.iter_mut().chain(above) {
            let own = file.manifest.policy.clone();
            file.policies = sources.of_manifest(&file.path, own.as_ref(), &mut file.absent)?;
        }
        let mut before = Vec::new();
        for (former, manifest) in sources.former(&mut self.inputs)? {
            before.push((former.path.clone(), manifest));
            self.inputs.former.push(former);
        }
        self.inputs.changed = sources.changed;
        self.inputs.broken_policies = sources.broken;
        self.tell_paths_from_top();
        Ok(before)
    }

    /// Lets the paths that suppressions name start at the top folder, whichever one the run is in.
    fn tell_paths_from_top(&mut self) {
        let Inputs {
            here,
            operations,
            above,
            policies,
            ..
        } = &mut self.inputs;
        let of_manifests = operations.iter_mut().chain(above);
        let of_manifests = of_manifests.flat_map(|file| &mut file.policies);
        for policy in of_manifests.chain(policies) {
            for suppression in &mut policy.suppressions {
                let path = suppression.path.take();
                suppression.path = path.map(|path| path.for_paths_from(here));
            }
        }
    }

    /// Reads every app manifest anew.
    pub(super) fn read_apps(&mut self) {
        let mut apps = Vec::new();
        let mut unreadable: Vec<Unreadable> = Vec::new();
        let mut left_out = BTreeSet::new();
        for file in self.files.all.values().filter(|file| !file.is_context) {
            match self.kind_of(file) {
                Some(Kind::Operations) => {}
                Some(kind) => match self.document(file, kind) {
                    Ok(document) => apps.push(AppFile {
                        path: file.path.clone(),
                        document,
                    }),
                    Err(error) => unreadable.push(Unreadable {
                        path: file.path.clone(),
                        source: error.file.clone(),
                        span: error.span,
                        message: error.message.clone(),
                        help: error.help,
                    }),
                },
                None if broken(file).is_some() => unreadable.extend(broken(file)),
                None if file.is_named => {
                    let path = shown(&file.path.to_string_lossy());
                    left_out.insert(format!(
                        "{path} declares nothing that is judged, and was left out"
                    ));
                }
                None => {}
            }
        }
        let refused = self.files.refused.iter().map(|refused| Unreadable {
            path: refused.path.clone(),
            source: Source::new(refused.path.to_string_lossy(), ""),
            span: Span::default(),
            message: refused.message.clone(),
            help: refused.help.clone(),
        });
        unreadable.extend(refused);
        self.inputs.apps = apps;
        self.inputs.unreadable = unreadable;
        for remark in left_out {
            if !self.files.remarks.contains(&remark) {
                self.files.remarks.push(remark);
            }
        }
    }

    fn document(&self, file: &File, kind: Kind) -> Result<Document, SyntaxError> {
        if kind != Kind::Terraform {
            return declared::read(&self.ids, &file.source, kind);
        }
        let folder = file.path.parent();
        let beside: Vec<&Source> = self
            .files
            .all
            .values()
            .filter(|other| {
                let is_terraform = other.path.extension().is_some_and(|it| it == "tf");
                is_terraform && other.path.parent() == folder && other.path != file.path
            })
            .map(|other| &other.source)
            .collect();
        terraform::read_in_module(&self.ids, &file.source, &beside)
    }
}

/// A file that somebody named and that is no JSON though it should be: what it declares cannot be told.
fn broken(file: &File) -> Option<Unreadable> {
    let is_json = walk::has_ending(&file.path, &["json", "jsonc"]);
    let error = json::parse(&file.source).err()?;
    (file.is_named && is_json).then(|| Unreadable {
        path: file.path.clone(),
        source: file.source.clone(),
        span: error.span,
        message: error.message,
        help: error.help.to_owned(),
    })
}

/// Reads a manifest and plans its apps.
fn operations(catalog: &Catalog, file: &File) -> OperationsFile {
    let read = manifest::reading(catalog, &file.source);
    let plans = read.manifest.apps.iter().map(|app| {
        let needs = requirement::requirements(catalog, app, &read.manifest.source);
        plan::plan(catalog, app, needs, &plan::Options::default()).ok()
    });
    OperationsFile {
        path: file.path.clone(),
        plans: plans.collect(),
        mistakes: read.errors,
        comments: comments::of_yaml(&file.source),
        absent: Vec::new(),
        policies: Vec::new(),
        lock: None,
        is_new: false,
        manifest: read.manifest,
    }
}
