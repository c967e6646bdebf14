//! App manifests as texts, with everything in them that fixes must leave alone.

#![expect(
    clippy::format_push_string,
    clippy::too_many_lines,
    reason = "texts are easiest to read as they are put together"
)]

use crate::catalog::model::Access;
use crate::declared::GRAPH;
use crate::lint::sample::id;

/// What is right or wrong with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Right,
    Upper,
    WrongType,
    BadType,
    NoType,
    Slip,
    Stranger,
}

#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) name: &'static str,
    pub(super) access: Access,
    pub(super) sort: Sort,
    /// Whether it is given by its name where the format takes both.
    pub(super) by_name: bool,
    pub(super) comment: bool,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub(super) unit: &'static str,
    pub(super) end: &'static str,
    pub(super) is_compact: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Graph,
    Legacy,
    Toolkit,
    Teams,
    Solution,
    Blocks,
    Lists,
    Grants,
    /// Blocks, and grants of some of them.
    Module,
}

impl Format {
    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::Graph | Self::Legacy => "app.json",
            Self::Toolkit => "aad.manifest.json",
            Self::Teams => "manifest.json",
            Self::Solution => "package-solution.json",
            Self::Blocks | Self::Lists | Self::Grants | Self::Module => "main.tf",
        }
    }
}

/// A slip of the keyboard: two letters of the last word change places, or a digit of an id is another one.
fn slipped(key: &str) -> String {
    let mut characters: Vec<char> = key.chars().collect();
    if key.contains('-') {
        let last = characters.pop().unwrap();
        characters.push(if last == '0' { '1' } else { '0' });
    } else {
        let at = key.find('.').unwrap() + 2;
        characters.swap(at, at + 1);
    }
    characters.into_iter().collect()
}

fn key(item: &Item, at: usize, by_name: bool) -> String {
    let right = if by_name {
        item.name.to_owned()
    } else {
        id(item.name, item.access)
    };
    match item.sort {
        Sort::Slip => slipped(&right),
        Sort::Stranger if by_name => format!("Zebra{at}.Count.Xylophone"),
        Sort::Stranger => format!("11111111-2222-3333-4444-{at:012}"),
        Sort::Upper if !by_name => right.to_uppercase(),
        _ => right,
    }
}

fn other(access: Access) -> Access {
    match access {
        Access::Delegated => Access::Application,
        Access::Application => Access::Delegated,
    }
}

fn typed(item: &Item, word: fn(Access) -> &'static str) -> Option<String> {
    match item.sort {
        Sort::WrongType => Some(word(other(item.access)).to_owned()),
        Sort::BadType => Some(word(item.access).to_lowercase()),
        Sort::NoType => None,
        _ => Some(word(item.access).to_owned()),
    }
}

/// The text of a file: what stands before the permissions, and after them, must never change.
pub(super) struct Text {
    pub(super) head: String,
    pub(super) whole: String,
    pub(super) tail: String,
    /// With the keys of the list that each stands in.
    pub(super) comments: Vec<(String, Vec<String>)>,
}

pub(super) fn written(format: Format, items: &[Item], look: Look) -> Text {
    match format {
        Format::Blocks | Format::Lists | Format::Grants | Format::Module => {
            terraform(format, items, look)
        }
        _ => json(format, items, look),
    }
}

