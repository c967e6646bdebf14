//! What a plan or a state marks as sensitive. Terraform prints it all the same.

use crate::declared::field::Reader;
use crate::source::json::{Node, NodeKind};

/// Values and the marks that tell which of them are sensitive.
const MARKED: [(&str, &str); 3] = [
    ("values", "sensitive_values"),
    ("before", "before_sensitive"),
    ("after", "after_sensitive"),
];

impl Reader<'_> {
    /// Hides whatever is marked as sensitive, anywhere in the file.
    pub(super) fn hide_sensitive(&mut self, root: &Node) {
        self.hide_marked_parts(root);
        let modules = ["configuration", "root_module", "variables"];
        for variable in root.at(&modules).map_or(&[][..], Node::members) {
            let is_sensitive = variable.value.get("sensitive").is_some_and(is_true);
            let name = variable.key.value.as_str();
            let value = root.at(&["variables", name, "value"]);
            if let Some(value) =
                value.filter(|_| is_sensitive || crate::manifest::secret::names_secret(name))
            {
                self.hide_all(value);
            }
        }
    }

    fn hide_marked_parts(&mut self, node: &Node) {
        for item in node.items() {
            self.hide_marked_parts(item);
        }
        for (values, marks) in MARKED {
            if let (Some(values), Some(marks)) = (node.get(values), node.get(marks)) {
                self.hide_marked(values, marks);
            }
        }
        if node.get("sensitive").is_some_and(is_true)
            && let Some(value) = node.get("value")
        {
            self.hide_all(value);
        }
        for member in node.members() {
            self.hide_marked_parts(&member.value);
        }
    }

    fn hide_marked(&mut self, values: &Node, marks: &Node) {
        if is_true(marks) {
            self.hide_all(values);
        }
        for (value, mark) in values.items().iter().zip(marks.items()) {
            self.hide_marked(value, mark);
        }
        for mark in marks.members() {
            if let Some(value) = values.get(&mark.key.value) {
                self.hide_marked(value, &mark.value);
            }
        }
    }

    fn hide_all(&mut self, node: &Node) {
        self.hide(node);
        node.items().iter().for_each(|item| self.hide_all(item));
        for member in node.members() {
            self.hide_all(&member.value);
        }
    }
}

const fn is_true(node: &Node) -> bool {
    matches!(node.kind, NodeKind::Bool(true))
}
