//! Every kind, given texts that mean something in its language, read back by a parser of it.

use std::process::{Command, Stdio};

use tree_sitter::{Node, Parser};

use super::*;
use crate::catalog::bundled;
use crate::consent::grant::{Fate, Item, Kept, Portion};
use crate::consent::granted::{Known, Place, Scopes};
use crate::declared;
use crate::plan::model::Reach;
use crate::report::sample::Sample;
use crate::requirement::Set;
use crate::source::escape::is_unsafe;
use crate::source::{Source, Span};

/// Texts that end a literal, a comment or a command somewhere.
const HOSTILE: [&str; 16] = [
    "it's",
    "'; touch pwned; '",
    "\" \\\" \\",
    "$(touch pwned)`touch pwned`",
    "${var.x}%{ if true }x%{ endif }",
    "$${a}%%{b}$",
    "\u{2018}\u{2019}\u{201a}\u{201b}; Remove-Item x; '",
    "line\nend\r\n#>*/\n}\n",
    "</script><!-- --> {{x}}",
    "\u{202e}\u{200b}\u{2028}\u{85}\u{1b}[31m\u{e0041}",
    "\"\"\"''' ''' @'\n'@",
    "a\\",
    "EOF\nEOT\n",
    "!history %PATH% ^& | < > ~ * ? [ ] ;",
    "\u{0}\u{7f}",
    "-rf --help",
];

fn item(name: &str, id: &str, fate: Fate) -> Item {
    Item {
        name: name.to_owned(),
        id: Some(id.to_owned()),
        permission: None,
        assignment: Some(format!("{name}-id")),
        by_users_alone: false,
        fate,
    }
}

/// Artefacts of all kinds with a text wherever one from outside can stand.
pub(super) fn all(text: &str) -> Vec<Artefacts> {
    let quoted = literal::json(&serde_json::to_string(text).unwrap());
    let sample = Sample::new(&format!(
        "app: {{name: {quoted}, clientId: 5c3f0b1e-7d0a-4d2c-9a53-0f6b1f3f7a21, tenant: contoso.com}}\n\
         operations:\n  - GET /me\n  - {}\n",
        serde_json::to_string(&format!("GET /nothing/{}", text.replace(is_unsafe, ""))).unwrap()
    ));
    let planned = sample.planned();
    let gone = Fate::Revoked {
        operations: vec![0],
        instead: Set::new(),
        loses: Reach::default(),
        lost: Vec::new(),
    };
    let items = vec![
        item(text, text, Fate::Added),
        item(text, text, Fate::Kept(Kept::Unknown)),
        item(text, text, gone),
    ];
    let side = |access| Side {
        access,
        items: items.clone(),
        resource_specific: Vec::new(),
        without_id: Vec::new(),
    };
    let place = Place {
        file: 0,
        span: Span::default(),
    };
    let holding = Holding {
        client: Some("11111111-1111-4111-8111-111111111111".to_owned()),
        resource: Some("22222222-2222-4222-8222-222222222222".to_owned()),
        tenant_wide: Some(Scopes {
            id: Some(text.to_owned()),
            place,
            scopes: vec![(text.to_owned(), Known::Unknown(None))],
        }),
        remarks: vec![text.to_owned()],
        ..Holding::default()
    };
    let script = Script {
        catalog: &sample.catalog,
        app: planned[0].app,
        plan: &planned[0].plan,
        cloud: sample.catalog.clouds().next().unwrap(),
        sides: Access::ALL.map(side).to_vec(),
        aim: Aim::Shrink,
        profile: Some(text),
        holding: Some(&holding),
        role: Some(text.to_owned()),
        file: Some(text),
    };
    vec![
        shell::write(&script, shell::Sender::Curl).unwrap(),
        shell::write(&script, shell::Sender::AzureCli).unwrap(),
        shell::write(&script, shell::Sender::Microsoft365Cli).unwrap(),
        powershell::write(&script),
        terraform::write(&script),
        bicep::write(&script),
        rra::write(&script).unwrap(),
    ]
}

fn texts(artefacts: &[Artefacts], ending: &str) -> Vec<String> {
    let files = artefacts.iter().flat_map(|it| &it.files);
    let of_kind = files.filter(|file| file.name.ends_with(ending));
    let texts: Vec<String> = of_kind.map(|file| file.text.clone()).collect();
    assert!(!texts.is_empty());
    texts
}

