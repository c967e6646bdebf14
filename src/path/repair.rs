//! The known defects of upstream's path spellings, each with a name and a reason.

use std::fmt;

/// A defect in upstream's spelling of a path, or a way in which two spellings of one path differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RepairKind {
    /// `{id}}`.
    DoubleBrace,
    /// Two segments run together.
    LostSlash,
    /// `name=...` where `name(...)` is meant.
    LostParentheses,
    /// An example id where a parameter is meant.
    LiteralExampleId,
    /// An example file path where a parameter is meant.
    LiteralExamplePath,
    /// `root:/{path}/action`.
    UnclosedColonPath,
    /// A slash at the end.
    TrailingSlash,
    /// White space between a function's parameters.
    SpaceInFunction,
    /// Quotes around a parameter's placeholder.
    QuotedParameter,
    /// `graph.type` for `microsoft.graph.type`.
    ShortNamespace,
    /// `Default.function`, the name of the service's container instead of a namespace.
    DefaultNamespace,
    /// Spellings of one path that differ in case.
    CaseOnly,
    /// Spellings of one path that differ in a parameter's name.
    ParameterName,
    /// Spellings of one path that differ in more than case and parameter names.
    EqualMeaning,
    /// A test row, dropped.
    TestData,
    /// Nothing that can be read as a path, dropped.
    Unreadable,
}

impl RepairKind {
    /// All kinds.
    pub const ALL: [Self; 16] = [
        Self::DoubleBrace,
        Self::LostSlash,
        Self::LostParentheses,
        Self::LiteralExampleId,
        Self::LiteralExamplePath,
        Self::UnclosedColonPath,
        Self::TrailingSlash,
        Self::SpaceInFunction,
        Self::QuotedParameter,
        Self::ShortNamespace,
        Self::DefaultNamespace,
        Self::CaseOnly,
        Self::ParameterName,
        Self::EqualMeaning,
        Self::TestData,
        Self::Unreadable,
    ];

    /// Returns the name that outputs use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DoubleBrace => "double-brace",
            Self::LostSlash => "lost-slash",
            Self::LostParentheses => "lost-parentheses",
            Self::LiteralExampleId => "literal-example-id",
            Self::LiteralExamplePath => "literal-example-path",
            Self::UnclosedColonPath => "unclosed-colon-path",
            Self::TrailingSlash => "trailing-slash",
            Self::SpaceInFunction => "space-in-function",
            Self::QuotedParameter => "quoted-parameter",
            Self::ShortNamespace => "short-namespace",
            Self::DefaultNamespace => "default-namespace",
            Self::CaseOnly => "case-only",
            Self::ParameterName => "parameter-name",
            Self::EqualMeaning => "equal-meaning",
            Self::TestData => "test-data",
            Self::Unreadable => "unreadable",
        }
    }

    /// Returns why the spelling is not taken as it stands.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::DoubleBrace => "a placeholder closes twice, so it would be read as another word",
            Self::LostSlash => "two segments run together without the slash between them",
            Self::LostParentheses => "a parameter stands without the parentheses of its call",
            Self::LiteralExampleId => "an example id stands where any id is meant",
            Self::LiteralExamplePath => "an example file path stands where any path is meant",
            Self::UnclosedColonPath => {
                "without its closing colon the file path would swallow the action"
            }
            Self::TrailingSlash => "a slash at the end names nothing",
            Self::SpaceInFunction => "white space between parameters has no meaning",
            Self::QuotedParameter => "quotes belong to a value, and a placeholder has none",
            Self::ShortNamespace => "the namespace is written out as `microsoft.graph`",
            Self::DefaultNamespace => {
                "the service's container is no namespace, and callers leave it out"
            }
            Self::CaseOnly => "the service ignores case, so both spellings are one path",
            Self::ParameterName => {
                "a parameter's name has no meaning, so both spellings are one path"
            }
            Self::EqualMeaning => "both spellings have one normal form",
            Self::TestData => "a test row that no tenant serves; it is dropped",
            Self::Unreadable => "this cannot be read as a path; it is dropped",
        }
    }
}

impl fmt::Display for RepairKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One repair of one spelling.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Repair {
    /// The defect.
    pub kind: RepairKind,
    /// The part of the spelling that has it, or the whole.
    pub from: String,
    /// What it is read as; empty when the path is dropped.
    pub to: String,
}

impl Repair {
    pub(super) fn new(kind: RepairKind, from: &str, to: &str) -> Self {
        Self {
            kind,
            from: from.to_owned(),
            to: to.to_owned(),
        }
    }

    /// Returns why the repair was made.
    pub const fn reason(&self) -> &'static str {
        self.kind.reason()
    }
}

/// Where upstream keeps rows of a test service.
const TEST_PREFIX: &str = "/rp/onpremises/spoons/";

/// Calls whose parentheses were lost inside one word: as written up to `=`, name, parameter.
const RUN_TOGETHER: [(&str, &str, &str); 1] = [(
    "geteffectivepermissionsscope",
    "geteffectivepermissions",
    "scope",
)];

