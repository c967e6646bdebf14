//! `graphgrant consent script`: what carries a consent out.

use std::path::{Path, PathBuf};

use miette::{Diagnostic, IntoDiagnostic as _};
use thiserror::Error;

use crate::catalog::Catalog;
use crate::catalog::model::Access;
use crate::catalog::record::CloudRecord;
use crate::cli::{ConsentScript, ScriptKind};
use crate::command::{Context, manifest, warn};
use crate::consent::grant::{self, Aim, InDoubt, Portion, Side};
use crate::consent::granted::{self, Granted, Holding};
use crate::exit::Exit;
use crate::manifest::App;
use crate::plan::model::Status;
use crate::report::Planned;
use crate::report::consent::script::shell::{self, Sender};
use crate::report::consent::script::{Artefacts, Script, bicep, powershell, rra, terraform};
use crate::report::words;
use crate::source::escape::shown;
use crate::source::{read, write};

/// Why nothing was written, although all that was given can be read.
#[derive(Debug, Error, Diagnostic)]
enum Stopped {
    /// A kind that owns whole lists, and nobody knows what is in them.
    #[error(
        "what `{kind}` would drop cannot be known: it owns the whole list of {list}, and nobody said what is in it"
    )]
    #[diagnostic(
        code(graphgrant::consent::existing_unknown),
        help("{help}; or say that the app is new with `--nothing-granted`")
    )]
    Unknown {
        kind: String,
        list: &'static str,
        help: String,
    },
    /// The exports do not tell enough to take anything away.
    #[error("`--prune` cannot tell what is too much: the exports do not list all {list}")]
    #[diagnostic(code(graphgrant::consent::prune_unknown), help("{help}"))]
    NothingKnown { list: &'static str, help: String },
    /// Nobody knows whose the grants are.
    #[error("`--prune` cannot tell what is too much: not known whose grants these are")]
    #[diagnostic(
        code(graphgrant::consent::prune_of_nobody),
        help(
            "run `az ad sp show --id {client_id} > app.json` and give it with `--existing`: it ties the grants to the \
             `clientId` of the manifest"
        )
    )]
    OfNobody { client_id: String },
    /// Operations are in doubt.
    #[error("nothing is taken away while operations are in doubt ({access} access): {operations}")]
    #[diagnostic(code(graphgrant::consent::prune_in_doubt), help("{help}"))]
    InDoubt {
        access: Access,
        operations: String,
        help: String,
    },
}

/// The output would replace an input, or cannot take what there is to write.
#[derive(Debug, Error, Diagnostic)]
enum Output {
    #[error("`--output` names an input")]
    #[diagnostic(
        code(graphgrant::consent::output_is_input),
        help("choose another file for the script")
    )]
    IsInput,
    #[error("this is {count} scripts, and only a folder takes several")]
    #[diagnostic(
        code(graphgrant::consent::several_scripts),
        help("name a folder with `-o FOLDER/`, or choose one app with `--app`")
    )]
    Several { count: usize },
    #[error("the catalog does not know the cloud `{name}`")]
    #[diagnostic(
        code(graphgrant::consent::unknown_cloud),
        help("use the bundled catalog, which knows the clouds that manifests may name")
    )]
    Cloud { name: String },
}

/// What to write into one folder.
struct Piece<'a> {
    folder: Option<String>,
    app: &'a Planned<'a>,
    profile: Option<&'a str>,
    sides: Vec<Side>,
    holding: Option<&'a Holding>,
}

/// Runs the command.
///
/// # Errors
/// When inputs cannot be read or results not written.
pub fn run(context: &Context, options: &ConsentScript) -> miette::Result<Exit> {
    let output = options.part.output.as_deref();
    let inputs = options
        .existing
        .iter()
        .chain([&options.part.input.manifest]);
    if inputs
        .into_iter()
        .any(|input| Some(input.as_path()) == output)
    {
        return Err(Output::IsInput.into());
    }
    let catalog = context.catalog()?;
    let manifest = manifest::read(&catalog, &options.part.input)?;
    let granted = exports(&options.existing)?;
    let (planned, mut exit) = super::planned(&catalog, &manifest, &options.part)?;
    let mut holdings = Vec::new();
    for app in &planned {
        holdings.push(holding(&catalog, options.kind, granted.as_ref(), app.app)?);
    }
    let mut pieces = Vec::new();
    for (index, (app, holding)) in planned.iter().zip(&holdings).enumerate() {
        let folder = (planned.len() > 1).then(|| format!("app-{}", index + 1));
        match sides(&catalog, options, app, holding.as_ref(), folder) {
            Ok(of_app) => pieces.extend(of_app),
            Err(stopped) => {
                warn(&miette::Report::new(stopped));
                exit = Exit::Findings;
            }
        }
    }
    if exit == Exit::Findings && pieces.len() < planned.len() {
        // A part of what was asked for would look like all of it.
        return Ok(exit);
    }
    let into_folder = output.filter(|path| write::is_folder(path));
    if pieces.len() > 1 && into_folder.is_none() {
        return Err(Output::Several {
            count: pieces.len(),
        }
        .into());
    }
    let file = output.filter(|_| into_folder.is_none());
    let file = file
        .and_then(Path::file_name)
        .map(|name| name.to_string_lossy());
    for piece in pieces {
        if has_gap(options.kind, &piece.sides) {
            exit = Exit::Findings;
        }
        let folder = piece.folder.clone();
        let artefacts = artefacts(&catalog, options, piece, file.as_deref())?;
        match into_folder {
            Some(root) => to_folder(context, root, folder.as_deref(), artefacts)?,
            None => to_one(context, output, artefacts)?,
        }
    }
    Ok(exit)
}