/// The kinds of nodes of a text outside its strings.
fn shape(language: &tree_sitter::Language, text: &str, opaque: &[&str]) -> Vec<String> {
    let mut parser = Parser::new();
    parser.set_language(language).unwrap();
    let tree = parser.parse(text, None).unwrap();
    let mut shape = Vec::new();
    walk(tree.root_node(), text, opaque, &mut shape);
    shape
}

fn walk(node: Node<'_>, text: &str, opaque: &[&str], shape: &mut Vec<String>) {
    assert!(
        !node.is_error() && !node.is_missing(),
        "{} at {}: {:?}",
        node.kind(),
        node.start_position(),
        text.get(node.byte_range())
    );
    shape.push(node.kind().to_owned());
    if opaque.contains(&node.kind()) {
        return;
    }
    for index in 0..node.child_count() {
        walk(node.child(index).unwrap(), text, opaque, shape);
    }
}

#[test]
fn no_text_changes_what_powershell_reads() {
    let language = tree_sitter_powershell::LANGUAGE.into();
    let opaque = ["string_literal", "comment"];
    let plain = shape(&language, &texts(&all("plain"), ".ps1")[0], &opaque);
    assert!(plain.len() > 1000);
    for text in HOSTILE {
        let script = &texts(&all(text), ".ps1")[0];
        assert_eq!(
            shape(&language, script, &opaque).len(),
            plain.len(),
            "{text:?}"
        );
    }
}

#[test]
fn no_text_changes_what_bicep_reads() {
    let language = tree_sitter_bicep::LANGUAGE.into();
    let opaque = ["string", "comment", "diagnostic_comment"];
    // The grammar is older than this statement.
    let without_extension = |text: &str| {
        let rest = text.split_once("\nextension microsoftGraphV1\n").unwrap();
        format!("{}\n{}", rest.0, rest.1)
    };
    let plain = texts(&all("plain"), ".bicep");
    for text in HOSTILE {
        let hostile = texts(&all(text), ".bicep");
        for (plain, hostile) in plain.iter().zip(&hostile) {
            let [plain, hostile] =
                [plain, hostile].map(|it| shape(&language, &without_extension(it), &opaque));
            assert_eq!(plain, hostile, "{text:?}");
        }
    }
}

#[test]
fn terraform_reads_back_exactly_what_was_meant() {
    for text in HOSTILE {
        for script in texts(&all(text), ".tf") {
            let body = hcl_edit::parser::parse_body(&script).unwrap_or_else(|error| {
                panic!("{text:?}: {error}\n{script}");
            });
            let grant = body
                .get_blocks("resource")
                .find(|block| {
                    block.labels[0]
                        .as_str()
                        .ends_with("delegated_permission_grant")
                })
                .unwrap();
            let values = grant.body.get_attribute("claim_values").unwrap();
            let values = values.value.as_array().unwrap();
            for value in values {
                assert_eq!(value.as_str(), Some(text), "{script}");
            }
            let imports: Vec<_> = body.get_blocks("import").collect();
            assert!(imports.iter().any(|block| {
                let id = block.body.get_attribute("id").unwrap().value.as_str();
                id == Some(&*format!("/oauth2PermissionGrants/{text}"))
            }));
        }
    }
}

#[test]
fn json_reads_back_exactly_what_was_meant() {
    for text in HOSTILE {
        for script in texts(&all(text), ".json") {
            let value: serde_json::Value = serde_json::from_str(&script).unwrap();
            if let Some(list) = value.as_array() {
                assert_eq!(list[0]["resourceAccess"][0]["id"], text);
            }
            assert!(!script.contains(['\u{202e}', '\u{1b}', '\u{0}']));
        }
    }
}

/// Whether a program is there. In CI it must be.
fn has(program: &str) -> bool {
    let is_there = Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok();
    let is_strict = std::env::var_os("GRAPHGRANT_STRICT").is_some();
    assert!(is_there || !is_strict, "`{program}` is missing");
    if !is_there {
        eprintln!("skipped: `{program}` is missing");
    }
    is_there
}

