//! What modules are handed.

use super::*;

#[test]
fn a_module_that_is_handed_the_name_of_an_app_may_look_it_up() {
    let app = |name: &str| {
        format!("resource \"azuread_application\" \"app\" {{\n  display_name = {name}\n}}\n")
    };
    let locals = "locals {\n  name  = \"${var.stage}-reports\"\n  other = local.name\n}\n";
    let told_of = |name: &str, handed: &str| {
        let call = format!("module \"grants\" {{\n  source = \"./Reports\"\n  of = {handed}\n}}\n");
        told(&beside(
            &app(name),
            &[("call.tf", &call), ("locals.tf", locals)],
        ))
    };
    for (name, handed) in [
        ("var.name", "var.name"),
        ("var.name", "{ app = [var.name] }"),
        ("\"Reports\"", "\"reports\""),
        ("local.name", "local.name"),
        ("local.name", "local.other"),
        ("local.other", "\"${var.stage}-reports\""),
        ("\"${ var.stage }-reports\"", "local.name"),
        ("local.name", "upper(local.name)"),
    ] {
        let found = told_of(name, handed);
        assert!(
            found.contains("? the module `grants` in `call.tf`, which is handed its name, at "),
            "{name} {handed}: {found}"
        );
    }
    for (name, handed) in [
        ("var.name", "var.stage"),
        ("\"./Reports\"", "\"x\""),
        ("local.name", "var.stage"),
        ("var.stage", "local.name"),
        ("\"Reports\"", "\"reports-2\""),
        ("\"\"", "\"\""),
    ] {
        let found = told_of(name, handed);
        assert!(!found.contains("grants"), "{name} {handed}: {found}");
    }
    // Of another block only what is named is handed on.
    let group =
        "resource \"azurerm_resource_group\" \"rg\" {\n  name = var.name\n  location = \"x\"\n}\n";
    let of = |attribute: &str| {
        let call = format!(
            "{group}module \"grants\" {{\n  source = \"./x\"\n  of = azurerm_resource_group.rg.{attribute}\n}}\n"
        );
        told(&beside(&app("var.name"), &[("call.tf", &call)])).contains("grants")
    };
    assert!(of("name") && !of("location"));
}
