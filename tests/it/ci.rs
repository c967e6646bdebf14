//! What is shipped for pipelines: it is well formed, and the commands in it do what they are for. The scripts
//! are run as the pipelines run them, in a repository made of an example.

use std::collections::BTreeMap;
use std::path::Path;

use serde_yaml::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn yaml(name: &str) -> Value {
    let text = std::fs::read_to_string(root().join(name)).unwrap();
    serde_yaml::from_str(&text).unwrap()
}

/// A step with a script.
struct Step {
    name: String,
    script: String,
    env: BTreeMap<String, String>,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn variables(value: &Value) -> BTreeMap<String, String> {
    let entries = value.as_mapping().into_iter().flatten();
    entries
        .map(|(key, value)| (text(key), text(value)))
        .collect()
}

/// The steps of a list that have a script under a key.
fn steps(list: &Value, script: &str, name: &str) -> Vec<Step> {
    let all = list.as_sequence().unwrap().iter();
    all.filter(|step| step.get(script).is_some())
        .map(|step| Step {
            name: text(&step[name]),
            script: text(&step[script]),
            env: variables(&step["env"]),
        })
        .collect()
}

/// The scripts of a pipeline without the one that installs the program.
fn pipeline(name: &str) -> Vec<Step> {
    let file = yaml(name);
    let all = match name {
        "action.yml" => steps(&file["runs"]["steps"], "run", "name"),
        "examples/ci/github.yml" => steps(&file["jobs"]["graphgrant"]["steps"], "run", "name"),
        "examples/ci/azure-pipelines.yml" => steps(&file["steps"], "bash", "displayName"),
        _ => {
            // Every line is a step: one that fails ends the job.
            let job = &file["graphgrant"];
            let lines = job["script"].as_sequence().unwrap().iter();
            let env = variables(&job["variables"]);
            lines
                .map(|line| Step {
                    name: text(line),
                    script: text(line),
                    env: env.clone(),
                })
                .collect()
        }
    };
    let is_install = |step: &Step| step.script.trim_start().starts_with("cargo install");
    all.into_iter().filter(|step| !is_install(step)).collect()
}

const PIPELINES: [&str; 4] = [
    "action.yml",
    "examples/ci/github.yml",
    "examples/ci/azure-pipelines.yml",
    "examples/ci/gitlab-ci.yml",
];

#[test]
fn pipelines_have_scripts_that_use_the_program() {
    for name in PIPELINES {
        let steps = pipeline(name);
        let all: String = steps.iter().map(|step| step.script.as_str()).collect();
        for command in [
            "graphgrant lint ",
            "graphgrant plan --locked ",
            "graphgrant diff ",
        ] {
            assert!(all.contains(command), "{name} has no `{command}`");
        }
    }
}

#[test]
fn nothing_from_outside_is_pasted_into_a_script() {
    for name in PIPELINES {
        for step in pipeline(name) {
            for paste in ["${{", "$(System", "$(Build", "$[", "<<"] {
                let is_here_string = paste == "<<" && step.script.contains("<<< \"$PATHS\"");
                assert!(
                    is_here_string || !step.script.contains(paste),
                    "{name}: {}",
                    step.script
                );
            }
        }
    }
    let action = yaml("action.yml");
    let inputs = variables_of(&action["inputs"]);
    let text = std::fs::read_to_string(root().join("action.yml")).unwrap();
    for used in text.split("inputs.").skip(1) {
        let name: String = used
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '-')
            .collect();
        assert!(inputs.contains_key(&name), "{name}");
    }
}

/// The defaults of the inputs of the action.
fn variables_of(inputs: &Value) -> BTreeMap<String, String> {
    let all = inputs.as_mapping().unwrap().iter();
    all.map(|(name, input)| {
        assert!(!text(&input["description"]).is_empty());
        (text(name), text(&input["default"]))
    })
    .collect()
}

#[cfg(unix)]
mod run {
    use std::fs;
    use std::path::PathBuf;
    use std::process::{Command, Output};

    use tempfile::TempDir;

    use super::*;

    /// One app at the top, or several apps in folders and nothing at the top.
    const LAYOUTS: [&[&str]; 2] = [&["."], &["apps/mail", "apps/web"]];

    /// Writes what the plan asks for as an app registration.
    const APP: &str = "echo '{\"displayName\": \"Contoso Mail Filing\", \"signInAudience\": \"AzureADMultipleOrgs\", \"requiredResourceAccess\":' > app.json; graphgrant plan --format rra >> app.json; echo '}' >> app.json";

    /// A repository with an example and its lock, on a branch whose base is `origin/main`.
    struct Repository {
        folder: TempDir,
        temporary: TempDir,
    }

    fn bin() -> PathBuf {
        PathBuf::from(env!("CARGO_BIN_EXE_graphgrant"))
    }

    fn path() -> String {
        let folder = bin().parent().unwrap().display().to_string();
        format!("{folder}:{}", std::env::var_os("PATH").unwrap().display())
    }

    impl Repository {
        fn new() -> Self {
            Self::with_apps(&["."])
        }

