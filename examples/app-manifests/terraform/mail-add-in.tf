// An Outlook add-in that saves mail to SharePoint for the signed-in user.

data "azuread_service_principal" "msgraph" {
  display_name = "Microsoft Graph"
}

locals {
  graph_scopes = [
    "User.Read",
    "Mail.Read", # the message that is open
    "Sites.Selected",
  ]
}

resource "azuread_application_registration" "add_in" {
  display_name                       = "Mail to SharePoint"
  sign_in_audience                   = "AzureADMultipleOrgs"
  implicit_id_token_issuance_enabled = true
}

resource "azuread_application_redirect_uris" "add_in_spa" {
  application_id = azuread_application_registration.add_in.id
  type           = "SPA"

  redirect_uris = [
    "https://add-in.contoso.example/taskpane.html",
    "brk-multihub://add-in.contoso.example",
  ]
}

resource "azuread_application_redirect_uris" "add_in_desktop" {
  application_id = azuread_application_registration.add_in.id
  type           = "PublicClient"
  redirect_uris  = ["http://localhost"]
}

resource "azuread_application_fallback_public_client" "add_in" {
  application_id = azuread_application_registration.add_in.id
  enabled        = true
}

resource "azuread_application_api_access" "add_in_graph" {
  application_id = azuread_application_registration.add_in.id
  api_client_id  = data.azuread_service_principal.msgraph.client_id

  scope_ids = [for scope in local.graph_scopes : data.azuread_service_principal.msgraph.oauth2_permission_scope_ids[scope]]
}

resource "azuread_service_principal" "add_in" {
  client_id = azuread_application_registration.add_in.client_id
}

/* Consent for everyone in the tenant.
   `openid` and `offline_access` come with every sign-in. */
resource "azuread_service_principal_delegated_permission_grant" "add_in" {
  service_principal_object_id          = azuread_service_principal.add_in.object_id
  resource_service_principal_object_id = data.azuread_service_principal.msgraph.object_id
  claim_values                         = concat(["openid", "offline_access"], local.graph_scopes)
}
