//! `graphgrant consent url`.

use crate::consent::{app, example};
use crate::run::{Place, run, run_at};

const URL: [&str; 6] = [
    "consent",
    "url",
    "--redirect-uri",
    "https://desk.litware.example/consented",
    "--state",
    "a b&c",
];

#[test]
fn urls_name_delegated_scopes_and_take_app_roles_by_default() {
    let outcome = run_at(&example(), &URL).ends_with(0);
    let lines: Vec<&str> = outcome.out.lines().collect();
    assert_eq!(lines.len(), 3, "{}", outcome.out);
    let start = "https://login.microsoftonline.com/2f6b8c1d-9e0a-4b7c-8d5e-6f7a8b9c0d1e/v2.0/adminconsent?client_id=7d2c9b1e-3f4a-4c5d-8e6f-0a1b2c3d4e5f&scope=";
    let end = "&redirect_uri=https%3A%2F%2Fdesk.litware.example%2Fconsented&state=a%20b%26c";
    for line in &lines {
        assert!(line.starts_with(start) && line.ends_with(end), "{line}");
    }
    let scope = |at: usize| {
        lines[at]
            .strip_prefix(start)
            .unwrap()
            .strip_suffix(end)
            .unwrap()
    };
    assert!(scope(0).contains("%20https%3A%2F%2Fgraph.microsoft.com%2FUser.Read"));
    assert!(scope(0).contains("%20openid%20") && !scope(0).contains("Mail.Send"));
    assert_eq!(scope(1), "https%3A%2F%2Fgraph.microsoft.com%2FMail.Send");
    assert_eq!(scope(2), "https%3A%2F%2Fgraph.microsoft.com%2F.default");
    // The base asks for what only an admin grants.
    let free = "line 2 needs no admin where the tenant lets users consent";
    assert!(outcome.err.contains(free), "{}", outcome.err);
    assert!(!outcome.err.contains("line 1 needs"), "{}", outcome.err);
    let delegated = run_at(&example(), &[&URL[..], &["--access", "delegated"]].concat());
    assert!(!delegated.ends_with(0).out.contains(".default"));
}

#[test]
fn the_older_endpoint_takes_no_scope() {
    let outcome = run_at(&example(), &[&URL[..], &["--endpoint", "v1"]].concat()).ends_with(0);
    assert_eq!(outcome.out.lines().count(), 1);
    assert!(
        outcome.out.contains("/adminconsent?client_id="),
        "{}",
        outcome.out
    );
    assert!(
        !outcome.out.contains("v2.0") && !outcome.out.contains("scope="),
        "{}",
        outcome.out
    );
}

#[test]
fn clouds_change_both_hosts() {
    for (cloud, login, graph) in [
        ("global", "login.microsoftonline.com", "graph.microsoft.com"),
        ("usgov", "login.microsoftonline.us", "graph.microsoft.us"),
        (
            "usgov-dod",
            "login.microsoftonline.us",
            "dod-graph.microsoft.us",
        ),
        (
            "china",
            "login.partner.microsoftonline.cn",
            "microsoftgraph.chinacloudapi.cn",
        ),
    ] {
        let outcome = run_at(&example(), &[&URL[..], &["--cloud", cloud]].concat()).ends_with(0);
        for line in outcome.out.lines() {
            assert!(line.starts_with(&format!("https://{login}/")), "{line}");
            assert!(
                line.contains(&format!("https%3A%2F%2F{graph}%2F")),
                "{line}"
            );
        }
    }
}

#[test]
fn the_tenant_is_that_of_the_admin_where_an_app_takes_several() {
    let manifest = "app: {name: x, clientId: 7d2c9b1e-3f4a-4c5d-8e6f-0a1b2c3d4e5f, tenant: litware.example, audience: AzureADMultipleOrgs}\naccess: delegated\noperations: [GET /me]\n";
    let place = Place::new().with("graphgrant.yaml", manifest);
    let with = |arguments: &[&str]| place.run(&[&URL[..], arguments].concat()).ends_with(0).out;
    assert!(with(&[]).contains(".com/organizations/v2.0/"));
    assert!(with(&["--endpoint", "v1"]).contains(".com/common/adminconsent"));
    assert!(with(&["--tenant", "fabrikam.example"]).contains(".com/fabrikam.example/v2.0/"));
    for (tenant, endpoint) in [
        ("a/b?c=d&client_id=evil", "v2"),
        ("common", "v2"),
        ("organizations", "v1"),
        ("consumers", "v2"),
        ("", "v2"),
    ] {
        let arguments = ["--endpoint", endpoint, "--tenant", tenant];
        let refused = place.run(&[&URL[..], &arguments].concat()).ends_with(2);
        assert!(refused.err.contains("is no tenant"), "{}", refused.err);
        assert_eq!(refused.out, "");
    }
}

