//! `consent show --format json`.

use schemars::JsonSchema;
use serde::Serialize;

use super::{AppHead, CatalogFacts, Reach, VERSION, name, names};
use crate::catalog::Catalog;
use crate::consent::model::{
    Ask, Basis, Caution, Change, Condition, Consent, Easier, Part, Refusal, Stake, UserConsent, Who,
};
use crate::report::Planned;
use crate::report::consent::text;

/// The whole document.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "graphgrant consent show")]
pub struct Document {
    /// The version of this form.
    pub schema_version: u32,
    /// The data it rests on.
    pub catalog: CatalogFacts,
    /// The apps, in the order of the manifest.
    pub apps: Vec<AppForm>,
}

/// The consent of an app.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "App")]
pub struct AppForm {
    /// Which app.
    #[serde(flatten)]
    pub head: AppHead,
    /// What the answer about user consent rests on.
    pub policy: BasisForm,
    /// The operations that nothing in the plan serves; their needs are missing here.
    pub gaps: Vec<GapForm>,
    /// Who has to consent, by access.
    pub whole: Vec<WholeForm>,
    /// The same for delegated access under each of Microsoft's policies.
    pub by_policy: Vec<PolicyForm>,
    /// What is asked for, in the order in which it is.
    pub parts: Vec<PartForm>,
    /// What to do, in order.
    pub steps: Vec<StepForm>,
    /// What would make the consent easier, found by planning again.
    pub easier: Vec<EasierForm>,
    /// What no file tells, and limits.
    pub cautions: Vec<CautionForm>,
}

/// What an answer about user consent rests on.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Policy")]
pub struct BasisForm {
    /// `named` (one of Microsoft's), `assumed` (the default of new tenants) or `tenant` (exported settings).
    pub basis: &'static str,
    /// The names or ids of the policies.
    pub policies: Vec<String>,
}

/// An operation that nothing serves.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Gap")]
pub struct GapForm {
    /// Its position.
    pub operation: usize,
    /// `unknown` or `unsupported`.
    pub reason: &'static str,
}

/// Who has to consent for an access.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Whole")]
pub struct WholeForm {
    /// `delegated` or `application`.
    pub access: &'static str,
    /// Who.
    pub who: WhoForm,
}

/// Who has to consent under a policy.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "UnderPolicy")]
pub struct PolicyForm {
    /// The word of the policy.
    pub policy: String,
    /// Who.
    pub who: WhoForm,
}

/// Who has to consent.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Who")]
pub struct WhoForm {
    /// `nobody`, `users` or `admin`.
    pub who: &'static str,
    /// For `users`: what has to hold, all of it.
    pub conditions: Vec<ConditionForm>,
    /// For `admin`: the least role.
    pub role: Option<String>,
    /// For `admin`: the permissions that make it so.
    pub because: Vec<String>,
}

/// What has to hold, and cannot be told offline.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Condition")]
pub struct ConditionForm {
    /// A stable word, such as `verified-publisher`.
    pub condition: &'static str,
    /// Ids or names that it is about.
    pub values: Vec<String>,
}

/// What is asked for together.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Part")]
pub struct PartForm {
    /// `delegated` or `application`.
    pub access: &'static str,
    /// The profile; null for the base.
    pub profile: Option<String>,
    /// Who has to consent.
    pub who: WhoForm,
    /// The permissions.
    pub permissions: Vec<AskForm>,
}

/// A permission that is asked for.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Permission")]
pub struct AskForm {
    /// Microsoft's name.
    pub name: String,
    /// The id that registrations and grants use.
    pub id: Option<String>,
    /// `Scope` or `Role`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Whether it is a scope of signing in.
    pub sign_in: bool,
    /// `yes`, `conditional` or `no`.
    pub user_consent: &'static str,
    /// For `no`: `app-role`, `admin-consent`, `no-policy`, `excluded` or `not-included`.
    pub refused: Option<&'static str>,
    /// For `conditional`: the ways, of which one suffices.
    pub ways: Vec<Vec<ConditionForm>>,
    /// The least role that grants it for the whole tenant.
    pub role: Option<String>,
    /// The risk tier.
    pub tier: Option<u8>,
    /// What it opens.
    pub reach: Reach,
    /// The operations it serves.
    pub operations: Vec<usize>,
    /// The developer's reason for asking by name, or the route that needs it.
    pub asked_for: Option<String>,
    /// Other profiles it belongs to.
    pub other_profiles: Vec<String>,
    /// What it takes besides consent.
    pub facts: Vec<FactForm>,
    /// Permissions that give less, and the operations that they would not serve.
    pub narrower: Vec<NarrowerForm>,
    /// The nearest permissions that give more and are not asked for.
    pub not_asked_for: Vec<String>,
}

/// What a permission takes besides consent.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Fact")]
pub struct FactForm {
    /// `prerequisite`, `user-role`, `licence`, `note`.
    pub kinds: Vec<&'static str>,
    /// One line.
    pub text: String,
    /// A link.
    pub source: String,
    /// When that was read.
    pub date: String,
}

