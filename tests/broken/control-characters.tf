resource "azuread_application" "app" {
  display_name = Über[31m uns
}
