use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::process::{TIME, ask};
use super::*;

/// A repository of real git, made without any setting of this machine.
struct Made {
    folder: TempDir,
}

impl Made {
    fn new() -> Self {
        let made = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        made.git(&["init", "--quiet", "--initial-branch=main"]);
        made
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn git(&self, arguments: &[&str]) -> String {
        git(self.path(), arguments)
    }

    fn write(&self, name: &str, text: &str) -> &Self {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    fn commit(&self) -> &Self {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message=x"]);
        self
    }

    fn open(&self) -> Repository {
        Repository::open(self.path()).unwrap()
    }

    #[track_caller]
    fn reads(&self, revision: &str, path: &str) -> Option<String> {
        let repository = self.open();
        let revision = repository.resolve(revision).unwrap();
        let read = repository.read(&revision, Path::new(path)).unwrap();
        read.map(|bytes| String::from_utf8(bytes).unwrap())
    }
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .envs([
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_AUTHOR_NAME", "a"),
            ("GIT_AUTHOR_EMAIL", "a@example.com"),
            ("GIT_COMMITTER_NAME", "a"),
            ("GIT_COMMITTER_EMAIL", "a@example.com"),
        ])
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

#[test]
fn files_are_read_as_they_were_committed() {
    let made = Made::new();
    made.write("a.yaml", "one\r\n")
        .write("sub/b.yaml", "b")
        .commit();
    made.git(&["tag", "v1"]);
    made.write("a.yaml", "two\n").commit();
    made.write("a.yaml", "not committed\n");
    assert_eq!(made.reads("HEAD", "a.yaml").unwrap(), "two\n");
    for name in ["HEAD~1", "v1", "refs/tags/v1", "main~1"] {
        assert_eq!(made.reads(name, "a.yaml").unwrap(), "one\r\n", "{name}");
    }
    let commit = made.git(&["rev-parse", "v1"]);
    assert_eq!(made.reads(commit.trim(), "a.yaml").unwrap(), "one\r\n");
    assert_eq!(made.reads("HEAD", "none.yaml"), None);
    assert_eq!(made.reads("HEAD", "none/none.yaml"), None);
}

#[test]
fn paths_start_at_the_folder_that_was_opened() {
    let made = Made::new();
    made.write("top", "t").write("a/b/low", "l").commit();
    let repository = Repository::open(&made.path().join("a")).unwrap();
    let head = repository.resolve("HEAD").unwrap();
    let read = |path: &Path| repository.read(&head, path);
    assert_eq!(read(Path::new("b/low")).unwrap().unwrap(), b"l");
    assert_eq!(read(Path::new("./b/../b/low")).unwrap().unwrap(), b"l");
    assert_eq!(read(Path::new("../top")).unwrap().unwrap(), b"t");
    assert_eq!(read(&made.path().join("a/b/low")).unwrap().unwrap(), b"l");
    assert_eq!(read(&repository.root().join("top")).unwrap().unwrap(), b"t");
    for outside in ["../../etc/passwd", "/etc/passwd", "..", ""] {
        let error = read(Path::new(outside)).unwrap_err();
        let is_outside = matches!(error, GitError::Outside { .. });
        assert!(is_outside || outside.is_empty(), "{outside}: {error}");
    }
}

#[test]
fn strange_names_are_names() {
    let made = Made::new();
    let names = [
        "-x",
        "--output=owned",
        "quo\"te",
        "new\nline",
        "ta\tb",
        "*",
        ":(glob)**",
        "é",
        "a b",
    ];
    for name in names {
        made.write(name, name);
    }
    made.commit();
    for name in names {
        assert_eq!(made.reads("HEAD", name).as_deref(), Some(name), "{name:?}");
    }
    assert_eq!(made.reads("HEAD", "[a]"), None);
    assert_eq!(made.reads("HEAD", "?x"), None);
}

#[test]
fn what_is_no_revision_is_refused() {
    let made = Made::new();
    made.write("a", "a").commit();
    let repository = made.open();
    for name in [
        "",
        "-x",
        "--all",
        "--output=owned",
        ":/x",
        "HEAD:a",
        "a\nb",
        "a\0b",
        &"x".repeat(300),
    ] {
        let error = repository.resolve(name).unwrap_err();
        assert!(
            matches!(error, GitError::BadRevision { .. }),
            "{name:?}: {error}"
        );
    }
    for name in [
        "none",
        "HEAD~9",
        "HEAD^{tree}",
        "deadbeef",
        "..",
        "HEAD..HEAD",
        "^HEAD",
    ] {
        let error = repository.resolve(name).unwrap_err();
        assert!(
            matches!(error, GitError::UnknownRevision { .. }),
            "{name:?}: {error}"
        );
    }
    assert!(!made.path().join("owned").exists());
    made.git(&["branch", "twice"]);
    made.git(&["tag", "twice"]);
    assert!(matches!(
        repository.resolve("twice"),
        Err(GitError::Ambiguous { .. })
    ));
    assert!(repository.resolve("refs/heads/twice").is_ok());
}

#[test]
fn an_empty_repository_has_no_head() {
    let made = Made::new();
    let error = made.open().resolve("HEAD").unwrap_err();
    assert!(matches!(error, GitError::UnknownRevision { .. }), "{error}");
}

#[test]
fn no_repository_and_no_git_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let error = Repository::open(folder.path()).unwrap_err();
    assert!(matches!(error, GitError::NoRepository { .. }), "{error}");
    let missing = Repository::open(&folder.path().join("none")).unwrap_err();
    assert!(
        matches!(missing, GitError::NoRepository { .. }),
        "{missing}"
    );
    for path in ["", ".", "relative/bin", folder.path().to_str().unwrap()] {
        let error = process::find_in(OsStr::new(path), &[]).unwrap_err();
        assert_eq!(error, GitError::Absent);
    }
}

/// A bare repository that is content of another: its configuration belongs to whoever wrote the content.
#[test]
fn a_repository_in_the_content_is_none() {
    let made = Made::new();
    let inner = made.path().join("inner");
    fs::create_dir(&inner).unwrap();
    git(&inner, &["init", "--quiet", "--bare", "."]);
    let error = Repository::open(&inner).unwrap_err();
    assert!(matches!(error, GitError::NoRepository { .. }), "{error}");
}

#[test]
fn what_is_no_file_is_told() {
    let made = Made::new();
    made.write("folder/a", "a");
    let commit = made.commit().git(&["rev-parse", "HEAD"]);
    let other = format!("160000,{},module", commit.trim());
    made.git(&["update-index", "--add", "--cacheinfo", &other]);
    let target = made.path().join("target");
    fs::write(&target, "/etc/passwd").unwrap();
    let blob = made.git(&["hash-object", "-w", "target"]);
    let link = format!("120000,{},link", blob.trim());
    made.git(&["update-index", "--add", "--cacheinfo", &link]);
    made.git(&["commit", "--quiet", "--message=x"]);
    let repository = made.open();
    let head = repository.resolve("HEAD").unwrap();
    for (path, what) in [
        ("folder", "a folder"),
        ("folder/", "a folder"),
        ("link", "a symbolic link"),
        ("module", "another repository"),
    ] {
        let error = repository.read(&head, Path::new(path)).unwrap_err();
        assert!(error.to_string().contains(what), "{path}: {error}");
    }
}

#[test]
fn a_huge_file_is_refused() {
    let made = Made::new();
    made.write("huge", &"x".repeat(9 << 20)).commit();
    let repository = made.open();
    let head = repository.resolve("HEAD").unwrap();
    let error = repository.read(&head, Path::new("huge")).unwrap_err();
    assert!(matches!(error, GitError::TooLarge { .. }), "{error}");
}

#[test]
fn a_shallow_clone_says_so() {
    let made = Made::new();
    made.write("a", "1").commit().write("a", "2").commit();
    let old = made.git(&["rev-parse", "HEAD~1"]);
    let folder = tempfile::tempdir().unwrap();
    let url = format!("file://{}", made.path().display());
    git(
        folder.path(),
        &["clone", "--quiet", "--depth=1", &url, "clone"],
    );
    let clone = folder.path().join("clone");
    let repository = Repository::open(&clone).unwrap();
    assert!(repository.resolve("HEAD").is_ok());
    for name in [old.trim(), "HEAD~1"] {
        let error = repository.resolve(name).unwrap_err();
        assert!(matches!(error, GitError::Shallow { .. }), "{name}: {error}");
    }
}

/// Everything in a repository that git would run, each of which would leave a file.
#[cfg(unix)]
#[test]
fn nothing_of_the_repository_is_run() {
    use std::os::unix::fs::PermissionsExt as _;
    let made = Made::new();
    let outside = tempfile::tempdir().unwrap();
    let mark = outside.path().join("ran");
    let script = outside.path().join("script");
    fs::write(&script, format!("#!/bin/sh\ntouch '{}'\n", mark.display())).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    made.write("a.yaml", "as committed")
        .write(".gitattributes", "* diff=evil filter=evil\n")
        .commit();
    let script = script.to_str().unwrap();
    for key in [
        "core.fsmonitor",
        "core.pager",
        "core.editor",
        "core.sshCommand",
        "core.gitProxy",
        "core.alternateRefsCommand",
        "pager.cat-file",
        "pager.ls-tree",
        "pager.rev-parse",
        "diff.external",
        "diff.evil.command",
        "diff.evil.textconv",
        "filter.evil.smudge",
        "filter.evil.clean",
        "filter.evil.process",
        "gpg.program",
        "credential.helper",
        "alias.cat-file",
    ] {
        made.git(&["config", key, script]);
    }
    made.git(&["config", "alias.rev-parse", &format!("!{script}")]);
    made.git(&["config", "core.hooksPath", outside.path().to_str().unwrap()]);
    for hook in [
        "post-index-change",
        "reference-transaction",
        "fsmonitor-watchman",
    ] {
        fs::copy(script, outside.path().join(hook)).unwrap();
        fs::copy(script, made.path().join(".git/hooks").join(hook)).unwrap();
    }
    assert_eq!(made.reads("HEAD", "a.yaml").unwrap(), "as committed");
    // Nor where files are looked for, or held against the work tree.
    let repository = Repository::open(made.path()).unwrap();
    let head = repository.resolve("HEAD").unwrap();
    let path = PathBuf::from("a.yaml");
    assert!(repository.files(&head).unwrap().contains(&path));
    let found = repository.files_with(&head, &["committed"], &["yaml"]);
    assert_eq!(found.unwrap(), [Path::new("a.yaml")]);
    fs::write(made.path().join("a.yaml"), "otherwise").unwrap();
    let inside = made.path().join("a.yaml");
    repository.differing(&head, &[path, inside]).unwrap();
    assert!(!mark.exists());
}

/// A file that the clone does not have is not fetched, whatever the repository says of protocols.
#[cfg(unix)]
#[test]
fn nothing_is_fetched() {
    let made = Made::new();
    made.write("a.yaml", "as committed").commit();
    let blob = made.git(&["rev-parse", "HEAD:a.yaml"]);
    let (first, rest) = blob.trim().split_at(2);
    let outside = tempfile::tempdir().unwrap();
    let mark = outside.path().join("ran");
    let url = format!("ext::sh -c touch% '{}'", mark.display());
    for (key, value) in [
        ("core.repositoryFormatVersion", "1"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.url", &url),
        ("protocol.ext.allow", "always"),
        ("protocol.allow", "always"),
    ] {
        made.git(&["config", key, value]);
    }
    fs::remove_file(made.path().join(".git/objects").join(first).join(rest)).unwrap();
    let repository = made.open();
    let head = repository.resolve("HEAD").unwrap();
    let error = repository.read(&head, Path::new("a.yaml")).unwrap_err();
    assert!(matches!(error, GitError::Failed { .. }), "{error}");
    assert!(!mark.exists());
    // The trap is a real one: git itself steps into it.
    let _ = Command::new("git")
        .current_dir(made.path())
        .args(["cat-file", "blob", blob.trim()])
        .output()
        .unwrap();
    assert!(mark.exists());
}

#[cfg(unix)]
#[test]
fn a_git_in_an_untrusted_folder_is_not_started() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("git");
    fs::write(&program, "#!/bin/sh\n").unwrap();
    let path = folder.path().as_os_str();
    // Not executable: not a program.
    assert!(process::find_in(path, &[]).is_err());
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(process::find_in(path, &[]).unwrap(), program);
    let untrusted = [folder.path().canonicalize().unwrap()];
    assert!(process::find_in(path, &untrusted).is_err());
}

#[test]
fn git_variables_of_the_caller_do_not_reach_git() {
    let arguments: [&str; 0] = [];
    let made = Made::new();
    let repository = made.open();
    let command = process::command(&repository.program, made.path(), &arguments);
    let names: Vec<String> = command
        .get_envs()
        .map(|(name, _)| name.to_string_lossy().into_owned())
        .collect();
    for name in [
        "GIT_DIR",
        "GIT_CONFIG_COUNT",
        "GIT_EXTERNAL_DIFF",
        "PATH",
        "GIT_TRACE",
    ] {
        assert!(!names.iter().any(|found| found == name), "{names:?}");
    }
    assert!(names.contains(&"GIT_NO_LAZY_FETCH".to_owned()));
}

#[cfg(unix)]
#[test]
fn what_never_ends_is_ended() {
    use std::time::Duration;
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("git");
    let arguments: [&str; 0] = [];
    let run = |script: &str, time| {
        // Written by another process: a file that this one still has open for writing, in a child that
        // another test is just starting, cannot be run.
        fs::write(folder.path().join("text"), format!("#!/bin/sh\n{script}\n")).unwrap();
        let copied = Command::new("/bin/sh")
            .current_dir(folder.path())
            .args(["-c", "cat text > git && chmod 755 git"])
            .status();
        assert!(copied.unwrap().success());
        ask(&program, folder.path(), &arguments, 10, time)
    };
    let endless = run("while :; do echo more; done", TIME).unwrap();
    assert!(endless.out.is_none() && !endless.is_fine);
    let complains = run("while :; do echo more >&2; done", TIME).unwrap();
    assert_eq!(complains.reason(), "more");
    let silent = run("exec /bin/sleep 600", Duration::from_millis(50));
    assert!(matches!(silent, Err(GitError::TimedOut { .. })));
}

#[test]
fn all_files_are_told_from_the_folder_that_was_opened() {
    let made = Made::new();
    made.write("a", "a")
        .write("x/b", "b")
        .write("x/y/c", "c")
        .commit();
    let repository = Repository::open(&made.path().join("x")).unwrap();
    let head = repository.resolve("HEAD").unwrap();
    let files = repository.files(&head).unwrap();
    assert_eq!(files, ["../a", "b", "y/c"].map(PathBuf::from));
    assert_eq!(repository.here(), Path::new("x"));
    let is_folder = |path: &str| repository.is_folder(&head, Path::new(path)).unwrap();
    assert!(is_folder("..") && is_folder("y") && is_folder(""));
    assert!(!is_folder("b") && !is_folder("../a") && !is_folder("none"));
    let has = |path: &str| repository.has(&head, Path::new(path)).unwrap();
    assert!(has("../a") && has("y") && !has("none") && !has("../../a"));
}

#[test]
fn files_are_found_by_their_words_and_endings() {
    let made = Made::new();
    made.write("a.yaml", "operations: []")
        .write("b.YML", "x\napps:\n")
        .write("c.json", "operations:")
        .write("d.yaml", "other: []")
        .write("sub/e.yaml", "apps: []")
        .write("sub/f\u{e4} g.yaml", "apps: []")
        .write(".gitattributes", "*.yaml binary\n")
        .commit();
    let found = |folder: &Path, words: &[&str]| {
        let repository = Repository::open(folder).unwrap();
        let revision = repository.resolve("HEAD").unwrap();
        let files = repository.files_with(&revision, words, &["yaml", "yml"]);
        let mut files: Vec<String> = files
            .unwrap()
            .iter()
            .map(|path| path.to_str().unwrap().to_owned())
            .collect();
        files.sort();
        files
    };
    let words = ["operations:", "apps:"];
    assert_eq!(
        found(made.path(), &words),
        ["a.yaml", "b.YML", "sub/e.yaml", "sub/f\u{e4} g.yaml"]
    );
    let sub = made.path().join("sub");
    assert_eq!(
        found(&sub, &words),
        ["../a.yaml", "../b.YML", "e.yaml", "f\u{e4} g.yaml"]
    );
    assert_eq!(found(made.path(), &["nothing of the kind"]), [""; 0]);
}

#[test]
fn what_differs_is_told_to_the_byte() {
    let made = Made::new();
    made.write("top", "t")
        .write("a/same", "one\r\n")
        .write("a/other", "two")
        .write(".gitattributes", "* text eol=lf filter=x\n")
        .commit();
    made.git(&["config", "filter.x.clean", "touch ran"]);
    made.write("a/other", "2").write("a/new", "n");
    let repository = Repository::open(&made.path().join("a")).unwrap();
    let head = repository.resolve("HEAD").unwrap();
    let told = |paths: &[&str]| -> Vec<String> {
        let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
        let found = repository.differing(&head, &paths).unwrap();
        found
            .iter()
            .map(|it| it.to_string_lossy().into_owned())
            .collect()
    };
    // The file was committed with another line end than it has here.
    assert_eq!(told(&["../top", "other", "new"]), ["new", "other"]);
    assert_eq!(told(&["same"]), ["same"]);
    assert_eq!(told(&["../top", "gone"]), ["../top", "gone"]);
    assert_eq!(told(&[]), [""; 0]);
    assert!(!made.path().join("a/ran").exists() && !made.path().join("ran").exists());
}
