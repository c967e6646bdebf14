//! Plans that an expert can check by hand.

use graphgrant::catalog::model::Access;
use graphgrant::catalog::overlay::RouteKind;
use graphgrant::manifest::model::{App, Audience, ExtraPermission, Profile, Route, SignIn};
use graphgrant::plan::model::{AppPlan, Goal, Plan, Status};
use graphgrant::plan::{Options, RequestMistake, plan};
use graphgrant::requirement::{Requirement, Set, Verdict};
use graphgrant::source::{Span, Spanned};

use crate::world::{app, bare, chosen, id, names, planned, wants, with_goal, world};

fn written<T>(value: T) -> Spanned<T> {
    Spanned::new(value, Span::new(3, 9))
}

fn set(names: &[&str]) -> Set {
    names.iter().map(|name| id(name)).collect()
}

fn needs(request: &str, sets: &[&[&str]]) -> Requirement {
    let mut requirement = wants("GET /me");
    request.clone_into(&mut requirement.request);
    requirement.delegated.alternatives = sets.iter().map(|names| set(names)).collect();
    requirement.delegated.preferred = requirement.delegated.alternatives.clone();
    requirement.delegated.admissible = requirement.delegated.alternatives.clone();
    requirement.application = bare(Verdict::Excluded);
    requirement
}

fn of(app: &App, requirements: Vec<Requirement>) -> AppPlan {
    plan(&world().catalog, app, requirements, &Options::default()).unwrap()
}

fn texts(plan: &Plan) -> String {
    let notes: Vec<_> = plan.notes.iter().map(|note| note.text.as_str()).collect();
    notes.join("\n")
}

fn extra(name: &str, access: Option<Vec<Access>>) -> ExtraPermission {
    ExtraPermission {
        span: Span::default(),
        name: written(name.to_owned()),
        access,
        reason: Some(written("the phone needs it".to_owned())),
    }
}

fn with_profile(mut requirement: Requirement, name: &str) -> Requirement {
    requirement.profile = Some(name.to_owned());
    requirement
}

fn with_profiles(names: &[&str]) -> App {
    let mut app = app();
    app.profiles = names
        .iter()
        .map(|name| Profile {
            name: written((*name).to_owned()),
            reason: None,
        })
        .collect();
    app
}

fn routed(request: &str, via: RouteKind) -> (App, Requirement) {
    let mut app = app();
    app.routes = vec![Route {
        span: Span::default(),
        via: written(via),
        operations: Vec::new(),
        reason: None,
    }];
    let mut requirement = wants(request);
    requirement.route = Some(0);
    (app, requirement)
}

#[test]
fn reading_oneself_stays_what_it_is_beside_reading_everybody() {
    let plan = planned(
        vec![wants("GET /me"), wants("GET /users/{id}")],
        Goal::Documented,
    );
    assert!(chosen(&plan.delegated).contains(&"User.Read"));
    assert_eq!(
        names(plan.delegated.chosen[0].as_ref().unwrap()),
        ["User.Read"]
    );
}

#[test]
fn the_application_plan_is_partial_where_only_users_may_call() {
    let plan = planned(vec![wants("GET /me")], Goal::Documented);
    assert_eq!(plan.delegated.status, Status::Complete);
    assert_eq!(plan.application.status, Status::Partial);
    assert!(plan.application.permissions.is_empty());
}

#[test]
fn what_is_unknown_spoils_nothing_else() {
    let mut unknown = wants("GET /me");
    unknown.request = "GET /me/unheard-of".to_owned();
    unknown.delegated = bare(Verdict::Unknown);
    let plan = planned(vec![unknown, wants("GET /me/messages")], Goal::Documented);
    assert_eq!(plan.delegated.status, Status::Partial);
    assert_eq!(plan.delegated.chosen[0], None);
    assert!(plan.delegated.chosen[1].is_some());
}

#[test]
fn an_access_that_nobody_wants_is_excluded() {
    let mut app = app();
    app.access = vec![Access::Application];
    let mut requirement = wants("GET /users/{id}");
    requirement.delegated = bare(Verdict::Excluded);
    requirement.personal = bare(Verdict::Excluded);
    assert_eq!(
        of(&app, vec![requirement]).delegated.status,
        Status::Excluded
    );

    let only = Options {
        access: Some(Access::Delegated),
        ..Options::default()
    };
    let requirements = vec![wants("GET /users/{id}")];
    let plan = plan(&world().catalog, &self::app(), requirements, &only).unwrap();
    assert_eq!(plan.application.status, Status::Excluded);
    assert_eq!(plan.delegated.status, Status::Complete);
}

