//! `graphgrant init`.

use crate::run::Place;

#[test]
fn the_starter_is_written_once_and_can_be_planned() {
    let place = Place::new();
    let wrote = place.run(&["init"]).ends_with(0);
    assert!(wrote.out.contains("graphgrant plan"), "{}", wrote.out);
    place.run(&["plan"]).ends_with(0);
    let refused = place.run(&["init"]).ends_with(2);
    assert!(refused.err.contains("--force"), "{}", refused.err);
    place.run(&["init", "--force"]).ends_with(0);
}

#[test]
fn another_name_is_told_to_plan() {
    let wrote = Place::new().run(&["init", "other.yaml"]).ends_with(0);
    assert!(wrote.out.contains("graphgrant plan other.yaml"));
}