/// A permission that gives less.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Narrower")]
pub struct NarrowerForm {
    /// Its name.
    pub name: String,
    /// The operations it would not serve; none when documentation alone names the wider one.
    pub lacks: Vec<usize>,
}

/// A step.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Step")]
pub struct StepForm {
    /// What kind of step it is.
    pub kind: &'static str,
    /// What to do.
    pub text: String,
    /// The permissions it is about; all when empty.
    pub permissions: Vec<String>,
    /// A link; empty for what follows from the plan.
    pub source: String,
}

/// A change that makes the consent easier.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Easier")]
pub struct EasierForm {
    /// `no-admin`, `split`, `signed-in-user` or `route`.
    pub change: &'static str,
    /// For `route`: which.
    pub route: Option<&'static str>,
    /// The access it is about.
    pub access: &'static str,
    /// For `split` and `route`: the operations.
    pub operations: Vec<usize>,
    /// The permissions that would go.
    pub drops: Vec<String>,
    /// The permissions that would come.
    pub adds: Vec<String>,
    /// What is at stake now.
    pub before: StakeForm,
    /// What would be.
    pub after: StakeForm,
    /// The operations that would be opened besides.
    pub widens: Reach,
    /// Operations on a set that is accepted, but not documented as the least.
    pub unconfirmed: Vec<usize>,
    /// Operations that would not be served, or wait.
    pub unserved: Vec<usize>,
    /// What would have to be done besides.
    pub steps: Vec<String>,
}

/// What is at stake.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Stake")]
pub struct StakeForm {
    /// Who has to consent.
    pub who: WhoForm,
    /// Permissions that lead to control of the tenant.
    pub tier0: usize,
    /// Permissions on data or devices of the whole tenant.
    pub tier1: usize,
}

/// Something to keep in mind.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Caution")]
pub struct CautionForm {
    /// `step-up`, `assignment`, `personal-accounts`, `too-many`, `too-long` or `doubt`.
    pub caution: &'static str,
    /// One line.
    pub text: String,
}

