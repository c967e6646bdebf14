//! From a manifest's operations to requirements: resolving, and the parts that all schemes share.

use super::condition::Conditions;
use super::expansion::expanded;
use super::facts::Facts;
use super::found::{Found, Known, find, for_any_user};
use super::model::{Need, Note, Requirement, Verdict};
use super::need::Call;
use super::said::Said;
use super::target;
use crate::catalog::Catalog;
use crate::catalog::model::{Access, Effect, Method, OperationId, PathId, Scheme};
use crate::catalog::overlay::Detail;
use crate::manifest::Details;
use crate::manifest::model::{App, Audience, Operation, Target};
use crate::path::{Url, parse};
use crate::source::escape::shown;
use crate::source::{Source, beside};

/// How many operations take longer to resolve than a thread takes to start.
const WORTH_A_THREAD: usize = 200;

const BATCH: &str = "POST /$batch > ";

/// Returns what every operation of an app needs, the requests of batches one by one.
pub fn requirements(catalog: &Catalog, app: &App, source: &Source) -> Vec<Requirement> {
    let of = |operations: &[Operation]| {
        let analysis = Analysis::new(catalog, app, source);
        let mut found = Vec::with_capacity(operations.len());
        for operation in operations {
            if operation.batch.is_empty() {
                found.push(analysis.requirement(operation, None));
            }
            for member in &operation.batch {
                found.push(analysis.requirement(member, Some(operation)));
            }
        }
        found
    };
    if app.operations.len() < WORTH_A_THREAD {
        return of(&app.operations);
    }
    let (first, second) = app.operations.split_at(app.operations.len() / 2);
    let [mut all, rest] = beside(|| of(first), || of(second));
    all.extend(rest);
    all
}

/// Returns what one operation needs. A batch is one call here: ask for its requests one by one.
pub fn requirement(
    catalog: &Catalog,
    app: &App,
    operation: &Operation,
    source: &Source,
) -> Requirement {
    Analysis::new(catalog, app, source).requirement(operation, None)
}

/// What a route's operation is compared by: its path, or its text when the catalog does not know it.
#[derive(PartialEq, Eq)]
enum Place {
    Path(PathId),
    Text(String),
}

struct Analysis<'a> {
    facts: Facts<'a>,
    app: &'a App,
    source: &'a Source,
    routes: Vec<(Method, Place, usize)>,
    lacking: Vec<OperationId>,
}

/// A call that is wanted, and how.
struct Wanted<'a> {
    url: Result<Url, String>,
    found: Found,
    access: &'a [Access],
    details: &'a Details,
    target: (Target, bool),
}

impl<'a> Analysis<'a> {
    fn new(catalog: &'a Catalog, app: &'a App, source: &'a Source) -> Self {
        let mut routes = Vec::new();
        for (index, route) in app.routes.iter().enumerate() {
            for request in &route.operations {
                if let Ok(url) = parse(&request.url, &|host| catalog.cloud_of_host(host)) {
                    let found = find(catalog, request.method, &url);
                    routes.push((request.method, place(&found, &url), index));
                }
            }
        }
        let cloud = app.cloud.as_ref().map(|cloud| cloud.value.as_str());
        Self {
            facts: Facts::new(catalog),
            app,
            source,
            routes,
            lacking: cloud.map_or_else(Vec::new, |cloud| lacking(catalog, cloud)),
        }
    }

