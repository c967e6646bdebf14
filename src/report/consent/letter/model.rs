//! The plain data of a letter.

use serde::Serialize;

use crate::report::consent::rich::Rich;

/// A letter about one app.
#[derive(Debug, Serialize)]
pub struct Letter {
    /// What it is about.
    pub title: Rich,
    /// What is missing from it, first of all.
    pub gaps: Vec<Rich>,
    /// The answer in a few lines.
    pub glance: Vec<Row>,
    /// What the app is.
    pub app: Vec<Row>,
    /// What is asked for.
    pub parts: Vec<LetterPart>,
    /// What is reached without a tenant-wide permission.
    pub routes: Vec<Entry>,
    /// What the app does not get.
    pub not: Vec<Rich>,
    /// What could be done instead, and what that costs.
    pub instead: Vec<Entry>,
    /// What to do to approve, in order.
    pub approve: Vec<Rich>,
    /// How to take it back.
    pub undo: Vec<Rich>,
    /// What to keep in mind.
    pub cautions: Vec<Rich>,
    /// The data it rests on.
    pub data: String,
}

/// A label and what it stands for.
#[derive(Debug, Serialize)]
pub struct Row {
    /// The label.
    pub label: &'static str,
    /// What it stands for.
    pub text: Rich,
}

/// A line with lines below it.
#[derive(Debug, Serialize)]
pub struct Entry {
    /// The line.
    pub text: Rich,
    /// What stands below.
    pub below: Vec<Rich>,
}

/// What is asked for together.
#[derive(Debug, Serialize)]
pub struct LetterPart {
    /// Its title.
    pub title: Rich,
    /// Who approves, and whose rights it uses.
    pub lead: Rich,
    /// The permissions.
    pub asks: Vec<LetterAsk>,
    /// The scopes of signing in, in a line; empty when there are none.
    pub sign_in: Rich,
}

/// A permission.
#[derive(Debug, Serialize)]
pub struct LetterAsk {
    /// Its name.
    pub name: Rich,
    /// `delegated` or `app role`.
    pub kind: &'static str,
    /// The risk tier, for the looks: `0`, `1`, `2`, or `unknown`.
    pub tier: String,
    /// What the tier is called.
    pub risk_label: &'static str,
    /// What it lets do, in plain words.
    pub could: Rich,
    /// Whose data, and how many requests that read or change.
    pub reach: Rich,
    /// What the app calls with it, and why.
    pub operations: Vec<Claim>,
    /// Smaller permissions, and why they do not do; empty when there are none.
    pub narrower: Rich,
    /// What it takes besides.
    pub besides: Vec<Rich>,
}

/// What the app calls, and what the developer says about it.
#[derive(Debug, Serialize)]
pub struct Claim {
    /// The operation; empty for what is asked for by name.
    pub operation: Rich,
    /// The developer's words; empty when there are none.
    pub reason: Rich,
}
