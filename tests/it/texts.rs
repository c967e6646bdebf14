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
fn help_shows_examples() {
    let help = run(&["plan", "--help"]).ends_with(0);
    assert!(help.out.contains("graphgrant plan -e 'GET /me'"));
}
