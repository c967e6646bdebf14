//! `graph`, and the questions of `query` about a plan, run as users do.

use std::path::Path;

use serde_json::Value;

use crate::run::{Place, run};

fn example(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let path = path.join(name).join("graphgrant.yaml");
    path.to_str().unwrap().to_owned()
}

fn json(arguments: &[&str]) -> Value {
    let mut all = arguments.to_vec();
    all.extend(["--format", "json"]);
    run(&all).ends_with(0).json()
}

#[test]
fn the_graph_says_what_the_plan_says() {
    for name in ["mail-add-in", "teams-bot", "hr-onboarding-daemon"] {
        let manifest = example(name);
        let (plan, graph) = (json(&["plan", &manifest]), json(&["graph", &manifest]));
        let nodes = graph["nodes"].as_array().unwrap();
        let label = |id: &Value| &nodes[usize::try_from(id.as_u64().unwrap()).unwrap()];
        for access in ["delegated", "application"] {
            let planned = plan["access"][access]["permissions"].as_array().unwrap();
            let planned: Vec<&Value> = planned.iter().map(|it| &it["name"]).collect();
            let drawn: Vec<&Value> = nodes
                .iter()
                .filter(|it| {
                    it["kind"] == "permission" && it["access"] == access && it["planned"] == true
                })
                .map(|it| &it["label"])
                .collect();
            assert_eq!(planned, drawn, "{name} {access}");
            for (index, operation) in plan["operations"].as_array().unwrap().iter().enumerate() {
                let Some(chosen) = operation[access]["chosen"].as_array() else {
                    continue;
                };
                let mut links = graph["links"].as_array().unwrap().iter();
                let link = links.find(|link| {
                    let (from, to) = (label(&link["source"]), label(&link["target"]));
                    link["standing"] == "chosen"
                        && from["operation"] == index
                        && to["access"] == access
                });
                let to = label(&link.unwrap()["target"]);
                match chosen.as_slice() {
                    [one] => assert_eq!(&to["label"], one),
                    several => assert_eq!(to["permissions"], Value::from(several.to_vec())),
                }
            }
        }
    }
}

#[test]
fn the_order_is_drawn_without_shortcuts() {
    let graph = json(&["graph", &example("mail-add-in"), "--show", "accepted"]);
    let links = graph["links"].as_array().unwrap();
    let contains: Vec<(u64, u64)> = links
        .iter()
        .filter(|link| link["kind"] == "contains")
        .map(|link| {
            (
                link["source"].as_u64().unwrap(),
                link["target"].as_u64().unwrap(),
            )
        })
        .collect();
    assert!(!contains.is_empty());
    for (upper, lower) in &contains {
        let over = contains.iter().filter(|(from, _)| from == upper);
        let mut ways: Vec<u64> = over.map(|(_, to)| *to).filter(|to| to != lower).collect();
        let mut seen = ways.clone();
        while let Some(at) = ways.pop() {
            assert_ne!(at, *lower, "{upper} reaches {lower} by another way");
            for (_, next) in contains.iter().filter(|(from, _)| *from == at) {
                if !seen.contains(next) {
                    seen.push(*next);
                    ways.push(*next);
                }
            }
        }
    }
}

#[test]
fn every_edge_says_why() {
    let graph = json(&["graph", &example("teams-bot"), "--show", "accepted"]);
    for link in graph["links"].as_array().unwrap() {
        assert!(!link["why"].as_str().unwrap().is_empty(), "{link}");
    }
}

#[test]
fn permissions_that_are_needed_together_are_drawn_as_one_alternative() {
    let graph = json(&[
        "graph",
        "-e",
        "POST /applications/{id}/owners/$ref",
        "--show",
        "accepted",
    ]);
    let nodes = graph["nodes"].as_array().unwrap();
    let mut all = nodes.iter();
    if let Some(alternative) = all.find(|node| node["kind"] == "alternative") {
        let members = graph["links"].as_array().unwrap().iter();
        let members =
            members.filter(|link| link["kind"] == "member" && link["source"] == alternative["id"]);
        assert_eq!(
            members.count(),
            alternative["permissions"].as_array().unwrap().len()
        );
    } else {
        panic!("no alternative of several permissions");
    }
}

#[test]
fn a_graph_is_of_one_app() {
    let place = Place::new().with(
        "graphgrant.yaml",
        "apps: [{name: a, operations: [GET /me]}, {name: b, operations: [GET /users]}]",
    );
    let refused = place.run(&["graph"]).ends_with(2);
    assert!(
        refused.err.contains("`--app`") && refused.err.contains("`a`, `b`"),
        "{}",
        refused.err
    );
    place.run(&["graph", "--app", "b"]).ends_with(0);
}

#[test]
fn the_page_stands_alone_and_only_its_own_script_runs() {
    let html = run(&["graph", &example("teams-bot")]).ends_with(0).out;
    let outside = ["<link", "src=", "@import", "url(", "fetch("];
    assert!(outside.iter().all(|it| !html.contains(it)));
    assert!(html.contains("default-src 'none'") && html.contains("script-src 'sha256-"));
}

