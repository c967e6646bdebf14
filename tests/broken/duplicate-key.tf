resource "azuread_application" "app" {
  display_name = "one"
  display_name = "two"
}