#[test]
fn a_profile_adds_to_the_base_and_knows_no_other_profile() {
    let app = with_profiles(&["mail", "outbox"]);
    let requirements = vec![
        needs("GET /base", &[&["User.Read"]]),
        with_profile(needs("GET /one", &[&["Mail.Read"], &["User.Read"]]), "mail"),
        with_profile(needs("GET /two", &[&["Mail.Send"]]), "mail"),
        with_profile(needs("GET /three", &[&["Mail.Send"]]), "outbox"),
    ];
    let plan = of(&app, requirements.clone());
    assert_eq!(chosen(&plan.delegated), ["Mail.Send", "User.Read"]);
    let [send, read] = plan.delegated.permissions.as_slice() else {
        panic!("two permissions");
    };
    assert_eq!(send.profile.as_deref(), Some("mail"));
    assert_eq!(send.other_profiles, ["outbox"]);
    assert_eq!(
        (read.profile.as_deref(), &read.operations),
        (None, &vec![0, 1])
    );

    let base = Options {
        profiles: Some(Vec::new()),
        ..Options::default()
    };
    let plan = graphgrant::plan::plan(&world().catalog, &app, requirements, &base).unwrap();
    assert_eq!(chosen(&plan.delegated), ["User.Read"]);
    assert_eq!(plan.delegated.status, Status::Complete);
}

#[test]
fn app_only_access_has_no_increments() {
    let app = with_profiles(&["mail"]);
    let requirement = with_profile(wants("GET /users/{id}"), "mail");
    let plan = of(&app, vec![requirement]);
    assert_eq!(
        plan.delegated.permissions[0].profile.as_deref(),
        Some("mail")
    );
    assert_eq!(plan.application.permissions[0].profile, None);
}

#[test]
fn an_unknown_profile_is_told_with_the_nearest() {
    let options = Options {
        profiles: Some(vec!["mial".to_owned()]),
        ..Options::default()
    };
    let app = with_profiles(&["mail"]);
    let error = plan(&world().catalog, &app, Vec::new(), &options).unwrap_err();
    let [RequestMistake::UnknownProfile { name, help }] = error.mistakes.as_slice() else {
        panic!("an unknown profile");
    };
    assert_eq!(
        (name.as_str(), help.as_str()),
        ("mial", "did you mean `mail`?")
    );
}

#[test]
fn one_list_of_scopes_serves_work_and_personal_accounts() {
    let mut app = app();
    app.audience = Some(written(Audience::AllAccounts));
    let mut requirement = needs("GET /both", &[&["User.ReadBasic.All"]]);
    requirement.personal.alternatives = vec![set(&["User.Read"])];
    requirement.personal.preferred = requirement.personal.alternatives.clone();
    requirement.personal.admissible = requirement.personal.alternatives.clone();
    let mut work_only = needs("GET /work", &[&["User.ReadBasic.All"]]);
    work_only.personal = bare(Verdict::Unsupported);

    let plan = of(&app, vec![requirement.clone()]).delegated;
    assert_eq!(chosen(&plan), ["User.Read", "User.ReadBasic.All"]);
    assert_eq!(plan.status, Status::Complete);
    assert_eq!(
        names(plan.chosen[0].as_ref().unwrap()),
        ["User.ReadBasic.All"]
    );
    assert_eq!(
        names(plan.chosen_personal[0].as_ref().unwrap()),
        ["User.Read"]
    );

    let plan = of(&app, vec![requirement.clone(), work_only]).delegated;
    assert_eq!(plan.status, Status::Partial);
    assert!(texts(&plan).contains("`GET /work` does not work for personal accounts"));

    app.audience = Some(written(Audience::Personal));
    let plan = of(&app, vec![requirement]).delegated;
    assert_eq!(chosen(&plan), ["User.Read"]);
    assert_eq!(plan.chosen, plan.chosen_personal);
}