/// Reads the exports.
fn exports(paths: &[PathBuf]) -> miette::Result<Option<Granted>> {
    if paths.is_empty() {
        return Ok(None);
    }
    let mut sources = Vec::new();
    for path in paths {
        let bytes = read::bytes(path, granted::LIMIT)?;
        sources.push(read::decode(path.to_string_lossy().into_owned(), bytes)?);
    }
    Ok(Some(granted::read(&sources)?))
}

/// What an app holds: granted, or for `rra` declared.
fn holding(
    catalog: &Catalog,
    kind: ScriptKind,
    granted: Option<&Granted>,
    app: &App,
) -> miette::Result<Option<Holding>> {
    let Some(granted) = granted else {
        return Ok(None);
    };
    let client_id = app.client_id.as_ref().map(|id| id.value.as_str());
    if kind != ScriptKind::Rra {
        return Ok(Some(granted::of_client(catalog, granted, client_id)?));
    }
    Ok(granted::declared_by(catalog, granted, client_id))
}

/// The changes of an app, each for a script of its own.
fn sides<'a>(
    catalog: &Catalog,
    options: &ConsentScript,
    app: &'a Planned<'a>,
    holding: Option<&'a Holding>,
    folder: Option<String>,
) -> Result<Vec<Piece<'a>>, Stopped> {
    let is_asked = |access: Access| {
        options
            .part
            .access
            .is_none_or(|asked| Access::from(asked) == access)
    };
    let is_wanted = |access: &Access| {
        is_asked(*access) && (options.prune || app.plan.plan(*access).status != Status::Excluded)
    };
    let accesses: Vec<Access> = Access::ALL.into_iter().filter(is_wanted).collect();
    let exports = Exports::new(catalog, app.app);
    let piece = |folder, profile, sides| Piece {
        folder,
        app,
        profile,
        sides,
        holding,
    };
    if options.prune {
        let holding = known(options.kind, &exports, holding, &accesses)?;
        let sides = accesses.into_iter().map(|access| {
            grant::shrink(catalog, app.app, &app.plan, access, holding)
                .map_err(|doubt| in_doubt(app, &doubt))
        });
        let sides = sides.collect::<Result<_, _>>()?;
        return Ok(vec![piece(folder, None, sides)]);
    }
    if options.kind.owns_lists() {
        owned(options, app, &exports, holding, &accesses)?;
    }
    if !options.split {
        let unite = |access| grant::unite(catalog, &app.plan, access, Portion::All, holding);
        let sides = accesses.into_iter().map(unite).collect();
        return Ok(vec![piece(folder, None, sides)]);
    }
    let mut pieces = Vec::new();
    let mut before: Vec<Side> = Vec::new();
    let mut profiles: Vec<String> = Vec::new();
    for access in accesses {
        for (name, profile) in steps(options, app, access) {
            let portion = match profile {
                _ if access == Access::Application => Portion::All,
                None => Portion::Base,
                Some(profile) if options.kind.owns_lists() => {
                    profiles.push(profile.to_owned());
                    Portion::UpTo(&profiles)
                }
                Some(profile) => Portion::Profile(profile),
            };
            let side = grant::unite(catalog, &app.plan, access, portion, holding);
            if profile.is_some() && side.needed().next().is_none() {
                continue;
            }
            let sides = if options.kind.owns_lists() {
                // What owns the whole list has to hold what the steps before it brought.
                before.retain(|other| other.access != access);
                before.push(side);
                before.clone()
            } else {
                vec![side]
            };
            let number = pieces.len() + 1;
            let outer = folder.as_ref().map(|outer| format!("{outer}/"));
            let folder = format!("{}{number}-{name}", outer.unwrap_or_default());
            pieces.push(piece(Some(folder), profile, sides));
        }
    }
    Ok(pieces)
}