fn json(format: Format, items: &[Item], look: Look) -> Text {
    let (unit, end) = if look.is_compact {
        ("", " ")
    } else {
        (look.unit, look.end)
    };
    let odd = format!("{{{end}{unit}\"zzz\"  :[ 1,2 ,3],{end}");
    let (head, block, tail) = match format {
        Format::Graph => (
            format!(
                "{odd}{unit}\"appId\": \"11111111-2222-3333-4444-555555555555\",{end}{unit}\"web\": {{}},{end}{unit}\"displayName\": \"Reports\",{end}{unit}\"requiredResourceAccess\":"
            ),
            true,
            format!(",{end}{unit}\"tags\" : [ \"a\" ,\"b\" ]{end}}}{end}"),
        ),
        Format::Legacy => (
            format!(
                "{odd}{unit}\"appId\": \"11111111-2222-3333-4444-555555555555\",{end}{unit}\"name\": \"Reports\",{end}{unit}\"oauth2AllowImplicitFlow\": false,{end}{unit}\"requiredResourceAccess\":"
            ),
            true,
            format!(",{end}{unit}\"replyUrlsWithType\" : [ ]{end}}}{end}"),
        ),
        Format::Toolkit => (
            format!(
                "{odd}{unit}\"id\": \"${{{{AAD_APP_OBJECT_ID}}}}\",{end}{unit}\"appId\": \"${{{{AAD_APP_CLIENT_ID}}}}\",{end}{unit}\"displayName\": \"Reports\",{end}{unit}\"requiredResourceAccess\":"
            ),
            true,
            format!(",{end}{unit}\"tags\" : [ \"a\" ,\"b\" ]{end}}}{end}"),
        ),
        Format::Teams => (
            format!(
                "{odd}{unit}\"manifestVersion\": \"1.17\",{end}{unit}\"id\": \"22222222-2222-3333-4444-555555555555\",{end}{unit}\"name\": {{\"short\": \"Reports\"}},{end}{unit}\"webApplicationInfo\": {{\"id\": \"11111111-2222-3333-4444-555555555555\", \"resource\": \"x\"}},{end}{unit}\"authorization\": {{\"permissions\": {{\"resourceSpecific\":"
            ),
            false,
            format!("}}}},{end}{unit}\"accentColor\" : \"#FFFFFF\"{end}}}{end}"),
        ),
        _ => (
            format!(
                "{odd}{unit}\"paths\": {{\"zippedPackage\": \"a.sppkg\"}},{end}{unit}\"solution\": {{\"name\": \"Reports\", \"id\": \"22222222-2222-3333-4444-555555555555\", \"version\": \"1.0.0.0\",{end}{unit}\"webApiPermissionRequests\":"
            ),
            false,
            format!(
                "}},{end}{unit}\"$schema\" : \"https://developer.microsoft.com/json-schemas/spfx-build/package-solution.schema.json\"{end}}}{end}"
            ),
        ),
    };
    let mut comments = Vec::new();
    let deep = unit.repeat(4);
    let named = |item: &Item| match format {
        Format::Toolkit => item.by_name,
        Format::Teams | Format::Solution => true,
        _ => false,
    };
    let keys = items
        .iter()
        .enumerate()
        .map(|(at, item)| key(item, at, named(item)));
    let keys: Vec<String> = keys.collect();
    let entries: Vec<String> = items
        .iter()
        .enumerate()
        .map(|(at, item)| {
            let key = &keys[at];
            let entry = match format {
                Format::Teams => format!("{{\"name\": \"{key}\", \"type\": \"Application\"}}"),
                Format::Solution => {
                    format!("{{ \"resource\": \"Microsoft Graph\", \"scope\": \"{key}\" }}")
                }
                _ => match typed(item, Access::resource_access_type) {
                    Some(word) if item.comment => {
                        format!("{{ \"type\":\"{word}\", \"id\": \"{key}\" }}")
                    }
                    Some(word) => format!("{{\"id\": \"{key}\", \"type\": \"{word}\"}}"),
                    None => format!("{{\"id\": \"{key}\"}}"),
                },
            };
            if item.comment && !look.is_compact {
                comments.push((format!("keep {at}"), keys.clone()));
                return format!("{deep}// keep {at}{end}{deep}{entry}");
            }
            format!("{deep}{entry}")
        })
        .collect();
    let list = if entries.is_empty() {
        "[]".to_owned()
    } else {
        format!("[{end}{}{end}{unit}]", entries.join(&format!(",{end}")))
    };
    let body = match (block, items.is_empty()) {
        (true, true) => " []".to_owned(),
        (true, false) => format!(
            " [{end}{unit}{{\"resourceAppId\": \"{GRAPH}\",{end}{unit}\"resourceAccess\": {list}}}{end}{unit}]"
        ),
        (false, _) => format!(" {list}"),
    };
    Text {
        whole: format!("{head}{body}{tail}"),
        head,
        tail,
        comments,
    }
}

/// The keys of the list that an item of Terraform stands in.
fn item_keys(format: Format, items: &[Item], item: &Item) -> Vec<String> {
    let list = |item: &Item| {
        (format == Format::Lists)
            .then(|| (item.sort == Sort::WrongType) != (item.access == Access::Application))
    };
    let all = items
        .iter()
        .enumerate()
        .filter(|(_, other)| list(other) == list(item));
    all.flat_map(|(at, other)| [key(other, at, false), key(other, at, true)])
        .collect()
}

fn principal(end: &str) -> String {
    format!(
        "{end}resource \"azuread_service_principal\" \"app\" {{{end}  client_id = azuread_application.app.client_id{end}}}{end}"
    )
}

