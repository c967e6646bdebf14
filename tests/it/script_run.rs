//! The scripts of `consent script`, run against a stand-in of a tenant: what is granted afterwards, what a
//! second run changes, and what going back leaves.

use std::fs;

use serde_json::Value;

use crate::scene::{KINDS, MANIFEST, export, scene, scenes, with_app};
use crate::tenant::{APP, CLIENT, GRAPH, State, USERS};

/// The line of the tenant-wide grant, in a picture.
fn wide(scopes: &[&str]) -> String {
    let mut scopes = scopes.to_vec();
    scopes.sort_unstable();
    format!(
        "grant \"{CLIENT}\" \"{GRAPH}\" \"AllPrincipals\" null {}",
        scopes.join(" ")
    )
}

fn role(id: &str) -> String {
    format!("role \"{CLIENT}\" \"{GRAPH}\" \"{id}\"")
}

#[test]
fn an_app_that_the_tenant_does_not_have_gets_what_it_needs_and_is_gone_after_going_back() {
    for scene in scenes(KINDS, |state| state) {
        scene.write(&[]);
        let before = scene.tenant.picture();
        scene
            .run(&["preview"])
            .ends_with(0)
            .tells("nothing was changed");
        assert_eq!(scene.tenant.writes(), Vec::<String>::new());
        scene
            .run(&[])
            .ends_with(0)
            .tells("what is needed is granted");
        let scopes = scene.needed("Scope");
        let scopes: Vec<&str> = scopes.iter().map(|(name, _)| name.as_str()).collect();
        let mut expected = before.clone();
        expected.push(wide(&scopes));
        expected.extend(scene.needed("Role").iter().map(|(_, id)| role(id)));
        expected.push(format!("principal \"{APP}\""));
        expected.sort();
        assert_eq!(scene.tenant.picture(), expected, "{}", scene.kind);
        scene.tenant.writes();
        scene.run(&["apply"]).ends_with(0).tells("nothing to do");
        assert_eq!(scene.tenant.writes(), Vec::<String>::new());
        let states = scene.states();
        assert_eq!(states.len(), 1, "{states:?}");
        scene
            .run(&["restore", &states[0]])
            .ends_with(0)
            .tells("as recorded");
        assert_eq!(scene.tenant.picture(), before, "{}", scene.kind);
        scene.run(&["restore", &states[0]]).ends_with(0);
        assert_eq!(scene.tenant.picture(), before, "{}", scene.kind);
    }
}

#[test]
fn what_is_granted_already_and_to_others_stays() {
    for scene in scenes(KINDS, with_app) {
        scene.write(&[]);
        let before = scene.tenant.picture();
        scene.run(&[]).ends_with(0);
        let old = wide(&["User.Read", "Mail.ReadWrite", "Files.Read.All", "openid"]);
        let mut scopes = vec!["User.Read", "Mail.ReadWrite", "Files.Read.All", "openid"];
        let needed = scene.needed("Scope");
        scopes.extend(needed.iter().map(|(name, _)| name.as_str()));
        scopes.sort_unstable();
        scopes.dedup();
        let mut expected: Vec<String> = before.iter().filter(|it| **it != old).cloned().collect();
        expected.push(wide(&scopes));
        expected.extend(scene.needed("Role").iter().map(|(_, id)| role(id)));
        expected.sort();
        assert_eq!(scene.tenant.picture(), expected, "{}", scene.kind);
        assert!(
            scene
                .tenant
                .writes()
                .iter()
                .all(|it| !it.starts_with("DELETE"))
        );
        scene.run(&[]).ends_with(0);
        assert_eq!(scene.tenant.writes(), Vec::<String>::new());
        scene.restore();
        assert_eq!(scene.tenant.picture(), before, "{}", scene.kind);
    }
}

#[test]
fn shrinking_leaves_what_is_needed_and_going_back_brings_the_rest() {
    for scene in scenes(KINDS, with_app) {
        export(&scene);
        scene.write(&["--existing", "grants.json", "--prune"]);
        let before = scene.tenant.picture();
        scene.run(&[]).ends_with(0).tells("revoke");
        let needed = scene.needed("Scope");
        let mut scopes: Vec<&str> = needed.iter().map(|(name, _)| name.as_str()).collect();
        // For signing in.
        scopes.extend(["User.Read", "openid"]);
        scopes.sort_unstable();
        scopes.dedup();
        let is_own = |it: &&String| it.contains(&format!("\"{CLIENT}\" \"{GRAPH}\""));
        let mut expected: Vec<String> = before.iter().filter(|it| !is_own(it)).cloned().collect();
        expected.push(wide(&scopes));
        expected.extend(scene.needed("Role").iter().map(|(_, id)| role(id)));
        expected.extend(
            USERS.map(|user| {
                format!("grant \"{CLIENT}\" \"{GRAPH}\" \"Principal\" \"{user}\" openid")
            }),
        );
        expected.sort();
        assert_eq!(scene.tenant.picture(), expected, "{}", scene.kind);
        scene.tenant.writes();
        scene.run(&[]).ends_with(0);
        assert_eq!(scene.tenant.writes(), Vec::<String>::new());
        scene.restore();
        assert_eq!(scene.tenant.picture(), before, "{}", scene.kind);
    }
}

