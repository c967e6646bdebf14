//! Questions about the catalog's order and reach, and about a plan; and the plan as a graph.
//!
//! The catalog, permission ids and plans go in, plain answers and a petgraph come out. The order and the
//! plan are used as they are: nothing is chosen or compared a second way here, and nothing is printed.

pub mod closure;
pub mod explorer;
pub mod node;
pub mod permission;
pub mod plan_graph;
pub mod query;
pub mod question;
pub mod size;

pub use closure::Closure;
pub use plan_graph::plan_graph;
