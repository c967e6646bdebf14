//! The table of rules: one file each, which has the only copy of its documentation.

use crate::finding;
use crate::lint::Rule;
use crate::lint::policy::is_named;

macro_rules! rules {
    ($($module:ident::$rule:ident),+ $(,)?) => {
        $(pub mod $module;)+

        /// All rules, in the order of their ids.
        pub const TABLE: &[&dyn Rule] = &[$(&$module::$rule),+];
    };
}

rules!(
    missing_permission::MissingPermission,
    implied_permission::ImpliedPermission,
    excess_permission::ExcessPermission,
    unmapped_permission::UnmappedPermission,
    broader_permission::BroaderPermission,
    permission_in_doubt::PermissionInDoubt,
    wrong_type::WrongType,
    unknown_permission::UnknownPermission,
    duplicate_permission::DuplicatePermission,
    deprecated_permission::DeprecatedPermission,
    tier_0_risk::TierZeroRisk,
    tier_1_risk::TierOneRisk,
    avoidable_admin_consent::AvoidableAdminConsent,
    app_only_me::AppOnlyMe,
    rsc_placement::RscPlacement,
    redundant_rsc::RedundantRsc,
    missing_rsc::MissingRsc,
    route_bypassed::RouteBypassed,
    tenant_wide_grant::TenantWideGrant,
    retired_resource::RetiredResource,
    superseded_resource::SupersededResource,
    exchange_web_services::ExchangeWebServices,
    spfx_tenant_wide::SpfxTenantWide,
    app_limits::AppLimits,
    redirect_uri::RedirectUri,
    implicit_grant::ImplicitGrant,
    long_lived_credential::LongLivedCredential,
    secret_in_file::SecretInFile,
    public_client_credentials::PublicClientCredentials,
    missing_reason::MissingReason,
    unknown_operation::UnknownOperation,
    unsupported_operation::UnsupportedOperation,
    needs_detail::NeedsDetail,
    cannot_assess::CannotAssess,
    malformed_entry::MalformedEntry,
    unreadable_file::UnreadableFile,
    invalid_manifest::InvalidManifest,
    absent_declaration::AbsentDeclaration,
    unassociated_manifest::UnassociatedManifest,
    client_id_mismatch::ClientIdMismatch,
    policy_denied::PolicyDenied,
    policy_not_allowed::PolicyNotAllowed,
    policy_access::PolicyAccess,
    policy_reason::PolicyReason,
    malformed_suppression::MalformedSuppression,
    expired_suppression::ExpiredSuppression,
    unused_suppression::UnusedSuppression,
    policy_changed::PolicyChanged,
    stale_lock::StaleLock,
    no_operations::NoOperations,
    ungranted_permission::UngrantedPermission,
);

/// Finds a rule by its name or id.
pub fn find(name: &str) -> Option<&'static finding::Rule> {
    let mut rules = TABLE.iter().map(|rule| rule.rule());
    rules.find(|rule| is_named(rule, name))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use super::*;

    #[test]
    fn every_file_is_a_rule_and_every_rule_has_its_file() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/lint/rule");
        let files: BTreeSet<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name != "mod.rs")
            .collect();
        let rules: BTreeSet<String> = TABLE
            .iter()
            .map(|rule| format!("{}.rs", rule.rule().name.replace('-', "_")))
            .collect();
        assert_eq!(files, rules);
    }

    #[test]
    fn every_rule_has_tests_that_fire_and_that_do_not() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/lint/rule");
        for rule in TABLE {
            let name = rule.rule().name.replace('-', "_");
            let text = fs::read_to_string(format!("{folder}/{name}.rs")).unwrap();
            let tests = text.split("mod tests {").nth(1).unwrap_or_default();
            assert!(tests.contains("#[test]"), "{name} has no test");
            assert!(
                tests.contains("[\"\"; 0]")
                    || tests.contains("is_empty()")
                    || tests.contains("len(), 1")
                    || tests.contains("&[]"),
                "{name} has no quiet test"
            );
        }
    }

    #[test]
    fn a_rule_of_several_severities_says_so() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/lint/rule");
        for rule in TABLE {
            let name = rule.rule().name.replace('-', "_");
            let text = fs::read_to_string(format!("{folder}/{name}.rs")).unwrap();
            let varies = text.contains("finding.severity = ");
            assert_eq!(rule.rule().varies(), varies, "{name}");
        }
    }

    #[test]
    fn ids_and_names_are_unique_and_in_order() {
        let ids: Vec<&str> = TABLE.iter().map(|rule| rule.rule().id).collect();
        let expected: Vec<String> = (1..=TABLE.len()).map(|at| format!("GG{at:03}")).collect();
        assert_eq!(ids, expected);
        let names: BTreeSet<&str> = TABLE.iter().map(|rule| rule.rule().name).collect();
        assert_eq!(names.len(), TABLE.len());
    }

    #[test]
    fn documentation_says_what_to_do_and_when_to_suppress() {
        for rule in TABLE.iter().map(|rule| rule.rule()) {
            for part in ["**What to do.** ", "**When to suppress.** "] {
                assert!(rule.explanation.contains(part), "{}", rule.name);
            }
            assert!(
                !rule.summary.ends_with('.') && rule.summary.len() < 120,
                "{}",
                rule.name
            );
            let score: Option<f64> = rule.security.map(|score| score.parse().unwrap());
            assert!(
                score.is_none_or(|score| (0.1..=10.0).contains(&score)),
                "{}",
                rule.name
            );
        }
    }

    #[test]
    fn rules_are_found_by_name_and_id() {
        assert_eq!(
            find("missing-permission").map(|rule| rule.id),
            Some("GG001")
        );
        assert_eq!(
            find("gg001").map(|rule| rule.name),
            Some("missing-permission")
        );
        assert_eq!(find("Missing-Permission"), None);
    }
}
