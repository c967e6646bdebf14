//! A comparison of the ways in which an app can get its access, in its formats.
//!
//! The words and the table of totals are the same in all formats for people; each format only lays them out.

pub mod html;
pub mod human;
pub mod json;
pub mod markdown;
mod totals;
mod words;

use crate::catalog::Catalog;
use crate::compare::model::{Cell, Comparison};
use crate::report::words as common;
use crate::requirement::Verdict;

/// A comparison of an app, and what its manifest calls it.
#[derive(Debug, Clone)]
pub struct Compared<'a> {
    /// The catalog that the names come from.
    pub catalog: &'a Catalog,
    /// The comparison.
    pub comparison: &'a Comparison,
}

/// What stands in the cell of an operation: what serves it, then remarks.
struct Shown {
    /// The permissions, the route or the verdict.
    main: String,
    /// The form of the call, and what is open about it.
    remarks: Vec<String>,
}

fn cell(catalog: &Catalog, cell: &Cell, request: impl Fn(&str) -> String) -> Shown {
    let main = match (&cell.permissions, cell.verdict) {
        (_, Verdict::Excluded) => "not wanted".to_owned(),
        _ if cell.by_route => "a route".to_owned(),
        (Some(set), Verdict::Supported | Verdict::Conditional) => common::set(catalog, set),
        (_, verdict) => verdict.word().to_owned(),
    };
    let mut remarks = Vec::new();
    if let Some(other) = &cell.request {
        remarks.push(format!("as {}", request(other)));
    }
    if cell.verdict == Verdict::Conditional {
        let keys = cell.missing_detail.iter().map(|detail| detail.key());
        let keys: Vec<&str> = keys.collect();
        remarks.push(if keys.is_empty() {
            "conditional".to_owned()
        } else {
            format!("conditional, hangs on {}", keys.join(", "))
        });
    }
    Shown { main, remarks }
}