#[test]
fn no_admin_avoids_the_admin_or_names_what_forces_it() {
    let mut free = needs("GET /free", &[&["User.Read.All"], &["User.ReadBasic.All"]]);
    free.delegated.preferred = vec![set(&["User.Read.All"])];
    free.delegated.admissible = free.delegated.preferred.clone();
    let plan = planned(vec![free.clone()], Goal::NoAdmin).delegated;
    assert_eq!(chosen(&plan), ["User.ReadBasic.All"]);
    assert!(!plan.admin_needed && plan.admin_forced_by.is_empty());

    let forced = needs("GET /forced", &[&["Directory.Read.All"]]);
    let plan = planned(vec![free, forced], Goal::NoAdmin).delegated;
    assert_eq!(plan.admin_forced_by, [1]);
    assert_eq!(chosen(&plan), ["Directory.Read.All", "User.Read.All"]);
    assert_eq!(plan.goal, Goal::NoAdmin);
}

#[test]
fn no_admin_changes_nothing_where_no_admin_is_needed() {
    let requirements = ["GET /me", "GET /users/{id}"].map(wants).to_vec();
    let documented = planned(requirements.clone(), Goal::Documented).delegated;
    let plan = planned(requirements, Goal::NoAdmin).delegated;
    assert_eq!(chosen(&plan), ["User.Read", "User.ReadBasic.All"]);
    assert_eq!(plan.permissions, documented.permissions);
}

#[test]
fn no_admin_leaves_alone_what_needs_none() {
    let mut read = needs("GET /read", &[&["Mail.Read"], &["Mail.ReadWrite"]]);
    read.delegated.preferred = vec![set(&["Mail.Read"])];
    let mut send = needs("GET /send", &[&["Mail.Send"], &["Mail.ReadWrite"]]);
    send.delegated.preferred = vec![set(&["Mail.Send"])];
    let mut all = needs("GET /all", &[&["User.Read.All"], &["User.ReadBasic.All"]]);
    all.delegated.preferred = vec![set(&["User.Read.All"])];
    all.delegated.admissible = all.delegated.preferred.clone();
    let plan = planned(vec![read, send, all], Goal::NoAdmin).delegated;
    assert_eq!(
        chosen(&plan),
        ["Mail.Read", "Mail.Send", "User.ReadBasic.All"]
    );
}

#[test]
fn what_is_merely_accepted_is_told() {
    let mut free = needs("GET /free", &[&["User.Read.All"], &["User.ReadBasic.All"]]);
    free.delegated.preferred = vec![set(&["User.Read.All"])];
    free.delegated.admissible = free.delegated.preferred.clone();
    let told = "`GET /free` is served by `User.ReadBasic.All`: upstream accepts that, but it does not contain the documented `User.Read.All`";
    for goal in [Goal::Fewest, Goal::NoAdmin] {
        let plan = planned(vec![free.clone()], Goal::Documented).delegated;
        assert_eq!(texts(&plan), "");
        free.delegated.alternatives = vec![set(&["User.ReadBasic.All"])];
        let plan = planned(vec![free.clone()], goal).delegated;
        assert!(texts(&plan).contains(told), "{}", texts(&plan));
        free.delegated.alternatives.push(set(&["User.Read.All"]));
    }

    // A documented set that nobody can ask for.
    free.delegated.preferred = vec![set(&["ChannelMessage.Read.Group"])];
    free.delegated.admissible = free.delegated.preferred.clone();
    let plan = planned(vec![free], Goal::Documented).delegated;
    assert!(texts(&plan).contains("the documented `ChannelMessage.Read.Group`"));
}

#[test]
fn exchange_gives_mailboxes_without_a_grant() {
    let (app, requirement) = routed("GET /users/{id}/messages", RouteKind::ExchangeRbac);
    let plan = of(&app, vec![requirement]);
    assert!(plan.application.permissions.is_empty());
    assert_eq!(plan.application.chosen[0], Some(Set::new()));
    assert_eq!(plan.application.status, Status::Complete);
    let [route] = plan.application.routes.as_slice() else {
        panic!("one route");
    };
    assert_eq!(route.operations, [0]);
    assert!(!route.steps.is_empty() && route.grants.is_empty() && !route.replaces.is_empty());
    // The route knows no user: with one, the operation needs what it needs.
    assert!(plan.delegated.routes.is_empty());
    assert!(!plan.delegated.permissions.is_empty());
}

#[test]
fn selected_sites_need_their_own_permission_and_nothing_wide() {
    let (app, requirement) = routed("GET /sites/{id}/lists", RouteKind::SitesSelected);
    let plan = of(&app, vec![requirement]).application;
    assert_eq!(chosen(&plan), ["Sites.Selected"]);
    let [selected] = plan.permissions.as_slice() else {
        panic!("one permission");
    };
    assert_eq!(selected.asked_for.as_deref(), Some("route sites-selected"));
    assert_eq!((&selected.operations, selected.forced_by), (&vec![0], None));
}

