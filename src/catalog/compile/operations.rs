//! The operations: what upstream claims and the overlay corrects, per scheme.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::compile::CompileError;
use crate::catalog::compile::curated::{Complaints, Overlay};
use crate::catalog::compile::pattern::Pattern;
use crate::catalog::compile::permissions::PermissionTable;
use crate::catalog::compile::preferred::{self, Alternative, ClaimIds, Facts};
use crate::catalog::compile::text::{Claim, Mark, PathRow};
use crate::catalog::model::{Effect, Method, PathId, PermissionId, Scheme};
use crate::catalog::overlay::{OperationFact, PerScheme};
use crate::catalog::record::{NeedRecord, Rank, Set, column};
use crate::path::{Template, Token};

/// Paths and operations, before ids of operations are given.
#[derive(Debug, Default)]
pub struct Operations {
    /// Row by path id; sorted by canonical form.
    pub templates: Vec<Template>,
    /// By path and method.
    pub rows: BTreeMap<(PathId, Method), Operation>,
}

/// One method on one path.
#[derive(Debug, Default)]
pub struct Operation {
    /// By scheme: upstream's claims; `None` where upstream does not list the scheme.
    claims: [Option<Vec<ClaimIds>>; 3],
    /// The entries of `operations.yaml` about it.
    facts: Vec<u16>,
    /// The overlay's effect; the method decides without one.
    effect: Option<Effect>,
}

impl Operation {
    /// Returns what the operation does to data.
    pub fn effect(&self, method: Method) -> Effect {
        self.effect.unwrap_or(if method == Method::Get {
            Effect::Read
        } else {
            Effect::Write
        })
    }

    /// Returns the entries of `operations.yaml` about it.
    pub fn facts(&self) -> &[u16] {
        &self.facts
    }

    fn is_upstream(&self) -> bool {
        self.claims.iter().any(Option::is_some)
    }
}

impl Operations {
    /// Joins upstream's paths with those that only the overlay knows.
    ///
    /// # Errors
    /// When a path of `data/upstream/` is no template, or there are more than 65,535 of them.
    pub fn new(
        paths: &[PathRow],
        permissions: &PermissionTable<'_>,
        overlay: &Overlay,
        complaints: &mut Complaints,
    ) -> Result<Self, CompileError> {
        let mut by_key: BTreeMap<String, (Template, Option<&PathRow>)> = BTreeMap::new();
        for row in paths {
            let (template, _) = Template::read(&row.path).map_err(|_| CompileError::Path {
                path: row.path.clone(),
            })?;
            by_key.insert(template.canonical(), (template, Some(row)));
        }
        for fact in overlay.operations.entries.iter().filter(|fact| fact.adds()) {
            for pattern in fact
                .operations
                .iter()
                .filter_map(|text| Pattern::read(text).ok())
            {
                if pattern.is_exact() {
                    let key = pattern.template.canonical();
                    by_key.entry(key).or_insert((pattern.template, None));
                }
            }
        }
        let mut operations = Self::default();
        for (template, row) in by_key.into_values() {
            let id =
                u16::try_from(operations.templates.len()).map_err(|_| CompileError::TooMany)?;
            for method in row.map_or(&[][..], |row| &row.methods) {
                let claims = method
                    .claims
                    .iter()
                    .filter_map(|claim| claim_ids(claim, permissions));
                let claims = claims.collect();
                let operation = operations
                    .rows
                    .entry((PathId(id), method.method))
                    .or_default();
                if let Some(slot) = operation.claims.get_mut(column(method.scheme)) {
                    *slot = Some(claims);
                }
            }
            operations.templates.push(template);
        }
        operations.attach_facts(overlay, complaints);
        operations.attach_effects(overlay, complaints);
        Ok(operations)
    }

    /// Returns the operations that a written pattern names; none is a complaint.
    pub fn find(
        &self,
        text: &str,
        file: &str,
        complaints: &mut Complaints,
    ) -> Vec<(PathId, Method)> {
        let subject = format!("{file}: {text}");
        let pattern = match Pattern::read(text) {
            Ok(pattern) => pattern,
            Err(what) => {
                complaints.add("overlay-bad-value", subject, what);
                return Vec::new();
            }
        };
        let found: Vec<(PathId, Method)> = self
            .rows
            .keys()
            .filter(|(path, method)| {
                self.templates
                    .get(path.index())
                    .is_some_and(|path| pattern.matches(*method, path))
            })
            .copied()
            .collect();
        if found.is_empty() {
            complaints.add(
                "overlay-unknown-operation",
                subject,
                "the catalog has no such operation",
            );
        }
        found
    }