/// The steps of an access, in the order of asking. Names never come from the manifest.
fn steps<'a>(
    options: &ConsentScript,
    app: &'a Planned<'a>,
    access: Access,
) -> Vec<(String, Option<&'a str>)> {
    let mut steps = vec![(access.name().to_owned(), None)];
    if access == Access::Delegated {
        let profiles = app.app.profiles.iter().enumerate();
        steps.extend(
            profiles
                .map(|(index, profile)| (index, profile.name.value.as_str()))
                .filter(|(_, name)| {
                    let asked = &options.part.profile;
                    asked.is_empty() || asked.iter().any(|asked| asked == name)
                })
                .map(|(index, name)| (format!("{access}-profile-{}", index + 1), Some(name))),
        );
    }
    steps
}

/// The commands that export what is missing, for the app and its cloud.
struct Exports {
    client_id: String,
    graph: String,
}

impl Exports {
    fn new(catalog: &Catalog, app: &App) -> Self {
        let client_id = app.client_id.as_ref().map(|id| id.value.clone());
        let found = cloud(catalog, app).ok();
        let host = found.and_then(|cloud| cloud.graph_hosts.first().copied());
        Self {
            client_id: client_id.unwrap_or_else(|| "CLIENT_ID".to_owned()),
            graph: host.unwrap_or("graph.microsoft.com").to_owned(),
        }
    }

    fn grants(&self) -> String {
        let id = &self.client_id;
        format!(
            "run `az ad app permission list-grants --id {id} > grants.json` and `az ad sp show --id {id} > app.json` and \
             give both with `--existing`; or look at app-only access alone with `--access application`"
        )
    }

    fn roles(&self) -> String {
        let Self { client_id, graph } = self;
        format!(
            "run `az rest --url \"https://{graph}/v1.0/servicePrincipals/$(az ad sp show --id {client_id} --query id \
             --output tsv)/appRoleAssignments\" --resource \"https://{graph}\" > roles.json` and give it with `--existing`, the pages of \
             `@odata.nextLink` too; or look at delegated access alone with `--access delegated`"
        )
    }

    fn declared(&self) -> String {
        format!(
            "run `az ad app show --id {} > registration.json` and give it with `--existing`",
            self.client_id
        )
    }
}

/// Whether a kind that owns whole lists knows what is in them.
fn owned(
    options: &ConsentScript,
    app: &Planned<'_>,
    exports: &Exports,
    holding: Option<&Holding>,
    accesses: &[Access],
) -> Result<(), Stopped> {
    // An app that is not registered yet holds nothing.
    let is_new = app.app.client_id.is_none() && options.existing.is_empty();
    if options.nothing_granted || is_new {
        return Ok(());
    }
    let is_known = match options.kind {
        ScriptKind::Rra => holding.is_some(),
        _ => !accesses.contains(&Access::Delegated) || holding.is_some_and(|it| it.knows_grants),
    };
    if is_known {
        return Ok(());
    }
    let is_rra = options.kind == ScriptKind::Rra;
    Err(Stopped::Unknown {
        kind: word(options.kind),
        list: if is_rra {
            "declared permissions"
        } else {
            "scopes that the app has for all users"
        },
        help: if is_rra {
            exports.declared()
        } else {
            exports.grants()
        },
    })
}

/// What is held, where exports list all of it.
fn known<'h>(
    kind: ScriptKind,
    exports: &Exports,
    holding: Option<&'h Holding>,
    accesses: &[Access],
) -> Result<&'h Holding, Stopped> {
    let refused = |list, help| Stopped::NothingKnown { list, help };
    let holding = holding.ok_or_else(|| match kind {
        ScriptKind::Rra => refused("declared permissions", exports.declared()),
        _ => refused("delegated grants", exports.grants()),
    })?;
    if holding.is_of_nobody {
        return Err(Stopped::OfNobody {
            client_id: shown(&exports.client_id),
        });
    }
    if accesses.contains(&Access::Delegated) && !holding.knows_grants {
        return Err(refused("delegated grants", exports.grants()));
    }
    if accesses.contains(&Access::Application) && !holding.knows_roles {
        return Err(refused("app roles", exports.roles()));
    }
    Ok(holding)
}

