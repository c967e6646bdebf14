//! What holds for every change of every text, however it is laid out.

use proptest::prelude::*;

use super::*;

/// What may stand between two tokens.
fn trivia(has_comments: bool) -> impl Strategy<Value = &'static str> {
    let blank = vec!["", "", "", " ", "\n  ", "\r\n\t"];
    let all = vec![
        "",
        "",
        "",
        " ",
        "\n  ",
        "\r\n\t",
        " // note\n",
        "/* a, b */",
        "\n  // ] }\n  ",
        " /* [ */ \n",
    ];
    prop::sample::select(if has_comments { all } else { blank })
}

/// A registration with random white space and comments, and how many permissions its resources have.
fn loose(is_strict: bool) -> impl Strategy<Value = (String, Vec<usize>)> {
    let ids = prop::sample::select(vec![
        USER_READ,
        MAIL_SEND,
        "570282fd-fa5c-430d-a7fd-fc8dc98a9dca",
        "00000000-0000-0000-0000-00000000000f",
    ]);
    let resources = prop::sample::select(vec![GRAPH, "00000003-0000-0ff1-ce00-000000000000"]);
    let block = (resources, prop::collection::vec(ids, 1..4), any::<bool>());
    let blocks = prop::collection::vec(block, 1..4);
    (
        blocks,
        any::<bool>(),
        prop::collection::vec(trivia(!is_strict), 120),
    )
        .prop_map(move |(blocks, last_comma, trivia)| {
            let mut trivia = trivia.into_iter().cycle();
            let mut text = String::new();
            let mut put = |part: &str| {
                text.push_str(trivia.next().unwrap_or_default());
                text.push_str(part);
            };
            for part in [
                "{",
                "\"displayName\"",
                ":",
                "\"x\"",
                ",",
                "\"requiredResourceAccess\"",
                ":",
                "[",
            ] {
                put(part);
            }
            let counts = blocks.iter().map(|(_, ids, _)| ids.len()).collect();
            let many = blocks.len();
            for (index, (resource, ids, block_comma)) in blocks.into_iter().enumerate() {
                let resource = format!("\"{resource}\"");
                for part in [
                    "{",
                    "\"resourceAppId\"",
                    ":",
                    &resource,
                    ",",
                    "\"resourceAccess\"",
                    ":",
                    "[",
                ] {
                    put(part);
                }
                for (place, id) in ids.iter().enumerate() {
                    let id = format!("\"{id}\"");
                    for part in [
                        "{",
                        "\"id\"",
                        ":",
                        &id,
                        ",",
                        "\"type\"",
                        ":",
                        "\"Scope\"",
                        "}",
                    ] {
                        put(part);
                    }
                    if place + 1 < ids.len() || block_comma && !is_strict {
                        put(",");
                    }
                }
                put("]");
                put("}");
                if index + 1 < many || last_comma && !is_strict {
                    put(",");
                }
            }
            for part in ["]", "}", ""] {
                put(part);
            }
            (text, counts)
        })
}

/// What a document declares: id, type and resource of each entry.
fn entries(document: &Document) -> Vec<(String, Option<Access>, Option<String>)> {
    let entries = document.registrations[0].entries.iter();
    let facts = entries.map(|entry| {
        let access = entry.access.as_ref().map(|access| access.value);
        (entry.key.value.clone(), access, entry.resource.clone())
    });
    facts.collect()
}

/// The comments, but for those within a part that goes.
fn comments(document: &Document, gone: Span) -> Vec<String> {
    let comments = document.comments.iter();
    let comments =
        comments.filter(|comment| comment.span.end <= gone.start || gone.end <= comment.span.start);
    comments.map(|comment| comment.text.clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_removed_entry_is_gone_and_nothing_else((text, counts) in loose(false), which in any::<prop::sample::Index>()) {
        let before = document(Kind::GraphApplication, &text);
        let mut expected = entries(&before);
        let index = which.index(expected.len());
        let edits = remove(&before, 0, index).unwrap();
        let changed = applied(&text, &edits);
        let after = document(Kind::GraphApplication, &changed);
        expected.remove(index);
        prop_assert_eq!(entries(&after), expected, "{}", changed);
        let mut seen = 0;
        let block = counts.iter().position(|count| { seen += count; index < seen }).unwrap();
        let found = &before.registrations[0];
        let gone = if counts[block] == 1 {
            prop_assert_eq!(after.registrations[0].resources.len(), counts.len() - 1);
            found.resources[block].span
        } else {
            found.entries[index].span
        };
        prop_assert_eq!(comments(&after, Span::default()), comments(&before, gone), "{}", changed);
        prop_assert_eq!(&after.registrations[0].name.as_ref().unwrap().value, "x");
    }

    #[test]
    fn an_added_entry_is_there_and_nothing_else_changes((text, _) in loose(false)) {
        let catalog = ids().catalog();
        let before = document(Kind::GraphApplication, &text);
        let permission = catalog.find_permission("Mail.Read").unwrap();
        let edits = add(catalog, &before, 0, permission, APPLICATION).unwrap();
        let changed = applied(&text, &edits);
        let after = document(Kind::GraphApplication, &changed);
        let none = Span::default();
        prop_assert_eq!(comments(&after, none), comments(&before, none), "{}", changed);
        let mut left = entries(&after);
        let new = left.iter().position(|(_, access, _)| *access == Some(APPLICATION)).unwrap();
        let (_, _, resource) = left.remove(new);
        prop_assert_eq!(resource.as_deref(), Some(GRAPH));
        prop_assert_eq!(left, entries(&before), "{}", changed);
        let again = remove(&after, 0, new).unwrap();
        prop_assert_eq!(entries(&document(Kind::GraphApplication, &applied(&changed, &again))), entries(&before));
    }

    #[test]
    fn strict_json_stays_strict((text, _) in loose(true), which in any::<prop::sample::Index>()) {
        let catalog = ids().catalog();
        let before = document(Kind::GraphApplication, &text);
        let permission = catalog.find_permission("Mail.Read").unwrap();
        let index = which.index(entries(&before).len());
        for edits in [remove(&before, 0, index), add(catalog, &before, 0, permission, APPLICATION)] {
            let changed = applied(&text, &edits.unwrap());
            prop_assert!(serde_json::from_str::<serde_json::Value>(&changed).is_ok(), "{}", changed);
        }
    }

    #[test]
    fn edits_of_two_entries_keep_apart((text, counts) in loose(false)) {
        let before = document(Kind::GraphApplication, &text);
        let mut first = 0;
        for count in counts {
            // The last entry of a list shares its comma with the one before it.
            let edits: Vec<_> = (first..(first + count).saturating_sub(1))
                .map(|index| remove(&before, 0, index).unwrap())
                .collect();
            let mut all: Vec<_> = edits.into_iter().flatten().collect();
            all.sort();
            applied(&text, &all);
            first += count;
        }
    }
}
