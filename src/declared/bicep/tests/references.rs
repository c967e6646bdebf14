use super::*;

#[track_caller]
fn case(text: &str, expected: &str) {
    let graph = "resource graph 'Microsoft.Graph/servicePrincipals@v1.0' existing = {\n  appId: '00000003-0000-0000-c000-000000000000'\n}\n";
    assert_eq!(
        told(&document(&format!("{graph}{text}"))),
        expected.trim_start()
    );
}

const APP: &str = "resource app 'Microsoft.Graph/applications@v1.0' = {\n  uniqueName: 'app'\n  displayName: 'App'\n}\nresource sp 'microsoft.graph/serviceprincipals@v1.0' = {\n  appId: app.appId\n}\n";

fn grant(role: &str, principal: &str) -> String {
    format!(
        "resource a 'Microsoft.Graph/appRoleAssignedTo@v1.0' = {{\n  appRoleId: {role}\n  principalId: {principal}\n  resourceId: graph.id\n}}\n"
    )
}

const USERS: &str = "filter(graph.appRoles, r => r.value == 'User.Read.All')[0].id";
const ASSIGNED: &str = "  grants application User.Read.All [User.Read.All] at resource a 'Microsoft.Graph/appRoleAssignedTo@v1.0' = {\n";
const HOME: &str = "App = resource app 'Microsoft.Graph/applications@v1.0' = {\n";

#[test]
fn names_are_looked_up_as_the_deployment_does() {
    for role in [
        USERS,
        "(filter(graph.appRoles, r => r.value == 'User.Read.All')[0]).id",
        "filter(graph.appRoles, r => 'User.Read.All' == r.value)[0]!.id",
        "filter(graph.appRoles, r => r.value =~ 'User.Read.All')[?0].?id",
        "first(filter(graph.appRoles, (r) => r.value == 'User.Read.All')).id",
        "filter(graph.appRoles, r => r.value == wanted)[0].id",
        "filter(graph.appRoles, r => r.value == 'User.${rest}')[0].id",
    ] {
        let text = format!(
            "var wanted = 'User.Read.All'\nvar rest = 'Read.All'\n{APP}{}",
            grant(role, "sp.id")
        );
        case(&text, &format!("{HOME}{ASSIGNED}"));
    }
    for (role, known) in [
        (
            "filter(graph.oauth2PermissionScopes, r => r.value == 'User.Read')[0].id",
            "User.Read but delegated",
        ),
        (
            "filter(graph.appRoles, r => r.value == 'User.Raed.All')[0].id",
            "unknown, near User.Read.All",
        ),
    ] {
        let found = told(&document(&format!(
            "resource graph 'Microsoft.Graph/servicePrincipals@v1.0' existing = {{\n  appId: '00000003-0000-0000-c000-000000000000'\n}}\n{APP}{}",
            grant(role, "sp.id")
        )));
        assert!(found.contains(&format!("[{known}]")), "{found}");
    }
}

#[test]
fn what_reading_cannot_tell_is_undecided() {
    for (role, what) in [
        ("role", "the parameter `role`"),
        ("other", "the name `other`"),
        ("mod.outputs.id", "the module `mod`"),
        (
            "filter(graph.appRoles, r => r.value == role)[0].id",
            "the parameter `role`",
        ),
        (
            "filter(graph.appRoles, r => r.isEnabled)[0].id",
            "the function `filter`",
        ),
        ("true ? 'a' : 'b'", "a condition"),
        ("'a' ?? 'b'", "a calculation"),
        ("guid('x')", "the function `guid`"),
        ("circle", "names that lead in a circle"),
    ] {
        let text = format!(
            "param role string = 'User.Read.All'\nvar circle = circle\n{APP}{}module mod 'm.bicep' = {{}}\n",
            grant(role, "sp.id")
        );
        let graph = "resource graph 'Microsoft.Graph/servicePrincipals@v1.0' existing = {\n  appId: '00000003-0000-0000-c000-000000000000'\n}\n";
        let found = told(&document(&format!("{graph}{text}")));
        assert!(found.contains("[undecided]"), "{found}");
        assert!(found.contains(&format!("? {what} at")), "{found}");
    }
}

