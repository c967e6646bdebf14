//! Values.

use crate::source::bicep::BicepError;
use crate::source::bicep::parse::Parser;
use crate::source::bicep::tree::{Expression, ExpressionKind, Loop, Member};
use crate::source::span::{Span, Spanned};

/// Operators between two values, the longer ones first.
const OPERATORS: [&str; 16] = [
    "||", "&&", "==", "!=", "=~", "!~", "<=", ">=", "??", "<", ">", "+", "-", "*", "/", "%",
];

/// How many steps such as `.name` may follow each other.
const STEPS: usize = 64;

impl Parser<'_> {
    /// Reads a value.
    pub(super) fn expression(&mut self) -> Result<Expression, BicepError> {
        self.deeper()?;
        let first = self.operation()?;
        let before = self.at;
        self.lines();
        let is_condition = self.rest().starts_with('?') && !self.rest().starts_with("??");
        if !is_condition {
            self.at = before;
            self.depth -= 1;
            return Ok(first);
        }
        self.at += 1;
        self.lines();
        let then = self.expression()?;
        self.lines();
        self.expect(":")?;
        self.lines();
        let otherwise = self.expression()?;
        self.depth -= 1;
        Ok(Expression {
            span: first.span.to(otherwise.span),
            kind: ExpressionKind::Other("a condition", vec![first, then, otherwise]),
        })
    }

    fn operation(&mut self) -> Result<Expression, BicepError> {
        let mut operands = vec![self.operand()?];
        let mut only = None;
        loop {
            let before = self.at;
            self.blanks();
            let rest = self.rest();
            let operator = OPERATORS.into_iter().find(|mark| rest.starts_with(mark));
            let is_comment = rest.starts_with("//") || rest.starts_with("/*");
            let Some(operator) = operator.filter(|_| !is_comment) else {
                self.at = before;
                break;
            };
            self.at += operator.len();
            self.lines();
            operands.push(self.operand()?);
            only = Some(operator).filter(|_| operands.len() == 2);
        }
        let end = operands.last().map_or(self.at, |last| last.span.end);
        let start = operands.first().map_or(self.at, |first| first.span.start);
        let span = Span::new(start, end);
        if operands.len() == 1
            && let Some(one) = operands.pop()
        {
            return Ok(one);
        }
        if matches!(only, Some("==" | "=~"))
            && let (Some(right), Some(left)) = (operands.pop(), operands.pop())
        {
            let kind = ExpressionKind::Equals(Box::new(left), Box::new(right));
            return Ok(Expression { span, kind });
        }
        let kind = ExpressionKind::Other("a calculation", operands);
        Ok(Expression { span, kind })
    }

    fn operand(&mut self) -> Result<Expression, BicepError> {
        let start = self.at;
        let mut is_changed = false;
        while self.take("!") || self.take("-") || self.take("+") {
            is_changed = true;
            self.blanks();
        }
        let mut value = self.primary()?;
        let mut steps = 0;
        while let Some(next) = self.step(&mut value)? {
            value = next;
            steps += 1;
            if steps > STEPS {
                return Err(BicepError::new(
                    Span::new(start, self.at),
                    format!("more than {STEPS} steps follow each other"),
                    "this is no file that a person wrote by hand; leave it out",
                ));
            }
        }
        if is_changed {
            return Ok(Expression {
                span: Span::new(start, self.at),
                kind: ExpressionKind::Other("a calculation", vec![value]),
            });
        }
        Ok(value)
    }

    /// Reads `.name`, `.name(...)`, `[index]`, `::name` or `!` after a value, which becomes part of it.
    fn step(&mut self, of: &mut Expression) -> Result<Option<Expression>, BicepError> {
        let start = of.span.start;
        let rest = self.rest();
        let is_not = rest.starts_with('!') && !rest.starts_with("!=") && !rest.starts_with("!~");
        if is_not {
            // It says that the value is not null, and changes nothing.
            self.at += 1;
            let span = Span::new(start, self.at);
            let inner = std::mem::replace(of, empty(span));
            return Ok(Some(Expression { span, ..inner }));
        }
        if self.take("::") || self.take(".?") || (!rest.starts_with("...") && self.take(".")) {
            let name = self.needed_name()?;
            let inner = std::mem::replace(of, empty(name.span));
            if self.take("(") {
                let mut arguments = vec![inner];
                arguments.extend(self.arguments()?);
                return Ok(Some(Expression {
                    span: Span::new(start, self.at),
                    kind: ExpressionKind::Call(name.value, arguments),
                }));
            }
            return Ok(Some(Expression {
                span: Span::new(start, self.at),
                kind: ExpressionKind::Member(Box::new(inner), name),
            }));
        }
        if self.take("[") {
            self.take("?");
            self.lines();
            let index = self.expression()?;
            self.lines();
            self.expect("]")?;
            let inner = std::mem::replace(of, empty(index.span));
            return Ok(Some(Expression {
                span: Span::new(start, self.at),
                kind: ExpressionKind::Index(Box::new(inner), Box::new(index)),
            }));
        }
        Ok(None)
    }

    fn primary(&mut self) -> Result<Expression, BicepError> {
        let start = self.at;
        if self.at_text() {
            return self.text();
        }
        let kind = match self.peek() {
            Some('[') => self.array()?,
            Some('{') => self.object()?,
            Some('(') => return self.parenthesis(),
            Some(digit) if digit.is_ascii_digit() => {
                let rest = self.rest();
                let length = rest
                    .find(|c: char| !c.is_ascii_digit())
                    .unwrap_or(rest.len());
                self.at += length;
                ExpressionKind::Number(rest.get(..length).unwrap_or_default().to_owned())
            }
            _ => {
                let Some(name) = self.name() else {
                    return Err(self.unexpected("a value"));
                };
                return self.named(name);
            }
        };
        Ok(Expression {
            span: Span::new(start, self.at),
            kind,
        })
    }

    fn named(&mut self, name: Spanned<String>) -> Result<Expression, BicepError> {
        let start = name.span.start;
        if self.take("(") {
            let arguments = self.arguments()?;
            return Ok(Expression {
                span: Span::new(start, self.at),
                kind: ExpressionKind::Call(name.value, arguments),
            });
        }
        let before = self.at;
        self.blanks();
        if self.take("=>") {
            return self.lambda(start, vec![name.value]);
        }
        self.at = before;
        let kind = match name.value.as_str() {
            "true" => ExpressionKind::Bool(true),
            "false" => ExpressionKind::Bool(false),
            "null" => ExpressionKind::Null,
            _ => ExpressionKind::Name(name.value),
        };
        Ok(Expression {
            span: name.span,
            kind,
        })
    }

    fn lambda(&mut self, start: usize, names: Vec<String>) -> Result<Expression, BicepError> {
        self.lines();
        let body = self.expression()?;
        Ok(Expression {
            span: Span::new(start, body.span.end),
            kind: ExpressionKind::Lambda(names, Box::new(body)),
        })
    }

    /// Reads a value in parentheses, or the names of a lambda.
    fn parenthesis(&mut self) -> Result<Expression, BicepError> {
        let start = self.at;
        self.expect("(")?;
        let inner = self.arguments()?;
        let span = Span::new(start, self.at);
        let before = self.at;
        self.blanks();
        if self.take("=>") {
            let names = inner.iter().map(|name| match &name.kind {
                ExpressionKind::Name(name) => Some(name.clone()),
                _ => None,
            });
            let Some(names) = names.collect() else {
                return Err(BicepError::new(
                    span,
                    "these are no names",
                    "write `(a, b) => ...`",
                ));
            };
            return self.lambda(start, names);
        }
        self.at = before;
        let mut inner = inner.into_iter();
        match (inner.next(), inner.next()) {
            (Some(one), None) => Ok(Expression { span, ..one }),
            _ => Err(BicepError::new(
                span,
                "one value is needed in these parentheses",
                "write one, or remove the parentheses",
            )),
        }
    }

    /// Reads values up to a closing parenthesis.
    fn arguments(&mut self) -> Result<Vec<Expression>, BicepError> {
        let mut all = Vec::new();
        loop {
            self.lines();
            if self.take(")") {
                return Ok(all);
            }
            all.push(self.expression()?);
            self.lines();
            if !self.take(",") && !self.rest().starts_with(')') {
                return Err(self.unexpected("`,` or `)`"));
            }
        }
    }

    fn array(&mut self) -> Result<ExpressionKind, BicepError> {
        self.expect("[")?;
        self.lines();
        if self.word("for") {
            return self.for_loop();
        }
        let mut items = Vec::new();
        loop {
            self.lines();
            if self.take("]") {
                return Ok(ExpressionKind::Array(items));
            }
            let start = self.at;
            if self.take("...") {
                let inner = self.expression()?;
                items.push(Expression {
                    span: Span::new(start, self.at),
                    kind: ExpressionKind::Other("`...`", vec![inner]),
                });
            } else {
                items.push(self.expression()?);
            }
            self.separator(']')?;
        }
    }

    /// Takes what stands between two parts: a comma or the end of the line.
    fn separator(&mut self, close: char) -> Result<(), BicepError> {
        self.blanks();
        let is_apart =
            self.take(",") || matches!(self.peek(), Some('\n')) || self.rest().starts_with(close);
        if is_apart {
            return Ok(());
        }
        Err(self.unexpected(&format!("a new line, `,` or `{close}`")))
    }

    /// Reads a loop after `[for`.
    fn for_loop(&mut self) -> Result<ExpressionKind, BicepError> {
        self.blanks();
        let (item, index) = if self.take("(") {
            let item = self.needed_name()?;
            self.blanks();
            self.expect(",")?;
            let index = self.needed_name()?;
            self.blanks();
            self.expect(")")?;
            (item, Some(index.value))
        } else {
            (self.needed_name()?, None)
        };
        self.blanks();
        if !self.word("in") {
            return Err(self.unexpected("`in`"));
        }
        self.blanks();
        let collection = self.expression()?;
        self.blanks();
        self.expect(":")?;
        self.lines();
        let is_filtered = self.word("if");
        if is_filtered {
            self.blanks();
            self.expression()?;
            self.lines();
        }
        let body = self.expression()?;
        self.lines();
        self.expect("]")?;
        Ok(ExpressionKind::For(Box::new(Loop {
            item: item.value,
            index,
            collection,
            is_filtered,
            body,
        })))
    }

    fn object(&mut self) -> Result<ExpressionKind, BicepError> {
        self.expect("{")?;
        let mut members = Vec::new();
        loop {
            self.lines();
            if self.take("}") {
                return Ok(ExpressionKind::Object(members));
            }
            if let Some(member) = self.member()? {
                members.push(member);
            }
            self.separator('}')?;
        }
    }

    fn member(&mut self) -> Result<Option<Member>, BicepError> {
        let start = self.at;
        if self.take("...") {
            let value = self.expression()?;
            let span = Span::new(start, self.at);
            return Ok(Some(Member {
                span,
                key: None,
                value,
            }));
        }
        if self.take("@") {
            // A decorator of a resource within.
            self.expression()?;
            return Ok(None);
        }
        let key = if self.at_text() {
            let text = self.text()?;
            match text.kind {
                ExpressionKind::Text(name) => Some(Spanned::new(name, text.span)),
                _ => None,
            }
        } else {
            let Some(name) = self.name() else {
                return Err(self.unexpected("a key"));
            };
            self.blanks();
            if name.value == "resource" && !self.rest().starts_with(':') {
                self.deeper()?;
                self.resource(start)?;
                self.depth -= 1;
                return Ok(None);
            }
            Some(name)
        };
        self.blanks();
        self.expect(":")?;
        self.lines();
        let value = self.expression()?;
        let span = Span::new(start, self.at);
        Ok(Some(Member { span, key, value }))
    }
}

fn empty(span: Span) -> Expression {
    Expression {
        span,
        kind: ExpressionKind::Null,
    }
}