        /// One app for each of the folders.
        fn with_apps(apps: &[&str]) -> Self {
            let made = Self {
                folder: tempfile::tempdir().unwrap(),
                temporary: tempfile::tempdir().unwrap(),
            };
            let example = root().join("examples/mail-add-in/graphgrant.yaml");
            for app in apps {
                fs::create_dir_all(made.file(app)).unwrap();
                fs::copy(&example, made.file(app).join("graphgrant.yaml")).unwrap();
            }
            // What is installed where the action builds it.
            fs::create_dir_all(made.temporary.path().join("graphgrant/bin")).unwrap();
            std::os::unix::fs::symlink(
                bin(),
                made.temporary.path().join("graphgrant/bin/graphgrant"),
            )
            .unwrap();
            made.passes("graphgrant lock .");
            for app in apps {
                made.passes(&format!("cd {app}; {APP}"));
            }
            made.passes("git init --quiet --initial-branch=main; git add --all; git commit --quiet --message=x; git update-ref refs/remotes/origin/main HEAD");
            made
        }

        fn file(&self, name: &str) -> PathBuf {
            self.folder.path().join(name)
        }

        /// Runs a script as pipelines do.
        fn run(&self, script: &str, env: &BTreeMap<String, String>) -> Output {
            Command::new("bash")
                .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script])
                .current_dir(self.folder.path())
                .env_clear()
                .env("PATH", path())
                .env(
                    "GITHUB_STEP_SUMMARY",
                    self.temporary.path().join("summary.md"),
                )
                .env("RUNNER_TEMP", self.temporary.path())
                .env("GIT_CONFIG_NOSYSTEM", "1")
                .env("GIT_CONFIG_GLOBAL", "/dev/null")
                .env("GIT_AUTHOR_NAME", "a")
                .env("GIT_AUTHOR_EMAIL", "a@example.com")
                .env("GIT_COMMITTER_NAME", "a")
                .env("GIT_COMMITTER_EMAIL", "a@example.com")
                .envs(env)
                .output()
                .unwrap()
        }

        #[track_caller]
        fn passes(&self, script: &str) {
            let output = self.run(script, &BTreeMap::new());
            assert!(output.status.success(), "{script}\n{}", shown(&output));
        }

        /// Adds an operation to the manifest of an app.
        fn calls_more(&self, app: &str) {
            let manifest = self.file(app).join("graphgrant.yaml");
            let more = fs::read_to_string(&manifest).unwrap()
                + "  - {request: POST /me/events, reason: x}\n";
            fs::write(&manifest, more).unwrap();
        }

        fn summary(&self) -> String {
            fs::read_to_string(self.temporary.path().join("summary.md")).unwrap_or_default()
        }
    }

    fn shown(output: &Output) -> String {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        format!("{}\n{}", text(&output.stdout), text(&output.stderr))
    }

    /// What the service puts in the place of its expressions.
    fn filled(step: &Step, inputs: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        let fill = |value: &String| {
            let mut value = value
                .replace("${{ github.base_ref }}", "main")
                .replace("$(System.PullRequest.TargetBranchName)", "main")
                .replace("$CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main");
            let own = inputs
                .iter()
                .find(|(name, _)| value == format!("${{{{ inputs.{name} }}}}"));
            if let Some((_, input)) = own {
                value.clone_from(input);
            } else {
                assert!(!value.contains("${{") && !value.contains("$("), "{value}");
            }
            value
        };
        step.env
            .iter()
            .map(|(name, value)| (name.clone(), fill(value)))
            .collect()
    }

    fn inputs(changed: &[(&str, &str)]) -> BTreeMap<String, String> {
        let mut all = variables_of(&yaml("action.yml")["inputs"]);
        for (name, value) in changed {
            all.insert((*name).to_owned(), (*value).to_owned());
        }
        all
    }

    fn of_base() -> BTreeMap<String, String> {
        inputs(&[("policy-from", "origin/main"), ("diff-from", "origin/main")])
    }

    #[test]
    fn pipelines_pass_where_nothing_is_wrong() {
        for (name, apps) in PIPELINES
            .iter()
            .flat_map(|name| LAYOUTS.map(|apps| (*name, apps)))
        {
            let repository = Repository::with_apps(apps);
            for step in pipeline(name) {
                let output = repository.run(&step.script, &filled(&step, &of_base()));
                assert!(
                    output.status.success(),
                    "{name}, {}\n{}",
                    step.name,
                    shown(&output)
                );
            }
            let json = |file: &str| -> serde_json::Value {
                serde_json::from_str(&fs::read_to_string(repository.file(file)).unwrap()).unwrap()
            };
            match name {
                "action.yml" | "examples/ci/github.yml" => {
                    assert_eq!(json("graphgrant.sarif")["version"], "2.1.0");
                    let summary = repository.summary();
                    assert!(summary.contains("## graphgrant\n"), "{summary}");
                    assert!(summary.contains("no new access"), "{summary}");
                }
                "examples/ci/azure-pipelines.yml" => {
                    assert!(
                        fs::read_to_string(repository.file("graphgrant.xml"))
                            .unwrap()
                            .contains("<testsuites")
                    );
                }
                _ => assert!(json("gl-code-quality-report.json").is_array()),
            }
        }
    }

    /// A pull request that calls more: an operation that the app manifest does not declare, and an old lock.
    #[test]
    fn pipelines_fail_where_access_is_added() {
        for (name, apps) in PIPELINES
            .iter()
            .flat_map(|name| LAYOUTS.map(|apps| (*name, apps)))
        {
            let repository = Repository::with_apps(apps);
            repository.calls_more(apps.last().unwrap());
            let mut failed = Vec::new();
            for step in pipeline(name) {
                let output = repository.run(&step.script, &filled(&step, &of_base()));
                // Diagnostics are broken into lines.
                let told: Vec<String> = shown(&output)
                    .split_whitespace()
                    .map(str::to_owned)
                    .collect();
                let told = told.join(" ");
                match output.status.code() {
                    Some(0) => {}
                    Some(1) => failed.push(told),
                    other => panic!("{name}, {}: {other:?}\n{told}", step.name),
                }
            }
            assert_eq!(failed.len(), 3, "{name}: {failed:?}");
            let [lint, locked, diff] = failed.as_slice() else {
                panic!()
            };
            assert!(lint.contains("Calendars.ReadWrite"), "{name}: {lint}");
            assert!(
                locked.contains("`POST /me/events` needs it and came"),
                "{name}: {locked}"
            );
            assert!(diff.contains("new access"), "{name}: {diff}");
        }
    }

    /// The same with all that belongs to it: what is new is for a reviewer alone.
    #[test]
    fn pipelines_leave_new_access_that_is_written_down_to_the_reviewer() {
        for (name, apps) in PIPELINES
            .iter()
            .flat_map(|name| LAYOUTS.map(|apps| (*name, apps)))
        {
            let repository = Repository::with_apps(apps);
            let last = apps.last().unwrap();
            repository.calls_more(last);
            repository.passes(&format!("cd {last}; {APP}"));
            repository.passes("graphgrant lock .; git add .; git commit --quiet --message=x");
            let mut env = BTreeMap::new();
            for label in ["", "other,new-access-approved"] {
                env.insert("CI_MERGE_REQUEST_LABELS".to_owned(), label.to_owned());
                let is_approved = !label.is_empty() && name == "examples/ci/gitlab-ci.yml";
                for step in pipeline(name) {
                    let mut all = filled(&step, &of_base());
                    all.extend(env.clone());
                    let output = repository.run(&step.script, &all);
                    let told = shown(&output);
                    let is_diff = step.name == "Look for new access"
                        || step.name.starts_with("graphgrant diff ");
                    assert_eq!(
                        output.status.code(),
                        Some(i32::from(is_diff && !is_approved)),
                        "{name}, {}\n{told}",
                        step.name
                    );
                }
            }
        }
    }

    #[test]
    fn inputs_of_the_action_are_no_code() {
        let repository = Repository::new();
        let hostile = "$(touch ran)`touch ran`; touch ran\n--fix=unsafe\n\"'";
        for name in [
            "paths",
            "policy-from",
            "fail-on",
            "manifest",
            "diff-from",
            "program",
        ] {
            for step in pipeline("action.yml") {
                let inputs = inputs(&[(name, hostile), ("sarif", "out.sarif")]);
                repository.run(&step.script, &filled(&step, &inputs));
            }
            assert!(!repository.file("ran").exists(), "{name}");
        }
    }

    #[test]
    fn suppressed_findings_are_not_uploaded() {
        let repository = Repository::new();
        let log = r#"{"runs": [{"results": [{"ruleId": "a", "suppressions": [{"kind": "external"}]}, {"ruleId": "b"}, {"ruleId": "c", "suppressions": []}]}]}"#;
        for (name, result) in [
            ("action.yml", "graphgrant.sarif"),
            ("examples/ci/github.yml", "counted.sarif"),
        ] {
            fs::write(repository.file("graphgrant.sarif"), log).unwrap();
            let steps = pipeline(name);
            let step = steps
                .iter()
                .find(|step| step.name.contains("suppressed"))
                .unwrap();
            let output = repository.run(&step.script, &filled(step, &of_base()));
            assert!(output.status.success(), "{}", shown(&output));
            let text = fs::read_to_string(repository.file(result)).unwrap();
            let value: serde_json::Value = serde_json::from_str(&text).unwrap();
            let results = value["runs"][0]["results"].as_array().unwrap();
            let ids: Vec<&str> = results
                .iter()
                .map(|it| it["ruleId"].as_str().unwrap())
                .collect();
            assert_eq!(ids, ["b", "c"], "{name}");
        }
    }

    #[test]
    fn the_hooks_of_pre_commit_run() {
        let hooks = yaml(".pre-commit-hooks.yaml");
        let hooks = hooks.as_sequence().unwrap();
        assert_eq!(hooks.len(), 2);
        for apps in LAYOUTS {
            let repository = Repository::with_apps(apps);
            for hook in hooks {
                for key in ["id", "name", "description", "entry", "language", "files"] {
                    assert!(!text(&hook[key]).is_empty(), "{key}");
                }
                repository.passes(&text(&hook["entry"]));
            }
        }
    }
}
