//! "Did you mean": the known word nearest to a given one.

/// Longer words are no slips of the keyboard, and comparing them costs time.
const LONGEST: usize = 64;

/// Returns the known word that the given one most likely stands for: case, `-` and `_` do not count, and
/// about every third character may be wrong. Of equally near words the first wins.
pub fn nearest<'k>(given: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    if given.len() > LONGEST {
        return None;
    }
    let given = plain(given);
    let allowed = given.chars().count().div_ceil(3).min(3);
    known
        .into_iter()
        .map(|word| (strsim::osa_distance(&given, &plain(word)), word))
        .filter(|(distance, word)| *distance <= allowed && *distance < word.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// Returns the help line for [`nearest`], or the list of what is known when nothing is near.
pub fn help(given: &str, known: &[&str]) -> String {
    nearest(given, known.iter().copied()).map_or_else(
        || format!("use one of {}", listed(known)),
        |word| format!("did you mean `{word}`?"),
    )
}

/// Returns the words in backticks, separated by commas.
pub fn listed(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}

fn plain(word: &str) -> String {
    word.chars()
        .filter(|character| !matches!(character, '-' | '_'))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(given: &str, expected: Option<&str>) {
        let known = ["operations", "access", "clientId", "app", "apps", "GET"];
        assert_eq!(nearest(given, known), expected);
    }

    #[test]
    fn slips_find_their_word_and_strangers_do_not() {
        case("operatoins", Some("operations"));
        case("operation", Some("operations"));
        case("client_id", Some("clientId"));
        case("CLIENTID", Some("clientId"));
        case("acces", Some("access"));
        case("App", Some("app"));
        case("GTE", Some("GET"));
        case("x", None);
        case("zebra", None);
        case("", None);
        case(&"operations".repeat(10), None);
    }

    #[test]
    fn help_lists_what_is_known_when_nothing_is_near() {
        assert_eq!(help("slef", &["self", "any"]), "did you mean `self`?");
        assert_eq!(
            help("tenant-wide", &["self", "any"]),
            "use one of `self`, `any`"
        );
    }
}
