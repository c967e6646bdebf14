//! What the PowerShell kind calls, told from its syntax tree: PowerShell itself cannot be had where the tests
//! run. So each call is held against the parameters that the cmdlet has, each variable against where it is set
//! (strict mode stops at one that is not), and what writes to a tenant against the one place where it may stand.

use std::collections::{BTreeMap, BTreeSet};

use tree_sitter::{Node, Parser};

/// The cmdlets that may be called, with those of their parameters that may be given
/// (<https://learn.microsoft.com/powershell/module/microsoft.graph.applications> and the modules beside it,
/// read 2026-11).
const CMDLETS: [(&str, &[&str]); 28] = [
    (
        "Connect-MgGraph",
        &[
            "-TenantId",
            "-Scopes",
            "-Environment",
            "-ContextScope",
            "-NoWelcome",
        ],
    ),
    ("ConvertFrom-Json", &[]),
    ("ConvertTo-Json", &["-InputObject", "-Depth"]),
    ("ForEach-Object", &[]),
    ("Get-Content", &["-LiteralPath", "-Raw"]),
    ("Get-Date", &[]),
    ("Get-MgContext", &[]),
    (
        "Get-MgOauth2PermissionGrant",
        &["-Filter", "-All", "-OAuth2PermissionGrantId"],
    ),
    ("Get-MgServicePrincipal", &["-Filter", "-Property"]),
    (
        "Get-MgServicePrincipalAppRoleAssignedTo",
        &["-ServicePrincipalId", "-All"],
    ),
    (
        "Get-MgServicePrincipalAppRoleAssignment",
        &["-ServicePrincipalId", "-All"],
    ),
    (
        "Get-MgServicePrincipalMemberOf",
        &["-ServicePrincipalId", "-All"],
    ),
    (
        "Get-MgServicePrincipalOwnedObject",
        &["-ServicePrincipalId", "-All"],
    ),
    ("Move-Item", &["-LiteralPath", "-Destination", "-Force"]),
    ("New-MgOauth2PermissionGrant", &["-BodyParameter"]),
    ("New-MgServicePrincipal", &["-BodyParameter"]),
    (
        "New-MgServicePrincipalAppRoleAssignment",
        &["-ServicePrincipalId", "-BodyParameter"],
    ),
    (
        "Remove-MgOauth2PermissionGrant",
        &["-OAuth2PermissionGrantId"],
    ),
    ("Remove-MgServicePrincipal", &["-ServicePrincipalId"]),
    (
        "Remove-MgServicePrincipalAppRoleAssignment",
        &["-ServicePrincipalId", "-AppRoleAssignmentId"],
    ),
    ("Select-Object", &["-SkipLast"]),
    ("Set-Content", &["-LiteralPath", "-Encoding"]),
    ("Set-StrictMode", &["-Version"]),
    ("Start-Sleep", &["-Seconds"]),
    ("Test-Path", &["-LiteralPath", "-PathType"]),
    (
        "Update-MgOauth2PermissionGrant",
        &["-OAuth2PermissionGrantId", "-BodyParameter"],
    ),
    ("Where-Object", &[]),
    ("Write-Host", &["-ForegroundColor"]),
];

/// Variables that PowerShell sets by itself.
const AUTOMATIC: [&str; 5] = ["$_", "$null", "$true", "$false", "$erroractionpreference"];

/// A call, in the order of the text.
#[derive(Debug)]
struct Call {
    /// The function it stands in; empty outside of all.
    within: String,
    name: String,
    /// Those of its own; all cmdlets have `-ErrorAction`.
    parameters: Vec<String>,
    /// Whether an error of it ends it whatever the module it is of prefers.
    stops: bool,
    positional: usize,
    at: usize,
    /// Whether an error of it is caught where it stands, and not by whoever reads the screen.
    is_caught: bool,
}

#[derive(Debug, Default)]
struct Tree {
    calls: Vec<Call>,
    /// By function: how many parameters it has.
    functions: BTreeMap<String, usize>,
    /// By function, and under the empty name those outside: the variables that are set.
    set: BTreeMap<String, BTreeSet<String>>,
    /// The function, the variable, the line.
    read: Vec<(String, String, usize)>,
}