#[test]
fn resource_specific_names_are_listed_and_not_asked_for() {
    let request = "GET /teams/{id}/channels/{id}/messages";
    let (app, requirement) = routed(request, RouteKind::Rsc);
    let plan = of(&app, vec![requirement]).application;
    assert!(plan.permissions.is_empty());
    assert_eq!(names(&plan.routes[0].grants), ["ChannelMessage.Read.Group"]);
}

#[test]
fn a_route_that_does_not_fit_is_told() {
    let (app, requirement) = routed("GET /devices", RouteKind::ExchangeRbac);
    let plan = of(&app, vec![requirement]).application;
    assert!(texts(&plan).contains("`GET /devices`: the route `exchange-rbac` is not known"));
}

#[test]
fn a_route_that_stands_for_nothing_takes_nothing() {
    let (app, requirement) = routed("GET /devices", RouteKind::ExchangeRbac);
    let without = planned(vec![wants("GET /devices")], Goal::Documented).application;
    let plan = of(&app, vec![requirement]).application;
    assert!(!plan.permissions.is_empty());
    assert_eq!(plan.permissions, without.permissions);
    assert_eq!(plan.chosen, without.chosen);
    assert!(plan.routes.is_empty());
}

#[test]
fn what_a_route_does_not_stand_for_stays() {
    let (app, mut requirement) = routed("GET /users/{id}/messages", RouteKind::ExchangeRbac);
    let both = [id("Mail.Read"), id("User.Read.All")];
    requirement.application.alternatives = vec![Set::from_slice(&both)];
    requirement.application.preferred = requirement.application.alternatives.clone();
    requirement.application.admissible = requirement.application.alternatives.clone();
    let plan = of(&app, vec![requirement.clone()]).application;
    assert_eq!(chosen(&plan), ["User.Read.All"]);
    assert_eq!(plan.permissions[0].forced_by, Some(0));
    assert_eq!(names(&plan.routes[0].replaces), ["Mail.Read"]);
    assert!(texts(&plan).contains("stands for a part of it only: `User.Read.All` stays"));

    // Half of a wide set that is accepted is no reason to ask for its other half.
    let need = &mut requirement.application;
    need.preferred = vec![set(&["Device.Read.All"])];
    need.admissible = need.preferred.clone();
    need.alternatives.push(set(&["Device.Read.All"]));
    let plan = of(&app, vec![requirement]).application;
    assert_eq!(chosen(&plan), ["Device.Read.All"]);
    assert!(plan.routes.is_empty());
}

#[test]
fn a_route_that_exists_for_some_accounts_takes_no_others() {
    let (mut app, mut requirement) = routed("GET /sites/{id}/lists", RouteKind::SitesSelected);
    app.audience = Some(written(Audience::AllAccounts));
    let personal = needs("GET /mine", &[&["Files.Read.All"]]).delegated;
    requirement.personal = personal;
    let plan = of(&app, vec![requirement.clone()]).delegated;
    assert_eq!(chosen(&plan), ["Files.Read.All", "Sites.Selected"]);
    assert_eq!(names(plan.chosen[0].as_ref().unwrap()), ["Sites.Selected"]);
    assert_eq!(
        names(plan.chosen_personal[0].as_ref().unwrap()),
        ["Files.Read.All"]
    );
    assert!(texts(&plan).contains("anything that it needs for personal accounts"));

    // The other way round: work accounts need what no site can give.
    requirement.delegated = needs("GET /other", &[&["Mail.Read"]]).delegated;
    let plan = of(&app, vec![requirement]).delegated;
    assert_eq!(chosen(&plan), ["Files.Read.All", "Mail.Read"]);
    assert!(plan.routes.is_empty());
}

