//! ARM templates with resources of Microsoft Graph: what Bicep compiles to. Expressions (`[...]`) are only known
//! at deployment; those that only name a variable of the template are filled in.
//!
//! A grant belongs to the application whose service principal it names. Others, such as managed identities,
//! have no registration in a template: each gets one of its own that only holds its grants.

mod template;
mod variables;

pub(super) use template::read;