    fn requirement(&self, operation: &'a Operation, batch: Option<&'a Operation>) -> Requirement {
        let catalog = self.facts.catalog;
        let url = parse(&operation.url, &|host| catalog.cloud_of_host(host));
        let mut url = url.map_err(|error| error.to_string());
        if let (Ok(url), Some(batch)) = (&mut url, batch)
            && url.cloud.is_none()
        {
            let of_batch = parse(&batch.url, &|host| catalog.cloud_of_host(host));
            url.cloud = of_batch.ok().and_then(|url| url.cloud);
        }
        let found = match &url {
            Ok(url) if batch.is_none() && is_batch(operation.method, url) => Found::Batch,
            Ok(url) => find(catalog, operation.method, url),
            Err(_) => Found::Unknown {
                path: None,
                rewrites: Vec::new(),
                candidates: Vec::new(),
            },
        };
        let from_batch = |own: &dyn Fn(&Operation) -> bool| {
            batch.filter(|_| !own(operation)).unwrap_or(operation)
        };
        let access = from_batch(&|operation| operation.access.is_some());
        let reason = from_batch(&|operation| operation.reason.is_some());
        let profile = from_batch(&|operation| operation.profile.is_some());
        let written = operation.target.as_ref().map(|target| target.value);
        let default = || url.as_ref().map_or(Target::Own, target::by_default);
        let wanted = Wanted {
            access: access.access.as_deref().unwrap_or(&self.app.access),
            details: &operation.details,
            target: (written.unwrap_or_else(default), written.is_some()),
            found,
            url,
        };
        let [delegated, personal, application] = self.needs(&wanted, operation.method);
        let route = wanted.url.as_ref().ok().and_then(|url| {
            let (method, place) = (operation.method, place(&wanted.found, url));
            let mut routes = self.routes.iter();
            let found = routes.find(|route| route.0 == method && route.1 == place)?;
            Some(found.2)
        });
        let known = wanted.found.known();
        let record = known.map(|known| &known.record);
        let prefix = batch.map_or("", |_| BATCH);
        Requirement {
            request: format!("{prefix}{}", operation.request),
            line: self.source.position(operation.request_span.start).line,
            span: operation.request_span,
            reason: reason.reason.as_ref().map(|reason| reason.value.clone()),
            profile: profile.profile.as_ref().map(|name| name.value.clone()),
            method: operation.method,
            path: wanted.found.path(),
            operation: known.map(|known| known.id),
            effect: record.map_or_else(|| by_method(operation.method), |record| record.effect),
            matched: known.map(|known| known.kind),
            candidates: wanted.found.candidates(),
            rewrites: wanted.found.rewrites(),
            delegated,
            personal,
            application,
            target: wanted.target.0,
            route,
        }
    }

    fn needs(&self, wanted: &Wanted<'_>, method: Method) -> [Need; 3] {
        let is_wanted = Scheme::ALL.map(|scheme| self.is_wanted(scheme, wanted.access));
        let (Some(known), Ok(url)) = (wanted.found.known(), &wanted.url) else {
            let note = why_unknown(self.facts.catalog, wanted, method);
            return is_wanted.map(|is_wanted| {
                if is_wanted {
                    Need::empty(Verdict::Unknown, vec![note.clone()])
                } else {
                    Need::empty(Verdict::Excluded, Vec::new())
                }
            });
        };
        let catalog = self.facts.catalog;
        let cloud_of_host = |host: &str| catalog.cloud_of_host(host);
        let said = if known.record.conditions.is_empty()
            && wanted.details.expand.is_none()
            && url.query.is_empty()
        {
            Said::default()
        } else {
            Said::new(wanted.details, url, &cloud_of_host)
        };
        let conditions = Conditions::new(catalog, &known.record, &said);
        let expanded = expanded(catalog, url, &said, &conditions);
        let call = Call {
            facts: &self.facts,
            operation: &known.record,
            said: &said,
            conditions: &conditions,
            expanded: &expanded,
            target: wanted.target,
        };
        let cloud_note = self.cloud_note(url);
        let absence = self.absence(url, known);
        let mut needs = Scheme::ALL.into_iter().zip(is_wanted);
        let mut next = || match needs.next() {
            Some((scheme, true)) => {
                let mut need = match &absence {
                    Some(note) => Need::empty(Verdict::Unsupported, vec![note.clone()]),
                    None => self.possible(&call, known, url, method, scheme),
                };
                let rewrites = known.rewrites.iter();
                let told = rewrites.filter(|r| scheme != Scheme::Application || !r.kind.is_twin());
                let told = told.filter_map(|rewrite| rewrite.note);
                let told = told.map(|note| Note::concluded(note.to_owned()));
                need.notes.extend(told.chain(cloud_note.clone()));
                need
            }
            _ => Need::empty(Verdict::Excluded, Vec::new()),
        };
        [next(), next(), next()]
    }

