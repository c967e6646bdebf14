//! Randomness of the operating system, for what must not be guessed.

use std::fmt::Write as _;

/// The operating system gives no randomness.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("the operating system gives no random numbers")]
#[diagnostic(
    code(graphgrant::random),
    help("name the value yourself, such as with `--state`")
)]
pub struct NoRandomness;

/// Returns 128 random bits as hexadecimal digits.
///
/// # Errors
/// When the operating system gives none.
pub fn token() -> Result<String, NoRandomness> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
    let mut out = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
    }
    Ok(out)
}
