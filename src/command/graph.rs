//! `graphgrant graph`: the plan as a graph, to explore or to draw.

use miette::IntoDiagnostic as _;

use crate::cli::{Graph, GraphFormat};
use crate::command::plan::{resolve_app, warn_of_unserved};
use crate::command::{Context, app, manifest};
use crate::exit::Exit;
use crate::graph::explorer::around;
use crate::graph::node::Extent;
use crate::graph::plan_graph;
use crate::plan::Options;
use crate::report::graph::{Drawn, dot, html, json, mermaid};
use crate::report::json::text;

/// Runs the command.
///
/// # Errors
/// When inputs cannot be read or results not written.
pub fn run(context: &Context, options: &Graph) -> miette::Result<Exit> {
    app::output_is_another(&options.input, options.output.as_deref())?;
    let catalog = context.catalog()?;
    let manifest = manifest::read(&catalog, &options.input)?;
    manifest::warn_of_nothing(context, &manifest);
    let app = app::one(&manifest, options.app.as_deref())?;
    let plan = resolve_app(&catalog, app, &manifest.source, &Options::default())?;
    let extent = options.show.map_or(
        match options.format {
            GraphFormat::Html => Extent::Accepted,
            GraphFormat::Json => Extent::Admissible,
            GraphFormat::Dot | GraphFormat::Mermaid => Extent::Plan,
        },
        Into::into,
    );
    let graph = plan_graph(&catalog, &plan, options.access.map(Into::into), extent);
    let drawn = Drawn {
        catalog: &catalog,
        plan: &plan,
        graph: &graph,
    };
    let written = match options.format {
        GraphFormat::Html => html::write(&drawn, &around(&catalog, &plan, &graph))?,
        GraphFormat::Dot => dot::write(&drawn),
        GraphFormat::Mermaid => mermaid::write(&drawn),
        GraphFormat::Json => text(&json::Document::new(&drawn)).into_diagnostic()?,
    };
    context.write(&written, options.output.as_deref())?;
    Ok(if warn_of_unserved(&catalog, &manifest, &plan) {
        Exit::Findings
    } else {
        Exit::Fine
    })
}