    fn attach_facts(&mut self, overlay: &Overlay, complaints: &mut Complaints) {
        for (index, fact) in overlay.operations.entries.iter().enumerate() {
            let index = u16::try_from(index).unwrap_or(u16::MAX);
            for text in &fact.operations {
                let exact = Pattern::read(text)
                    .ok()
                    .filter(|p| fact.adds() && p.is_exact());
                let mut found = Vec::new();
                if let Some((pattern, method)) = exact.and_then(|p| p.method.map(|m| (p, m))) {
                    let key = pattern.template.canonical();
                    let path = self.templates.iter().position(|t| t.canonical() == key);
                    found.extend(
                        path.and_then(|p| u16::try_from(p).ok())
                            .map(|p| (PathId(p), method)),
                    );
                } else {
                    found = self.find(text, "operations.yaml", complaints);
                }
                for key in found {
                    self.rows.entry(key).or_default().facts.push(index);
                }
            }
        }
    }

    fn attach_effects(&mut self, overlay: &Overlay, complaints: &mut Complaints) {
        for fact in &overlay.effects.entries {
            for text in &fact.operations {
                for key in self.find(text, "effects.yaml", complaints) {
                    let operation = self.rows.entry(key).or_default();
                    if operation.effect(key.1) == fact.effect && operation.effect.is_none() {
                        let subject = format!("effects.yaml: {text}");
                        complaints.add(
                            "overlay-unnecessary",
                            subject,
                            "the method says so already",
                        );
                    }
                    operation.effect = Some(fact.effect);
                }
            }
        }
    }

    /// Returns true for `/me` and what lies below it.
    pub fn is_me(&self, path: PathId) -> bool {
        let first = self
            .templates
            .get(path.index())
            .and_then(|path| path.tokens.first());
        matches!(first, Some(Token::Literal(word)) if word == "me")
    }

    /// Counts, by permission id, the operations that upstream lists it for under a scheme.
    pub fn reach(&self, scheme: Scheme, permissions: usize) -> Vec<u32> {
        let mut reach = vec![0u32; permissions];
        for operation in self.rows.values() {
            let claims = operation
                .claims
                .get(column(scheme))
                .into_iter()
                .flatten()
                .flatten();
            let named: BTreeSet<PermissionId> = claims.map(|claim| claim.permission).collect();
            for id in named {
                if let Some(count) = reach.get_mut(id.index()) {
                    *count += 1;
                }
            }
        }
        reach
    }
}

/// Turns names into ids. A claim whose companions are all unknown is no claim: the permission alone does
/// not suffice.
fn claim_ids(claim: &Claim, permissions: &PermissionTable<'_>) -> Option<ClaimIds> {
    let names = claim.companions.iter();
    let companions: Vec<PermissionId> = names.filter_map(|name| permissions.find(name)).collect();
    let is_complete = claim.companions.is_empty() || !companions.is_empty();
    let permission = permissions
        .find(&claim.permission)
        .filter(|_| is_complete)?;
    Some(ClaimIds {
        permission,
        companions,
        mark: claim.mark,
    })
}

impl OperationFact {
    /// True when the entry can stand for an operation that upstream does not have. One that says nothing
    /// at all does: conditions alone decide what the operation needs.
    fn adds(&self) -> bool {
        !self.accepted.is_empty() || !self.preferred.is_empty() || self.refused.is_empty()
    }
}

/// Works out what operations need under one scheme.
#[derive(Debug)]
pub struct Judge<'a> {
    /// The scheme.
    pub scheme: Scheme,
    /// The permissions.
    pub permissions: &'a PermissionTable<'a>,
    /// What the reading of marks knows.
    pub facts: Facts<'a>,
    /// The overlay.
    pub overlay: &'a Overlay,
}

/// What an entry of the overlay says about one scheme.
struct Said {
    sets: Vec<Vec<PermissionId>>,
    /// It is said of delegated access in general, not of this scheme.
    inherited: bool,
    /// The entry says that nothing is there.
    is_empty: bool,
}

