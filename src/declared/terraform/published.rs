//! The names under which `data "azuread_application_published_app_ids"` gives application ids.
//!
//! Taken on 2026-11-24 from the list that the provider uses
//! (<https://github.com/hashicorp/go-azure-sdk/blob/main/sdk/environments/application_ids.go>): the
//! resources that `data/overlay/resources.yaml` knows. Another name is one that cannot be told.

const NAMES: [(&str, &str); 14] = [
    ("MicrosoftGraph", "00000003-0000-0000-c000-000000000000"),
    (
        "AzureActiveDirectoryGraph",
        "00000002-0000-0000-c000-000000000000",
    ),
    (
        "Office365SharePointOnline",
        "00000003-0000-0ff1-ce00-000000000000",
    ),
    (
        "Office365ExchangeOnline",
        "00000002-0000-0ff1-ce00-000000000000",
    ),
    (
        "SkypeForBusinessOnline",
        "00000004-0000-0ff1-ce00-000000000000",
    ),
    ("Yammer", "00000005-0000-0ff1-ce00-000000000000"),
    (
        "Office365Management",
        "c5393580-f805-4401-95e8-94b7a6ef2fc2",
    ),
    (
        "AzureServiceManagement",
        "797f4846-ba00-4fd7-ba43-dac1f8f63013",
    ),
    ("OneNote", "2d4d3d8e-2be3-4bef-9f87-7875a61c29de"),
    ("TeamsServices", "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe"),
    ("AzureKeyVault", "cfa8b339-82a2-471a-a3c9-0fc0be7a4093"),
    ("WindowsDefenderAtp", "fc780465-2017-40d4-a0c5-307022471b92"),
    ("ThreatProtection", "8ee8fdad-f234-4243-8f3b-15c294843740"),
    (
        "AzureResourceManager",
        "797f4846-ba00-4fd7-ba43-dac1f8f63013",
    ),
];

/// Returns the application id of a name.
pub(super) fn app_id(name: &str) -> Option<&'static str> {
    let found = NAMES.iter().find(|(known, _)| *known == name);
    found.map(|(_, id)| *id)
}
