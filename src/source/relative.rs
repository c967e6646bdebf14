//! Paths as they are shown: relative to the folder of the run. They are compared by reading alone, so that paths
//! of a git revision, which are in no folder, can be.

use std::cmp::Reverse;
use std::path::{Component, Path, PathBuf};

/// Returns a path without `.` and `..` where these can be resolved by reading.
pub fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                let is_inside = normal
                    .components()
                    .next_back()
                    .is_some_and(|last| matches!(last, Component::Normal(_)));
                if is_inside {
                    normal.pop();
                } else {
                    normal.push("..");
                }
            }
            other => normal.push(other),
        }
    }
    normal
}

/// Returns a path relative to a folder, both relative to the same top folder.
pub fn between(folder: &Path, path: &Path) -> PathBuf {
    let (folder, path) = (normal(folder), normal(path));
    let same = folder.components().zip(path.components());
    let same = same.take_while(|(one, other)| one == other).count();
    let up = folder.components().skip(same).map(|_| Component::ParentDir);
    up.chain(path.components().skip(same)).collect()
}

/// Returns a path without a way that leads up and down again: `here` is the folder of the run, relative to the
/// top folder.
pub fn shortest(here: &Path, path: &Path) -> PathBuf {
    let plain = normal(path);
    if !plain.starts_with("..") {
        return plain;
    }
    let from_top = normal(&here.join(&plain));
    if from_top.starts_with("..") {
        return plain;
    }
    between(here, &from_top)
}

/// Returns whether a path is that of a folder or leads below it. Both are shortest.
pub fn is_below(path: &Path, folder: &Path) -> bool {
    if path.is_absolute() || folder.is_absolute() {
        return path.is_absolute() && folder.is_absolute() && path.starts_with(folder);
    }
    let is_up = |part: &Component<'_>| *part == Component::ParentDir;
    let up = |path: &Path| path.components().take_while(is_up).count();
    let rest = folder.components().skip_while(is_up);
    if rest.clone().next().is_none() {
        return up(path) <= up(folder);
    }
    path.starts_with(folder)
}

/// Orders folders from the deepest up. All are shortest.
pub fn depth(path: &Path) -> Reverse<isize> {
    let steps = path.components().map(|part| match part {
        Component::ParentDir => -1,
        Component::CurDir => 0,
        _ => 1,
    });
    Reverse(steps.sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_from_another_folder() {
        #[track_caller]
        fn case(folder: &str, path: &str, expected: &str) {
            assert_eq!(
                between(Path::new(folder), Path::new(path)),
                Path::new(expected)
            );
        }
        case("", "a/b", "a/b");
        case("a", "a/b", "b");
        case("a/c", "a/b", "../b");
        case("a/c", "d", "../../d");
        case("a", "a", "");
    }

    #[test]
    fn no_way_leads_up_and_down_again() {
        #[track_caller]
        fn case(here: &str, path: &str, expected: &str) {
            assert_eq!(
                shortest(Path::new(here), Path::new(path)),
                Path::new(expected)
            );
        }
        case("web", "../web/app.json", "app.json");
        case("web", "../api/app.json", "../api/app.json");
        case("a/web", "../../a/app.json", "../app.json");
        case("web", "./x/../y", "y");
        case("web", "../../out", "../../out");
        case("", "../out", "../out");
    }

    #[test]
    fn folders_above_hold_what_is_below() {
        #[track_caller]
        fn case(path: &str, folder: &str, expected: bool) {
            assert_eq!(is_below(Path::new(path), Path::new(folder)), expected);
        }
        case("a/b", "", true);
        case("a/b", "a", true);
        case("a/b", "b", false);
        case("ab", "a", false);
        case("a/b", "..", true);
        case("../a/b", "..", true);
        case("../a/b", "../a", true);
        case("a/b", "../a", false);
        case("../a", "", false);
        case("../../a", "..", false);
        case("/x/a", "/x", true);
        case("/x/a", "", false);
    }
}
