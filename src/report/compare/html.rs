//! `compare --format html`: one self-contained page. The template escapes everything that is put into it.

use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, context};

use crate::catalog::Catalog;
use crate::compare::model::{Comparison, Way};
use crate::report::compare::{Compared, cell, totals, words};
use crate::report::words as common;

/// The page.
const PAGE: &str = include_str!("page.html");

/// Returns the page of a manifest's comparisons.
///
/// # Errors
/// Never: the template is part of the program, and all that it names is given.
pub fn write(catalog: &Catalog, comparisons: &[Comparison]) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_template("page", PAGE)?;
    let apps: Vec<Value> = comparisons
        .iter()
        .map(|comparison| {
            app(&Compared {
                catalog,
                comparison,
            })
        })
        .collect();
    let page = environment.get_template("page")?;
    let mut text = page.render(context! { apps, data => common::data_line(catalog) })?;
    text.push('\n');
    Ok(text)
}

fn app(compared: &Compared<'_>) -> Value {
    let comparison = compared.comparison;
    let found = &comparison.recommendation;
    let rows = comparison.rows.iter().enumerate();
    context! {
        name => comparison.name.as_deref().map(common::safe),
        recommendation => words::recommendation(found).replace('`', ""),
        close => found.close.map(|close| words::close(close).replace('`', "")),
        changes => found.would_change.iter()
            .map(|change| words::change(change, &comparison.rows, common::safe))
            .collect::<Vec<_>>(),
        ways => comparison.sides().map(|side| context! {
            name => words::way(side.way),
            chosen => Some(side.way) == found.way,
        }).collect::<Vec<_>>(),
        grounds => found.grounds.iter().map(|ground| context! {
            label => words::criterion(ground.criterion),
            decides => found.decided_by == Some(ground.criterion),
            values => ground.values.iter().map(|(way, value)| context! {
                text => words::value(ground.criterion, *way, *value),
                best => found.decided_by.is_none_or(|by| ground.criterion <= by)
                    && ground.best.contains(way)
                    && ground.best.len() < ground.values.len(),
            }).collect::<Vec<_>>(),
        }).collect::<Vec<_>>(),
        has_mixed => comparison.side(Way::Mixed).is_some(),
        operations => rows.map(|(index, row)| {
            let cell = |of| {
                let shown = cell(compared.catalog, of, common::safe);
                context! { main => shown.main, remarks => shown.remarks }
            };
            context! {
                number => index + 1,
                request => common::safe(&row.request),
                delegated => cell(&row.delegated),
                application => cell(&row.application),
                mixed => row.mixed.map(words::access),
                own => row.own_form.as_ref().map(|own| context! {
                    request => common::safe(&own.request),
                    sets => common::sets(compared.catalog, &own.preferred),
                }),
            }
        }).collect::<Vec<_>>(),
        totals => totals::lines(compared).into_iter().map(|line| context! {
            label => line.label,
            values => line.values,
        }).collect::<Vec<_>>(),
    }
}
