resource "azuread_application_password" "app" {
  value = <<EOT
  never ended