impl Document {
    /// Returns the JSON form of the consent of a manifest's apps.
    pub fn new(catalog: &Catalog, apps: &[(Planned<'_>, Consent)]) -> Self {
        Self {
            schema_version: VERSION,
            catalog: CatalogFacts::new(catalog),
            apps: apps
                .iter()
                .map(|(planned, consent)| app(catalog, planned, consent))
                .collect(),
        }
    }
}

fn app(catalog: &Catalog, planned: &Planned<'_>, consent: &Consent) -> AppForm {
    AppForm {
        head: AppHead::new(planned),
        policy: basis(&consent.basis),
        gaps: consent
            .gaps
            .iter()
            .map(|gap| GapForm {
                operation: gap.operation,
                reason: if gap.is_known {
                    "unsupported"
                } else {
                    "unknown"
                },
            })
            .collect(),
        whole: consent
            .whole
            .iter()
            .map(|(access, found)| WholeForm {
                access: access.name(),
                who: who(catalog, found),
            })
            .collect(),
        by_policy: consent
            .by_policy
            .iter()
            .map(|(policy, found)| PolicyForm {
                policy: policy.clone(),
                who: who(catalog, found),
            })
            .collect(),
        parts: consent.parts.iter().map(|it| part(catalog, it)).collect(),
        steps: consent
            .steps
            .iter()
            .map(|step| StepForm {
                kind: step.kind.word(),
                text: step.text.clone(),
                permissions: names(catalog, &step.of),
                source: step.source.clone(),
            })
            .collect(),
        easier: consent
            .easier
            .iter()
            .map(|it| easier(catalog, it))
            .collect(),
        cautions: consent
            .cautions
            .iter()
            .map(|it| CautionForm {
                caution: caution(it),
                text: text::caution(it).to_human(),
            })
            .collect(),
    }
}

fn basis(basis: &Basis) -> BasisForm {
    match basis {
        Basis::Named { name, is_chosen } => BasisForm {
            basis: if *is_chosen { "named" } else { "assumed" },
            policies: vec![name.clone()],
        },
        Basis::Tenant { assigned } => BasisForm {
            basis: "tenant",
            policies: assigned.clone(),
        },
    }
}

fn who(catalog: &Catalog, who: &Who) -> WhoForm {
    let (word, conditions, role, because) = match who {
        Who::Nobody => ("nobody", Vec::new(), None, Vec::new()),
        Who::Users { conditions } => {
            let conditions = conditions.iter().map(condition).collect();
            ("users", conditions, None, Vec::new())
        }
        Who::Admin { role, because } => {
            ("admin", Vec::new(), role.clone(), names(catalog, because))
        }
    };
    WhoForm {
        who: word,
        conditions,
        role,
        because,
    }
}

fn condition(condition: &Condition) -> ConditionForm {
    let one = |text: &String| vec![text.clone()];
    let (word, values) = match condition {
        Condition::Classified { class } => ("classified", one(class)),
        Condition::VerifiedPublisher => ("verified-publisher", Vec::new()),
        Condition::Publisher { ids } => ("publisher", ids.clone()),
        Condition::Certified => ("certified", Vec::new()),
        Condition::OwnTenant => ("own-tenant", Vec::new()),
        Condition::RegisteredIn { tenants } => ("registered-in", tenants.clone()),
        Condition::Client { ids } => ("client", ids.clone()),
        Condition::NamedByMicrosoft => ("named-by-microsoft", Vec::new()),
        Condition::NoException { policy } => ("no-exception", one(policy)),
        Condition::PolicyAllows { policy } => ("policy-allows", one(policy)),
        Condition::Other { name } => ("other", one(name)),
    };
    ConditionForm {
        condition: word,
        values,
    }
}

fn part(catalog: &Catalog, part: &Part) -> PartForm {
    let asks = part.asks.iter();
    PartForm {
        access: part.access.name(),
        profile: part.profile.clone(),
        who: who(catalog, &part.who),
        permissions: asks.map(|it| ask(catalog, part, it)).collect(),
    }
}

fn ask(catalog: &Catalog, part: &Part, ask: &Ask) -> AskForm {
    let grant = catalog.grant_for(ask.permission, part.access);
    let is_role = part.access == crate::catalog::model::Access::Application;
    let (user_consent, refused, ways) = match &ask.user {
        UserConsent::AdminOnly if is_role => ("no", Some("app-role"), &[][..]),
        UserConsent::AdminOnly => ("no", Some("admin-consent"), &[][..]),
        UserConsent::Refused(Refusal::NoPolicy) => ("no", Some("no-policy"), &[][..]),
        UserConsent::Refused(Refusal::Excluded) => ("no", Some("excluded"), &[][..]),
        UserConsent::Refused(Refusal::NotIncluded) => ("no", Some("not-included"), &[][..]),
        UserConsent::Allowed { ways } if ways.iter().any(Vec::is_empty) => ("yes", None, &[][..]),
        UserConsent::Allowed { ways } => ("conditional", None, ways.as_slice()),
    };
    AskForm {
        name: name(catalog, ask.permission),
        id: grant.and_then(|grant| grant.id.map(str::to_owned)),
        kind: part.access.resource_access_type(),
        sign_in: ask.is_sign_in,
        user_consent,
        refused,
        ways: ways
            .iter()
            .map(|way| way.iter().map(condition).collect())
            .collect(),
        role: ask.role.clone(),
        tier: grant.and_then(|grant| grant.risk.map(|(tier, _)| tier)),
        reach: Reach {
            reads: grant.map_or(0, |grant| usize::from(grant.reads)),
            writes: grant.map_or(0, |grant| usize::from(grant.writes)),
        },
        operations: ask.operations.clone(),
        asked_for: ask.asked_for.clone(),
        other_profiles: ask.other_profiles.clone(),
        facts: ask
            .facts
            .iter()
            .map(|fact| FactForm {
                kinds: fact.kinds.iter().map(|kind| kind.word()).collect(),
                text: fact.text.clone(),
                source: fact.source.clone(),
                date: fact.date.clone(),
            })
            .collect(),
        narrower: ask
            .narrower
            .iter()
            .map(|it| NarrowerForm {
                name: name(catalog, it.permission),
                lacks: it.lacks.clone(),
            })
            .collect(),
        not_asked_for: names(catalog, &ask.wider),
    }
}

fn easier(catalog: &Catalog, easier: &Easier) -> EasierForm {
    let (change, route, operations) = match &easier.change {
        Change::NoAdmin => ("no-admin", None, &[][..]),
        Change::Split { operations } => ("split", None, operations.as_slice()),
        Change::SignedInUser => ("signed-in-user", None, &[][..]),
        Change::Route { via, operations } => ("route", Some(via.word()), operations.as_slice()),
    };
    let stake = |stake: &Stake| StakeForm {
        who: who(catalog, &stake.who),
        tier0: stake.tier0,
        tier1: stake.tier1,
    };
    EasierForm {
        change,
        route,
        access: easier.access.name(),
        operations: operations.to_vec(),
        drops: names(catalog, &easier.drops),
        adds: names(catalog, &easier.adds),
        before: stake(&easier.before),
        after: stake(&easier.after),
        widens: Reach {
            reads: easier.widens.reads,
            writes: easier.widens.writes,
        },
        unconfirmed: easier.unconfirmed.clone(),
        unserved: easier.unserved.clone(),
        steps: easier.steps.clone(),
    }
}

const fn caution(caution: &Caution) -> &'static str {
    match caution {
        Caution::StepUp => "step-up",
        Caution::Assignment => "assignment",
        Caution::PersonalAccounts => "personal-accounts",
        Caution::TooMany { .. } => "too-many",
        Caution::TooLong { .. } => "too-long",
        Caution::Doubt { .. } => "doubt",
    }
}
