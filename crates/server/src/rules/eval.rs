//! Working an expression out. Whatever goes wrong on the way makes the rule false.

use std::borrow::Cow;
use std::cmp::Ordering;

use remote_refresh_core::wire::Path;
use serde_json::Value as Json;

use super::ast::{Expr, Kind, Operator, Variable};
use super::value::{number_text, Sides, Snapshot, Value};
use super::QueryFacts;
use crate::data::Place;

/// What a rule sees.
pub(super) struct Env<'a> {
    /// Who asks, as rules see them; null when nobody is signed in.
    pub(super) auth: &'a Json,
    /// The time, in milliseconds since the epoch.
    pub(super) now: f64,
    pub(super) sides: Sides<'a>,
    /// Where the rule stands.
    pub(super) here: &'a Path,
    /// What the wildcards on the way stand for.
    pub(super) wildcards: &'a [(&'a str, &'a str)],
    pub(super) query: &'a QueryFacts,
}

/// Why a rule could not be worked out.
pub(super) type Failed = &'static str;

type Outcome<'a> = Result<Value<'a>, Failed>;

impl<'a> Env<'a> {
    /// Whether the rule says true.
    pub(super) fn holds(&self, rule: &'a Expr) -> bool {
        match self.eval(rule) {
            Ok(value) => matches!(value, Value::Bool(true)),
            Err(reason) => {
                tracing::debug!(place = %self.here, reason, "a rule failed and counts as false");
                false
            }
        }
    }

    fn eval(&self, expr: &'a Expr) -> Outcome<'a> {
        Ok(match &expr.kind {
            Kind::Null => Value::Null,
            Kind::Bool(value) => Value::Bool(*value),
            Kind::Number(number) => Value::Number(*number),
            Kind::Text(text) => Value::Text(text.as_str().into()),
            Kind::Pattern(_) | Kind::List(_) => return Err("a pattern or a list is no value"),
            Kind::Variable(variable) => self.variable(variable)?,
            Kind::Member(object, name) => self.member(&self.eval(object)?, name)?,
            Kind::Index(object, key) => {
                let object = self.eval(object)?;
                self.member(&object, &key_text(&self.eval(key)?)?)?
            }
            Kind::Call(callee, arguments) => self.call(callee, arguments)?,
            Kind::Not(inner) => match self.eval(inner)? {
                Value::Bool(value) => Value::Bool(!value),
                _ => return Err("! needs true or false"),
            },
            Kind::Negate(inner) => Value::Number(-number(&self.eval(inner)?)?),
            Kind::Binary(operator, left, right) => {
                binary(*operator, &self.eval(left)?, &self.eval(right)?)?
            }
            Kind::And(left, right) => match self.eval(left)? {
                Value::Bool(true) => self.eval(right)?,
                other => other,
            },
            Kind::Or(left, right) => match self.eval(left)? {
                Value::Bool(false) => self.eval(right)?,
                other => other,
            },
            Kind::Conditional(test, yes, no) => match self.eval(test)? {
                Value::Bool(true) => self.eval(yes)?,
                _ => self.eval(no)?,
            },
        })
    }

    fn variable(&self, variable: &Variable) -> Outcome<'a> {
        let snapshot = |after, path: &Path| {
            Value::Snapshot(Snapshot {
                after,
                path: Some(path.clone()),
            })
        };
        Ok(match variable {
            Variable::Auth => Value::of_json(self.auth),
            Variable::Now => Value::Number(self.now),
            Variable::Root => snapshot(false, &Path::root()),
            Variable::Data => snapshot(false, self.here),
            Variable::NewData => snapshot(true, self.here),
            Variable::Query => Value::Query,
            Variable::Wildcard(name) => {
                let bound = self.wildcards.iter().find(|(wildcard, _)| wildcard == name);
                Value::Text(bound.ok_or("a wildcard stands for nothing")?.1.into())
            }
        })
    }

