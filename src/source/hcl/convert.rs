//! From hcl-edit's tree to ours.

use hcl_edit::Span as _;
use hcl_edit::expr::{self, ObjectKey, TraversalOperator};
use hcl_edit::structure;
use hcl_edit::template::{Element, Template};

use crate::source::hcl::tree::{
    Attribute, Block, Body, Expression, ExpressionKind, For, Member, Part, Step, Structure,
};
use crate::source::span::{Span, Spanned};

/// Converts a body. `around` is the place to name for parts that the parser gives no place.
pub(super) fn body(body: &structure::Body, around: Span) -> Body {
    let structures = body.iter().map(|part| match part {
        structure::Structure::Attribute(attribute) => {
            let span = place(attribute.span(), around);
            Structure::Attribute(Attribute {
                span,
                name: Spanned::new(attribute.key.to_string(), place(attribute.key.span(), span)),
                value: expression(&attribute.value, span),
            })
        }
        structure::Structure::Block(block) => {
            let span = place(block.span(), around);
            let labels = block.labels.iter();
            Structure::Block(Block {
                span,
                kind: Spanned::new(block.ident.to_string(), place(block.ident.span(), span)),
                labels: labels
                    .map(|label| Spanned::new(label.as_str().to_owned(), place(label.span(), span)))
                    .collect(),
                body: self::body(&block.body, span),
            })
        }
    });
    Body {
        structures: structures.map(attach_end).collect(),
    }
}

/// The parser gives attributes of one-line blocks no place of their own: it is that of name and value.
fn attach_end(part: Structure) -> Structure {
    match part {
        Structure::Attribute(mut attribute) => {
            attribute.span = attribute.name.span.to(attribute.value.span);
            Structure::Attribute(attribute)
        }
        block @ Structure::Block(_) => block,
    }
}

fn place(range: Option<std::ops::Range<usize>>, around: Span) -> Span {
    range.map_or(around, |range| Span::new(range.start, range.end))
}

fn expression(value: &expr::Expression, around: Span) -> Expression {
    let span = place(value.span(), around);
    let all = |values: &[&expr::Expression]| {
        let values = values.iter();
        values.map(|value| expression(value, span)).collect()
    };
    let kind = match value {
        expr::Expression::Null(_) => ExpressionKind::Null,
        expr::Expression::Bool(value) => ExpressionKind::Bool(*value.value()),
        expr::Expression::Number(value) => ExpressionKind::Number(value.value().to_string()),
        expr::Expression::String(value) => ExpressionKind::Text(value.value().clone()),
        expr::Expression::Array(items) => {
            ExpressionKind::List(items.iter().map(|item| expression(item, span)).collect())
        }
        expr::Expression::Object(object) => ExpressionKind::Object(members(object, span)),
        expr::Expression::StringTemplate(template) => {
            template_of(template.iter().map(|part| part_of(part, span)))
        }
        expr::Expression::HeredocTemplate(heredoc) => {
            let template: &Template = &heredoc.template;
            template_of(template.iter().map(|part| part_of(part, span)))
        }
        expr::Expression::Parenthesis(inner) => {
            let inner = expression(inner.inner(), span);
            return Expression { span, ..inner };
        }
        expr::Expression::Variable(name) => {
            ExpressionKind::Traversal(Spanned::new(name.to_string(), span), Vec::new())
        }
        expr::Expression::Traversal(traversal) => return traversal_of(traversal, span),
        expr::Expression::FuncCall(call) => ExpressionKind::Call(
            function(&call.name),
            call.args
                .iter()
                .map(|argument| expression(argument, span))
                .collect(),
        ),
        expr::Expression::ForExpr(parts) => ExpressionKind::For(Box::new(for_of(parts, span))),
        expr::Expression::Conditional(parts) => ExpressionKind::Other(
            "a condition",
            all(&[&parts.cond_expr, &parts.true_expr, &parts.false_expr]),
        ),
        expr::Expression::UnaryOp(parts) => {
            ExpressionKind::Other("a calculation", all(&[&parts.expr]))
        }
        expr::Expression::BinaryOp(parts) => {
            ExpressionKind::Other("a calculation", all(&[&parts.lhs_expr, &parts.rhs_expr]))
        }
    };
    Expression { span, kind }
}

fn function(name: &expr::FuncName) -> String {
    let namespace = name.namespace.iter().map(ToString::to_string);
    let parts: Vec<String> = namespace.chain([name.name.to_string()]).collect();
    parts.join("::")
}

fn members(object: &expr::Object, around: Span) -> Vec<Member> {
    let members = object.iter().map(|(key, value)| {
        let key = match key {
            ObjectKey::Ident(name) => Expression {
                span: place(name.span(), around),
                kind: ExpressionKind::Text(name.to_string()),
            },
            ObjectKey::Expression(key) => expression(key, around),
        };
        let value = expression(value.expr(), around);
        Member {
            span: key.span.to(value.span),
            key,
            value,
        }
    });
    members.collect()
}

fn template_of(parts: impl Iterator<Item = Part>) -> ExpressionKind {
    let mut parts: Vec<Part> = parts.collect();
    match parts.as_mut_slice() {
        [] => ExpressionKind::Text(String::new()),
        [Part::Text(text)] => ExpressionKind::Text(std::mem::take(text)),
        _ => ExpressionKind::Template(parts),
    }
}

fn part_of(part: &Element, around: Span) -> Part {
    match part {
        Element::Literal(text) => Part::Text(text.value().clone()),
        Element::Interpolation(inner) => {
            let span = place(part.span(), around);
            Part::Value(expression(&inner.expr, span))
        }
        Element::Directive(_) => Part::Directive,
    }
}

fn traversal_of(traversal: &expr::Traversal, span: Span) -> Expression {
    let root = expression(&traversal.expr, span);
    let steps = traversal.operators.iter().map(|step| match step.value() {
        TraversalOperator::GetAttr(name) => {
            Step::Attribute(Spanned::new(name.to_string(), place(name.span(), span)))
        }
        TraversalOperator::LegacyIndex(index) => Step::Attribute(Spanned::new(
            index.value().to_string(),
            place(step.span(), span),
        )),
        TraversalOperator::Index(index) => Step::Index(Box::new(expression(index, span))),
        TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => Step::Splat,
    });
    let steps: Vec<Step> = steps.collect();
    let kind = match root.kind {
        ExpressionKind::Traversal(name, mut first) => {
            first.extend(steps);
            ExpressionKind::Traversal(name, first)
        }
        _ => ExpressionKind::Other("an index", vec![root]),
    };
    Expression { span, kind }
}

fn for_of(parts: &expr::ForExpr, span: Span) -> For {
    For {
        key_name: parts.intro.key_var.as_deref().map(ToString::to_string),
        value_name: parts.intro.value_var.to_string(),
        collection: expression(&parts.intro.collection_expr, span),
        key: parts.key_expr.as_ref().map(|key| expression(key, span)),
        value: expression(&parts.value_expr, span),
        is_filtered: parts.cond.is_some() || parts.grouping,
    }
}