#[test]
fn grants_belong_to_apps_identities_or_nobody_known() {
    let own = |name: &str, doubt: &str| {
        let doubt = if doubt.is_empty() {
            String::new()
        } else {
            format!("  ? {doubt}\n")
        };
        format!(
            "{name} = resource a 'Microsoft.Graph/appRoleAssignedTo@v1.0' = {{\n{ASSIGNED}{doubt}"
        )
    };
    let identity = "resource mi 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {\n  name: 'x'\n}\n";
    case(
        &format!("{identity}{}", grant(USERS, "mi.properties.principalId")),
        &own("mi", ""),
    );
    let existing = identity.replace("' = ", "' existing = ");
    case(
        &format!("{existing}{}", grant(USERS, "mi.properties.principalId")),
        &own(
            "mi",
            "`mi`, which exists already at mi.properties.principalId",
        ),
    );
    case(
        &format!("param p string\n{}", grant(USERS, "p")),
        &own("a", "the parameter `p` at p"),
    );
    case(
        &grant(USERS, "'11111111-2222-3333-4444-555555555555'"),
        &own(
            "a",
            "someone who is told by an id alone at '11111111-2222-3333-4444-555555555555'",
        ),
    );
    let elsewhere = "resource old 'Microsoft.Graph/servicePrincipals@v1.0' existing = {\n  appId: 'aaaaaaaa-0000-4000-8000-000000000001'\n}\n";
    case(
        &format!("{elsewhere}{}", grant(USERS, "old.id")),
        &own("old", "an app that is registered elsewhere at old.id"),
    );
    let group = "resource g 'Microsoft.Graph/groups@v1.0' existing = {\n  uniqueName: 'g'\n}\n";
    case(&format!("{group}{}", grant(USERS, "g.id")), "");
    case(
        &format!(
            "{APP}{}",
            grant("'00000000-0000-0000-0000-000000000000'", "sp.id")
        ),
        HOME,
    );
    case(
        &format!("{APP}module m 'm.bicep' = {{\n  params: {{ id: sp.id }}\n}}\n"),
        &format!("{HOME}  ? the module `m` at m\n"),
    );
    case(
        &format!("{APP}module m 'm.bicep' = {{}}\n"),
        &format!("{HOME}apart: the module `m` at m\n"),
    );
    case(
        &format!(
            "{APP}{}",
            grant(USERS, "sp.id").replace("  principalId: sp.id\n", "")
        ),
        &format!("{HOME}! the resource needs `appRoleId`, `principalId`, `resourceId` at a\n"),
    );
}

#[test]
fn loops_and_conditions() {
    let looped = |list: &str| {
        format!(
            "param p array\n{APP}resource a 'Microsoft.Graph/appRoleAssignedTo@v1.0' = [for (role, i) in {list}: {{\n  appRoleId: filter(graph.appRoles, r => r.value == role)[0].id\n  principalId: sp.id\n  resourceId: graph.id\n}}]\n"
        )
    };
    case(
        &looped("['User.Read.All', 'Mail.Read']"),
        &format!(
            "{HOME}  grants application User.Read.All [User.Read.All] at 'User.Read.All'\n  grants application Mail.Read [Mail.Read] at 'Mail.Read'\n"
        ),
    );
    let found = told(&document(&looped("p")));
    assert!(
        found.contains("? a loop over the parameter `p` at p"),
        "{found}"
    );
    case(
        &APP.replace("' = {\n  uniqueName", "' = if (x) {\n  uniqueName"),
        "App = resource app 'Microsoft.Graph/applications@v1.0' = if (x) {\n  ? a condition at if (x)\n",
    );
    let apps = APP
        .replace(
            "' = {\n  uniqueName",
            "' = [for n in names: {\n  uniqueName",
        )
        .replace("'App'\n}", "'App'\n}]");
    case(
        &apps,
        "App = resource app 'Microsoft.Graph/applications@v1.0' = [for n in names: {\n  ? a loop over the name `names` at names\n",
    );
}

