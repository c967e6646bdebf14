//! Going back with the scripts of `consent script`, while the tenant does not show yet what was changed.

use std::fs;

use serde_json::Value;

use crate::script_run::{KINDS, Scene, can_run, make_executable, scene, with_app};
use crate::tenant::CLIENT;

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
    if !can_run() {
        return;
    }
    for kind in KINDS {
        let scene = scene(kind, |state| state);
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
        assert_eq!(scene.tenant.picture(), before, "{kind}");
        // Once gone back, there is nothing to wait for.
        assert_eq!(done(&scene), Vec::<Value>::new());
        let again = scene.run(&["restore", &state]).ends_with(0);
        assert!(!again.told.contains("waiting"), "{}", again.told);
    }
}

#[test]
fn grants_that_do_not_show_yet_are_gone_back_from() {
    if !can_run() {
        return;
    }
    for kind in KINDS {
        let scene = scene(kind, with_app);
        scene.write(&[]);
        let before = scene.tenant.picture();
        let lists = lists(&scene);
        scene.run(&[]).ends_with(0);
        show_again(&scene, lists);
        scene
            .run(&["restore", &scene.states()[0]])
            .ends_with(0)
            .tells("waiting until");
        assert_eq!(scene.tenant.picture(), before, "{kind}");
    }
}

#[test]
fn what_a_run_that_was_broken_off_may_have_done_is_gone_back_from() {
    if !can_run() {
        return;
    }
    let scene = scene("rest", with_app);
    scene.write(&[]);
    let before = scene.tenant.picture();
    let lists = lists(&scene);
    // The change is made, and its answer is lost.
    let curl = scene.place.path().join("bin/curl");
    let text = "#!/bin/bash\n/usr/bin/curl \"$@\" || exit\ncase \"$*\" in *'request PATCH'*) exit 56 ;; esac\n";
    fs::write(&curl, text).unwrap();
    make_executable(&curl);
    scene.run(&[]).ends_with(1).tells("cannot be reached");
    fs::remove_file(curl).unwrap();
    assert_ne!(scene.tenant.picture(), before);
    assert_eq!(done(&scene)[0]["kind"], "change");
    show_again(&scene, lists);
    scene
        .run(&["restore", &scene.states()[0]])
        .ends_with(0)
        .tells("waiting until");
    assert_eq!(scene.tenant.picture(), before);
}

#[test]
fn what_was_refused_is_not_waited_for() {
    if !can_run() {
        return;
    }
    for kind in KINDS {
        for has_app in [true, false] {
            let scene = scene(kind, |mut state| {
                state.forbids = true;
                if has_app { with_app(state) } else { state }
            });
            scene.write(&[]);
            scene.run(&[]).ends_with(1);
            assert_eq!(done(&scene), Vec::<Value>::new(), "{kind} {has_app}");
            let ran = scene.run(&["restore", &scene.states()[0]]).ends_with(0);
            assert!(!ran.told.contains("waiting"), "{}", ran.told);
        }
    }
}

#[test]
fn an_app_that_another_one_brought_meanwhile_keeps_what_it_holds() {
    if !can_run() {
        return;
    }
    for kind in KINDS {
        let scene = scene(kind, with_app);
        scene.write(&[]);
        let before = scene.tenant.picture();
        // It is there, and the first look does not show it.
        scene.tenant.change(|state| {
            state.lagging.insert(CLIENT.to_owned(), 1);
        });
        scene.run(&[]).ends_with(0).tells("was there already");
        assert_ne!(scene.tenant.picture(), before);
        scene
            .run(&["restore", &scene.states()[0]])
            .ends_with(0)
            .tells("as recorded");
        assert_eq!(scene.tenant.picture(), before, "{kind}");
    }
}