/// Splits a spelling's path into repaired segments. Colons are left as they are.
pub(super) fn segments(path: &str, repairs: &mut Vec<Repair>) -> Result<Vec<String>, Repair> {
    if path.to_ascii_lowercase().starts_with(TEST_PREFIX) {
        return Err(Repair::new(RepairKind::TestData, path, ""));
    }
    let mut path = path.to_owned();
    if path.contains("}}") {
        let repaired = path.replace("}}", "}");
        repairs.push(Repair::new(RepairKind::DoubleBrace, &path, &repaired));
        path = repaired;
    }
    if path.len() > 1 && path.ends_with('/') {
        let repaired = path.trim_end_matches('/').to_owned();
        repairs.push(Repair::new(RepairKind::TrailingSlash, &path, &repaired));
        path = repaired;
    }
    let mut repaired: Vec<String> = Vec::new();
    for written in super::split::segments(&path) {
        for segment in without_lost_slash(written, repairs) {
            let segment = without_spaces_and_quotes(segment, repairs);
            let segment = with_namespace(segment, repairs);
            let segment = without_example(segment, repairs);
            with_parentheses(segment, &mut repaired, repairs);
        }
    }
    Ok(repaired)
}

/// `itemat(index={value})range` and `requests{requestid}`.
fn without_lost_slash(written: &str, repairs: &mut Vec<Repair>) -> Vec<String> {
    let cut = match written.find(')') {
        Some(end) => Some(end + 1),
        None => written
            .find('{')
            .filter(|_| !written.contains(['(', '=', '\''])),
    };
    let parts = cut
        .and_then(|cut| written.split_at_checked(cut))
        .filter(|(first, second)| !first.is_empty() && !second.is_empty() && *second != ":");
    match parts {
        Some((first, second)) => {
            let to = format!("{first}/{second}");
            repairs.push(Repair::new(RepairKind::LostSlash, written, &to));
            vec![first.to_owned(), second.to_owned()]
        }
        None => vec![written.to_owned()],
    }
}

fn without_spaces_and_quotes(segment: String, repairs: &mut Vec<Repair>) -> String {
    if !segment.contains('(') {
        return segment;
    }
    let mut current = segment;
    let removals: [(RepairKind, &[char]); 2] = [
        (RepairKind::SpaceInFunction, &[' ', '\t']),
        (RepairKind::QuotedParameter, &['\'']),
    ];
    for (kind, characters) in removals {
        if current.contains(characters) {
            let repaired = current.replace(characters, "");
            repairs.push(Repair::new(kind, &current, &repaired));
            current = repaired;
        }
    }
    current
}

fn with_namespace(segment: String, repairs: &mut Vec<Repair>) -> String {
    let lower = segment.to_ascii_lowercase();
    let (kind, repaired) = if lower.starts_with("graph.") {
        (RepairKind::ShortNamespace, format!("microsoft.{segment}"))
    } else if lower.starts_with("default.") {
        let bare = segment.split_once('.').map_or("", |(_, bare)| bare);
        (RepairKind::DefaultNamespace, bare.to_owned())
    } else {
        return segment;
    };
    repairs.push(Repair::new(kind, &segment, &repaired));
    repaired
}

/// `(team-id)`, `id`, a GUID or something that looks like one. No name in the API holds a hyphen.
fn without_example(segment: String, repairs: &mut Vec<Repair>) -> String {
    let in_parentheses = segment.starts_with('(') && segment.ends_with(')');
    let is_word = segment.eq_ignore_ascii_case("id");
    let has_digit = segment.contains(|character: char| character.is_ascii_digit());
    let is_bare = segment
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let is_hex = segment.len() == 32 && segment.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_guid = is_bare && has_digit && (is_hex || segment.contains('-'));
    if !in_parentheses && !is_word && !is_guid {
        return segment;
    }
    repairs.push(Repair::new(RepairKind::LiteralExampleId, &segment, "{id}"));
    "{id}".to_owned()
}

/// `roletemplateid={id}` after `directoryroles`, and `geteffectivepermissionsscope={value}`.
fn with_parentheses(segment: String, repaired: &mut Vec<String>, repairs: &mut Vec<Repair>) {
    let lost = segment
        .split_once('=')
        .filter(|_| !segment.contains(['(', ')']));
    let Some((name, value)) = lost else {
        repaired.push(segment);
        return;
    };
    let known = RUN_TOGETHER
        .iter()
        .find(|(written, _, _)| name.eq_ignore_ascii_case(written));
    let call = if let Some((_, function, parameter)) = known {
        format!("{function}({parameter}={value})")
    } else {
        let collection = repaired.pop().unwrap_or_default();
        format!("{collection}({name}={value})")
    };
    repairs.push(Repair::new(RepairKind::LostParentheses, &segment, &call));
    repaired.push(call);
}
