//! The facts of a rule: the only copy of its documentation.

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nothing has to change.
    Info,
    /// Should change.
    Warning,
    /// Must change: the app breaks, or gets what it must not have.
    Error,
}

impl Severity {
    /// All severities, from light to heavy.
    pub const ALL: [Self; 3] = [Self::Info, Self::Warning, Self::Error];

    /// Returns the word that options, policies and outputs use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Who wants to see a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Persona {
    /// Everyone: the quiet default.
    Regular,
    /// Those who ask for everything (`--pedantic`).
    Pedantic,
}

/// What a rule is. Each rule has one as a constant; lists, explanations and SARIF help read it from there.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// The stable id, such as `GG001`.
    pub id: &'static str,
    /// The name in kebab case, such as `missing-permission`; also the name of its file.
    pub name: &'static str,
    /// The severity unless the policy says otherwise, or a paragraph **Severity** of the explanation does.
    pub severity: Severity,
    /// Who sees it.
    pub persona: Persona,
    /// One line without a full stop.
    pub summary: &'static str,
    /// Markdown: what it finds, why that matters, what to do, when to suppress it.
    pub explanation: &'static str,
    /// The weight for code scanning, `0.1` to `10.0` (above 9.0 critical, from 7.0 high, from 4.0 medium);
    /// `None` when it is no matter of security.
    pub security: Option<&'static str>,
}

impl Rule {
    /// Returns whether some of its findings have another severity, which its explanation tells.
    pub fn varies(&self) -> bool {
        self.explanation.contains("\n\n**Severity.** ")
    }
}
