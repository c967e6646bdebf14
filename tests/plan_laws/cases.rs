//! Plans that an expert can check by hand.

use graphgrant::plan::model::Goal;

use crate::world::{chosen, planned, wants};

#[test]
fn reading_oneself_stays_what_it_is_beside_reading_everybody() {
    let plan = planned(
        vec![wants("GET /me"), wants("GET /users/{id}")],
        Goal::Documented,
    );
    assert!(chosen(&plan.delegated).contains(&"User.Read"));
}