#[test]
fn what_is_not_known_cannot_be_run_by_accident() {
    let all = "app: {clientId: 7d2c9b1e-3f4a-4c5d-8e6f-0a1b2c3d4e5f, tenant: litware.example}\naccess: delegated\noperations: [GET /me]\n";
    let without = |part: &str| all.replace(part, "");
    for (manifest, redirect, placeholder, told) in [
        (
            without("clientId: 7d2c9b1e-3f4a-4c5d-8e6f-0a1b2c3d4e5f, "),
            Some("https://a.example/x"),
            "client_id=<client-id>",
            "clientId",
        ),
        (
            without(", tenant: litware.example"),
            Some("https://a.example/x"),
            "/<tenant>/",
            "--tenant",
        ),
        (
            all.to_owned(),
            None,
            "redirect_uri=<redirect-uri>",
            "--redirect-uri",
        ),
    ] {
        let place = Place::new().with("graphgrant.yaml", &manifest);
        let mut arguments = vec!["consent", "url"];
        arguments.extend(redirect.iter().flat_map(|uri| ["--redirect-uri", uri]));
        // A pipeline must not take it for a link.
        let outcome = place.run(&arguments).ends_with(1);
        for part in [
            placeholder,
            "https://<incomplete>.login.microsoftonline.com/",
        ] {
            assert!(outcome.out.contains(part), "{}", outcome.out);
        }
        // A browser escapes angle brackets in a path and in a query, and refuses them in a host.
        assert!(
            reqwest::Url::parse(outcome.out.trim()).is_err(),
            "{}",
            outcome.out
        );
        assert!(
            outcome.err.contains("no browser opens this"),
            "{}",
            outcome.err
        );
        assert!(outcome.err.contains(told), "{}", outcome.err);
    }
    let place = Place::new().with("graphgrant.yaml", all);
    let whole = place.run(&URL).ends_with(0);
    reqwest::Url::parse(whole.out.trim()).unwrap();
}

#[test]
fn a_state_is_random_unless_it_is_given() {
    let state = || {
        let outcome = run(&["consent", "url", "-e", "GET /me", "--access", "delegated"]);
        let url = outcome.ends_with(1).out;
        url.trim().rsplit("&state=").next().unwrap().to_owned()
    };
    let (first, second) = (state(), state());
    assert_ne!(first, second);
    assert_eq!(first.len(), 32);
    assert!(first.chars().all(|c| c.is_ascii_hexdigit()));
}

#[test]
fn a_redirect_uri_that_cannot_be_one_is_refused() {
    for uri in [
        "app.example.com",
        "http://app.example.com",
        "javascript:alert(1)",
    ] {
        let arguments = ["consent", "url", "-e", "GET /me", "--redirect-uri", uri];
        run(&arguments).ends_with(2);
    }
}

#[test]
fn personal_accounts_have_no_admin() {
    let manifest = "app: {audience: PersonalMicrosoftAccount}\naccess: delegated\noperations: [GET /me/messages]\n";
    let place = Place::new().with("graphgrant.yaml", manifest);
    let url = place.run(&["consent", "url"]).ends_with(0);
    assert_eq!(url.out, "");
    assert!(url.err.contains("no admin"), "{}", url.err);
    let outcome = place
        .run(&["consent", "show", "--format", "json"])
        .ends_with(0);
    let letter = place.run(&["consent", "letter"]).ends_with(0).out;
    assert!(
        letter.contains("Let people consent when they sign in"),
        "{letter}"
    );
    assert!(
        !letter.contains("Administrator") && !letter.contains("consent url"),
        "{letter}"
    );
    let app = app(&outcome);
    assert_eq!(app["whole"][0]["who"]["who"], "users");
    assert_eq!(app["cautions"][0]["caution"], "personal-accounts");
}
