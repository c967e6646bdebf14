//! What is written about a consent: the answer of `consent show`, and the artefacts, one file each.
//!
//! `show` puts a consent into words as a [`page::Page`], once for all formats; `page` turns that into text
//! for terminals or Markdown. The letter has its own words and an HTML template.

pub mod letter;
pub mod page;
pub mod rich;
pub mod script;
pub mod show;
pub mod status;
pub mod text;
pub mod url;
