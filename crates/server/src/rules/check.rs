//! Types: what an expression can be is worked out when rules are uploaded, so that most mistakes never get to run.
//!
//! What comes from data or from a token is known only when it is there; such values are checked when they are used.

use super::ast::{Expr, Kind, Operator, Variable};
use super::lexer::Fault;
use super::types::{member, Type, HAS_CHILDREN};

/// What an expression may mention.
pub(super) struct Scope<'a> {
    /// The wildcards on the way to the rule, with their `$`.
    pub(super) wildcards: &'a [&'a str],
    /// Whether there is new data, as there is when something is written.
    pub(super) writes: bool,
}

/// Checks a whole rule, which must say true or false.
pub(super) fn check(expr: &Expr, scope: &Scope<'_>) -> Result<(), Fault> {
    match scope.infer(expr)? {
        Type::Bool => Ok(()),
        other => Err(Fault::new(
            expr.at,
            format!("A rule must be true or false; this is {}.", other.name()),
        )),
    }
}

impl Scope<'_> {
    fn infer(&self, expr: &Expr) -> Result<Type, Fault> {
        match &expr.kind {
            Kind::Null => Ok(Type::Null),
            Kind::Bool(_) => Ok(Type::Bool),
            Kind::Number(_) => Ok(Type::Number),
            Kind::Text(_) => Ok(Type::Text),
            Kind::Pattern(_) => Ok(Type::Pattern),
            Kind::List(items) => {
                for item in items {
                    self.infer(item)?;
                }
                Ok(Type::List)
            }
            Kind::Variable(variable) => self.variable(expr.at, variable),
            Kind::Member(object, name) => {
                let object = self.object(object)?;
                member(object, name).ok_or_else(|| no_member(expr.at, object, name))
            }
            Kind::Index(object, key) => self.index(object, key),
            Kind::Call(callee, arguments) => self.call(expr.at, callee, arguments),
            Kind::Not(inner) => {
                self.truth(inner, "! needs true or false")?;
                Ok(Type::Bool)
            }
            Kind::Negate(inner) => {
                let found = self.infer(inner)?;
                self.require(inner, found, &[Type::Number], "- needs a number")?;
                Ok(Type::Number)
            }
            Kind::Binary(operator, left, right) => self.binary(expr.at, *operator, left, right),
            Kind::And(left, right) | Kind::Or(left, right) => {
                for side in [left, right] {
                    self.truth(side, "&& and || need true or false on both sides")?;
                }
                Ok(Type::Bool)
            }
            Kind::Conditional(test, yes, no) => {
                self.truth(test, "? needs true or false before it")?;
                let (yes, no) = (self.infer(yes)?, self.infer(no)?);
                Ok(if yes == no {
                    yes
                } else if yes.is_primitive() && no.is_primitive() {
                    Type::Primitive
                } else {
                    Type::Any
                })
            }
        }
    }

    fn variable(&self, at: usize, variable: &Variable) -> Result<Type, Fault> {
        match variable {
            Variable::Auth => Ok(Type::Any),
            Variable::Now => Ok(Type::Number),
            Variable::Root | Variable::Data => Ok(Type::Snapshot),
            Variable::NewData if self.writes => Ok(Type::Snapshot),
            Variable::NewData => Err(Fault::new(at, "There is no newData in a .read rule.")),
            Variable::Query if self.writes => {
                Err(Fault::new(at, "There is a query only in a .read rule."))
            }
            Variable::Query => Ok(Type::Query),
            Variable::Wildcard(name) if self.wildcards.contains(&name.as_str()) => Ok(Type::Text),
            Variable::Wildcard(name) => Err(Fault::new(
                at,
                format!("No such variable: {name} is not on the way to this rule."),
            )),
        }
    }

    /// The type of something whose member is asked for. A value that may be several things can only be a text then.
    fn object(&self, object: &Expr) -> Result<Type, Fault> {
        let found = self.infer(object)?;
        self.require(
            object,
            found,
            &[Type::Query, Type::Snapshot, Type::Text],
            "It has no members",
        )?;
        Ok(if found == Type::Primitive {
            Type::Text
        } else {
            found
        })
    }

    fn index(&self, object: &Expr, key: &Expr) -> Result<Type, Fault> {
        let found = self.object(object)?;
        self.infer(key)?;
        if found == Type::Any {
            return Ok(Type::Any);
        }
        match &key.kind {
            Kind::Text(name) => member(found, name).ok_or_else(|| no_member(key.at, found, name)),
            _ => Err(Fault::new(
                key.at,
                format!(
                    "The name of a member of {} must be written out.",
                    found.name()
                ),
            )),
        }
    }

    fn call(&self, at: usize, callee: &Expr, arguments: &[Expr]) -> Result<Type, Fault> {
        let mut called = self.infer(callee)?;
        if called.is_fuzzy() {
            // Only texts have methods that could be meant.
            called = match &callee.kind {
                Kind::Member(_, name) => member(Type::Text, name)
                    .ok_or_else(|| no_member(callee.at, Type::Text, name))?,
                Kind::Index(_, key) => match &key.kind {
                    Kind::Text(name) => member(Type::Text, name)
                        .ok_or_else(|| no_member(key.at, Type::Text, name))?,
                    _ => {
                        return Err(Fault::new(
                            key.at,
                            "The name of a method must be written out.",
                        ))
                    }
                },
                _ => called,
            };
        }
        let Type::Method(method) = called else {
            return Err(Fault::new(
                at,
                format!("Only methods can be called; this is {}.", called.name()),
            ));
        };
        if method.name == HAS_CHILDREN {
            self.has_children(arguments)?;
            return Ok(method.gives);
        }
        if arguments.len() != method.takes.len() {
            let message = format!(
                "{} takes {} arguments, not {}.",
                method.name,
                method.takes.len(),
                arguments.len()
            );
            return Err(Fault::new(at, message));
        }
        for (argument, wanted) in arguments.iter().zip(method.takes) {
            let found = self.infer(argument)?;
            let fits = if *wanted == Type::Pattern {
                found == Type::Pattern
            } else {
                found.may_be(&[*wanted])
            };
            if !fits {
                let message = format!(
                    "{} takes {}, not {}.",
                    method.name,
                    wanted.name(),
                    found.name()
                );
                return Err(Fault::new(argument.at, message));
            }
        }
        Ok(method.gives)
    }

    fn has_children(&self, arguments: &[Expr]) -> Result<(), Fault> {
        let [list] = arguments else {
            return match arguments {
                [] => Ok(()),
                [_, second, ..] => Err(Fault::new(
                    second.at,
                    "hasChildren takes one list of texts.",
                )),
                [_] => unreachable!("matched above"),
            };
        };
        let Kind::List(names) = &list.kind else {
            return Err(Fault::new(list.at, "hasChildren takes a list of texts."));
        };
        if names.is_empty() {
            return Err(Fault::new(
                list.at,
                "The list of hasChildren can't be empty.",
            ));
        }
        for name in names {
            let found = self.infer(name)?;
            self.require(
                name,
                found,
                &[Type::Text],
                "hasChildren takes a list of texts",
            )?;
        }
        Ok(())
    }

    fn binary(
        &self,
        at: usize,
        operator: Operator,
        left: &Expr,
        right: &Expr,
    ) -> Result<Type, Fault> {
        let (l, r) = (self.infer(left)?, self.infer(right)?);
        let both = |allowed: &[Type], message: &str| {
            self.require(left, l, allowed, message)?;
            self.require(right, r, allowed, message)
        };
        match operator {
            Operator::Add => {
                both(&[Type::Text, Type::Number], "+ needs texts or numbers")?;
                Ok(match (l, r) {
                    (Type::Text, _) | (_, Type::Text) => Type::Text,
                    (Type::Number, Type::Number) => Type::Number,
                    _ => Type::Primitive,
                })
            }
            Operator::Subtract | Operator::Multiply | Operator::Divide | Operator::Remainder => {
                both(&[Type::Number], "Arithmetic needs numbers")?;
                Ok(Type::Number)
            }
            Operator::Equal | Operator::NotEqual => {
                both(
                    &[Type::Text, Type::Number, Type::Bool, Type::Null],
                    "Only texts, numbers, truth values and null can be compared",
                )?;
                Ok(Type::Bool)
            }
            Operator::Less
            | Operator::LessOrEqual
            | Operator::Greater
            | Operator::GreaterOrEqual => {
                both(
                    &[Type::Text, Type::Number, Type::Null],
                    "Only texts and numbers have an order",
                )?;
                if l != r && !l.is_fuzzy() && !r.is_fuzzy() {
                    return Err(Fault::new(
                        at,
                        format!("{} has no order with {}.", l.name(), r.name()),
                    ));
                }
                Ok(Type::Bool)
            }
        }
    }

    fn require(
        &self,
        expr: &Expr,
        found: Type,
        allowed: &[Type],
        message: &str,
    ) -> Result<(), Fault> {
        if found.may_be(allowed) {
            return Ok(());
        }
        Err(Fault::new(
            expr.at,
            format!("{message}; this is {}.", found.name()),
        ))
    }

    /// Logic takes no guesses: what may be something else must be compared first.
    fn truth(&self, expr: &Expr, message: &str) -> Result<(), Fault> {
        match self.infer(expr)? {
            Type::Bool => Ok(()),
            other => Err(Fault::new(
                expr.at,
                format!("{message}; this is {}.", other.name()),
            )),
        }
    }
}