fn assignment(item: &Item, at: usize, end: &str) -> String {
    let key = key(item, at, item.by_name);
    let value = if item.by_name {
        format!("data.azuread_service_principal.graph.app_role_ids[\"{key}\"]")
    } else {
        format!("\"{key}\"")
    };
    format!(
        "resource \"azuread_app_role_assignment\" \"grant_{at}\" {{{end}  app_role_id         = {value}{end}  principal_object_id = azuread_service_principal.app.object_id{end}  resource_object_id  = data.azuread_service_principal.graph.object_id{end}}}{end}"
    )
}

fn terraform(format: Format, items: &[Item], look: Look) -> Text {
    let end = look.end;
    let mut comments = Vec::new();
    let mut note = |at: usize, item: &Item, indent: &str| {
        if !item.comment {
            return String::new();
        }
        comments.push((format!("keep {at}"), item_keys(format, items, item)));
        format!("{indent}# keep {at}{end}")
    };
    let graph = format!(
        "data \"azuread_service_principal\" \"graph\" {{{end}  client_id = \"{GRAPH}\"{end}}}{end}{end}"
    );
    let app = format!(
        "resource \"azuread_application\" \"app\" {{{end}  display_name   =   \"Reports\"{end}"
    );
    let mut body = String::new();
    let head: String;
    match format {
        Format::Blocks | Format::Module => {
            head = format!("{graph}{app}");
            for (at, item) in items.iter().enumerate() {
                let looked_up =
                    item.by_name && item.sort != Sort::Upper && item.sort != Sort::WrongType;
                let key = key(item, at, looked_up);
                let word = typed(item, Access::resource_access_type).unwrap();
                let map = if word == "Role" {
                    "app_role_ids"
                } else {
                    "oauth2_permission_scope_ids"
                };
                let value = if looked_up {
                    format!("data.azuread_service_principal.graph.{map}[\"{key}\"]")
                } else {
                    format!("\"{key}\"")
                };
                body.push_str(&note(at, item, "    "));
                body.push_str(&format!("    resource_access {{{end}      id   = {value}{end}      type = \"{word}\"{end}    }}{end}"));
            }
            if !items.is_empty() {
                body = format!(
                    "{end}  required_resource_access {{{end}    resource_app_id = \"{GRAPH}\"{end}{end}{body}  }}{end}"
                );
            }
            body.push_str(&format!("}}{end}"));
            if format == Format::Module {
                body.push_str(&principal(end));
                for (at, item) in items.iter().enumerate() {
                    let is_right =
                        item.access == Access::Application && item.sort != Sort::WrongType;
                    // Some are declared alone.
                    if is_right && at % 3 != 2 {
                        body.push_str(&format!("{end}{}", assignment(item, at, end)));
                    }
                }
            }
        }
        Format::Lists => {
            head = format!("{graph}{app}");
            body = format!("}}{end}");
            let mut lists = [String::new(), String::new()];
            for (at, item) in items.iter().enumerate() {
                let declared = if item.sort == Sort::WrongType {
                    other(item.access)
                } else {
                    item.access
                };
                let list = usize::from(declared == Access::Application);
                lists[list].push_str(&note(at, item, "    "));
                lists[list].push_str(&format!("    \"{}\",{end}", key(item, at, false)));
            }
            let lists = lists
                .iter()
                .zip(["scope_ids", "role_ids"])
                .filter(|(list, _)| !list.is_empty());
            let lists: Vec<String> = lists
                .map(|(list, name)| format!("  {name} = [{end}{list}  ]{end}"))
                .collect();
            if !lists.is_empty() {
                body = format!(
                    "}}{end}{end}resource \"azuread_application_api_access\" \"graph\" {{{end}  application_id = azuread_application.app.id{end}  api_client_id  = \"{GRAPH}\"{end}{end}{}}}{end}",
                    lists.join(end)
                );
            }
        }
        _ => {
            head = format!("{graph}{app}");
            body = format!("}}{end}{}", principal(end));
            for (at, item) in items.iter().enumerate() {
                body.push_str(end);
                body.push_str(&note(at, item, ""));
                body.push_str(&assignment(item, at, end));
            }
        }
    }
    let tail = format!("{end}output   \"x\" {{{end}value= 1{end}}}{end}");
    let text = format!("{head}{body}{tail}");
    comments.sort_by_key(|(comment, _)| text.find(comment));
    Text {
        head,
        whole: text,
        tail,
        comments,
    }
}
