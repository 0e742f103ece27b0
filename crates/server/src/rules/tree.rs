//! The tree of rules: compiled from a file, walked along a path.

use std::collections::HashMap;

use remote_refresh_core::wire::Key;

use super::ast::Expr;
use super::check::{check, Scope};
use super::json::{self, Json, Kind, Text};
use super::{parser, RulesError};

/// The rules of one place.
#[derive(Debug, Default)]
pub(super) struct RuleNode {
    pub(super) read: Option<Expr>,
    pub(super) write: Option<Expr>,
    pub(super) validate: Option<Expr>,
    /// The children that queries here may be ordered by; `.value` for the value.
    pub(super) index_on: Vec<String>,
    children: HashMap<String, RuleNode>,
    /// The wildcard's name, with its `$`, and the rules of all children without rules of their own.
    wildcard: Option<(String, Box<RuleNode>)>,
}

impl RuleNode {
    /// The rules of the child `key`, and the wildcard that stands for it, if one does.
    pub(super) fn child(&self, key: &str) -> Option<(&Self, Option<&str>)> {
        if let Some(child) = self.children.get(key) {
            return Some((child, None));
        }
        let (name, child) = self.wildcard.as_ref()?;
        Some((child, Some(name)))
    }

    /// Whether there is a rule here or below that could let somebody write.
    pub(super) fn has_write(&self) -> bool {
        let below = self
            .children
            .values()
            .chain(self.wildcard.iter().map(|(_, child)| &**child));
        self.write.is_some() || below.into_iter().any(Self::has_write)
    }
}

/// Reads a rules file.
pub(super) fn compile(source: &str) -> Result<RuleNode, RulesError> {
    let file = json::parse(source)?;
    let wrong = |at, message: &str| Err(RulesError::new(source, at, message));
    let Kind::Object(fields) = file.kind else {
        return wrong(
            file.at,
            "Rules must be an object with the one name \"rules\".",
        );
    };
    match <[_; 1]>::try_from(fields) {
        Ok([(name, rules)]) if name.value == "rules" => Compiler {
            source,
            wildcards: Vec::new(),
        }
        .node(rules),
        _ => wrong(
            file.at,
            "Rules must be an object with the one name \"rules\".",
        ),
    }
}

struct Compiler<'a> {
    source: &'a str,
    /// The wildcards on the way.
    wildcards: Vec<String>,
}

impl Compiler<'_> {
    fn error(&self, at: usize, message: impl Into<String>) -> RulesError {
        RulesError::new(self.source, at, message)
    }

    fn node(&mut self, json: Json) -> Result<RuleNode, RulesError> {
        let Kind::Object(fields) = json.kind else {
            return Err(self.error(json.at, "Expected an object of rules and names."));
        };
        let mut node = RuleNode::default();
        for (name, value) in fields {
            match name.value.as_str() {
                ".read" => node.read = Some(self.rule(value, false)?),
                ".write" => node.write = Some(self.rule(value, true)?),
                ".validate" => node.validate = Some(self.rule(value, true)?),
                ".indexOn" => node.index_on = self.index_on(value)?,
                other if other.starts_with('.') => {
                    let message = format!(
                        "There is no rule \"{other}\": use .read, .write, .validate or .indexOn."
                    );
                    return Err(self.error(name.at, message));
                }
                other if other.starts_with('$') => {
                    self.wildcard(&mut node, name, value)?;
                }
                other if Key::new(other).is_ok() => {
                    let child = self.node(value)?;
                    node.children.insert(name.value, child);
                }
                _ => return Err(self.error(name.at, "No child of the data can have this name.")),
            }
        }
        Ok(node)
    }

    fn wildcard(&mut self, node: &mut RuleNode, name: Text, rules: Json) -> Result<(), RulesError> {
        let letters = name.value.strip_prefix('$').unwrap_or_default();
        if letters.is_empty() || !letters.chars().all(|c| c.is_alphanumeric() || c == '_') {
            return Err(self.error(
                name.at,
                "The name of a wildcard must be $ and letters, digits or _.",
            ));
        }
        if node.wildcard.is_some() {
            return Err(self.error(name.at, "There can be only one wildcard in one place."));
        }
        if self.wildcards.contains(&name.value) {
            return Err(self.error(
                name.at,
                "This wildcard is already on the way here: use another name.",
            ));
        }
        self.wildcards.push(name.value.clone());
        let child = self.node(rules)?;
        self.wildcards.pop();
        node.wildcard = Some((name.value, Box::new(child)));
        Ok(())
    }

    fn rule(&self, json: Json, writes: bool) -> Result<Expr, RulesError> {
        let text = match json.kind {
            Kind::Text(text) => text,
            Kind::Bool(value) => {
                return Ok(Expr {
                    at: 0,
                    kind: super::ast::Kind::Bool(value),
                });
            }
            _ => return Err(self.error(json.at, "A rule must be a text, true or false.")),
        };
        let wildcards: Vec<&str> = self.wildcards.iter().map(String::as_str).collect();
        let scope = Scope {
            wildcards: &wildcards,
            writes,
        };
        parser::parse(&text.value)
            .and_then(|expr| check(&expr, &scope).map(|()| expr))
            .map_err(|fault| self.error(text.place(fault.at), fault.message))
    }

    fn index_on(&self, json: Json) -> Result<Vec<String>, RulesError> {
        let text = |json: Json| match json.kind {
            Kind::Text(text) => Ok(text.value.trim_matches('/').to_owned()),
            _ => Err(self.error(json.at, ".indexOn must be a text or a list of texts.")),
        };
        match json.kind {
            Kind::Array(items) => items.into_iter().map(text).collect(),
            kind => Ok(vec![text(Json { at: json.at, kind })?]),
        }
    }
}
