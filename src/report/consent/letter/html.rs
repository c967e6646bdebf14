//! The letter as one HTML page that needs nothing else: no script, no network, no font.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, UndefinedBehavior, context};

use super::model::Letter;

/// The page. Its name ends in `.html`, so that everything put in is escaped.
const TEMPLATE: &str = include_str!("letter.html");

/// Returns letters as one page.
///
/// # Errors
/// Never, while the template is sound: a test writes letters of all shapes.
pub fn write(letters: &[Letter]) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build()?;
    environment.set_syntax(syntax);
    environment.add_template("letter.html", TEMPLATE)?;
    let template = environment.get_template("letter.html")?;
    let mut page = template.render(context! { letters => Value::from(Serde(letters)) })?;
    page.push('\n');
    Ok(page)
}