#[test]
fn a_state_file_is_an_export_that_shrinking_can_start_from() {
    let Some(scene) = scene("rest", with_app) else {
        return;
    };
    scene.write(&[]);
    scene.run(&[]).ends_with(0);
    let state = scene.states().remove(0);
    let arguments = ["consent", "script", "rest", "--existing", &state, "--prune"];
    let script = scene.place.run(&arguments).ends_with(0);
    assert!(
        script.out.contains("- Files.Read.All: goes"),
        "{}",
        script.out
    );
}

#[test]
fn what_others_changed_since_is_not_undone_in_silence() {
    let Some(scene) = scene("rest", with_app) else {
        return;
    };
    scene.write(&[]);
    let before = scene.tenant.picture();
    scene.run(&[]).ends_with(0);
    scene.tenant.change(|state| {
        let is_wide = |it: &&mut Value| {
            it["clientId"] == CLIENT && it["resourceId"] == GRAPH && it["principalId"].is_null()
        };
        let grant = state.grants.iter_mut().find(is_wide).unwrap();
        grant["scope"] = format!("{} Mail.Send", grant["scope"].as_str().unwrap()).into();
    });
    let after = scene.tenant.picture();
    let state = scene.states().remove(0);
    let ran = scene.run(&["restore", &state]).ends_with(1);
    let ran = ran.tells("Mail.Send was granted since");
    assert!(!ran.told.contains("waiting"), "{}", ran.told);
    assert_eq!(scene.tenant.picture(), after);
    scene.run(&["restore", &state, "force"]).ends_with(0);
    assert_eq!(scene.tenant.picture(), before);
}

#[test]
fn what_a_user_took_back_since_is_not_given_again_in_silence() {
    let Some(scene) = scene("rest", with_app) else {
        return;
    };
    export(&scene);
    scene.write(&["--existing", "grants.json", "--prune"]);
    scene.run(&[]).ends_with(0);
    scene.tenant.change(|state| {
        state.grants.retain(|it| it["principalId"] != USERS[0]);
    });
    let after = scene.tenant.picture();
    let state = scene.states().remove(0);
    scene.run(&["restore", &state]).ends_with(1).tells(&format!(
        "the grant for the user {} was revoked since",
        USERS[0]
    ));
    assert_eq!(scene.tenant.picture(), after);
}

#[test]
fn a_refusal_names_the_role_and_does_not_act_on_the_terminal() {
    for scene in scenes(KINDS, |state| State {
        forbids: true,
        ..with_app(state)
    }) {
        scene.write(&[]);
        let ran = scene
            .run(&[])
            .ends_with(1)
            .tells("Privileged Role Administrator");
        assert!(!ran.told.contains('\u{1b}'), "{}", ran.told);
    }
}

#[test]
fn another_tenant_or_one_without_the_permission_is_left_alone() {
    for scene in scenes(KINDS, with_app) {
        let manifest = MANIFEST.replace("contoso.onmicrosoft.com", "fabrikam.example");
        fs::write(scene.place.path().join("graphgrant.yaml"), manifest).unwrap();
        scene.write(&[]);
        scene.run(&[]).ends_with(1).tells("not to fabrikam.example");
        assert_eq!(scene.tenant.writes(), Vec::<String>::new());
    }
    let Some(scene) = scene("rest", with_app) else {
        return;
    };
    scene.tenant.change(|state| state.offers[1].clear());
    scene.write(&[]);
    scene
        .run(&[])
        .ends_with(1)
        .tells("does not offer")
        .tells("nothing was changed");
    assert_eq!(scene.tenant.writes(), Vec::<String>::new());
}

#[test]
fn placeholders_do_not_run() {
    for (missing, told) in [("clientId:", "client_id"), ("tenant:", "tenant")] {
        for scene in scenes(KINDS, with_app) {
            let lines = MANIFEST.lines().filter(|line| !line.contains(missing));
            let manifest = lines.collect::<Vec<_>>().join("\n");
            fs::write(scene.place.path().join("graphgrant.yaml"), manifest).unwrap();
            scene.write(&[]);
            let asked = scene.tenant.change(|state| state.requests);
            scene.run(&[]).ends_with(1).tells(told);
            assert_eq!(scene.tenant.change(|state| state.requests), asked);
        }
    }
}

#[test]
fn parts_are_run_one_after_the_other_and_add_up() {
    let Some(scene) = scene("rest", with_app) else {
        return;
    };
    let written = scene
        .place
        .run(&["consent", "script", "rest", "--split", "-o", "parts/"]);
    written.ends_with(0);
    let root = scene.place.path().join("parts");
    let mut folders: Vec<String> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    folders.sort();
    assert_eq!(
        folders,
        ["1-delegated", "2-delegated-profile-1", "3-application"]
    );
    for folder in &folders {
        let script = format!("parts/{folder}/grant.sh");
        scene.lead(&script);
        scene.run_script(&script, &[]).ends_with(0);
    }
    scene.write(&[]);
    scene.run(&[]).ends_with(0).tells("nothing to do");
}
