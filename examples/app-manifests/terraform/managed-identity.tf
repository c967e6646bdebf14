# A web app that acts as its managed identity: there is no registration, only what the identity is granted.

data "azuread_application_published_app_ids" "well_known" {}

resource "azuread_service_principal" "msgraph" {
  client_id    = data.azuread_application_published_app_ids.well_known.result["MicrosoftGraph"]
  use_existing = true
}

resource "azurerm_user_assigned_identity" "reports" {
  name                = "id-reports"
  location            = "westeurope"
  resource_group_name = "rg-reports"
}

resource "azuread_app_role_assignment" "reports" {
  for_each = toset([
    "AuditLog.Read.All",
    "Group.Read.All",
  ])

  app_role_id         = azuread_service_principal.msgraph.app_role_ids[each.value]
  principal_object_id = azurerm_user_assigned_identity.reports.principal_id
  resource_object_id  = azuread_service_principal.msgraph.object_id
}
