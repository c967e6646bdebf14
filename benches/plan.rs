//! What a user waits for, measured as ratios in one run: `cargo bench --bench plan`.
//!
//! Prints the cold wall time of `graphgrant plan` on 50 operations beside that of `/bin/true`, run in turns;
//! its peak memory; and how planning grows from 500 to 5,000 operations, with the proof of optimality.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::format_push_string,
    clippy::disallowed_methods,
    reason = "a benchmark that a developer runs by hand"
)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use graphgrant::catalog::bundled;

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    // As `cargo install` leaves it. The linker writes a file page by page, and the system keeps such a file in
    // small pieces that take half a millisecond longer to load, until it is read anew.
    let program = &folder.path().join("graphgrant");
    std::fs::copy(env!("CARGO_BIN_EXE_graphgrant"), program).expect("the folder is writable");
    let manifest = |count: usize| {
        let path = folder.path().join(format!("{count}.yaml"));
        std::fs::write(&path, text(count)).expect("the folder is writable");
        path
    };
    let (small, middle, large) = (manifest(50), manifest(500), manifest(5_000));

    peak(program, &small);
    let (mut baseline, mut plan) = (Vec::new(), Vec::new());
    for _ in 0..200 {
        baseline.push(time(&mut Command::new("/bin/true")));
        plan.push(time(&mut command(program, &small)));
    }
    let (baseline, cold) = (median(baseline), median(plan));
    println!(
        "50 operations, cold: {cold:?}; /bin/true: {baseline:?}; ratio {:.2} (wanted: at most 3)",
        cold.as_secs_f64() / baseline.as_secs_f64()
    );

    let (mut middles, mut larges) = (Vec::new(), Vec::new());
    for _ in 0..20 {
        middles.push(time(&mut command(program, &middle)));
        larges.push(time(&mut command(program, &large)));
    }
    let (middles, larges) = (median(middles), median(larges));
    println!(
        "500 operations: {middles:?}, {}; 5,000: {larges:?}, {}; ratio {:.2} (wanted: at most 10)",
        proved(program, &middle),
        proved(program, &large),
        larges.as_secs_f64() / middles.as_secs_f64()
    );
}

/// A manifest of catalog operations, spread over the whole catalog.
fn text(count: usize) -> String {
    let catalog = bundled::open().expect("the bundled catalog opens");
    let ids: Vec<_> = catalog.operation_ids().collect();
    let step = (ids.len() / count).max(1);
    let mut text = String::from("operations:\n");
    for id in ids.iter().step_by(step).take(count) {
        text.push_str(&format!(
            "  - '{}'\n",
            catalog.operation_text(*id).replace('\'', "''")
        ));
    }
    text
}

fn command(program: &Path, manifest: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .args(["plan", "--format", "json"])
        .arg(manifest)
        .env_clear();
    command
}

fn time(command: &mut Command) -> Duration {
    let start = Instant::now();
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("the program runs");
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn proved(program: &Path, manifest: &Path) -> &'static str {
    let output = command(program, manifest)
        .output()
        .expect("the program runs");
    let plan: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a JSON plan");
    let optimal = ["delegated", "application"]
        .iter()
        .all(|a| plan["access"][a]["optimal"] == true);
    if optimal {
        "proved optimal"
    } else {
        "NOT proved optimal"
    }
}

/// Asks GNU time, where there is one, for the peak memory.
fn peak(program: &Path, manifest: &Path) {
    let timed = Command::new("/usr/bin/time")
        .args(["-f", "%M"])
        .arg(program)
        .args(["plan", "--format", "json"])
        .arg(manifest)
        .stdout(Stdio::null())
        .output();
    match timed {
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stderr).into_owned();
            let kib = text.lines().last().unwrap_or_default();
            println!("50 operations, peak memory: {kib} KiB (wanted: at most 16,384)");
        }
        Err(_) => println!("peak memory: not measured, /usr/bin/time is not installed"),
    }
}
