//! What a file is, told by its content; the name only decides between formats that may look alike.

use crate::declared::known::guid;
use crate::declared::legacy;
use crate::declared::model::Kind;
use crate::source::Source;
use crate::source::json::{self, Node};

/// Returns what a file is; `None` when it declares nothing that could be judged. A text that is broken is told
/// by the words in it, so that a mistake in it is not overlooked.
pub fn detect(path: &str, source: &Source) -> Option<Kind> {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let name = name.to_lowercase();
    let text = source.text();
    let has_ending = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    if has_ending(&[".tf"]) {
        return text.contains("azuread_").then_some(Kind::Terraform);
    }
    if has_ending(&[".bicep"]) {
        let words = ["Microsoft.Graph/", "microsoftGraph"];
        let is_ours = words.iter().any(|word| contains(text, word));
        return is_ours.then_some(Kind::Bicep);
    }
    if has_ending(&[".yaml", ".yml"]) {
        return operations(&name, text).then_some(Kind::Operations);
    }
    if !starts_as_json(text) {
        return None;
    }
    match json::parse(source) {
        Ok(parsed) => of_tree(&name, text, &parsed.root),
        Err(_) => of_words(&name, text),
    }
}

/// Comments may stand before the value.
fn starts_as_json(text: &str) -> bool {
    let mut rest = text.trim_start();
    while let len @ 1.. = comment_len(rest) {
        rest = rest.get(len..).unwrap_or_default().trim_start();
    }
    rest.starts_with(['{', '['])
}

fn comment_len(text: &str) -> usize {
    if text.starts_with("//") {
        text.find('\n').unwrap_or(text.len())
    } else if text.starts_with("/*") {
        text.find("*/").map_or(text.len(), |end| end + 2)
    } else {
        0
    }
}

fn contains(text: &str, word: &str) -> bool {
    let word = word.as_bytes();
    let mut windows = text.as_bytes().windows(word.len());
    windows.any(|window| window.eq_ignore_ascii_case(word))
}

/// Other notations have lists of operations at their top, too: a request must stand in it.
fn operations(name: &str, text: &str) -> bool {
    const METHODS: [&str; 5] = ["GET ", "POST ", "PUT ", "PATCH ", "DELETE "];
    if matches!(name, "graphgrant.yaml" | "graphgrant.yml") {
        return true;
    }
    let has_key = |rest: &str| {
        let keys = ["operations", "apps"];
        let mut after = keys.iter().filter_map(|key| rest.strip_prefix(key));
        after.any(|rest| rest.trim_start_matches(['"', '\'']).starts_with(':'))
    };
    let is_flow = text.trim_start().starts_with('{');
    let has_list = text.lines().any(|line| {
        let parts = line
            .split(['{', ','])
            .take(if is_flow { usize::MAX } else { 1 });
        let mut keys = parts.map(|part| if is_flow { part.trim_start() } else { part });
        keys.any(|part| has_key(part.trim_start_matches(['"', '\''])))
    });
    has_list
        && text.lines().any(|line| {
            // Each place looks back as far as what stands before it goes, and no further: a line can be long.
            let line = line.trim_start();
            let list = line.find('[').unwrap_or(line.len());
            METHODS.iter().any(|method| {
                let mut places = line.match_indices(method);
                places.any(|(at, _)| {
                    let (before, rest) = line.split_at(at);
                    let rest = rest.get(method.len()..).unwrap_or_default();
                    rest.starts_with(['/', 'h']) && begins_request(before, list < at)
                })
            })
        })
}

/// Returns whether a request may follow a part of a line: as an item of a list, or under its key. Prose says such
/// words, too. The part does not start with white space.
fn begins_request(before: &str, is_in_list: bool) -> bool {
    let before = before.trim_end().trim_end_matches(['"', '\'']).trim_end();
    let key = before
        .strip_suffix(':')
        .map(|key| key.trim_end_matches(['"', '\'']));
    before.is_empty()
        || before == "-"
        || key.is_some_and(|key| key.ends_with("request"))
        || (before.ends_with(['[', ',']) && is_in_list)
}

fn of_tree(name: &str, text: &str, root: &Node) -> Option<Kind> {
    let has = |key: &str| root.get(key).is_some();
    let schema = root.get("$schema").and_then(Node::text).unwrap_or_default();
    if schema.contains("deploymentTemplate.json") || (has("contentVersion") && has("resources")) {
        return contains(text, "Microsoft.Graph/").then_some(Kind::ArmTemplate);
    }
    let is_terraform = has("format_version")
        && ["planned_values", "values", "resource_changes"]
            .iter()
            .any(|key| has(key));
    if is_terraform {
        return text.contains("azuread_").then_some(Kind::TerraformPlan);
    }
    let is_teams = schema.contains("MicrosoftTeams.schema.json")
        || (has("manifestVersion")
            && ["webApplicationInfo", "authorization", "developer", "bots"]
                .iter()
                .any(|key| has(key)));
    if is_teams {
        return Some(Kind::TeamsApp);
    }
    if let Some(solution) = root.get("solution") {
        let is_solution = schema.contains("package-solution")
            || solution.get("webApiPermissionRequests").is_some()
            || root.at(&["paths", "zippedPackage"]).is_some();
        return is_solution.then_some(Kind::SharePointFramework);
    }
    registration(name, text, root)
}

