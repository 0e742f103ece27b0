//! From words to an expression, by JavaScript's precedence.

use super::ast::{Expr, Kind, Operator, Variable};
use super::lexer::{tokens, Fault, Token};
use super::pattern;

/// How deep an expression may be nested: enough for people, little enough for the stack.
const MAX_NESTING: usize = 100;

/// How many operators, members and calls an expression may have, for the same reason.
const MAX_LINKS: usize = 400;

/// Reads one expression, which is all of `text`.
pub(super) fn parse(text: &str) -> Result<Expr, Fault> {
    let mut parser = Parser {
        tokens: tokens(text)?,
        next: 0,
        nesting: 0,
        links: 0,
    };
    let expr = parser.expression()?;
    match parser.peek() {
        Token::End => Ok(expr),
        _ => Err(parser.unexpected()),
    }
}

struct Parser {
    tokens: Vec<(usize, Token)>,
    next: usize,
    nesting: usize,
    links: usize,
}

/// The operators of two sides by how tightly they bind, loosest first; `||`, `&&` and `?:` are looser than all of them.
const LEVELS: [&[(&str, Operator)]; 4] = [
    &[
        ("==", Operator::Equal),
        ("===", Operator::Equal),
        ("!=", Operator::NotEqual),
        ("!==", Operator::NotEqual),
    ],
    &[
        ("<", Operator::Less),
        ("<=", Operator::LessOrEqual),
        (">", Operator::Greater),
        (">=", Operator::GreaterOrEqual),
    ],
    &[("+", Operator::Add), ("-", Operator::Subtract)],
    &[
        ("*", Operator::Multiply),
        ("/", Operator::Divide),
        ("%", Operator::Remainder),
    ],
];

impl Parser {
    fn at(&self) -> usize {
        self.tokens[self.next].0
    }

    // The last token is `End` and is never taken, so that there is always a next.
    fn peek(&self) -> &Token {
        &self.tokens[self.next].1
    }

    fn take(&mut self, mark: &str) -> bool {
        let found = matches!(self.peek(), Token::Mark(next) if *next == mark);
        if found {
            self.next += 1;
        }
        found
    }

    fn expect(&mut self, mark: &str) -> Result<(), Fault> {
        if self.take(mark) {
            return Ok(());
        }
        Err(Fault::new(self.at(), format!("Expected \"{mark}\".")))
    }

    fn unexpected(&self) -> Fault {
        let found = match self.peek() {
            Token::End => "Unexpected end of the expression.".to_owned(),
            Token::Mark(mark) => format!("Unexpected \"{mark}\"."),
            Token::Name(name) => format!("Unexpected \"{name}\"."),
            Token::Number(_) | Token::Text(_) | Token::Pattern { .. } => {
                "Unexpected value: an operator is missing.".to_owned()
            }
        };
        Fault::new(self.at(), found)
    }

