//! The bundled catalog, and requirements made straight from its operations.

use std::str::FromStr as _;
use std::sync::OnceLock;

use graphgrant::call::MatchKind;
use graphgrant::catalog::model::{Access, Effect, Method, OperationId, PermissionId, Scheme};
use graphgrant::catalog::{Catalog, bundled};
use graphgrant::manifest::model::App;
use graphgrant::plan::model::{AppPlan, Goal};
use graphgrant::plan::{Options, plan};
use graphgrant::requirement::{Need, Requirement, Set, Verdict};
use graphgrant::source::Span;

/// Everything is made once: the catalog does not change.
pub struct World {
    pub catalog: Catalog,
    pub effects: Vec<Effect>,
    pub requirements: Vec<Requirement>,
}

pub fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| {
        let catalog = bundled::open().unwrap();
        let ids: Vec<_> = catalog.operation_ids().collect();
        World {
            effects: ids.iter().map(|id| catalog.operation(*id).effect).collect(),
            requirements: ids.iter().map(|id| requirement(&catalog, *id)).collect(),
            catalog,
        }
    })
}

fn requirement(catalog: &Catalog, id: OperationId) -> Requirement {
    let operation = catalog.operation(id);
    let [delegated, personal, application] = Scheme::ALL.map(|scheme| need(catalog, id, scheme));
    Requirement {
        request: catalog.operation_text(id),
        line: 1,
        span: Span::default(),
        reason: None,
        profile: None,
        method: operation.method,
        path: Some(operation.path),
        operation: Some(id),
        effect: operation.effect,
        matched: Some(MatchKind::Exact),
        rewrites: Vec::new(),
        candidates: Vec::new(),
        delegated,
        personal,
        application,
        target: graphgrant::manifest::model::Target::Own,
        route: None,
    }
}

/// Returns a need that nothing serves.
pub fn bare(verdict: Verdict) -> Need {
    Need {
        verdict,
        alternatives: Vec::new(),
        preferred: Vec::new(),
        admissible: Vec::new(),
        rank: None,
        sources: Vec::new(),
        missing_detail: Vec::new(),
        fuller: Vec::new(),
        flaws: Vec::new(),
        is_in_part: false,
        notes: Vec::new(),
    }
}

fn need(catalog: &Catalog, id: OperationId, scheme: Scheme) -> Need {
    let [work, personal, application] = catalog.operation(id).needs;
    let record = match scheme {
        Scheme::Work => work,
        Scheme::Personal => personal,
        Scheme::Application => application,
    };
    let Some(record) = record else {
        return bare(Verdict::Unsupported);
    };
    let alternatives: Vec<Set> = record
        .alternatives
        .into_iter()
        .map(|(set, _)| set)
        .collect();
    let contains = |upper: &Set| {
        let mut preferred = record.preferred.iter();
        preferred.any(|lower| catalog.contains_set(upper, lower, scheme.access()))
    };
    Need {
        admissible: alternatives
            .iter()
            .filter(|set| contains(set))
            .cloned()
            .collect(),
        alternatives,
        preferred: record.preferred.clone(),
        ..bare(Verdict::Supported)
    }
}

/// Returns the requirement of a catalog operation such as `GET /me`.
pub fn wants(request: &str) -> Requirement {
    let (method, _) = request.split_once(' ').unwrap();
    assert!(Method::from_str(method).is_ok());
    let mut all = world().requirements.iter();
    all.find(|it| it.request.eq_ignore_ascii_case(request))
        .unwrap_or_else(|| panic!("the catalog has no {request}"))
        .clone()
}

pub fn id(name: &str) -> PermissionId {
    world()
        .catalog
        .find_permission(name)
        .unwrap_or_else(|| panic!("no permission {name}"))
}

pub fn names<'a>(ids: impl IntoIterator<Item = &'a PermissionId>) -> Vec<&'static str> {
    ids.into_iter()
        .map(|id| world().catalog.name(*id))
        .collect()
}

pub fn app() -> App {
    let mut app = App::empty(Span::default());
    app.access = Access::ALL.to_vec();
    app
}

pub fn with_goal(goal: Goal) -> Options {
    Options {
        goal,
        ..Options::default()
    }
}

pub fn planned(requirements: Vec<Requirement>, goal: Goal) -> AppPlan {
    plan(&world().catalog, &app(), requirements, &with_goal(goal)).unwrap()
}

/// Returns the names of all permissions of a plan.
pub fn chosen(plan: &graphgrant::plan::model::Plan) -> Vec<&'static str> {
    names(plan.permissions.iter().map(|chosen| &chosen.permission))
}
