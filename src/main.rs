//! graphgrant
fn main() {}