fn registration(name: &str, text: &str, root: &Node) -> Option<Kind> {
    let first = if root.is_array() {
        root.items().first()?
    } else {
        let page = root.get("value").and_then(|value| value.items().first());
        page.filter(|_| root.get("requiredResourceAccess").is_none())
            .unwrap_or(root)
    };
    let has = |key: &str| first.get(key).is_some();
    let is_required_access = root.is_array() && has("resourceAppId") && has("resourceAccess");
    let is_application = is_required_access
        || has("requiredResourceAccess")
        || (has("appId") && legacy::is_legacy(first))
        || (has("signInAudience") && (has("displayName") || has("name")))
        || (has("replyUrlsWithType") && has("name"));
    // Service principals look alike and declare nothing.
    if !is_application || has("servicePrincipalType") {
        return None;
    }
    let is_toolkit = name.starts_with("aad.manifest")
        || name.starts_with("aad.template")
        || text.contains("${{")
        || has_names(first);
    Some(if is_toolkit {
        Kind::AgentsToolkit
    } else if legacy::is_legacy(first) {
        Kind::LegacyManifest
    } else {
        Kind::GraphApplication
    })
}

/// Returns whether a resource is given by name.
fn has_names(node: &Node) -> bool {
    let blocks = node.get("requiredResourceAccess");
    let mut blocks = blocks.map_or(&[][..], Node::items).iter();
    blocks.any(|block| {
        let resource = block.get("resourceAppId").and_then(Node::text);
        resource.is_some_and(|resource| resource.contains(' ') && guid(resource).is_none())
    })
}