#[test]
fn what_the_manifest_names_is_part_of_the_plan_and_serves() {
    let mut app = app();
    app.permissions = vec![
        extra("mail.readwrite", Some(vec![Access::Delegated])),
        extra("SMTP.Send", None),
    ];
    app.sign_in = vec![written(SignIn::Profile), written(SignIn::OpenId)];
    let requirement = needs("GET /mail", &[&["Mail.Read"], &["Mail.ReadWrite"]]);
    let plan = of(&app, vec![requirement]);
    assert_eq!(chosen(&plan.delegated), ["Mail.ReadWrite", "SMTP.Send"]);
    let mail = &plan.delegated.permissions[0];
    assert_eq!(mail.asked_for.as_deref(), Some("the phone needs it"));
    assert_eq!((&mail.operations, mail.forced_by), (&vec![0], None));
    assert_eq!(names(&plan.delegated.sign_in), ["openid", "profile"]);
    assert!(plan.application.sign_in.is_empty());
}

#[test]
fn all_wrong_names_are_told_at_their_place() {
    let mut app = app();
    app.permissions = vec![
        extra("Mail.Raed", None),
        extra("openid", None),
        extra("ChannelMessage.Read.Group", None),
        extra("SMTP.Send", Some(vec![Access::Application])),
    ];
    let error = plan(&world().catalog, &app, Vec::new(), &Options::default()).unwrap_err();
    let told: Vec<_> = error.mistakes.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "Microsoft Graph has no permission `Mail.Raed`",
            "`openid` is no permission that tenants grant",
            "`ChannelMessage.Read.Group` is no permission that tenants grant",
            "`SMTP.Send` is no application permission",
        ]
    );
    assert!(
        error
            .mistakes
            .iter()
            .all(|it| it.span() == Some(Span::new(3, 9)))
    );
}

#[test]
fn a_tie_is_decided_the_same_way_whatever_the_order() {
    let sets: [&[&str]; 2] = [&["Mail.Read"], &["Calendars.Read"]];
    let backwards: [&[&str]; 2] = [sets[1], sets[0]];
    let one = of(&app(), vec![needs("GET /tie", &sets)]).delegated;
    let two = of(&app(), vec![needs("GET /tie", &backwards)]).delegated;
    assert_eq!(one.permissions, two.permissions);
    assert_eq!(one.permissions.len(), 1);
}

#[test]
fn a_saving_is_told_and_not_taken() {
    let mut one = needs("GET /one", &[&["Mail.Read"], &["Mail.ReadWrite"]]);
    one.delegated.preferred = vec![set(&["Mail.Read"])];
    one.delegated.admissible = one.delegated.preferred.clone();
    let mut two = needs("GET /two", &[&["Mail.ReadBasic"], &["Mail.ReadWrite"]]);
    two.delegated.preferred = vec![set(&["Mail.ReadBasic"])];
    two.delegated.admissible = two.delegated.preferred.clone();
    let plan = planned(vec![one, two], Goal::Documented).delegated;
    assert_eq!(chosen(&plan), ["Mail.Read", "Mail.ReadBasic"]);
    let [saving] = plan.savings.as_slice() else {
        panic!("one saving");
    };
    assert_eq!(names(&saving.drops), ["Mail.Read", "Mail.ReadBasic"]);
    assert_eq!(names(&saving.adds), ["Mail.ReadWrite"]);
    assert!(saving.widens.writes > 0);
    assert_eq!(saving.unconfirmed, [0, 1]);
}

#[test]
fn a_write_forces_the_permission_to_write() {
    let requests = ["GET /me/messages/{id}", "PATCH /me/messages/{id}"];
    let plan = planned(requests.map(wants).to_vec(), Goal::Documented).delegated;
    let [write] = plan.permissions.as_slice() else {
        panic!("one permission");
    };
    assert_eq!(names([&write.permission]), ["Mail.ReadWrite"]);
    assert_eq!(
        (&write.lost_without, write.forced_by),
        (&vec![0, 1], Some(1))
    );
}

#[test]
fn what_nobody_can_ask_for_is_dropped_beside_what_contains_it() {
    let requests =
        ["GET", "POST"].map(|method| format!("{method} /copilot/admin/catalog/packages"));
    let requirements = requests.iter().map(|request| wants(request)).collect();
    let plan = planned(requirements, Goal::Documented).application;
    assert_eq!(chosen(&plan), ["CopilotPackages.ReadWrite.All"]);
}

#[test]
fn goals_of_app_only_access_know_no_admin() {
    let requirements = vec![wants("GET /users/{id}")];
    let plan = plan(
        &world().catalog,
        &app(),
        requirements,
        &with_goal(Goal::NoAdmin),
    )
    .unwrap();
    assert_eq!(plan.application.goal, Goal::Documented);
    assert!(plan.application.admin_needed);
}