    /// Everything recursive passes through here or through `unary`.
    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        if self.nesting == MAX_NESTING {
            return Err(Fault::new(
                self.at(),
                "The expression is nested too deeply.",
            ));
        }
        self.nesting += 1;
        let result = read(self);
        self.nesting -= 1;
        result
    }

    fn expression(&mut self) -> Result<Expr, Fault> {
        self.deeper(|parser| {
            let test = parser.or()?;
            if !parser.take("?") {
                return Ok(test);
            }
            let yes = parser.expression()?;
            parser.expect(":")?;
            let no = parser.expression()?;
            Ok(Expr {
                at: test.at,
                kind: Kind::Conditional(Box::new(test), Box::new(yes), Box::new(no)),
            })
        })
    }

    fn or(&mut self) -> Result<Expr, Fault> {
        let mut left = self.and()?;
        while self.take("||") {
            self.link()?;
            let right = self.and()?;
            left = Expr {
                at: left.at,
                kind: Kind::Or(Box::new(left), Box::new(right)),
            };
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Expr, Fault> {
        let mut left = self.binary(0)?;
        while self.take("&&") {
            self.link()?;
            let right = self.binary(0)?;
            left = Expr {
                at: left.at,
                kind: Kind::And(Box::new(left), Box::new(right)),
            };
        }
        Ok(left)
    }

    /// A chain leans to the left and is as deep as it is long, so the operators of an expression are counted.
    fn link(&mut self) -> Result<(), Fault> {
        if self.links == MAX_LINKS {
            return Err(Fault::new(self.at(), "The expression is too long."));
        }
        self.links += 1;
        Ok(())
    }

    fn binary(&mut self, level: usize) -> Result<Expr, Fault> {
        let Some(operators) = LEVELS.get(level) else {
            return self.unary();
        };
        let mut left = self.binary(level + 1)?;
        loop {
            let operator = operators
                .iter()
                .find(|(mark, _)| matches!(self.peek(), Token::Mark(next) if next == mark));
            let Some((_, operator)) = operator else {
                return Ok(left);
            };
            self.next += 1;
            self.link()?;
            let right = self.binary(level + 1)?;
            left = Expr {
                at: left.at,
                kind: Kind::Binary(*operator, Box::new(left), Box::new(right)),
            };
        }
    }

    fn unary(&mut self) -> Result<Expr, Fault> {
        let at = self.at();
        if self.take("!") {
            let inner = self.deeper(Self::unary)?;
            return Ok(Expr {
                at,
                kind: Kind::Not(Box::new(inner)),
            });
        }
        if self.take("-") {
            let inner = self.deeper(Self::unary)?;
            return Ok(Expr {
                at,
                kind: Kind::Negate(Box::new(inner)),
            });
        }
        self.postfix()
    }

    fn postfix(&mut self) -> Result<Expr, Fault> {
        let mut expr = self.primary()?;
        loop {
            let at = expr.at;
            let kind = if self.take(".") {
                let Token::Name(name) = self.peek().clone() else {
                    return Err(Fault::new(self.at(), "Expected a name."));
                };
                self.next += 1;
                Kind::Member(Box::new(expr), name)
            } else if self.take("[") {
                let key = self.expression()?;
                self.expect("]")?;
                Kind::Index(Box::new(expr), Box::new(key))
            } else if self.take("(") {
                Kind::Call(Box::new(expr), self.list(")")?)
            } else {
                return Ok(expr);
            };
            self.link()?;
            expr = Expr { at, kind };
        }
    }

    /// Expressions with commas between them, up to and with `end`.
    fn list(&mut self, end: &str) -> Result<Vec<Expr>, Fault> {
        let mut items = Vec::new();
        if self.take(end) {
            return Ok(items);
        }
        loop {
            items.push(self.expression()?);
            if self.take(end) {
                return Ok(items);
            }
            self.expect(",")?;
        }
    }

    fn primary(&mut self) -> Result<Expr, Fault> {
        let at = self.at();
        let kind = match self.peek().clone() {
            Token::Number(number) => Kind::Number(number),
            Token::Text(text) => Kind::Text(text),
            Token::Pattern { body, flags } => Kind::Pattern(Box::new(
                pattern::compile(&body, &flags).map_err(|message| Fault::new(at, message))?,
            )),
            Token::Name(name) => {
                named(&name).ok_or_else(|| Fault::new(at, format!("No such variable: {name}.")))?
            }
            Token::Mark("(") => {
                self.next += 1;
                let inner = self.expression()?;
                self.expect(")")?;
                return Ok(inner);
            }
            Token::Mark("[") => {
                self.next += 1;
                return Ok(Expr {
                    at,
                    kind: Kind::List(self.list("]")?),
                });
            }
            Token::Mark(_) | Token::End => return Err(self.unexpected()),
        };
        self.next += 1;
        Ok(Expr { at, kind })
    }
}

fn named(name: &str) -> Option<Kind> {
    Some(match name {
        "null" => Kind::Null,
        "true" => Kind::Bool(true),
        "false" => Kind::Bool(false),
        "auth" => Kind::Variable(Variable::Auth),
        "now" => Kind::Variable(Variable::Now),
        "root" => Kind::Variable(Variable::Root),
        "data" => Kind::Variable(Variable::Data),
        "newData" => Kind::Variable(Variable::NewData),
        "query" => Kind::Variable(Variable::Query),
        name if name.starts_with('$') => Kind::Variable(Variable::Wildcard(name.to_owned())),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expression with all its parentheses.
    fn shape(expr: &Expr) -> String {
        match &expr.kind {
            Kind::Number(number) => number.to_string(),
            Kind::Text(text) => format!("'{text}'"),
            Kind::Variable(variable) => format!("{variable:?}").to_lowercase(),
            Kind::Member(object, name) => format!("{}.{name}", shape(object)),
            Kind::Index(object, key) => format!("{}[{}]", shape(object), shape(key)),
            Kind::Call(callee, arguments) => {
                format!(
                    "{}({})",
                    shape(callee),
                    arguments.iter().map(shape).collect::<Vec<_>>().join(",")
                )
            }
            Kind::Not(inner) => format!("!{}", shape(inner)),
            Kind::Negate(inner) => format!("-{}", shape(inner)),
            Kind::Binary(operator, left, right) => {
                format!("({} {operator:?} {})", shape(left), shape(right))
            }
            Kind::And(left, right) => format!("({} and {})", shape(left), shape(right)),
            Kind::Or(left, right) => format!("({} or {})", shape(left), shape(right)),
            Kind::Conditional(test, yes, no) => {
                format!("({} ? {} : {})", shape(test), shape(yes), shape(no))
            }
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn operators_bind_as_in_javascript() {
        for (text, expected) in [
            ("1 + 2 * 3 - 4", "((1 Add (2 Multiply 3)) Subtract 4)"),
            ("now < 1 == now > 2", "((now Less 1) Equal (now Greater 2))"),
            ("now || root && data", "(now or (root and data))"),
            ("!now == -1", "(!now Equal -1)"),
            ("now ? 1 : now ? 2 : 3", "(now ? 1 : (now ? 2 : 3))"),
            ("(1 + 2) * 3", "((1 Add 2) Multiply 3)"),
            ("auth.token['x'].y(1, now)", "auth.token['x'].y(1,now)"),
            ("6 / 2 / 3", "((6 Divide 2) Divide 3)"),
            ("-auth.x", "-auth.x"),
        ] {
            assert_eq!(shape(&parse(text).expect(text)), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_expression_is_refused_with_its_place() {
        for (text, at) in [
            ("", 0),
            ("1 +", 3),
            ("(1", 2),
            ("a", 0),
            ("auth.", 5),
            ("auth x", 5),
            ("1 2", 2),
            ("now ? 1", 7),
            ("auth[1", 6),
            ("f(,)", 0),
            ("now = 1", 4),
            ("auth.x == /(/", 10),
        ] {
            assert_eq!(parse(text).expect_err(text).at, at, "{text}");
        }
    }

    #[test]
    fn no_expression_uses_up_the_stack() {
        for text in [
            "(".repeat(100_000),
            "!".repeat(100_000),
            "[".repeat(100_000),
            format!("now{}", "[now".repeat(100_000)),
        ] {
            assert!(parse(&text).is_err());
        }
        for mark in ["+", "&&", "||", "=="] {
            assert!(
                parse(&format!("now{}", format!("{mark}now").repeat(100_000))).is_err(),
                "{mark}"
            );
        }
        assert!(parse(&format!("auth{}", ".x".repeat(100_000))).is_err());
    }
}