/// Tells a broken text by the words in it.
fn of_words(name: &str, text: &str) -> Option<Kind> {
    let has = |word: &str| text.contains(&format!("\"{word}\""));
    if text.contains("deploymentTemplate.json") {
        return contains(text, "Microsoft.Graph/").then_some(Kind::ArmTemplate);
    }
    if has("format_version") && (has("planned_values") || has("values") || has("resource_changes"))
    {
        return text.contains("azuread_").then_some(Kind::TerraformPlan);
    }
    if text.contains("MicrosoftTeams.schema.json")
        || (has("manifestVersion") && (has("webApplicationInfo") || has("developer")))
    {
        return Some(Kind::TeamsApp);
    }
    if has("webApiPermissionRequests") || text.contains("package-solution.schema.json") {
        return Some(Kind::SharePointFramework);
    }
    let is_application = has("requiredResourceAccess")
        || (has("signInAudience") && (has("displayName") || has("name")))
        || has("replyUrlsWithType");
    if !is_application || has("servicePrincipalType") {
        return None;
    }
    let is_toolkit = name.starts_with("aad.manifest")
        || name.starts_with("aad.template")
        || text.contains("${{");
    Some(if is_toolkit {
        Kind::AgentsToolkit
    } else if legacy::FIELDS
        .iter()
        .any(|field| *field != "logoutUrl" && has(field))
    {
        Kind::LegacyManifest
    } else {
        Kind::GraphApplication
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(path: &str, text: &str, expected: Option<Kind>) {
        assert_eq!(
            detect(path, &Source::new(path, text)),
            expected,
            "{path}: {text}"
        );
    }

    #[test]
    fn content_tells_the_kind() {
        use Kind::*;
        case(
            "a.json",
            r#"{"requiredResourceAccess": []}"#,
            Some(GraphApplication),
        );
        case(
            "a.json",
            r#"[{"displayName": "x", "signInAudience": "AzureADMyOrg"}]"#,
            Some(GraphApplication),
        );
        case(
            "a.json",
            r#"{"value": [{"requiredResourceAccess": []}]}"#,
            Some(GraphApplication),
        );
        case(
            "a.json",
            r#"[{"resourceAppId": "x", "resourceAccess": []}]"#,
            Some(GraphApplication),
        );
        case(
            "a.json",
            r#"{"replyUrlsWithType": [], "requiredResourceAccess": []}"#,
            Some(LegacyManifest),
        );
        case(
            "a.json",
            r#"{"name": "x", "signInAudience": "AzureADMyOrg", "oauth2AllowImplicitFlow": false}"#,
            Some(LegacyManifest),
        );
        case(
            "a.json",
            r#"{"requiredResourceAccess": [], "appId": "${{ID}}"}"#,
            Some(AgentsToolkit),
        );
        case(
            "a.json",
            r#"{"requiredResourceAccess": [{"resourceAppId": "Microsoft Graph"}]}"#,
            Some(AgentsToolkit),
        );
        case(
            "x/aad.manifest.json",
            r#"{"requiredResourceAccess": []}"#,
            Some(AgentsToolkit),
        );
        case(
            "a.json",
            r#"{"manifestVersion": "1.19", "developer": {}}"#,
            Some(TeamsApp),
        );
        case(
            "a.json",
            r#"{"solution": {"webApiPermissionRequests": []}}"#,
            Some(SharePointFramework),
        );
        case(
            "a.json",
            r#"{"format_version": "1.2", "values": {"azuread_application": 1}}"#,
            Some(TerraformPlan),
        );
        case(
            "a.json",
            r#"{"contentVersion": "1", "resources": {"a": {"type": "microsoft.graph/applications@v1.0"}}}"#,
            Some(ArmTemplate),
        );
        case(
            "a.tf",
            "resource \"azuread_application\" \"a\" {}",
            Some(Terraform),
        );
        case("a.bicep", "extension microsoftGraphV1", Some(Bicep));
        case("a.yaml", "operations:\n  - GET /me\n", Some(Operations));
        case(
            "a.yml",
            "apps:\n  - operations:\n      - request: 'POST /users'\n",
            Some(Operations),
        );
        case("graphgrant.yaml", "x: [", Some(Operations));
    }

    #[test]
    fn manifests_are_told_in_every_style() {
        use Kind::Operations;
        for text in [
            "operations: [GET /me]\n",
            "operations: [GET /me, \"POST /me/sendMail\"]\n",
            "operations: [{request: GET /me}]\n",
            "operations:\n  - {select: [id], request: 'GET /me'}\n",
            "operations: [\n  GET /me,\n]\n",
            "\"operations\":\n  - \"request\": \"GET /me\"\n",
            "{app: {name: x}, operations: [GET /me]}\n",
            "{\"operations\": [\"GET /me\"]}\n",
            "apps: [{operations: [GET /me]}]\n",
        ] {
            case("calls.yaml", text, Some(Operations));
        }
    }

    #[test]
    fn long_lines_are_gone_through_once() {
        // Megabytes: looking back over all of the line from each place would take minutes.
        let times = 400_000;
        for (line, expected) in [
            (",GET /a".repeat(times), None),
            (
                format!("{}{}", " ".repeat(times), ",GET /a".repeat(times)),
                None,
            ),
            (format!("[{}", "\"GET x\",".repeat(times)), None),
        ] {
            case("calls.yaml", &format!("operations:\n{line}\n"), expected);
        }
    }

    #[test]
    fn what_declares_nothing_is_left_alone() {
        case("package.json", r#"{"name": "x", "version": "1"}"#, None);
        case("a.json", "", None);
        case("a.json", "[]", None);
        case("a.json", "text", None);
        case(
            "a.json",
            r#"{"appId": "x", "displayName": "y", "signInAudience": "z", "servicePrincipalType": "Application"}"#,
            None,
        );
        case(
            "a.json",
            r#"{"contentVersion": "1", "resources": []}"#,
            None,
        );
        case("a.json", r#"{"format_version": "1.2", "values": {}}"#, None);
        case("main.tf", "resource \"aws_s3_bucket\" \"b\" {}", None);
        case("main.bicep", "param x string", None);
        case(
            "a.yaml",
            "asyncapi: 3.0.0\noperations:\n  send:\n    action: send\n",
            None,
        );
        case(
            "a.yaml",
            "operations:\n  send:\n    summary: GET /x, then POST /y\n",
            None,
        );
        case("a.yaml", "x:\n  operations: [GET /me]\n", None);
        case("a.md", "{ \"a\"", None);
    }

    #[test]
    fn broken_texts_are_told_by_their_words() {
        case(
            "a.json",
            r#"// x
            {"requiredResourceAccess": ["#,
            Some(Kind::GraphApplication),
        );
        case(
            "aad.manifest.json",
            r#"{"requiredResourceAccess": ["#,
            Some(Kind::AgentsToolkit),
        );
        case(
            "a.json",
            r#"{"replyUrlsWithType": ["#,
            Some(Kind::LegacyManifest),
        );
        case(
            "a.json",
            r#"{"manifestVersion": "1.5", "developer": {"#,
            Some(Kind::TeamsApp),
        );
        case(
            "a.json",
            r#"{"solution": {"webApiPermissionRequests": "#,
            Some(Kind::SharePointFramework),
        );
        case("a.json", r#"{"x": ["#, None);
    }

    #[test]
    fn names_of_kinds_are_read_back() {
        for kind in Kind::ALL {
            assert_eq!(kind.name().parse(), Ok(kind));
        }
        assert_eq!("graph".parse::<Kind>(), Err(()));
    }
}
