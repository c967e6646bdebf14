//! Going back with the scripts of `consent script`: while the tenant does not show yet what was changed, after a
//! run that was broken off, and beside what others do.

use std::fs;

use serde_json::Value;

use crate::scene::{KINDS, Scene, export, make_executable, scene, scenes, with_app};
use crate::tenant::{APP, CLIENT, GRAPH, State, USERS, grant, principal};

/// What the state file says was done.
fn done(scene: &Scene) -> Vec<Value> {
    let states = scene.states();
    assert_eq!(states.len(), 1, "{states:?}");
    let text = fs::read_to_string(scene.place.path().join(&states[0])).unwrap();
    let state: Value = serde_json::from_str(&text).unwrap();
    state["done"].as_array().unwrap().clone()
}

/// The lists of grants and of app role assignments.
fn lists(scene: &Scene) -> [Vec<Value>; 2] {
    let all = scene.tenant.change(|state| state.clone());
    [all.grants, all.assignments]
}

/// Lets the tenant show these lists for a while, whatever it has.
fn show_again(scene: &Scene, [grants, assignments]: [Vec<Value>; 2]) {
    let before = Some((12, grants, assignments));
    scene.tenant.change(|state| state.before = before);
}

#[test]
fn a_service_principal_that_does_not_show_yet_is_not_taken_for_one_that_is_gone() {
    for scene in scenes(KINDS, |state| state) {
        scene.write(&[]);
        let before = scene.tenant.picture();
        scene.run(&[]).ends_with(0);
        scene.tenant.change(|state| {
            state.lagging.insert(CLIENT.to_owned(), 5);
            state.relapse = 2;
        });
        let state = scene.states().remove(0);
        scene
            .run(&["restore", &state])
            .ends_with(0)
            .tells("waiting until Microsoft Graph shows what was changed")
            .tells("as recorded");
        assert_eq!(scene.tenant.picture(), before, "{}", scene.kind);
        // Once gone back, there is nothing to wait for.
        assert_eq!(done(&scene), Vec::<Value>::new());
        let again = scene.run(&["restore", &state]).ends_with(0);
        assert!(!again.told.contains("waiting"), "{}", again.told);
    }
}

#[test]
fn grants_that_do_not_show_yet_are_gone_back_from() {
    for scene in scenes(KINDS, with_app) {
        scene.write(&[]);
        let before = scene.tenant.picture();
        let lists = lists(&scene);
        scene.run(&[]).ends_with(0);
        show_again(&scene, lists);
        scene.restore().tells("waiting until");
        assert_eq!(scene.tenant.picture(), before, "{}", scene.kind);
    }
}

#[test]
fn what_a_run_that_was_broken_off_may_have_done_is_gone_back_from() {
    for (kind, told) in [
        ("rest", "cannot be reached"),
        ("azure-cli", "whether it was done is not known"),
        ("m365", "whether it was done is not known"),
    ] {
        let Some(scene) = scene(kind, with_app) else {
            return;
        };
        scene.write(&[]);
        let before = scene.tenant.picture();
        let lists = lists(&scene);
        // The change is made, and its answer is lost: each tool has its own words for it.
        let bin = scene.place.path().join("bin");
        let (name, way) = match kind {
            "rest" => ("curl", "*'request PATCH'*) exit 56"),
            "azure-cli" => (
                "az",
                "*'method PATCH'*) echo 'ERROR: HTTPSConnectionPool: Read timed out.' >&2; exit 1",
            ),
            _ => (
                "m365",
                "*'method patch'*) echo 'Error: socket hang up' >&2; exit 1",
            ),
        };
        let (tool, real) = (bin.join(name), bin.join("real"));
        if tool.exists() {
            fs::rename(&tool, &real).unwrap();
        } else {
            fs::write(&real, "#!/bin/bash\nexec /usr/bin/curl \"$@\"\n").unwrap();
            make_executable(&real);
        }
        let text = format!(
            "#!/bin/bash\n\"${{0%/*}}/real\" \"$@\" || exit\ncase \"$*\" in {way} ;; esac\n"
        );
        fs::write(&tool, text).unwrap();
        make_executable(&tool);
        scene.run(&[]).ends_with(1).tells(told);
        fs::rename(&real, &tool).unwrap();
        assert_ne!(scene.tenant.picture(), before);
        assert_eq!(done(&scene)[0]["kind"], "change", "{kind}");
        show_again(&scene, lists);
        scene.restore().tells("waiting until");
        assert_eq!(scene.tenant.picture(), before, "{kind}");
    }
}

/// Lets no file that is not empty find room: half of it is written.
fn fill_the_disk(scene: &Scene, when: &str) {
    let cat = scene.place.path().join("bin/cat");
    let text = format!(
        "#!/bin/bash\ncase $1 in */state) if {when}; then head -c 40 \"$1\"; echo 'no space left' >&2; exit 1; fi ;; esac\n\
         exec /bin/cat \"$@\"\n"
    );
    fs::write(&cat, text).unwrap();
    make_executable(&cat);
}

#[test]
fn a_full_disk_takes_no_state_along() {
    let scene = || scene("rest", with_app);
    let (Some(first), Some(second)) = (scene(), scene()) else {
        return;
    };
    // No state, no change, and nothing left lying about.
    first.write(&[]);
    fill_the_disk(&first, "true");
    first
        .run(&[])
        .ends_with(1)
        .tells("cannot be written to this folder; nothing was changed");
    assert_eq!(first.states(), Vec::<String>::new());
    assert_eq!(first.tenant.writes(), Vec::<String>::new());
    // Room for the state, and none for what is about to be done.
    second.write(&[]);
    fill_the_disk(&second, "[ -s graphgrant-before-*.json ]");
    let before = second.tenant.picture();
    second.run(&[]).ends_with(1).tells("cannot be written");
    assert_eq!(second.tenant.writes(), Vec::<String>::new());
    assert_eq!(done(&second), Vec::<Value>::new());
    fs::remove_file(second.place.path().join("bin/cat")).unwrap();
    second.restore();
    assert_eq!(second.tenant.picture(), before);
}