#[test]
fn required_resource_access_and_settings() {
    let text = r"
var uris = ['https://a.example', 'https://${host}/x']
var host = 'b.example'
param more array
var access = { id: 'df021288-bdef-4463-88db-98f22de89214', type: 'Role' }
resource app 'Microsoft.Graph/applications@v1.0' = {
  displayName: 'App'
  signInAudience: 'AzureADMultipleOrgs'
  isFallbackPublicClient: true
  web: { redirectUris: uris, implicitGrantSettings: { enableAccessTokenIssuance: true } }
  spa: { redirectUris: more }
  publicClient: { redirectUris: [ 'http://localhost' ] }
  passwordCredentials: [
    { displayName: 'x', endDateTime: '2030-01-01T00:00:00Z', secretText: 'oW~8Qsecret-one' }
  ]
  requiredResourceAccess: [
    {
      resourceAppId: '00000003-0000-0000-C000-000000000000'
      resourceAccess: [
        access
        { id: 'e1fe6dd8-ba31-4d61-89e7-88639da4683d', type: 'Role' }
        { id: 'User.Read', type: 'Scope' }
        { id: 'e1fe6dd8-ba31-4d61-89e7-88639da4683d', type: 'scope' }
        { type: 'Scope' }
      ]
    }
    { resourceAppId: 'c5393580-f805-4401-95e8-94b7a6ef2fc2', resourceAccess: [ { id: guid('x'), type: 'Role' } ] }
    { resourceAppId: more[0], resourceAccess: more }
    { resourceAccess: [] }
  ]
}
// oW~8Qsecret-one
";
    let found = document(text);
    assert!(!found.source.text().contains("ecret-one"));
    assert_eq!(
        told_whole(&found).lines().map(str::trim).collect::<Vec<_>>().join("\n"),
        "App = resource app 'Microsoft.Graph/applications@v1.0' = {
declares application df021288-bdef-4463-88db-98f22de89214 [User.Read.All] at { id: 'df021288-bdef-4463-88db-98f22de89214', type: 'Role' }
declares application e1fe6dd8-ba31-4d61-89e7-88639da4683d [User.Read but delegated] at { id: 'e1fe6dd8-ba31-4d61-89e7-88639da4683d', type: 'Role' }
declares delegated User.Read [User.Read] at { id: 'User.Read', type: 'Scope' }
declares ?scope e1fe6dd8-ba31-4d61-89e7-88639da4683d [User.Read] at { id: 'e1fe6dd8-ba31-4d61-89e7-88639da4683d', type: 'scope' }
declares application guid('x') [other] at { id: guid('x'), type: 'Role' }
? the parameter `more` at more[0]
? the parameter `more` at more
! a permission must be given by its id here, not by its name `User.Read` at 'User.Read'
! an entry of `resourceAccess` needs `id` and `type` at {
! `resourceAppId` is missing at {
Web https://a.example
Web https://b.example/x
PublicClient http://localhost
Password until Some(\"2030-01-01T00:00:00Z\")
4 of Some(\"00000003-0000-0000-c000-000000000000\") (00000003-0000-0000-C000-000000000000)
1 of Some(\"c5393580-f805-4401-95e8-94b7a6ef2fc2\") (c5393580-f805-4401-95e8-94b7a6ef2fc2)
0 of None (more[0])
settings ? the parameter `more` at more
implicit [Some(Span { start: 395, end: 399 }), None], public Some(Span { start: 309, end: 313 })
audience Some(MultipleOrgs)"
    );
}

#[test]
fn a_module_veils_only_the_apps_that_it_is_handed_something_of() {
    let more =
        "var ids = { app: app.appId }\nmodule ids2 'i.bicep' = {\n  params: { of: app }\n}\n";
    let told_of = |handed: &str| {
        told(&document(&format!(
            "{APP}{more}module m 'm.bicep' = {{\n  name: 'App'\n  params: {{ of: {handed} }}\n}}\n"
        )))
    };
    for handed in [
        "app.appId",
        "sp",
        "[sp.id]",
        "ids",
        "ids.app",
        "ids2.outputs.x",
    ] {
        let found = told_of(handed);
        assert!(
            found.contains("? the module `m` at m\n"),
            "{handed}: {found}"
        );
    }
    for handed in ["'westeurope'", "location", "graph.id", "'App 2'"] {
        let found = told_of(handed);
        assert!(
            found.contains("apart: the module `m` at m\n"),
            "{handed}: {found}"
        );
    }
}

#[test]
fn a_module_that_is_handed_the_name_of_an_app_may_look_it_up() {
    let told_of = |name: &str, handed: &str| {
        let app = format!(
            "param stage string\nvar name = '${{stage}}-reports'\nvar other = name\nresource app 'Microsoft.Graph/applications@v1.0' = {{\n  uniqueName: {name}\n  displayName: 'Reports'\n}}\nmodule m 'm.bicep' = {{\n  params: {{ of: {handed} }}\n}}\n"
        );
        told(&document(&app))
    };
    for (name, handed) in [
        ("stage", "stage"),
        ("name", "other"),
        ("name", "'${stage}-reports'"),
        ("other", "[{ x: name }]"),
        ("stage", "'reports'"),
        ("stage", "app.displayName"),
    ] {
        let found = told_of(name, handed);
        let is_told = found.contains("  ? the module `m`");
        assert!(is_told, "{name} {handed}: {found}");
    }
    for (name, handed) in [("name", "stage"), ("stage", "'x'"), ("stage", "other")] {
        let found = told_of(name, handed);
        assert!(
            found.contains("apart: the module `m`"),
            "{name} {handed}: {found}"
        );
    }
    assert!(told_of("stage", "stage").contains("? the module `m`, which is handed its name, at m"));
}