#[test]
fn bash_reads_back_exactly_what_was_meant_and_runs_nothing_of_it() {
    if !has("bash") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for text in HOSTILE.map(|text| text.replace('\0', "")) {
        for script in texts(&all(&text), ".sh") {
            let path = folder.path().join("script.sh");
            std::fs::write(&path, &script).unwrap();
            let checked = Command::new("bash").arg("-n").arg(&path).output().unwrap();
            assert!(checked.status.success(), "{text:?}: {checked:?}");
            let head = script.split("\nneeds=").next().unwrap();
            let probe = format!("{head}\nprintf '%s' \"$wanted\"\n");
            std::fs::write(&path, probe).unwrap();
            let mut bash = Command::new("bash");
            let output = bash.arg(&path).current_dir(folder.path()).output().unwrap();
            let wanted: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
            assert_eq!(wanted["scopes"][0], *text);
            assert_eq!(wanted["dropRoles"][0]["name"], *text);
            assert!(!folder.path().join("pwned").exists(), "{text:?}");
        }
    }
}

#[test]
fn shellcheck_has_no_complaint() {
    if !has("shellcheck") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for text in ["plain", "it's $(touch pwned)"] {
        for script in texts(&all(text), ".sh") {
            let path = folder.path().join("script.sh");
            std::fs::write(&path, &script).unwrap();
            let checked = Command::new("shellcheck").arg(&path).output().unwrap();
            let told = String::from_utf8_lossy(&checked.stdout);
            assert!(checked.status.success(), "{told}");
        }
    }
}

#[test]
fn comments_stay_on_their_line() {
    for text in HOSTILE {
        let artefacts = all(text);
        for (ending, mark) in [(".sh", "#"), (".ps1", "#"), (".tf", "#"), (".bicep", "//")] {
            let plain = texts(&all("plain"), ending);
            for (script, plain) in texts(&artefacts, ending).iter().zip(&plain) {
                let marked = |script: &str| {
                    let lines = script.lines().filter(|line| line.starts_with(mark));
                    lines.count()
                };
                assert_eq!(marked(script), marked(plain), "{text:?} {ending}");
            }
        }
    }
}

/// What the program's own readers take a text for: the permissions that it grants, with their access.
fn granted_by(script: &str, kind: declared::Kind) -> Vec<(Access, String)> {
    let catalog = bundled::open().unwrap();
    let ids = declared::Ids::new(&catalog);
    let document = declared::read(&ids, &Source::new("main", script), kind).unwrap();
    let entries = document.registrations.iter().flat_map(|it| &it.entries);
    let mut granted: Vec<(Access, String)> = entries
        .filter_map(|entry| match entry.known {
            declared::Known::Permission(id) => {
                Some((entry.access.as_ref()?.value, catalog.name(id).to_owned()))
            }
            _ => None,
        })
        .collect();
    granted.sort();
    granted
}

#[test]
fn the_programs_own_readers_find_the_grants() {
    let sample = Sample::new(
        "app: {clientId: 5c3f0b1e-7d0a-4d2c-9a53-0f6b1f3f7a21, tenant: contoso.com}\nsignIn: [openid]\noperations:\n  \
         - {request: GET /me/messages, access: delegated, select: [body]}\n  \
         - {request: GET /groups, access: application, select: [id]}\n",
    );
    let planned = sample.planned();
    let unite = |access| {
        let plan = &planned[0].plan;
        crate::consent::grant::unite(&sample.catalog, plan, access, Portion::All, None)
    };
    let script = Script {
        catalog: &sample.catalog,
        app: planned[0].app,
        plan: &planned[0].plan,
        cloud: sample.catalog.clouds().next().unwrap(),
        sides: Access::ALL.map(unite).to_vec(),
        aim: Aim::Unite,
        profile: None,
        holding: None,
        role: None,
        file: None,
    };
    let expected = [
        (Access::Delegated, "Mail.Read".to_owned()),
        (Access::Delegated, "openid".to_owned()),
        (Access::Application, "Group.ReadBasic.All".to_owned()),
    ];
    let terraform = &terraform::write(&script).files[0].text;
    assert_eq!(granted_by(terraform, declared::Kind::Terraform), expected);
    let bicep = &bicep::write(&script).files[0].text;
    assert_eq!(granted_by(bicep, declared::Kind::Bicep), expected);
}

#[test]
fn the_programs_own_reader_of_bicep_takes_whatever_is_written() {
    let catalog = bundled::open().unwrap();
    let ids = declared::Ids::new(&catalog);
    for text in HOSTILE {
        for script in texts(&all(text), ".bicep") {
            let source = Source::new("main.bicep", script.as_str());
            let read = declared::read(&ids, &source, declared::Kind::Bicep);
            assert!(read.is_ok(), "{text:?}: {read:?}");
        }
    }
}
