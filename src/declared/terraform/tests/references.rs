//! What refers to what, and what cannot be decided.

use super::*;

fn inline(body: &str) -> String {
    format!("resource \"azuread_application\" \"inline\" {{\n{body}\n}}\n")
}

fn required(accesses: &str) -> String {
    inline(&format!(
        "required_resource_access {{\nresource_app_id = \"00000003-0000-0000-c000-000000000000\"\n{accesses}\n}}"
    ))
}

fn assignment(body: &str) -> String {
    format!(
        "resource \"azuread_app_role_assignment\" \"a\" {{\n{body}\nresource_object_id = azuread_service_principal.msgraph.object_id\n}}\n"
    )
}

#[track_caller]
fn alone(text: &str, expected: &str) {
    assert_eq!(told(&document(text)), expected.trim_start());
}

#[test]
fn inline_lists_know_ids_names_and_types() {
    alone(
        &format!(
            "{GRAPH}{}",
            required(
                r#"
resource_access {
  id   = "df021288-bdef-4463-88db-98f22de89214"
  type = "Role"
}
resource_access {
  id   = azuread_service_principal.msgraph.oauth2_permission_scope_ids["User.Read"]
  type = "Scope"
}
resource_access {
  id   = "DF021288-BDEF-4463-88DB-98F22DE89214"
  type = "Scope"
}
resource_access {
  id   = azuread_service_principal.msgraph.app_role_ids["User.Read.All"]
  type = "Scope"
}
resource_access {
  id   = azuread_service_principal.msgraph.app_role_ids["User.Raed.All"]
  type = "Role"
}
resource_access {
  id   = "00000000-1111-2222-3333-444444444444"
  type = "role"
}
resource_access {
  id   = "User.Read"
  type = "Scope"
}
resource_access {
  type = "Scope"
}
resource_access {
  id   = azuread_service_principal.msgraph.app_role_ids["user.read.all"]
  type = "Role"
}"#
            )
        ),
        r#"
azuread_application.inline = resource "azuread_application" "inline" {
  declares application df021288-bdef-4463-88db-98f22de89214 [User.Read.All] at resource_access {
  declares delegated User.Read [User.Read] at resource_access {
  declares delegated DF021288-BDEF-4463-88DB-98F22DE89214 [User.Read.All but application] at resource_access {
  declares delegated User.Read.All [User.Read.All but application] at resource_access {
  declares application User.Raed.All [unknown, near User.Read.All] at resource_access {
  declares ?role 00000000-1111-2222-3333-444444444444 [unknown, near ] at resource_access {
  declares delegated User.Read [User.Read] at resource_access {
  declares application user.read.all [User.Read.All] at resource_access {
! a permission must be given by its id here, not by its name `User.Read` at "User.Read"
! `resource_access` needs `id` and `type` at r
! names are looked up as they are written, and it is not `user.read.all` at azuread_service_principal.msgraph.app_role_ids["user.read.all"]
"#,
    );
}

const RESOURCE: &str = "resource_object_id = azuread_service_principal.msgraph.object_id";

fn grant(role: &str, principal: &str) -> String {
    format!(
        "resource \"azuread_app_role_assignment\" \"a\" {{\napp_role_id = {role}\nprincipal_object_id = {principal}\n{RESOURCE}\n}}\n"
    )
}

const USERS: &str = "azuread_service_principal.msgraph.app_role_ids[\"User.Read.All\"]";

#[test]
fn grants_find_the_app_of_their_principal() {
    let granted = "App = resource \"azuread_application\" \"app\" {\n  grants application User.Read.All [User.Read.All] at resource \"azuread_app_role_assignment\" \"a\" {\n";
    for principal in [
        "azuread_service_principal.app.object_id",
        "azuread_service_principal.app.id",
        "azuread_service_principal.app[0].object_id",
        "\"${azuread_service_principal.app.object_id}\"",
        "local.principal",
    ] {
        case(
            &format!(
                "locals {{\nprincipal = azuread_service_principal.app.object_id\n}}\n{}",
                grant(USERS, principal)
            ),
            granted,
        );
    }
    // Version 2 of the provider called it so.
    let older = format!(
        "{GRAPH}{APP}{}",
        grant(USERS, "azuread_service_principal.app.object_id")
    )
    .replace("client_id", "application_id");
    assert_eq!(told(&document(&older)), granted);
    let only = "App = resource \"azuread_application\" \"app\" {\n";
    for people in ["azuread_group.x.object_id", "data.azuread_user.x.object_id"] {
        case(&grant(USERS, people), only);
    }
    case(
        &grant(
            "\"00000000-0000-0000-0000-000000000000\"",
            "azuread_service_principal.app.object_id",
        ),
        only,
    );
}

#[test]
fn others_get_a_registration_of_their_own() {
    let other = |name: &str, doubt: &str, at: &str| {
        format!(
            "App = resource \"azuread_application\" \"app\" {{\n{name} = resource \"azuread_app_role_assignment\" \"a\" {{\n  grants application User.Read.All [User.Read.All] at resource \"azuread_app_role_assignment\" \"a\" {{\n  ? {doubt} at {at}\n"
        )
    };
    case(
        &grant(USERS, "var.principal"),
        &other(
            "azuread_app_role_assignment.a",
            "the variable `principal`",
            "var.principal",
        ),
    );
    case(
        &grant(USERS, "module.app.object_id"),
        &other(
            "azuread_app_role_assignment.a",
            "the module `app`",
            "module.app.object_id",
        ),
    );
    let at = "azurerm_linux_web_app.web.identity[0].principal_id";
    case(
        &grant(USERS, at),
        &other(
            "azurerm_linux_web_app.web",
            "`azurerm_linux_web_app.web`, which is not in this file",
            at,
        ),
    );
    case(
        &format!(
            "data \"azuread_service_principal\" \"old\" {{\ndisplay_name = \"Old\"\n}}\n{}",
            grant(USERS, "data.azuread_service_principal.old.object_id")
        ),
        &other(
            "Old",
            "an app that is registered elsewhere",
            "data.azuread_service_principal.old.object_id",
        ),
    );
    case(
        &grant(USERS, "\"11111111-2222-3333-4444-555555555555\""),
        &other(
            "11111111-2222-3333-4444-555555555555",
            "someone who is told by an id alone",
            "\"11111111-2222-3333-4444-555555555555\"",
        ),
    );
    let identity = "resource \"azurerm_user_assigned_identity\" \"job\" {\n}\n";
    let told = other("azurerm_user_assigned_identity.job", "", "");
    let told = told.split("  ?").next().unwrap();
    case(
        &format!(
            "{identity}{}",
            grant(USERS, "azurerm_user_assigned_identity.job.principal_id")
        ),
        told,
    );
}

#[test]
fn an_app_of_a_data_source_is_registered_elsewhere() {
    let text = format!(
        "data \"azuread_application\" \"old\" {{\nclient_id = \"AAAAAAAA-0000-4000-8000-000000000001\"\n}}\ndata \"azuread_service_principal\" \"old\" {{\nclient_id = \"aaaaaaaa-0000-4000-8000-000000000001\"\n}}\n{}",
        grant(USERS, "data.azuread_service_principal.old.object_id")
    );
    let found = document(&format!("{GRAPH}{text}"));
    let old = &found.registrations[0];
    let id = old.client_id.as_ref().unwrap();
    assert_eq!(id.value, "aaaaaaaa-0000-4000-8000-000000000001");
    assert_eq!(
        old.name.as_ref().unwrap().value,
        "data.azuread_application.old"
    );
    assert_eq!(
        old.undecided[0].what,
        "`data.azuread_application.old`, which is registered elsewhere"
    );
    assert_eq!(old.entries.len(), 1);
}

#[test]
fn microsoft_graph_is_told_in_many_ways() {
    let principal = |block: &str| {
        format!(
            "{block}\n{APP}{}",
            grant(
                "data.azuread_service_principal.g.app_role_ids[\"User.Read.All\"]",
                "azuread_service_principal.app.object_id"
            )
            .replace(
                "azuread_service_principal.msgraph.object_id",
                "data.azuread_service_principal.g.object_id"
            )
        )
    };
    let known = |block: &str| {
        let document = document(&principal(block));
        document.registrations[0].entries[0].known.clone()
    };
    let is_known = |block: &str| matches!(known(block), Known::Permission(_));
    for inner in [
        "client_id = \"00000003-0000-0000-C000-000000000000\"",
        "application_id = \"00000003-0000-0000-c000-000000000000\"",
        "display_name = \"Microsoft Graph\"",
        "client_id = data.azuread_application_published_app_ids.x.result.MicrosoftGraph",
        "client_id = data.azuread_application_published_app_ids.x.result[\"MicrosoftGraph\"]",
        "client_id = local.graph",
        "client_id = local.apps.graph",
        "client_id = local.apps[\"graph\"]",
        "client_id = local.list[0]",
        "client_id = azuread_service_principal.other.client_id",
    ] {
        let block = format!(
            "locals {{\ngraph = \"00000003-0000-0000-c000-000000000000\"\napps = {{ graph = local.graph }}\nlist = [local.graph]\n}}\nresource \"azuread_service_principal\" \"other\" {{\nclient_id = local.graph\n}}\ndata \"azuread_service_principal\" \"g\" {{\n{inner}\n}}"
        );
        assert!(is_known(&block), "{inner}");
    }
    for inner in [
        "client_id = var.graph",
        "display_name = \"Contoso API\"",
        "object_id = \"11111111-2222-3333-4444-555555555555\"",
        "client_id = data.azuread_application_published_app_ids.x.result.Nothing",
        "client_id = data.azuread_service_principal.g.client_id",
        "client_id = local.none",
        "client_id = var.x ? \"00000003-0000-0000-c000-000000000000\" : \"x\"",
    ] {
        let block = format!("data \"azuread_service_principal\" \"g\" {{\n{inner}\n}}");
        assert_eq!(known(&block), Known::Undecided, "{inner}");
    }
    assert_eq!(known(""), Known::Undecided);
    let other = "data \"azuread_service_principal\" \"g\" {\nclient_id = \"00000003-0000-0ff1-ce00-000000000000\"\n}";
    assert_eq!(known(other), Known::OtherResource);
    let own = "data \"azuread_service_principal\" \"g\" {\nclient_id = azuread_application.app.client_id\n}";
    assert_eq!(known(own), Known::OtherResource);
}

/// What `role_ids` come to.
#[track_caller]
fn roles(before: &str, value: &str, expected: &str) {
    let text = format!(
        "{GRAPH}{before}\nresource \"azuread_application_registration\" \"app\" {{\ndisplay_name = \"App\"\n}}\nresource \"azuread_application_api_access\" \"g\" {{\napplication_id = azuread_application_registration.app.id\napi_client_id = azuread_service_principal.msgraph.client_id\nrole_ids = {value}\n}}\n"
    );
    let document = document(&text);
    let told = told(&document);
    let told: Vec<_> = told.lines().skip(1).map(str::trim).collect();
    assert_eq!(told.join("\n"), expected);
}

#[test]
fn lists_are_followed_to_where_names_stand() {
    let ids = "azuread_service_principal.msgraph.app_role_ids";
    let both = "declares application User.Read.All [User.Read.All] at \"User.Read.All\"\ndeclares application Mail.Read [Mail.Read] at \"Mail.Read\"";
    let names = "locals {\nnames = [\"User.Read.All\", \"Mail.Read\"]\nset = toset(local.names)\n}";
    roles(names, &format!("[for n in local.names : {ids}[n]]"), both);
    roles(names, &format!("[for n in local.set : {ids}[n]]"), both);
    roles(
        names,
        &format!("[for i, n in local.names : {ids}[n]]"),
        both,
    );
    roles(
        "locals {\nnames = { a = \"User.Read.All\" }\n}",
        &format!("[for k, v in local.names : {ids}[v]]"),
        "declares application User.Read.All [User.Read.All] at a = \"User.Read.All\"",
    );
    roles(
        "",
        &format!("concat([{ids}[\"User.Read.All\"]], [\"810c84a8-4a9e-49e6-bf7d-12d183f40d01\"])"),
        &format!(
            "declares application User.Read.All [User.Read.All] at {ids}[\"User.Read.All\"]\ndeclares application 810c84a8-4a9e-49e6-bf7d-12d183f40d01 [Mail.Read] at \"810c84a8-4a9e-49e6-bf7d-12d183f40d01\""
        ),
    );
    roles(
        "",
        "[azuread_service_principal.msgraph.oauth2_permission_scope_ids[\"User.Read\"]]",
        "declares application User.Read [User.Read but delegated] at azuread_service_principal.msgraph.oauth2_permission_scope_ids[\"User.Read\"]",
    );
    roles("", "null", "");
    roles("", "[]", "");
}

#[test]
fn what_reading_cannot_tell_is_undecided_at_its_place() {
    for (value, what) in [
        ("var.roles", "the variable `roles`"),
        ("module.x.roles", "the module `x`"),
        ("var.x ? [] : []", "a condition"),
        ("[for n in var.names : n]", "the variable `names`"),
        ("[for n in [\"a\"] : n if n != \"\"]", "a condition"),
        (
            "values(azuread_service_principal.msgraph.app_role_ids)",
            "the function `values`",
        ),
        ("local.none", "`local.none`, which is not in this file"),
        (
            "azuread_service_principal.msgraph.app_role_ids",
            "`azuread_service_principal.msgraph.app_role_ids`",
        ),
        ("azuread_x.y[*].id", "a splat"),
        ("local.circle", "names that lead in a circle"),
        ("count.index", "`count`"),
        ("each.value", "`for_each`"),
        ("\"%{ if var.x }a%{ endif }\"", "a template"),
    ] {
        roles(
            "locals {\ncircle = local.circle\n}",
            value,
            &format!("? {what} at {value}"),
        );
    }
    roles(
        "",
        "[azuread_service_principal.msgraph.app_role_ids[var.name]]",
        "declares application azuread_service_principal.msgraph.app_role_ids[var.name] [undecided] at azuread_service_principal.msgraph.app_role_ids[var.name]\n? the variable `name` at azuread_service_principal.msgraph.app_role_ids[var.name]",
    );
}

#[test]
fn for_each_over_names_that_are_written_out_is_followed() {
    let assignment = |each: &str, key: &str| {
        format!(
            "resource \"azuread_app_role_assignment\" \"a\" {{\nfor_each = {each}\napp_role_id = azuread_service_principal.msgraph.app_role_ids[{key}]\nprincipal_object_id = azuread_service_principal.app.object_id\n{RESOURCE}\n}}\n"
        )
    };
    let both = "App = resource \"azuread_application\" \"app\" {\n  grants application User.Read.All [User.Read.All] at \"User.Read.All\"\n  grants application Mail.Read [Mail.Read] at \"Mail.Read\"\n";
    for key in ["each.key", "each.value"] {
        case(
            &assignment("toset([\"User.Read.All\", \"Mail.Read\"])", key),
            both,
        );
    }
    case(
        &assignment("{ a = \"User.Read.All\", b = \"Mail.Read\" }", "each.value"),
        "App = resource \"azuread_application\" \"app\" {\n  grants application User.Read.All [User.Read.All] at a = \"User.Read.All\"\n  grants application Mail.Read [Mail.Read] at b = \"Mail.Read\"\n",
    );
    case(
        &assignment("{ a = { role = \"User.Read.All\" } }", "each.value.role"),
        "App = resource \"azuread_application\" \"app\" {\n  grants application User.Read.All [User.Read.All] at a = { role = \"User.Read.All\" }\n",
    );
    case(
        &assignment("toset(var.roles)", "each.value"),
        "App = resource \"azuread_application\" \"app\" {\n  grants application azuread_service_principal.msgraph.app_role_ids[each.value] [undecided] at resource \"azuread_app_role_assignment\" \"a\" {\n  ? `for_each` over the variable `roles` at for_each = toset(var.roles)\n  ? `for_each` at azuread_service_principal.msgraph.app_role_ids[each.value]\n",
    );
    case(
        &grant(USERS, "azuread_service_principal.app.object_id")
            .replace("{\napp", "{\ncount = var.n\napp"),
        "App = resource \"azuread_application\" \"app\" {\n  grants application User.Read.All [User.Read.All] at resource \"azuread_app_role_assignment\" \"a\" {\n  ? `count` at count = var.n\n",
    );
}

#[test]
fn dynamic_blocks_over_lists_that_are_written_out_are_followed() {
    let dynamic = |each: &str, iterator: &str, name: &str| {
        format!(
            "{GRAPH}{}",
            required(&format!(
                "dynamic \"resource_access\" {{\nfor_each = {each}\n{iterator}content {{\nid = azuread_service_principal.msgraph.app_role_ids[{name}.value]\ntype = \"Role\"\n}}\n}}"
            ))
        )
    };
    let one = "azuread_application.inline = resource \"azuread_application\" \"inline\" {\n  declares application Mail.Read [Mail.Read] at \"Mail.Read\"\n";
    alone(&dynamic("[\"Mail.Read\"]", "", "resource_access"), one);
    alone(&dynamic("[\"Mail.Read\"]", "iterator = one\n", "one"), one);
    alone(
        &dynamic("var.x", "", "resource_access"),
        "azuread_application.inline = resource \"azuread_application\" \"inline\" {\n  ? a dynamic block over the variable `x` at dynamic \"resource_access\"\n",
    );
}

#[test]
fn ignored_changes_make_a_list_undecided() {
    let ignoring = |what: &str| format!("lifecycle {{\nignore_changes = {what}\n}}");
    let told_of = |text: &str| {
        told(&document(text))
            .lines()
            .skip(1)
            .collect::<Vec<_>>()
            .join("\n")
    };
    for what in [
        "[required_resource_access]",
        "all",
        "[\"required_resource_access\"]",
        "[web, required_resource_access[0].resource_access]",
    ] {
        let doubt = format!("  ? `ignore_changes` at ignore_changes = {what}");
        assert_eq!(told_of(&inline(&ignoring(what))), doubt);
    }
    assert_eq!(told_of(&inline(&ignoring("[owners]"))), "");
    // The pair that the provider prescribes.
    let access = "resource \"azuread_application_api_access\" \"g\" {\napplication_id = azuread_application.inline.id\napi_client_id = \"00000003-0000-0000-c000-000000000000\"\nrole_ids = [\"810c84a8-4a9e-49e6-bf7d-12d183f40d01\"]\n}\n";
    let pair = format!(
        "{}{access}",
        inline(&ignoring("[required_resource_access]"))
    );
    assert_eq!(
        told_of(&pair),
        "  declares application 810c84a8-4a9e-49e6-bf7d-12d183f40d01 [Mail.Read] at \"810c84a8-4a9e-49e6-bf7d-12d183f40d01\""
    );
    let ignored = access.replace(
        "role_ids =",
        "lifecycle {\nignore_changes = [role_ids]\n}\nrole_ids =",
    );
    assert!(
        told_of(&format!("{}{ignored}", inline("")))
            .contains("? `ignore_changes` at ignore_changes = [role_ids]")
    );
}

#[test]
fn modules_are_undecided_where_they_are_handed_an_app() {
    let app = "App = resource \"azuread_application\" \"app\" {\n";
    let more = "locals {\nids = { app = local.id }\nid = azuread_application.app.id\n}\nresource \"terraform_data\" \"id\" {\ninput = azuread_application.app.id\n}\n";
    for handed in [
        "azuread_application.app.id",
        "azuread_service_principal.app.object_id",
        "{ x = [azuread_application.app] }",
        "local.ids",
        "terraform_data.id.output",
    ] {
        case(
            &format!("module \"roles\" {{\nsource = \"./roles\"\nof = {handed}\n}}\n{more}"),
            &format!("{app}  ? the module `roles` at module \"roles\"\n"),
        );
    }
    let names =
        "module \"names\" {\nsource = \"./names\"\ndepends_on = [azuread_application.app]\n}\n";
    case(
        &format!("module \"roles\" {{\nsource = \"./roles\"\nof = module.names.of\n}}\n{names}"),
        &format!(
            "{app}  ? the module `roles` at module \"roles\"\n  ? the module `names` at module \"names\"\n"
        ),
    );
    // What is handed nothing of the app cannot know it.
    case(
        "module \"network\" {\nsource = \"./network\"\nof = [var.name, local.range]\n}\nlocals {\nrange = \"10.0.0.0/8\"\n}\n",
        &format!("{app}apart: the module `network` at module \"network\"\n"),
    );
}

#[test]
fn a_module_that_another_file_hands_the_app_is_undecided_too() {
    let call = "module \"roles\" {\nsource = \"./roles\"\nof = azuread_application.app.id\n}\n";
    assert_eq!(
        told(&beside(APP, &[("roles.tf", call)])),
        "App = resource \"azuread_application\" \"app\" {\n  ? the module `roles` in `roles.tf` at \"App\"\n"
    );
}

#[test]
fn incomplete_blocks_are_faults() {
    case(
        "resource \"azuread_app_role_assignment\" \"a\" {\n}\n",
        "App = resource \"azuread_application\" \"app\" {\n! the block needs `app_role_id`, `principal_object_id` and `resource_object_id` at resource \"azuread_app_role_assignment\"\n",
    );
    assert!(
        told(&document(&inline("required_resource_access {\n}")))
            .contains("! `resource_app_id` is missing at r")
    );
}

#[test]
fn other_files_of_the_module_say_what_names_stand_for() {
    let main = format!(
        "{}{}",
        assignment(
            "app_role_id = azuread_service_principal.msgraph.app_role_ids[local.role]\nprincipal_object_id = azuread_service_principal.app.object_id"
        ),
        ""
    );
    let others = [
        ("app.tf", APP),
        ("data.tf", GRAPH),
        ("locals.tf", "locals {\nrole = \"Mail.Read\"\n}\n"),
        ("broken.tf", "x = ["),
    ];
    let found = beside(&main, &others);
    assert_eq!(
        told(&found),
        "App = resource \"azuread_app_role_assignment\" \"a\" {\n  grants application Mail.Read [Mail.Read] at resource \"azuread_app_role_assignment\" \"a\" {\n"
    );
    // Alone it does not know.
    assert_eq!(
        document(&main).registrations[0].entries[0].known,
        Known::Undecided
    );
    // From the other side: the app has permissions that stand elsewhere.
    let app = beside(APP, &[("main.tf", &main), ("data.tf", GRAPH)]);
    assert_eq!(
        told(&app),
        "App = resource \"azuread_application\" \"app\" {\n  elsewhere: permissions of it in `main.tf` at \"App\"\n"
    );
    let app = beside(APP, &[("data.tf", GRAPH)]);
    assert_eq!(
        told(&app),
        "App = resource \"azuread_application\" \"app\" {\n"
    );
}

#[test]
fn long_rows_of_modules_are_bounded() {
    let mut text = APP.to_owned();
    for at in 0..3000 {
        let next = at + 1;
        writeln!(text, "module \"m{at}\" {{\n  x = module.m{next}.y\n}}").unwrap();
    }
    let few = "module \"last\" {\n  x = 1\n}\n";
    let document = document(&format!("{text}{few}"));
    // What follows too many may know of the application; what follows few, and not to it, does not.
    assert_eq!(document.registrations[0].undecided.len(), 50);
    assert_eq!(document.apart.len(), 201);
}
