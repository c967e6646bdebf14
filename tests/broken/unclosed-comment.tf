resource "azuread_application" "app" {
  /* never ended
}
