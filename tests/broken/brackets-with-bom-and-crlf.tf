resource "azuread_application" "app" {
  required_resource_access [
  }
}