fn no_member(at: usize, object: Type, name: &str) -> Fault {
    Fault::new(
        at,
        format!("No such method or property: {name} of {}.", object.name()),
    )
}

#[cfg(test)]
mod tests {
    use super::super::parser::parse;
    use super::*;

    fn verdict(text: &str, writes: bool) -> Result<(), Fault> {
        let scope = Scope {
            wildcards: &["$uid"],
            writes,
        };
        check(&parse(text).expect(text), &scope)
    }

    #[test]
    fn what_can_be_right_is_accepted() {
        for text in [
            "auth != null && auth.uid === $uid",
            "auth.token.admin == true",
            "data.child('a').val() > now - 5",
            "newData.hasChildren(['a', $uid]) || newData.hasChildren()",
            "data.val().length < 5 && data.val().contains('x')",
            "auth.uid.matches(/^x/i)",
            "auth['x']['beginsWith']('a')",
            "(data.exists() ? data.val() : 'x') == 'y'",
            "!(auth.admin == true) && !data.exists()",
            "data.val() + 1 > 2",
            "data.parent().child($uid).getPriority() != null",
            "$uid.length == 3 && data['exists']()",
            "null <= null",
        ] {
            assert_eq!(verdict(text, true), Ok(()), "{text}");
        }
        assert_eq!(
            verdict(
                "query.orderByChild == 'x' && query.limitToFirst <= 10",
                false
            ),
            Ok(())
        );
    }