#[test]
fn the_state_of_another_app_is_refused() {
    // The tenant did not have that app, so no id of a service principal tells them apart.
    let Some(scene) = scene("rest", |state| state) else {
        return;
    };
    scene.write(&[]);
    scene.run(&[]).ends_with(0);
    let path = scene.place.path().join(&scene.states()[0]);
    let text = fs::read_to_string(&path).unwrap();
    let of_another = text.replace(APP, "99999999-0000-4000-8000-000000000000");
    assert_ne!(text, of_another);
    fs::write(scene.place.path().join("other.json"), of_another).unwrap();
    let after = scene.tenant.picture();
    scene
        .run(&["restore", "other.json"])
        .ends_with(1)
        .tells("is no state of this app");
    assert_eq!(scene.tenant.picture(), after);
}

#[test]
fn a_service_principal_of_another_run_is_not_gone_back_from_in_silence() {
    let Some(scene) = scene("rest", |state| state) else {
        return;
    };
    scene.write(&[]);
    scene.run(&[]).ends_with(0);
    let first = scene.states().remove(0);
    scene.run(&["restore", &first]).ends_with(0);
    // Granted again, by whomever: the state of the first run is not the one before this.
    scene.tenant.change(|state| {
        let again = "11111111-1111-4111-8111-222222222222";
        state.principals.push(principal(again, APP));
        state.grants.push(grant(again, GRAPH, None, "User.Read"));
    });
    let after = scene.tenant.picture();
    scene
        .run(&["restore", &first])
        .ends_with(1)
        .tells("was created since");
    assert_eq!(scene.tenant.picture(), after);
}

#[test]
fn a_service_principal_that_is_used_by_now_stays() {
    for scene in scenes(KINDS, |state| state) {
        scene.write(&[]);
        scene.run(&[]).ends_with(0);
        scene.tenant.change(|state| {
            state.memberships = vec![serde_json::json!({"id": "a-directory-role"})];
        });
        scene.restore().tells("stays: it has other");
        let left = scene.tenant.picture();
        assert!(left.contains(&format!("principal \"{APP}\"")), "{left:?}");
    }
}

#[test]
fn what_never_showed_leaves_a_doubt() {
    let Some(scene) = scene("rest", with_app) else {
        return;
    };
    scene.write(&[]);
    let lists = lists(&scene);
    scene.run(&[]).ends_with(0);
    let marks = done(&scene);
    // It is there, and for longer than anybody waits no list shows it.
    let [grants, assignments] = lists;
    scene
        .tenant
        .change(|state| state.before = Some((1000, grants, assignments)));
    let state = scene.states().remove(0);
    scene
        .run(&["restore", &state])
        .ends_with(0)
        .tells("restore once more in some minutes to be sure");
    assert_eq!(done(&scene), marks);
    scene.tenant.change(|state| state.before = None);
    let again = scene.run(&["restore", &state]).ends_with(0);
    assert!(!again.told.contains("once more"), "{}", again.told);
    assert_eq!(done(&scene), Vec::<Value>::new());
}

#[test]
fn what_was_refused_is_not_waited_for() {
    for has_app in [true, false] {
        let refusing = |mut state: State| {
            state.forbids = true;
            if has_app { with_app(state) } else { state }
        };
        for scene in scenes(KINDS, refusing) {
            scene.write(&[]);
            scene.run(&[]).ends_with(1);
            assert_eq!(
                done(&scene),
                Vec::<Value>::new(),
                "{} {has_app}",
                scene.kind
            );
            let ran = scene.restore();
            assert!(!ran.told.contains("waiting"), "{}", ran.told);
        }
    }
}

#[test]
fn an_app_that_another_one_brought_meanwhile_keeps_what_it_holds() {
    for scene in scenes(KINDS, with_app) {
        scene.write(&[]);
        let before = scene.tenant.picture();
        // It is there, and the first look does not show it.
        scene.tenant.change(|state| {
            state.lagging.insert(CLIENT.to_owned(), 1);
        });
        scene.run(&[]).ends_with(0).tells("was there already");
        assert_ne!(scene.tenant.picture(), before);
        scene.restore().tells("as recorded");
        assert_eq!(scene.tenant.picture(), before, "{}", scene.kind);
    }
}

#[test]
fn what_a_user_grants_while_a_script_runs_stays() {
    for scene in scenes(KINDS, with_app) {
        export(&scene);
        scene.write(&["--existing", "grants.json", "--prune"]);
        // The list of grants was read before.
        scene.tenant.change(|state| {
            state.meanwhile = Some(|state| {
                let of_user = |it: &&mut Value| it["principalId"] == USERS[2];
                let grant = state.grants.iter_mut().find(of_user).unwrap();
                grant["scope"] =
                    format!("{} Calendars.Read", grant["scope"].as_str().unwrap()).into();
            });
        });
        scene.run(&[]).ends_with(0);
        let after = scene.tenant.picture();
        let kept = format!(
            "grant \"{CLIENT}\" \"{GRAPH}\" \"Principal\" \"{}\" Calendars.Read openid",
            USERS[2]
        );
        assert!(after.contains(&kept), "{}: {after:#?}", scene.kind);
    }
}