    fn member(&self, object: &Value<'a>, name: &str) -> Outcome<'a> {
        Ok(match object {
            Value::Object(fields) => fields.get(name).map_or(Value::Null, Value::of_json),
            Value::List(items) if name == "length" => Value::Number(items.len() as f64),
            Value::List(items) => {
                let index = name
                    .parse::<usize>()
                    .ok()
                    .filter(|index| index.to_string() == name);
                index
                    .and_then(|index| items.get(index))
                    .map_or(Value::Null, Value::of_json)
            }
            Value::Text(text) if name == "length" => {
                Value::Number(text.encode_utf16().count() as f64)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => Value::Null,
            Value::Query => self.query.member(name),
            Value::Text(_) | Value::Parent | Value::Snapshot(_) => {
                return Err("it has no such property")
            }
        })
    }

    fn call(&self, callee: &'a Expr, arguments: &'a [Expr]) -> Outcome<'a> {
        let (object, name) = match &callee.kind {
            Kind::Member(object, name) => (self.eval(object)?, name.as_str()),
            Kind::Index(object, key) => match &key.kind {
                Kind::Text(name) => (self.eval(object)?, name.as_str()),
                _ => return Err("a method has no name"),
            },
            _ => return Err("only methods can be called"),
        };
        match object {
            Value::Text(text) => self.text_method(&text, name, arguments),
            Value::Snapshot(snapshot) => self.snapshot_method(&snapshot, name, arguments),
            _ => Err("it has no methods"),
        }
    }

    fn text_argument(&self, arguments: &'a [Expr], index: usize) -> Result<Cow<'a, str>, Failed> {
        match self.eval(arguments.get(index).ok_or("an argument is missing")?)? {
            Value::Text(text) => Ok(text),
            _ => Err("an argument is no text"),
        }
    }

    fn text_method(&self, text: &str, name: &str, arguments: &'a [Expr]) -> Outcome<'a> {
        let argument = |index| self.text_argument(arguments, index);
        Ok(match name {
            "contains" => Value::Bool(text.contains(&*argument(0)?)),
            "beginsWith" => Value::Bool(text.starts_with(&*argument(0)?)),
            "endsWith" => Value::Bool(text.ends_with(&*argument(0)?)),
            "replace" => {
                let (from, to) = (argument(0)?, argument(1)?);
                // Between two characters there is nothing to replace.
                if from.is_empty() {
                    return Err("the text to replace is empty");
                }
                Value::Text(text.replace(&*from, &to).into())
            }
            "toLowerCase" => Value::Text(text.to_lowercase().into()),
            "toUpperCase" => Value::Text(text.to_uppercase().into()),
            "matches" => match arguments.first().map(|argument| &argument.kind) {
                Some(Kind::Pattern(pattern)) => Value::Bool(pattern.is_match(text)),
                _ => return Err("matches takes a pattern"),
            },
            _ => return Err("a text has no such method"),
        })
    }

    fn snapshot_method(
        &self,
        snapshot: &Snapshot,
        name: &str,
        arguments: &'a [Expr],
    ) -> Outcome<'a> {
        let place = || self.place(snapshot);
        let leaf_is = |holds: fn(&Place) -> bool| {
            Ok::<_, Failed>(Value::Bool(place()?.is_some_and(|place| holds(&place))))
        };
        Ok(match name {
            "val" => Value::of_place(place()?),
            "exists" => Value::Bool(place()?.is_some()),
            "isString" => leaf_is(Place::is_string)?,
            "isNumber" => leaf_is(Place::is_number)?,
            "isBoolean" => leaf_is(Place::is_bool)?,
            "getPriority" => Value::of_priority(place()?.and_then(|place| place.priority)),
            "child" => Value::Snapshot(child(snapshot, &self.text_argument(arguments, 0)?)),
            "parent" => {
                let parent = snapshot.path.as_ref().and_then(Path::parent);
                Value::Snapshot(Snapshot {
                    after: snapshot.after,
                    path: Some(parent.ok_or("the root has no parent")?),
                })
            }
            "hasChild" => {
                Value::Bool(self.has_child(snapshot, &self.text_argument(arguments, 0)?)?)
            }
            "hasChildren" => match arguments.first().map(|argument| &argument.kind) {
                None => leaf_is(|place| place.leaf.is_none())?,
                Some(Kind::List(names)) => {
                    for index in 0..names.len() {
                        if !self.has_child(snapshot, &self.text_argument(names, index)?)? {
                            return Ok(Value::Bool(false));
                        }
                    }
                    Value::Bool(true)
                }
                Some(_) => return Err("hasChildren takes a list"),
            },
            _ => return Err("a snapshot has no such method"),
        })
    }

    fn has_child(&self, snapshot: &Snapshot, name: &str) -> Result<bool, Failed> {
        Ok(!name.is_empty() && self.place(&child(snapshot, name))?.is_some())
    }

    fn place(&self, snapshot: &Snapshot) -> Result<Option<Place>, Failed> {
        let Some(path) = &snapshot.path else {
            return Ok(None);
        };
        self.sides.get(snapshot.after, path).map_err(|error| {
            tracing::error!(%error, "what a rule looks at could not be read");
            "what it looks at could not be read"
        })
    }
}

/// The place `name` (which may be a path) below; no place at all when it can't be one.
fn child(snapshot: &Snapshot, name: &str) -> Snapshot {
    let below = Path::parse(name).ok().filter(|_| !name.is_empty());
    let path = snapshot
        .path
        .as_ref()
        .zip(below)
        .map(|(path, below)| path.join(&below));
    Snapshot {
        after: snapshot.after,
        path,
    }
}

/// A key as JavaScript takes it.
fn key_text<'a>(key: &Value<'a>) -> Result<Cow<'a, str>, Failed> {
    Ok(match key {
        Value::Text(text) => text.clone(),
        Value::Number(number) => number_text(*number).into(),
        Value::Bool(value) => value.to_string().into(),
        Value::Null => "null".into(),
        _ => return Err("it can't be a key"),
    })
}

