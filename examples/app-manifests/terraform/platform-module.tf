# A module of a platform team: what an app gets is decided by whoever calls it.

variable "name" {
  type = string
}

variable "graph_roles" {
  type    = set(string)
  default = ["User.Read.All"]
}

variable "redirect_uris" {
  type    = list(string)
  default = []
}

variable "with_secret" {
  type    = bool
  default = false
}

data "azuread_service_principal" "msgraph" {
  client_id = "00000003-0000-0000-c000-000000000000"
}

resource "azuread_application" "this" {
  display_name = var.name

  dynamic "required_resource_access" {
    for_each = length(var.graph_roles) > 0 ? [1] : []

    content {
      resource_app_id = "00000003-0000-0000-c000-000000000000"

      dynamic "resource_access" {
        for_each = var.graph_roles

        content {
          id   = data.azuread_service_principal.msgraph.app_role_ids[resource_access.value]
          type = "Role"
        }
      }
    }
  }

  web {
    redirect_uris = var.redirect_uris
  }
}

resource "azuread_service_principal" "this" {
  client_id = azuread_application.this.client_id
}

resource "azuread_application_password" "this" {
  count             = var.with_secret ? 1 : 0
  application_id    = azuread_application.this.id
  end_date_relative = "17520h"
}

resource "azuread_app_role_assignment" "this" {
  for_each            = var.graph_roles
  app_role_id         = data.azuread_service_principal.msgraph.app_role_ids[each.value]
  principal_object_id = azuread_service_principal.this.object_id
  resource_object_id  = data.azuread_service_principal.msgraph.object_id
}

module "monitoring" {
  source = "./monitoring"
  name   = var.name
}
