//! Live calls: which may be made, in which measure, and what their answers mean.
//!
//! [`calls()`] chooses: reads of the plan by GET, with values for every part of their paths, and nothing that writes
//! unless it is named with values of its own. [`run()`] makes them through [`Graph`], few and slowly. [`diagnose`] says
//! what a status, a header and the code of an error mean; the content of an answer goes no further than that.

mod answer;
mod calls;
mod effect;
mod run;

pub use answer::{Diagnosis, Outcome, Reply, diagnose, is_graph_error, of_pasted};
pub use calls::{Call, Choice, Values, calls};
pub use effect::apply;
pub use run::{Answer, Gap, Graph, Limits, Skipped, run};
