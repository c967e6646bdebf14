//! `completions`, `man` and help, from the one definition of the command line.

use crate::run::run;

#[test]
fn every_shell_has_completions() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = run(&["completions", shell]).ends_with(0);
        assert!(script.out.contains("graphgrant"), "{shell}");
    }
}

#[test]
fn the_man_page_covers_all_commands() {
    let page = run(&["man"]).ends_with(0);
    assert!(page.out.contains(".TH graphgrant"));
    for command in ["PLAN", "QUERY COVERS", "CATALOG EXPORT"] {
        assert!(
            page.out.contains(&format!(".SH \"{command}\"")),
            "{command}"
        );
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_graphgrant"))
        .args(["catalog", "export"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty());
}

#[test]
fn help_shows_examples() {
    let help = run(&["plan", "--help"]).ends_with(0);
    assert!(help.out.contains("graphgrant plan -e 'GET /me'"));
}
