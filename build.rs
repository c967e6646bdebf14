//! Compiles `data/` into the catalog that the program embeds, with the program's own modules.
//!
//! The text of `data/` stays the truth, so that changes can be read in a diff; the program reads no text
//! at start-up. A broken file fails the build with its name and line.

#![allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    missing_docs,
    reason = "modules of the library, of which a part is used here"
)]

use std::path::Path;

#[path = "src/path/mod.rs"]
mod path;
#[path = "src/catalog"]
mod catalog {
    pub mod compile;
    pub mod format;
    pub mod model;
    pub mod names;
    pub mod order;
    pub mod overlay;
    pub mod record;
}

use catalog::compile::{self, Input, curated, text};

fn main() -> Result<(), String> {
    for watched in ["build.rs", "data", "src/path", "src/catalog"] {
        println!("cargo::rerun-if-changed={watched}");
    }
    link_unwinder();
    let upstream = read("data/upstream", text::FILES)?;
    let overlay = read("data/overlay", curated::FILES)?;
    let input = Input {
        upstream: upstream.each_ref().map(String::as_str),
        overlay: overlay.each_ref().map(String::as_str),
    };
    let bytes = compile::compile(&input).map_err(|error| error.to_string())?;
    let out = std::env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?;
    std::fs::write(Path::new(&out).join("catalog.bin"), bytes).map_err(|error| error.to_string())
}

/// Takes the unwinder into the released program, where std otherwise asks for the library `libgcc_s`: that is
/// loaded at each start, which takes a tenth of a short run, to unwind nothing but the trace of a bug. Every
/// GCC has both.
fn link_unwinder() {
    let is = |key: &str, value: &str| std::env::var_os(key).is_some_and(|found| found == value);
    if is("PROFILE", "release")
        && is("CARGO_CFG_TARGET_OS", "linux")
        && is("CARGO_CFG_TARGET_ENV", "gnu")
    {
        println!("cargo::rustc-link-lib=static:-bundle=gcc_eh");
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}

fn read<const N: usize>(folder: &str, names: [&str; N]) -> Result<[String; N], String> {
    let mut texts = [const { String::new() }; N];
    for (slot, name) in texts.iter_mut().zip(names) {
        let path = Path::new(folder).join(name);
        *slot = std::fs::read_to_string(&path)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        // A checkout with Windows line ends must give the same catalog.
        if slot.contains('\r') {
            *slot = slot.replace("\r\n", "\n");
        }
    }
    Ok(texts)
}