#[test]
fn hostile_text_stays_data() {
    let hostile = "</script><script>alert(1)</script>";
    let text = format!(
        "app: {{name: \"{hostile}\"}}\noperations:\n  - {{request: GET /me, reason: \"{hostile}\"}}\n"
    );
    let place = Place::new().with("graphgrant.yaml", &text);
    let html = place.run(&["graph"]).ends_with(0).out;
    assert_eq!(html.matches("</script>").count(), 2);
    assert!(!html.contains("<script>alert"));
    let dot = place.run(&["graph", "--format", "dot"]).ends_with(0).out;
    assert!(dot.starts_with("digraph") && dot.ends_with("}\n"));
}

#[test]
fn needs_names_what_forces_a_permission() {
    let manifest = example("mail-add-in");
    let answer = json(&["query", "needs", "mail.readwrite", &manifest]);
    let delegated = &answer["access"][0];
    assert_eq!(
        (&delegated["role"], &delegated["forcedBy"]),
        (&"planned".into(), &4.into())
    );
    let answer = json(&["query", "needs", "Mail.Read", &manifest]);
    assert_eq!(answer["access"][0]["role"], "redundant");
    assert_eq!(
        answer["access"][0]["replacedBy"],
        serde_json::json!(["Mail.ReadWrite"])
    );
    let answer = json(&["query", "needs", "Sites.FullControl.All", &manifest]);
    assert_eq!(answer["access"][0]["role"], "unneeded");
}

#[test]
fn dropping_a_permission_loses_what_only_it_serves() {
    let manifest = example("mail-add-in");
    let answer = json(&["query", "what-if", &manifest, "--drop", "Mail.ReadWrite"]);
    let lost = answer["access"][0]["lost"].as_array().unwrap();
    let lost: Vec<u64> = lost
        .iter()
        .map(|it| it["operation"].as_u64().unwrap())
        .collect();
    assert_eq!(lost, [1, 2, 3, 4, 5]);
    let answer = json(&["query", "what-if", &manifest, "--drop", "Files.Read"]);
    assert_eq!(answer["access"][0]["planned"], false);
    assert_eq!(answer["access"][0]["lost"], serde_json::json!([]));
}

#[test]
fn adding_a_call_tells_what_comes_and_what_it_opens() {
    let manifest = example("mail-add-in");
    let answer = json(&["query", "what-if", &manifest, "--add", "GET /me/people"]);
    assert_eq!(
        answer["access"][0]["gained"],
        serde_json::json!(["People.Read"])
    );
    let opened = answer["access"][0]["opened"].as_array().unwrap();
    assert!(opened.contains(&"GET /me/people".into()), "{opened:?}");
    let answer = json(&["query", "what-if", &manifest, "--add", "GET /me/messages"]);
    assert_eq!(answer["access"][0]["gained"], serde_json::json!([]));
    let answer = json(&["query", "what-if", &manifest, "--add", "GET /no/such"]);
    assert_eq!(answer["access"][0]["servedBy"], Value::Null);
    run(&["query", "what-if", &manifest]).ends_with(2);
}

#[test]
fn what_a_route_or_the_manifest_asks_for_is_missed_when_it_goes() {
    let place = Place::new().with(
        "graphgrant.yaml",
        "access: application\noperations: ['GET /sites/{id}/drives']\nroutes: [{via: sites-selected, operations: ['GET /sites/{id}/drives']}]\n",
    );
    let answer = place
        .run(&[
            "query",
            "what-if",
            "--drop",
            "Sites.Selected",
            "--format",
            "json",
        ])
        .ends_with(0)
        .json();
    assert_eq!(answer["access"][0]["askedFor"], true);
    assert_eq!(answer["access"][0]["lost"][0]["operation"], 0);
}

#[test]
fn what_is_unknown_is_said_to_be_unknown() {
    for command in ["compare", "graph"] {
        let outcome = run(&[command, "-e", "GET /me/mesages"]).ends_with(1);
        assert!(outcome.err.contains("GET /me/messages"), "{}", outcome.err);
    }
    let dot = run(&["graph", "-e", "GET /no/such", "--format", "dot"]);
    assert!(dot.out.contains("(unknown)"), "{}", dot.out);
    let asked = run(&[
        "query",
        "what-if",
        "-e",
        "GET /me",
        "--add",
        "GET /me/mesages",
    ]);
    assert!(asked.out.contains("does not know"), "{}", asked.out);
}

#[test]
fn every_permission_leads_to_who_consents_and_what_is_judged_to_its_risk() {
    let graph = json(&["graph", &example("hr-onboarding-daemon")]);
    let nodes = graph["nodes"].as_array().unwrap();
    let links = graph["links"].as_array().unwrap();
    let leads = |from: &Value, kind: &str| {
        let mut links = links.iter();
        links.any(|link| link["source"] == from["id"] && link["kind"] == kind)
    };
    let permissions: Vec<&Value> = nodes
        .iter()
        .filter(|node| node["kind"] == "permission")
        .collect();
    assert!(permissions.iter().all(|node| leads(node, "needs-consent")));
    let risky = permissions
        .iter()
        .find(|node| node["label"] == "User.ReadWrite.All");
    assert!(leads(risky.unwrap(), "has-risk"));
    let dot = run(&["graph", &example("hr-onboarding-daemon"), "--format", "dot"]).out;
    assert!(dot.contains("penwidth=2"), "the plan stands out");
}
