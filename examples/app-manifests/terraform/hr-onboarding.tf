# The registration of the daemon that creates accounts for new colleagues.

data "azuread_client_config" "current" {}

data "azuread_application_published_app_ids" "well_known" {}

resource "azuread_service_principal" "msgraph" {
  client_id    = data.azuread_application_published_app_ids.well_known.result.MicrosoftGraph
  use_existing = true
}

resource "azuread_application" "onboarding" {
  display_name     = "HR onboarding"
  owners           = [data.azuread_client_config.current.object_id]
  sign_in_audience = "AzureADMyOrg"

  required_resource_access {
    resource_app_id = "00000003-0000-0000-c000-000000000000" # Microsoft Graph

    # Creates the account.
    resource_access {
      id   = "741f803b-c850-494e-b5df-cde7c675a1ca" # User.ReadWrite.All
      type = "Role"
    }

    # Adds it to the groups of its department.
    resource_access {
      id   = "dbaae8cf-10b5-4b86-a4a1-f871c94c6695" # GroupMember.ReadWrite.All
      type = "Role"
    }

    resource_access {
      id   = azuread_service_principal.msgraph.app_role_ids["Mail.Send"]
      type = "Role"
    }
  }

  required_resource_access {
    resource_app_id = "c5393580-f805-4401-95e8-94b7a6ef2fc2" # Office 365 Management APIs

    resource_access {
      id   = "594c1fb6-4f81-4475-ae41-0c394909246c" # ActivityFeed.Read
      type = "Role"
    }
  }

  web {
    homepage_url  = "https://hr.contoso.example"
    redirect_uris = ["https://hr.contoso.example/signed-in"]

    implicit_grant {
      access_token_issuance_enabled = false
      id_token_issuance_enabled     = true
    }
  }
}

resource "azuread_service_principal" "onboarding" {
  client_id = azuread_application.onboarding.client_id
  owners    = [data.azuread_client_config.current.object_id]
}

# Consent, role by role: an administrator applies this.
resource "azuread_app_role_assignment" "onboarding_accounts" {
  app_role_id         = azuread_service_principal.msgraph.app_role_ids["User.ReadWrite.All"]
  principal_object_id = azuread_service_principal.onboarding.object_id
  resource_object_id  = azuread_service_principal.msgraph.object_id
}

resource "azuread_app_role_assignment" "onboarding_groups" {
  app_role_id         = azuread_service_principal.msgraph.app_role_ids["GroupMember.ReadWrite.All"]
  principal_object_id = azuread_service_principal.onboarding.object_id
  resource_object_id  = azuread_service_principal.msgraph.object_id
}

resource "time_rotating" "half_a_year" {
  rotation_days = 180
}

resource "azuread_application_password" "onboarding" {
  application_id = azuread_application.onboarding.id
  display_name   = "key vault"
  end_date       = timeadd(time_rotating.half_a_year.id, "4320h")
}

resource "azuread_group" "hr" {
  display_name     = "HR"
  security_enabled = true
}

# Who may use the app: an assignment of people, no permission of the app.
resource "azuread_app_role_assignment" "hr" {
  app_role_id         = "00000000-0000-0000-0000-000000000000"
  principal_object_id = azuread_group.hr.object_id
  resource_object_id  = azuread_service_principal.onboarding.object_id
}