fn in_doubt(app: &Planned<'_>, doubt: &InDoubt) -> Stopped {
    let requests = |indices: &[usize]| -> Vec<String> {
        let requirements = indices
            .iter()
            .filter_map(|index| app.plan.requirements.get(*index));
        requirements
            .map(|requirement| format!("`{}`", shown(&requirement.request)))
            .collect()
    };
    let mut help = Vec::new();
    if !doubt.unknown.is_empty() {
        let unknown = requests(&doubt.unknown).join(", ");
        help.push(format!(
            "mend or remove what the data does not know: {unknown}"
        ));
    }
    if !doubt.undetailed.is_empty() {
        let undetailed = doubt
            .undetailed
            .iter()
            .filter_map(|index| app.plan.requirements.get(*index))
            .map(|requirement| {
                let need = match doubt.access {
                    Access::Delegated => &requirement.delegated,
                    Access::Application => &requirement.application,
                };
                let details: Vec<&str> = need.missing_detail.iter().map(|it| it.key()).collect();
                format!("`{}` ({})", shown(&requirement.request), details.join(", "))
            });
        let undetailed: Vec<String> = undetailed.collect();
        help.push(format!("give the details of: {}", undetailed.join(", ")));
    }
    let count = doubt.unknown.len() + doubt.undetailed.len();
    Stopped::InDoubt {
        access: doubt.access,
        operations: words::count(count, "operation"),
        help: help.join("; "),
    }
}

fn word(kind: ScriptKind) -> String {
    let value = clap::ValueEnum::to_possible_value(&kind);
    value.map_or_else(String::new, |value| value.get_name().to_owned())
}

/// Writes the texts of a piece.
fn artefacts(
    catalog: &Catalog,
    options: &ConsentScript,
    piece: Piece<'_>,
    file: Option<&str>,
) -> miette::Result<Artefacts> {
    let script = Script {
        catalog,
        app: piece.app.app,
        plan: &piece.app.plan,
        cloud: cloud(catalog, piece.app.app)?,
        role: grant::grantor(catalog, &piece.sides),
        sides: piece.sides,
        aim: if options.prune {
            Aim::Shrink
        } else {
            Aim::Unite
        },
        profile: piece.profile,
        holding: piece.holding,
        file,
    };
    Ok(match options.kind {
        ScriptKind::Rra => rra::write(&script).into_diagnostic()?,
        ScriptKind::AzureCli => shell::write(&script, Sender::AzureCli).into_diagnostic()?,
        ScriptKind::Rest => shell::write(&script, Sender::Curl).into_diagnostic()?,
        ScriptKind::M365 => shell::write(&script, Sender::Microsoft365Cli).into_diagnostic()?,
        ScriptKind::Powershell => powershell::write(&script),
        ScriptKind::Terraform => terraform::write(&script),
        ScriptKind::Bicep => bicep::write(&script),
    })
}

/// Whether what is written lacks what the plan needs, or cannot be granted as one.
fn has_gap(kind: ScriptKind, sides: &[Side]) -> bool {
    let mut sides = sides.iter();
    // A registration lists ids: how long their names are does not matter there.
    sides.any(|side| {
        !side.without_id.is_empty() || (kind != ScriptKind::Rra && side.too_long().is_some())
    })
}

fn cloud<'c>(catalog: &'c Catalog, app: &App) -> Result<CloudRecord<'c>, Output> {
    let name = app.cloud.as_ref();
    let name = name.map_or("global", |cloud| cloud.value.as_str());
    let mut clouds = catalog.clouds();
    let found = clouds.find(|cloud| cloud.name == name && !cloud.graph_hosts.is_empty());
    found.ok_or_else(|| Output::Cloud { name: shown(name) })
}

fn to_folder(
    context: &Context,
    root: &Path,
    folder: Option<&str>,
    artefacts: Artefacts,
) -> miette::Result<()> {
    let root = folder.map_or_else(|| root.to_path_buf(), |folder| root.join(folder));
    for file in artefacts.files {
        let path = root.join(file.name);
        if let Some(parent) = path.parent() {
            write::folder(parent)?;
        }
        context.write(&file.text, Some(&path))?;
    }
    for remark in artefacts.remarks {
        context.remark(&remark);
    }
    Ok(())
}

fn to_one(context: &Context, output: Option<&Path>, artefacts: Artefacts) -> miette::Result<()> {
    let mut files = artefacts.files.into_iter();
    if let Some(first) = files.next() {
        context.write(&first.text, output)?;
    }
    let others: Vec<&str> = files.map(|file| file.name).collect();
    if !others.is_empty() {
        context.remark(&format!(
            "`-o FOLDER/` writes besides: {}",
            others.join(", ")
        ));
    }
    for remark in artefacts.remarks {
        context.remark(&remark);
    }
    Ok(())
}
