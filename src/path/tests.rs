use super::{Expansion, RepairKind, Segment, Template, Url, UrlError, Version, parse, union_kind};

fn known(host: &str) -> Option<String> {
    (host == "graph.microsoft.com").then(|| "global".to_owned())
}

fn url(text: &str) -> Url {
    parse(text, &known).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[track_caller]
fn normal(text: &str, expected: &str) {
    assert_eq!(url(text).to_string(), expected, "{text}");
}

#[track_caller]
fn refused(text: &str, message: &str) {
    assert_eq!(parse(text, &known).unwrap_err().to_string(), message);
}

/// The repairs are written `kind` each; a path without any has an empty list.
#[track_caller]
fn template(spelling: &str, canonical: &str, shown: &str, kinds: &[&str]) {
    let (template, repairs) = Template::read(spelling).unwrap();
    assert_eq!(template.canonical(), canonical, "{spelling}");
    assert_eq!(template.spelling, shown, "{spelling}");
    let found: Vec<&str> = repairs.iter().map(|repair| repair.kind.name()).collect();
    assert_eq!(found, kinds, "{spelling}");
    let (again, repairs) = Template::read(shown).unwrap();
    assert_eq!(again.canonical(), canonical, "{shown} reads back");
    assert_eq!(repairs, [], "{shown} needs no more repair");
}

#[test]
fn hosts_and_versions_are_taken_off() {
    let absolute = url("  https://GRAPH.microsoft.com/Beta/me/messages?$top=5#x ");
    assert_eq!(absolute.cloud.as_deref(), Some("global"));
    assert_eq!(absolute.version, Some(Version::Beta));
    assert_eq!(absolute.segments.len(), 2);
    assert_eq!(absolute.query, [("$top".to_owned(), "5".to_owned())]);
    assert_eq!(
        url("graph.microsoft.com/v1.0/me").cloud.as_deref(),
        Some("global")
    );
    normal("me", "/me");
    normal("//v1.0//me///messages/", "/v1.0/me/messages");
    normal("/users/v1.0", "/users/v1.0");
}

#[test]
fn what_is_no_graph_url_is_refused_with_the_reason() {
    refused(
        "http://graph.microsoft.com/v1.0/me",
        "the scheme is `http`, but Microsoft Graph answers only `https`",
    );
    refused(
        "https://evil.example/me",
        "`evil.example` is no host of Microsoft Graph",
    );
    refused(
        "https://evil.example\u{202e}/me",
        "`evil.example\\u{202e}` is no host of Microsoft Graph",
    );
    refused(
        "https://graph.microsoft.com\\@evil.example/me",
        "the URL holds credentials before its host",
    );
    refused(
        "https://a:b@graph.microsoft.com/me",
        "the URL holds credentials before its host",
    );
    refused(
        "https://graph.microsoft.com:443/me",
        "the URL names a port after the host `graph.microsoft.com`",
    );
    refused(
        "/me\n/messages",
        "the URL holds the control character `\\u{a}`",
    );
    refused("/users/a%4/messages", "`%4` is no valid percent-encoding");
    refused("/users/%zz", "`%zz` is no valid percent-encoding");
    refused("/users/%ff", "`%ff` is no valid percent-encoding");
    refused("/me/../users", "the URL holds the segment `..`");
    refused("/me/%2e/users", "the URL holds the segment `.`");
    for empty in [
        "",
        "/",
        "v1.0",
        "https://graph.microsoft.com",
        "?$top=1",
        "#x",
    ] {
        assert_eq!(parse(empty, &known), Err(UrlError::Empty), "{empty}");
    }
    assert!(matches!(
        parse(&"a".repeat(20_000), &known),
        Err(UrlError::TooLong { .. })
    ));
    assert!(matches!(
        parse(&"/a".repeat(200), &known),
        Err(UrlError::TooManySegments { segments: 200 })
    ));
}

#[test]
fn segments_split_outside_parentheses_and_decode_afterwards() {
    normal(
        "/me/drive/root/search(q='a/b?c#d')",
        "/me/drive/root/search(q={})",
    );
    normal("/search(q='it''s (a/b')/x", "/search(q={})/x");
    normal(
        "/range(address='Sheet1!A1:B2')/format",
        "/range(address={})/format",
    );
    normal("/f(B=2, a='x,y=1')", "/f(a={},b={})");
    normal("/f(id=@p)?@p='x/y'", "/f(id={})");
    normal("/users/a%2Fb", "/users/a%2Fb");
    normal("/users/a%40b.com", "/users/a@b.com");
    normal("/users/delta()", "/users/delta()");
    normal("/me/mailFolders('Inbox')", "/me/mailFolders/('Inbox')");
    normal("/me/mailFolders(%27Inbox%27)", "/me/mailFolders/('Inbox')");
    normal("/me/mailFolders/('Inbox')", "/me/mailFolders/('Inbox')");
    normal("/workflows({id})/x", "/workflows/('{id}')/x");
    assert_eq!(
        url("/users('o''hara')").segments[1],
        Segment::Key("o'hara".to_owned())
    );
    normal(
        "/rows/itemAt(index=1)range",
        "/rows/itemAt%28index=1%29range",
    );
    normal("/a(b/c", "/a%28b/c");
}

#[test]
fn file_paths_stand_between_colons() {
    normal("/me/drive/root:/a/b.txt", "/me/drive/root:/a%2Fb.txt:");
    normal("/me/drive/root:/a/b.txt:", "/me/drive/root:/a%2Fb.txt:");
    normal(
        "/me/drive/root:/a/b:/children",
        "/me/drive/root:/a%2Fb:/children",
    );
    normal(
        "/me/drive/root:/it's.txt:/content",
        "/me/drive/root:/it%27s.txt:/content",
    );
    normal(
        "/me/drive/root:/it''s.txt:/content",
        "/me/drive/root:/it%27%27s.txt:/content",
    );
    normal(
        "/me/drive/root%3A/a%23b.txt%3A/content",
        "/me/drive/root:/a%23b.txt:/content",
    );
    normal(
        "/drives/d/items/i:/n.txt:/content",
        "/drives/d/items/i:/n.txt:/content",
    );
    normal(
        "/drives/d/items('i'):/n.txt:/content",
        "/drives/d/items/('i'):/n.txt:/content",
    );
    normal(
        "/sites/h.com:/sites/hr:/lists",
        "/sites/h.com:/sites%2Fhr:/lists",
    );
    normal(
        "/me/drive/root:/{item-path}/media/reactions",
        "/me/drive/root:/{item-path}:/media/reactions",
    );
    normal(
        "/me/drive/root:/{folder}/{file}:/content",
        "/me/drive/root:/{folder}%2F{file}:/content",
    );
    normal("/me/drive/root:", "/me/drive/root");
    normal("/me/drive/root:/:/children", "/me/drive/root/children");
    normal(
        "/teams/19:abc@thread.tacv2/channels",
        "/teams/19%3Aabc@thread.tacv2/channels",
    );
}

#[test]
fn queries_tell_names() {
    let call = url(
        "/users?$select=id, mail&$expand=manager($select=id;$expand=manager($select=mail)),directReports\
         &$filter=signInActivity/lastSignInDateTime le 2024-01-01T00:00:00Z and startsWith(displayName,'eq x/y')\
         and assignedLicenses/any(l:l/skuId eq 'a') and tags/$count gt 1 and isof('microsoft.graph.user')\
         &$orderby=displayName desc,mail&$search=\"displayName:ann\" AND \"mail:bo\"",
    );
    assert_eq!(call.select(), ["id", "mail"]);
    assert_eq!(
        call.filter(),
        [
            "assignedLicenses",
            "assignedLicenses/skuId",
            "displayName",
            "microsoft.graph.user",
            "signInActivity/lastSignInDateTime",
            "tags",
        ]
    );
    assert_eq!(call.orderby(), ["displayName", "mail"]);
    assert_eq!(call.search(), ["displayName", "mail"]);
    let [manager, reports] = &call.expand()[..] else {
        panic!("{:?}", call.expand());
    };
    let nested = Expansion {
        name: "manager".to_owned(),
        select: vec!["mail".to_owned()],
        expand: Vec::new(),
    };
    assert_eq!(
        (manager.name.as_str(), &manager.select[..]),
        ("manager", &["id".to_owned()][..])
    );
    assert_eq!(manager.expand, [nested]);
    assert_eq!(reports.name, "directReports");
    assert_eq!(url("/users?SELECT=id%2Cmail").select(), ["id", "mail"]);
}

#[test]
fn templates_have_one_key_for_all_spellings() {
    template(
        "/users/{user-id}/Messages",
        "/users/{}/messages",
        "/users/{user-id}/Messages",
        &[],
    );
    template(
        "/workflows({id})/x",
        "/workflows/{}/x",
        "/workflows({id})/x",
        &[],
    );
    template("/f(b={x},A={value})", "/f(a,b)", "/f(b={x},A={value})", &[]);
    template(
        "/drives/{id}/root:/{id}",
        "/drives/{}/root:/{}",
        "/drives/{id}/root:/{id}",
        &[],
    );
    template(
        "/sites/{id}:/{id}:/lists",
        "/sites/{}:/{}:/lists",
        "/sites/{id}:/{id}:/lists",
        &[],
    );
    template(
        "/a/{id}/b/{id}/.../c",
        "/a/{}/b/{}/.../c",
        "/a/{id}/b/{id}/.../c",
        &[],
    );
    template(
        "/agentRegistry/agentCollections/{global-collection-id}",
        "/agentregistry/agentcollections/{global-collection-id}",
        "/agentRegistry/agentCollections/{global-collection-id}",
        &[],
    );
    template(
        "/x/y?$filter=isof('microsoft.graph.networkaccess.tlsLink')",
        "/x/y?$filter=microsoft.graph.networkaccess.tlslink",
        "/x/y?$filter=isof('microsoft.graph.networkaccess.tlsLink')",
        &[],
    );
}

#[test]
fn known_defects_are_repaired_by_name() {
    template(
        "/applications/{id}}/repair",
        "/applications/{}/repair",
        "/applications/{id}/repair",
        &["double-brace"],
    );
    template(
        "/devicemanagement/geteffectivepermissionsscope={value}",
        "/devicemanagement/geteffectivepermissions(scope)",
        "/devicemanagement/geteffectivepermissions(scope={value})",
        &["lost-parentheses"],
    );
    template(
        "/directoryroles/roletemplateid={roletemplateid}/members",
        "/directoryroles(roletemplateid)/members",
        "/directoryroles(roletemplateid={roletemplateid})/members",
        &["lost-parentheses"],
    );
    template(
        "/rows/itemat(index={value})range",
        "/rows/itemat(index)/range",
        "/rows/itemat(index={value})/range",
        &["lost-slash"],
    );
    template(
        "/privacy/subjectrightsrequests{subjectrightsrequestid}/getfinalreport",
        "/privacy/subjectrightsrequests/{}/getfinalreport",
        "/privacy/subjectrightsrequests/{subjectrightsrequestid}/getfinalreport",
        &["lost-slash"],
    );
}

#[test]
fn examples_and_loose_spellings_are_repaired_by_name() {
    template(
        "/teams/(team-id)/channels",
        "/teams/{}/channels",
        "/teams/{id}/channels",
        &["literal-example-id"],
    );
    template(
        "/teams/87654321-0abc-zqf0-321456789q/x",
        "/teams/{}/x",
        "/teams/{id}/x",
        &["literal-example-id"],
    );
    template(
        "/calls/57dab8b1894c409ab240bd8beae78896/answer",
        "/calls/{}/answer",
        "/calls/{id}/answer",
        &["literal-example-id"],
    );
    template(
        "/sites/id/contenttypes/id/copy",
        "/sites/{}/contenttypes/{}/copy",
        "/sites/{id}/contenttypes/{id}/copy",
        &["literal-example-id", "literal-example-id"],
    );
    template(
        "/me/drive/root:/foldera/fileb.txt:/content",
        "/me/drive/root:/{}:/content",
        "/me/drive/root:/{path}:/content",
        &["literal-example-path"],
    );
    template(
        "/me/drive/root:/{item-path}/media/reactions",
        "/me/drive/root:/{}:/media/reactions",
        "/me/drive/root:/{item-path}:/media/reactions",
        &["unclosed-colon-path"],
    );
    template(
        "/x/{id}/sponsors/",
        "/x/{}/sponsors",
        "/x/{id}/sponsors",
        &["trailing-slash"],
    );
    template(
        "/f(a={value}, b={value})",
        "/f(a,b)",
        "/f(a={value},b={value})",
        &["space-in-function"],
    );
    template(
        "/s(deviceId='{id}')",
        "/s(deviceid)",
        "/s(deviceId={id})",
        &["quoted-parameter"],
    );
    template(
        "/f/graph.saml",
        "/f/microsoft.graph.saml",
        "/f/microsoft.graph.saml",
        &["short-namespace"],
    );
    template(
        "/p/Default.find(k={k})",
        "/p/find(k)",
        "/p/find(k={k})",
        &["default-namespace"],
    );
}

#[test]
fn what_is_no_path_is_dropped_with_a_reason() {
    for (spelling, kind) in [
        (
            "/rp/onpremises/spoons/admin/tenant/{tenant}",
            RepairKind::TestData,
        ),
        ("users", RepairKind::Unreadable),
        ("/", RepairKind::Unreadable),
        ("/users/{id", RepairKind::Unreadable),
        ("/users/a b", RepairKind::Unreadable),
        ("/users?$top=1", RepairKind::Unreadable),
        ("/.../x", RepairKind::Unreadable),
        ("/me/drive/root:", RepairKind::Unreadable),
        ("/={value}", RepairKind::Unreadable),
        ("/\u{1b}[2J", RepairKind::Unreadable),
    ] {
        let dropped = Template::read(spelling).unwrap_err();
        assert_eq!(dropped.kind, kind, "{spelling}");
        assert!(!dropped.reason().is_empty());
    }
}

#[test]
fn unions_are_told_apart() {
    assert_eq!(
        union_kind("/subscribedSkus", "/subscribedskus"),
        RepairKind::CaseOnly
    );
    assert_eq!(union_kind("/a/{id}", "/A/{aId}"), RepairKind::ParameterName);
    assert_eq!(union_kind("/a({id})", "/a/{id}"), RepairKind::EqualMeaning);
}

proptest::proptest! {
    #[test]
    fn normal_form_is_stable(text in "(/(me|users|root:|a:|:|%3A|%28|%2F|\\(|\\)|'|=|,|\\PC|f\\(a=1\\)|\\{x\\}|\\.\\.\\.)+){1,8}") {
        if let Ok(first) = parse(&text, &known) {
            let again = parse(&first.to_string(), &known).unwrap();
            proptest::prop_assert_eq!(&again.segments, &first.segments);
            proptest::prop_assert_eq!(again.version, first.version);
        }
    }

    /// The question mark sends the same path the long way.
    #[test]
    fn plain_paths_are_read_as_any_other(text in "/(/|[a-zA-Z0-9{}_$-]{1,4}|beta|me|\\{id\\}){0,20}") {
        proptest::prop_assert_eq!(parse(&text, &known), parse(&format!("{text}?"), &known));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,80}") {
        if let Ok(url) = parse(&text, &known) {
            let _ = (url.select(), url.expand(), url.filter(), url.orderby(), url.search());
        }
        if let Ok((template, _)) = Template::read(&text) {
            let again = Template::read(&template.spelling).unwrap();
            proptest::prop_assert_eq!(again.0.canonical(), template.canonical());
        }
    }

    #[test]
    fn any_query_yields_names(text in "([a-z]{1,3}|/|\\(|\\)|'|,|;|:|=|\\$|any\\(| and |\\PC){0,60}") {
        let mut call = url("/me");
        for option in ["$select", "$expand", "$filter", "$orderby", "$search"] {
            call.query.push((option.to_owned(), text.clone()));
        }
        let _ = (call.select(), call.expand(), call.filter(), call.orderby(), call.search());
    }
}

#[test]
fn hostile_lengths_end() {
    for part in [
        "(", ")", "'", "a(", "/(", "%28", ":", "/:", "a:/", "any(a:", "x/any(", "a eq ", ",",
    ] {
        let long = part.repeat(16_000 / part.len());
        let _ = parse(&long, &known);
        let _ = Template::read(&format!("/{long}"));
        if let Ok(call) = parse(
            &format!(
                "/me?$filter={0}&$expand={0}",
                part.repeat(7_000 / part.len())
            ),
            &known,
        ) {
            let _ = (call.filter(), call.expand());
        }
    }
}
