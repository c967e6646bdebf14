{"resource": {"azuread_application": {"app": {}}}}
