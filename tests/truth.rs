//! temporary
use graphgrant::call::{self, Resolution};
use graphgrant::catalog::{bundled, model::*, record::column};
use std::collections::BTreeSet;

#[test]
fn score() {
    let catalog = bundled::open().unwrap();
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("vectors/documented.json")).unwrap();
    let skip = [
        "docs-slip",
        "body-dependent",
        "query-dependent",
        "note-overrides-table",
        "generated-from-me-path",
    ];
    for (access, key, scheme) in [
        ("delegated", "delegated_work", Scheme::Work),
        ("application", "application", Scheme::Application),
    ] {
        for high in [true, false] {
            let (mut ok, mut n) = (0, 0);
            let mut seen = BTreeSet::new();
            for v in vectors.as_array().unwrap() {
                let conf = v["confidence"].as_str().unwrap();
                if conf == "conflict" || (high && conf != "high") {
                    continue;
                }
                if v["flags"]
                    .as_array()
                    .is_some_and(|f| f.iter().any(|f| skip.contains(&f.as_str().unwrap())))
                {
                    continue;
                }
                if v["unscored"].get(access).is_some() {
                    continue;
                }
                if access == "application" && v["me"].as_bool().unwrap() {
                    continue;
                }
                let least: Vec<BTreeSet<String>> = v[key]["least"]
                    .as_array()
                    .map(|l| {
                        l.iter()
                            .map(|s| {
                                s.as_str()
                                    .unwrap()
                                    .split(" and ")
                                    .map(str::to_owned)
                                    .collect()
                            })
                            .collect()
                    })
                    .unwrap_or_default();
                if least.is_empty() {
                    continue;
                }
                let method: Method = v["method"].as_str().unwrap().parse().unwrap();
                let url = v["url"].as_str().unwrap();
                let parsed = graphgrant::path::parse(url, &|h| catalog.cloud_of_host(h)).unwrap();
                let r = call::resolve(&catalog, method, &parsed);
                let (path, carries, how) = match &r {
                    Resolution::Matched {
                        path,
                        carries_application,
                        kind,
                        ..
                    } => (Some(*path), *carries_application, format!("{kind:?}")),
                    Resolution::MethodUnknown {
                        path,
                        carries_application,
                        alternative,
                        ..
                    } => (
                        alternative.or(Some(*path)),
                        *carries_application,
                        "MU".to_owned(),
                    ),
                    Resolution::Unknown { .. } => (None, true, "U".to_owned()),
                };
                let op = path.and_then(|p| catalog.operation_id(p, method));
                let id = op.map_or(url.to_owned() + method.name(), |o| o.0.to_string());
                if !seen.insert(id) {
                    continue;
                }
                n += 1;
                let need = op.and_then(|o| catalog.operation(o).needs[column(scheme)].clone());
                let names = |s: &Vec<PermissionId>| -> BTreeSet<String> {
                    s.iter().map(|p| catalog.name(*p).to_owned()).collect()
                };
                let pref: Vec<BTreeSet<String>> = need
                    .iter()
                    .filter(|_| carries || access == "delegated")
                    .flat_map(|n| n.preferred.iter().map(names))
                    .collect();
                let good = !pref.is_empty() && pref.iter().all(|p| least.contains(p));
                if good {
                    ok += 1
                } else if !high {
                    println!(
                        "{access} {conf} {method} {url} -> {:?} {how}\n    ours {pref:?} {:?} doc {least:?} higher {}\n    notes {}\n    all {:?}",
                        op.map(|o| catalog.operation_text(o)),
                        need.as_ref().map(|n| n.rank),
                        v[key]["higher"],
                        v["notes"],
                        need.as_ref().map(|n| n
                            .alternatives
                            .iter()
                            .map(|(s, m)| format!(
                                "{}{}",
                                s.iter()
                                    .map(|p| catalog.name(*p))
                                    .collect::<Vec<_>>()
                                    .join("+"),
                                m.word()
                            ))
                            .collect::<Vec<_>>())
                    );
                }
            }
            println!(
                "== {access} {} {ok}/{n} {:.1}",
                if high { "high" } else { "all" },
                100.0 * f64::from(ok) / f64::from(n)
            );
        }
    }
    for c in catalog.complaints() {
        println!("COMPLAINT {} | {} | {}", c.kind, c.subject, c.result);
    }
}