fn number(value: &Value<'_>) -> Result<f64, Failed> {
    match value {
        Value::Number(number) => Ok(*number),
        _ => Err("arithmetic needs numbers"),
    }
}

fn binary<'a>(operator: Operator, left: &Value<'a>, right: &Value<'a>) -> Outcome<'a> {
    let calculate = |of: fn(f64, f64) -> f64| Ok(Value::Number(of(number(left)?, number(right)?)));
    let order =
        |holds: fn(Ordering) -> bool| Ok(Value::Bool(compare(left, right)?.is_some_and(holds)));
    match operator {
        Operator::Add => add(left, right),
        Operator::Subtract => calculate(|l, r| l - r),
        Operator::Multiply => calculate(|l, r| l * r),
        Operator::Divide => calculate(|l, r| if r == 0.0 { f64::NAN } else { l / r }),
        Operator::Remainder => calculate(|l, r| l % r),
        Operator::Equal => Ok(Value::Bool(equal(left, right)?)),
        Operator::NotEqual => Ok(Value::Bool(!equal(left, right)?)),
        Operator::Less => order(Ordering::is_lt),
        Operator::LessOrEqual => order(Ordering::is_le),
        Operator::Greater => order(Ordering::is_gt),
        Operator::GreaterOrEqual => order(Ordering::is_ge),
    }
}

fn add<'a>(left: &Value<'a>, right: &Value<'a>) -> Outcome<'a> {
    let text = |value: &Value<'_>| match value {
        Value::Text(text) => Ok(text.to_string()),
        Value::Number(number) => Ok(number_text(*number)),
        _ => Err("+ needs texts or numbers"),
    };
    Ok(match (left, right) {
        (Value::Number(l), Value::Number(r)) => Value::Number(l + r),
        _ => Value::Text((text(left)? + &text(right)?).into()),
    })
}

fn equal(left: &Value<'_>, right: &Value<'_>) -> Result<bool, Failed> {
    for side in [left, right] {
        if matches!(side, Value::List(_) | Value::Snapshot(_) | Value::Query) {
            return Err("it can't be compared");
        }
    }
    Ok(match (left, right) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(l), Value::Bool(r)) => l == r,
        (Value::Number(l), Value::Number(r)) => l == r,
        (Value::Text(l), Value::Text(r)) => l == r,
        // An object is equal only to itself.
        (Value::Object(l), Value::Object(r)) => std::ptr::eq(*l, *r),
        _ => false,
    })
}

fn compare(left: &Value<'_>, right: &Value<'_>) -> Result<Option<Ordering>, Failed> {
    match (left, right) {
        (Value::Null, Value::Null) => Ok(Some(Ordering::Equal)),
        (Value::Number(l), Value::Number(r)) => Ok(l.partial_cmp(r)),
        (Value::Text(l), Value::Text(r)) => Ok(Some(l.encode_utf16().cmp(r.encode_utf16()))),
        _ => Err("only two texts or two numbers have an order"),
    }
}