    #[test]
    fn what_can_only_be_wrong_is_refused_with_its_place() {
        for (text, at) in [
            ("1", 0),
            ("auth", 0),
            ("data", 0),
            ("data.val()", 0),
            ("auth && true", 0),
            ("true || 1", 8),
            ("$other == 'x'", 0),
            ("data.foo()", 0),
            ("data.exists", 0),
            ("data.child(1).exists()", 11),
            ("data == null", 0),
            ("now > 'x'", 0),
            ("true > false", 0),
            ("'a' - 1 == 2", 0),
            ("!now", 1),
            ("!data.val()", 1),
            ("now.x == 1", 0),
            ("data.hasChildren([])", 17),
            ("data.hasChildren($uid)", 17),
            ("data.hasChildren([1])", 18),
            ("data.val(1) == 1", 0),
            ("data.val().foo == 1", 0),
            ("data[$uid] == 1", 5),
            ("auth.x.foo()", 0),
            ("'x'.matches('x')", 12),
            ("(auth.x ? 1 : 2) == 1", 1),
            ("auth() == 1", 0),
            ("/x/ == 1", 0),
            ("query.orderByKey", 0),
        ] {
            assert_eq!(verdict(text, true).expect_err(text).at, at, "{text}");
        }
        assert_eq!(
            verdict("newData.exists()", false).map_err(|fault| fault.at),
            Err(0)
        );
    }
}
