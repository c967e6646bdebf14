resource "azuread_application" "app" {
  display_name = "App
}