impl Judge<'_> {
    /// Returns what the operation needs; `None` is "not supported".
    pub fn need(
        &self,
        operation: &Operation,
        effect: Effect,
        complaints: &mut Complaints,
    ) -> Option<NeedRecord> {
        self.need_without(operation, effect, None, complaints)
    }

    /// Returns true when the need would be the same if an entry of `operations.yaml` were not there.
    pub fn is_unnecessary(&self, operation: &Operation, effect: Effect, fact: u16) -> bool {
        if !operation.is_upstream() && operation.facts.len() == 1 {
            return false;
        }
        let mut unheard = Complaints::default();
        let with = self.need_without(operation, effect, None, &mut unheard);
        let without = self.need_without(operation, effect, Some(fact), &mut unheard);
        let answer = |need: Option<NeedRecord>| {
            need.map(|need| {
                let sets: Vec<_> = need.alternatives.into_iter().map(|(set, _)| set).collect();
                (sets, need.preferred)
            })
        };
        answer(with) == answer(without)
    }

    fn need_without(
        &self,
        operation: &Operation,
        effect: Effect,
        left_out: Option<u16>,
        complaints: &mut Complaints,
    ) -> Option<NeedRecord> {
        let claims = operation.claims.get(column(self.scheme))?;
        let mut accepted: Option<Vec<Alternative>> = claims
            .as_ref()
            .map(|claims| preferred::alternatives(claims, effect));
        let mut curated: Vec<Vec<PermissionId>> = Vec::new();
        let mut facts = Vec::new();
        for index in operation
            .facts
            .iter()
            .copied()
            .filter(|index| Some(*index) != left_out)
        {
            let Some(fact) = self.overlay.operations.entries.get(usize::from(index)) else {
                continue;
            };
            let mut spoke = false;
            if let Some(said) = self.said(&fact.accepted, fact, complaints)
                && !(said.inherited && accepted.is_none() && operation.is_upstream())
            {
                spoke = true;
                accepted = if said.is_empty {
                    None
                } else {
                    Some(with(accepted.unwrap_or_default(), &said.sets))
                };
            }
            if let (Some(said), Some(all)) =
                (self.said(&fact.refused, fact, complaints), &mut accepted)
            {
                spoke = true;
                all.retain(|alternative| !said.sets.contains(&alternative.set));
            }
            if let (Some(said), Some(all)) =
                (self.said(&fact.preferred, fact, complaints), &mut accepted)
            {
                let known = |set: &Vec<PermissionId>| all.iter().any(|a| a.set == *set);
                let sets: Vec<_> = said
                    .sets
                    .into_iter()
                    .filter(|set| !said.inherited || known(set))
                    .collect();
                if !sets.is_empty() {
                    spoke = true;
                    *all = with(std::mem::take(all), &sets);
                    curated = sets;
                }
            }
            if spoke {
                facts.push(index);
            }
        }
        let accepted = preferred::minimal(&accepted?);
        if accepted.is_empty() {
            return None;
        }
        curated.retain(|set| accepted.iter().any(|a| a.set == *set));
        let (mut preferred, rank) = if curated.is_empty() {
            preferred::preferred(&accepted, effect, &self.facts)
        } else {
            (curated, Rank::Curated)
        };
        preferred.sort();
        preferred.dedup();
        let mut alternatives: Vec<(Set, Mark)> = accepted
            .into_iter()
            .map(|a| (a.set.into(), a.mark))
            .collect();
        alternatives.sort();
        Some(NeedRecord {
            alternatives,
            preferred: preferred.into_iter().map(Set::from).collect(),
            rank,
            facts,
        })
    }

    fn said(
        &self,
        map: &PerScheme,
        fact: &OperationFact,
        complaints: &mut Complaints,
    ) -> Option<Said> {
        let own = map.get(&self.scheme);
        let inherited = own.is_none() && self.scheme == Scheme::Personal;
        let written = if inherited {
            map.get(&Scheme::Work)?
        } else {
            own?
        };
        let subject = format!(
            "operations.yaml: {}",
            fact.operations.first().map_or("", String::as_str)
        );
        // What is said of delegated access in general may name permissions personal accounts lack.
        let mut unheard = Complaints::default();
        let complaints = if inherited { &mut unheard } else { complaints };
        let sets = written
            .iter()
            .filter_map(|text| {
                self.permissions
                    .set(text, self.scheme, &subject, complaints)
            })
            .collect();
        Some(Said {
            sets,
            inherited,
            is_empty: written.is_empty(),
        })
    }
}

/// Adds sets that are not there yet, unmarked.
fn with(mut all: Vec<Alternative>, sets: &[Vec<PermissionId>]) -> Vec<Alternative> {
    for set in sets {
        if !all.iter().any(|alternative| alternative.set == *set) {
            all.push(Alternative {
                set: set.clone(),
                mark: Mark::Accepted,
            });
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::catalog::bundled::OVERLAY;
    use crate::catalog::compile::{Input, compile};

    fn accepted(claims: &str) -> Vec<String> {
        let permissions = "A.Read\toauth2\tdelegated\t-\tuser\t-\thidden\nB.Read\toauth2\tdelegated\t-\tuser\t-\thidden\n";
        let operations = format!("/zoo\n  POST delegated {claims}\n");
        let input = Input {
            upstream: ["", permissions, &operations, ""],
            overlay: OVERLAY,
        };
        let catalog = Catalog::from_bytes(compile(&input).unwrap()).unwrap();
        let zoo = catalog
            .path_ids()
            .find(|path| catalog.path(*path).spelling == "/zoo")
            .unwrap();
        let operation = catalog.operation(catalog.operation_id(zoo, Method::Post).unwrap());
        let need = operation.needs.into_iter().next().unwrap();
        let named = |set: &Set| {
            set.iter()
                .map(|id| catalog.name(*id))
                .collect::<Vec<_>>()
                .join(" + ")
        };
        need.iter()
            .flat_map(|need| &need.alternatives)
            .map(|(set, _)| named(set))
            .collect()
    }

    #[test]
    fn a_permission_without_its_companion_does_not_suffice() {
        assert_eq!(accepted("A.Read&B.Read"), ["A.Read + B.Read"]);
        assert_eq!(accepted("A.Read&Nope.Read|B.Read"), ["A.Read + B.Read"]);
        assert_eq!(accepted("A.Read&Nope.Read"), [""; 0]);
    }
}