    /// The need under one scheme, unless the call makes no sense there.
    fn possible(
        &self,
        call: &Call<'_>,
        known: &Known,
        url: &Url,
        method: Method,
        scheme: Scheme,
    ) -> Need {
        if scheme != Scheme::Application {
            return call.need(scheme);
        }
        let watches_me = call.conditions.applied.iter();
        let watches_me = watches_me
            .filter(|condition| condition.detail == Detail::Resource)
            .any(|_| call.said.resource_url.as_ref().is_some_and(Url::is_me));
        let note = if url.is_me() {
            for_any_user(self.facts.catalog, method, url)
        } else if watches_me {
            "an app without a signed-in user cannot watch `/me`: write the resource with `/users/{id}`".to_owned()
        } else if !known.carries_application {
            "the permissions data lists this call for `/me` alone, which says nothing about app-only access".to_owned()
        } else {
            return call.need(scheme);
        };
        Need::empty(Verdict::Unsupported, vec![Note::concluded(note)])
    }

    /// An app for personal accounts has no tenant: neither work accounts nor app-only access.
    fn is_wanted(&self, scheme: Scheme, access: &[Access]) -> bool {
        let audience = self.app.audience.as_ref().map(|audience| audience.value);
        let fits = match scheme {
            Scheme::Work | Scheme::Application => audience.is_none_or(Audience::takes_work),
            Scheme::Personal => audience.is_some_and(Audience::takes_personal),
        };
        fits && (access.is_empty() || access.contains(&scheme.access()))
    }

    fn absence(&self, url: &Url, known: &Known) -> Option<Note> {
        let catalog = self.facts.catalog;
        let of_app = self.app.cloud.as_ref().map(|cloud| cloud.value.as_str());
        let of_url = url.cloud.as_deref();
        let lacks = if self.lacking.binary_search(&known.id).is_ok() {
            of_app
        } else {
            of_url.filter(|cloud| {
                Some(*cloud) != of_app && lacking(catalog, cloud).binary_search(&known.id).is_ok()
            })
        }?;
        let mut clouds = catalog.clouds();
        let cloud = clouds.find(|cloud| cloud.name == lacks)?;
        let text = format!(
            "not offered in the cloud `{lacks}`: {}",
            cloud.evidence.reason
        );
        Some(Note::sourced(&text, &cloud.evidence))
    }

    fn cloud_note(&self, url: &Url) -> Option<Note> {
        let of_app = self.app.cloud.as_ref()?.value.as_str();
        let of_url = url.cloud.as_deref().filter(|cloud| *cloud != of_app)?;
        Some(Note::concluded(format!(
            "the URL is one of the cloud `{}`, the app runs in `{}`",
            shown(of_url),
            shown(of_app)
        )))
    }
}

fn lacking(catalog: &Catalog, cloud: &str) -> Vec<OperationId> {
    let mut clouds = catalog.clouds();
    let found = clouds.find(|found| found.name == cloud);
    found.map_or_else(Vec::new, |cloud| cloud.lacks)
}

fn place(found: &Found, url: &Url) -> Place {
    found.path().map_or_else(
        || {
            let path = Url {
                cloud: None,
                version: None,
                ..url.clone()
            };
            Place::Text(path.to_string().to_lowercase())
        },
        Place::Path,
    )
}

fn is_batch(method: Method, url: &Url) -> bool {
    method == Method::Post && matches!(url.segments.as_slice(), [only] if only.is_word("$batch"))
}

const fn by_method(method: Method) -> Effect {
    match method {
        Method::Get => Effect::Read,
        _ => Effect::Write,
    }
}

fn why_unknown(catalog: &Catalog, wanted: &Wanted<'_>, method: Method) -> Note {
    Note::concluded(match (&wanted.url, &wanted.found) {
        (Err(error), _) => format!("the URL cannot be read: {error}"),
        (Ok(_), Found::Batch) => {
            "each request of a batch is authorised alone: `batch:` must list them".to_owned()
        }
        (Ok(_), found) => found.path().map_or_else(
            || "the permissions data lists no such path".to_owned(),
            |path| {
                let spelling = catalog.path(path).spelling;
                format!("the permissions data lists `{spelling}`, but not with {method}")
            },
        ),
    })
}