fn read(text: &str) -> Tree {
    let mut parser = Parser::new();
    let language = tree_sitter_powershell::LANGUAGE.into();
    parser.set_language(&language).unwrap();
    let parsed = parser.parse(text, None).unwrap();
    assert!(!parsed.root_node().has_error());
    let mut tree = Tree::default();
    tree.walk(parsed.root_node(), text, "");
    tree
}

fn children(node: Node<'_>) -> Vec<Node<'_>> {
    let all = 0..node.child_count();
    all.map(|at| node.child(at).unwrap()).collect()
}

fn text_of(node: Node<'_>, text: &str) -> String {
    text.get(node.byte_range()).unwrap().to_owned()
}

/// The variables below a node.
fn variables(node: Node<'_>, text: &str, found: &mut BTreeSet<String>) {
    if node.kind() == "variable" {
        found.insert(text_of(node, text).to_lowercase());
    }
    for child in children(node) {
        variables(child, text, found);
    }
}

impl Tree {
    fn walk(&mut self, node: Node<'_>, text: &str, within: &str) {
        let mut within = within.to_owned();
        match node.kind() {
            "function_statement" => {
                let name = children(node).into_iter();
                let name = name
                    .clone()
                    .find(|it| it.kind() == "function_name")
                    .unwrap();
                within = text_of(name, text);
                self.functions.entry(within.clone()).or_default();
            }
            "script_parameter" => {
                let mut names = BTreeSet::new();
                for child in children(node) {
                    if child.kind() == "variable" {
                        variables(child, text, &mut names);
                    }
                }
                if !within.is_empty() {
                    *self.functions.get_mut(&within).unwrap() += names.len();
                }
                self.set.entry(within.clone()).or_default().extend(names);
            }
            "left_assignment_expression" => {
                let mut names = BTreeSet::new();
                variables(node, text, &mut names);
                self.set.entry(within.clone()).or_default().extend(names);
            }
            "foreach_statement" => {
                let all = children(node);
                let variable = all.iter().find(|it| it.kind() == "variable").unwrap();
                let name = text_of(*variable, text).to_lowercase();
                self.set.entry(within.clone()).or_default().insert(name);
            }
            "variable" => {
                let name = text_of(node, text).to_lowercase();
                let line = node.start_position().row + 1;
                self.read.push((within.clone(), name, line));
            }
            "command" => self.call(node, text, &within),
            _ => {}
        }
        for child in children(node) {
            self.walk(child, text, &within);
        }
    }

    fn call(&mut self, node: Node<'_>, text: &str, within: &str) {
        let parts = children(node);
        let Some(name) = parts.iter().find(|it| it.kind() == "command_name") else {
            // `& $Call` runs what was given, which is walked where it is written.
            return;
        };
        let elements = parts.iter().filter(|it| it.kind() == "command_elements");
        let elements: Vec<Node<'_>> = elements.flat_map(|it| children(*it)).collect();
        let is = |kind: &str| {
            let of_kind = elements.iter().filter(move |it| it.kind() == kind);
            of_kind.map(|it| text_of(*it, text)).collect::<Vec<_>>()
        };
        let others = elements.iter().filter(|it| {
            it.is_named() && !matches!(it.kind(), "command_parameter" | "command_argument_sep")
        });
        self.calls.push(Call {
            within: within.to_owned(),
            name: text_of(*name, text),
            parameters: is("command_parameter")
                .into_iter()
                .filter(|name| name != "-ErrorAction")
                .collect(),
            stops: text_of(node, text).ends_with(" -ErrorAction Stop"),
            positional: others.count(),
            at: node.start_byte(),
            is_caught: std::iter::successors(node.parent(), Node::parent)
                .any(|above| above.kind() == "try_statement"),
        });
    }
}

fn script() -> String {
    super::tests::all("plain")
        .into_iter()
        .flat_map(|artefacts| artefacts.files)
        .find(|file| file.name == super::powershell::NAME)
        .unwrap()
        .text
}

#[test]
fn powershell_calls_what_there_is_with_parameters_that_it_has() {
    let tree = read(&script());
    assert!(tree.calls.len() > 80, "{}", tree.calls.len());
    for call in &tree.calls {
        if let Some(parameters) = tree.functions.get(&call.name) {
            assert!(call.parameters.is_empty(), "{call:?}");
            assert!(call.positional <= *parameters, "{call:?}");
            continue;
        }
        let known = CMDLETS.iter().find(|(name, _)| *name == call.name);
        let (_, known) = known.unwrap_or_else(|| panic!("{call:?}"));
        for parameter in &call.parameters {
            assert!(
                known.contains(&parameter.as_str()),
                "{parameter} of {call:?}"
            );
        }
    }
    let called: BTreeSet<&str> = tree.calls.iter().map(|call| call.name.as_str()).collect();
    for name in tree.functions.keys() {
        assert!(called.contains(name.as_str()), "{name} is never called");
    }
}

#[test]
fn powershell_reads_no_variable_that_is_never_set() {
    let tree = read(&script());
    let outside = tree.set.get("").unwrap();
    for (within, name, line) in &tree.read {
        let own = tree.set.get(within);
        let is_set = AUTOMATIC.contains(&name.as_str())
            || outside.contains(name)
            || own.is_some_and(|own| own.contains(name));
        assert!(is_set, "{name} in `{within}` at line {line}");
    }
}

/// Whether a call changes something in a tenant.
fn writes(call: &Call) -> bool {
    let verb = call.name.split("-Mg").next().unwrap();
    call.name.contains("-Mg") && ["New", "Update", "Remove"].contains(&verb)
}

#[test]
fn powershell_writes_in_one_place_and_after_the_state_was_recorded() {
    let text = script();
    let tree = read(&text);
    let (inside, outside): (Vec<&Call>, Vec<&Call>) = tree
        .calls
        .iter()
        .filter(|call| writes(call))
        .partition(|call| call.within == "Invoke-Action");
    let inside: Vec<(&str, Vec<&str>)> = inside
        .into_iter()
        .map(|call| {
            let parameters = call.parameters.iter().map(String::as_str);
            (call.name.as_str(), parameters.collect())
        })
        .collect();
    // In the order of the actions: grant, change, revoke, assign, unassign.
    assert_eq!(
        inside,
        [
            ("New-MgOauth2PermissionGrant", vec!["-BodyParameter"]),
            (
                "Update-MgOauth2PermissionGrant",
                vec!["-OAuth2PermissionGrantId", "-BodyParameter"]
            ),
            (
                "Remove-MgOauth2PermissionGrant",
                vec!["-OAuth2PermissionGrantId"]
            ),
            (
                "New-MgServicePrincipalAppRoleAssignment",
                vec!["-ServicePrincipalId", "-BodyParameter"]
            ),
            (
                "Remove-MgServicePrincipalAppRoleAssignment",
                vec!["-ServicePrincipalId", "-AppRoleAssignmentId"]
            ),
        ]
    );
    let outside: Vec<(&str, &str, usize)> = outside
        .into_iter()
        .map(|call| (call.within.as_str(), call.name.as_str(), call.at))
        .collect();
    let [
        ("", "Remove-MgServicePrincipal", deletes),
        ("", "New-MgServicePrincipal", creates),
    ] = outside.as_slice()
    else {
        panic!("{outside:?}");
    };
    let preview = text.find("this is a preview: nothing was changed").unwrap();
    let restored = text.find("everything is as recorded in").unwrap();
    assert!(*deletes < restored && restored < preview && preview < *creates);
    let top = |name: &str| -> Vec<usize> {
        let calls = tree.calls.iter();
        let calls = calls.filter(|call| call.within.is_empty() && call.name == name);
        calls.map(|call| call.at).collect()
    };
    let (saves, settles) = (top("Save-Record"), top("Invoke-Settling"));
    let [gone_back, saves @ ..] = saves.as_slice() else {
        panic!("{saves:?}");
    };
    assert!(*deletes < restored && restored < *gone_back && *gone_back < preview);
    assert!(
        saves.first().unwrap() < creates,
        "the state is recorded first"
    );
    assert!(saves.iter().all(|at| preview < *at));
    assert!(settles.last().unwrap() > saves.last().unwrap());
    // Each kind of action that is made can be carried out, and is known again when going back.
    for kind in ["grant", "change", "revoke", "assign", "unassign"] {
        let arm = format!("            '{kind}' {{");
        assert_eq!(text.matches(&arm).count(), 2, "{kind}");
    }
}

#[test]
fn powershell_sees_every_error_of_the_sdk() {
    // Functions of a module do not see the preference of a script that calls them, so without this an error is
    // shown, and what was read is taken for empty (https://github.com/PowerShell/PowerShell/issues/4568).
    let text = script();
    let tree = read(&text);
    let of_sdk = tree.calls.iter().filter(|call| {
        // It asks nobody.
        call.name.contains("-Mg") && call.name != "Get-MgContext"
    });
    for call in of_sdk {
        assert!(call.stops, "{call:?}");
    }
    // What came before an error is not handed on, as it comes again.
    assert!(text.contains("$answer = @(& $Call)"));
    // Each of the modules, in a version that has the parameters.
    assert_eq!(text.matches("; ModuleVersion = '2.0.0' }\n").count(), 3);
}

#[test]
fn powershell_stops_at_a_placeholder_before_it_signs_in() {
    let text = script();
    let tree = read(&text);
    let top = || tree.calls.iter().filter(|call| call.within.is_empty());
    let signs_in = top().find(|call| call.name == "Connect-Tenant").unwrap().at;
    let guards = top().filter(|call| call.name == "Stop-Script" && call.at < signs_in);
    let guards: Vec<&str> = guards
        .map(|call| text.get(call.at..).unwrap().lines().next().unwrap())
        .collect();
    for part in ["client id", "the tenant (its id"] {
        assert!(guards.iter().any(|it| it.contains(part)), "{guards:#?}");
    }
    assert!(text.contains("if ($ClientId -notmatch $guid) {"));
    assert!(text.contains("-or $Tenant -like 'REPLACE*') {"));
}

#[test]
fn powershell_replaces_its_state_file_at_once() {
    let text = script();
    let tree = read(&text);
    let of = |name: &str| {
        let calls = tree.calls.iter().filter(|call| call.name == name);
        let all: Vec<(&str, usize)> = calls.map(|it| (it.within.as_str(), it.at)).collect();
        all
    };
    let (written, moved) = (of("Set-Content"), of("Move-Item"));
    let ([("Save-Record", written)], [("Save-Record", moved)]) =
        (written.as_slice(), moved.as_slice())
    else {
        panic!("{written:?} {moved:?}");
    };
    assert!(written < moved);
    assert!(text.contains("-LiteralPath \"$StateFile.new\" -Encoding utf8"));
    // A mark goes where Microsoft Graph refused, and nowhere else.
    let takes_back = of("Remove-Mark");
    assert_eq!(takes_back.len(), 3, "{takes_back:?}");
    assert_eq!(of("Test-Refusal").len(), 2);
}

#[test]
fn powershell_keeps_what_it_is_about_to_do_and_catches_what_fails() {
    let text = script();
    let tree = read(&text);
    let all = || tree.calls.iter().filter(|call| writes(call));
    // What another one made first, or what is gone, is no error, and no other one is shown raw.
    assert!(all().all(|call| call.is_caught));
    let marks: Vec<(&str, usize)> = tree
        .calls
        .iter()
        .filter(|call| call.name == "Add-Mark")
        .map(|call| (call.within.as_str(), call.at))
        .collect();
    let [("Invoke-Action", within), ("", outside)] = marks.as_slice() else {
        panic!("{marks:?}");
    };
    assert!(all().all(|call| call.within.is_empty() || call.at > *within));
    let mut creates = all().filter(|call| call.name == "New-MgServicePrincipal");
    assert!(creates.all(|call| call.at > *outside));
    // Going back looks until what was done shows, before anything is done.
    let mut caught_up = tree.calls.iter().filter(|call| call.name == "Get-CaughtUp");
    let mut settles = tree
        .calls
        .iter()
        .filter(|call| call.name == "Invoke-Settling");
    assert!(caught_up.next().unwrap().at < settles.next().unwrap().at);
}
