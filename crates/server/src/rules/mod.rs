//! Rules: who may read and write what, in the language of the Realtime Database's security rules.
//!
//! | module | holds |
//! |---|---|
//! | `json` | the file: JSON with comments, where everything knows its place |
//! | `lexer`, `parser`, `ast` | the text of a rule, to words, to an expression |
//! | `types`, `check` | types, so that most mistakes are found when rules are uploaded |
//! | `pattern` | `matches(/…/)`, compiled to something that takes linear time |
//! | `tree` | the rules of each place, with wildcards |
//! | `value`, `eval` | working a rule out, on the data before and after |
//! | `query` | what rules may know of a query |
//! | `trial` | trying rules without a server |
//!
//! Reading is allowed by the first `.read` on the way from the root that says true. Writing needs a `.write` on the way
//! that says true, and every `.validate` on the way and below, where there is new data, to say true. A rule that fails
//! while it runs is false. Where there is no rule, nothing is allowed.

mod ast;
mod check;
mod eval;
mod json;
mod lexer;
mod parser;
mod pattern;
mod query;
#[cfg(test)]
mod tests;
mod tree;
mod trial;
mod types;
mod value;

use std::fmt;

use remote_refresh_core::time::Millis;
use remote_refresh_core::wire::{Node, Path};
use serde_json::Value as Json;

use crate::data::Data;
use eval::Env;
pub(crate) use query::QueryFacts;
use tree::RuleNode;
pub use trial::{Trial, TrialError};
pub(crate) use value::Sides;

/// The rules of a server that was given none: a user reads `users/<their uid>`.
pub const DEFAULT_RULES: &str = include_str!("default.json");

/// The largest rules file, in bytes.
pub(crate) const MAX_RULES: usize = 1024 * 1024;

/// Compiled rules, and the text they came from.
#[derive(Debug)]
pub(crate) struct Rules {
    root: RuleNode,
    source: String,
}

/// Why rules are not accepted, and where: line and column count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulesError {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

impl RulesError {
    fn new(source: &str, at: usize, message: impl Into<String>) -> Self {
        let before = source.get(..at).unwrap_or(source);
        let line_begins = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before[line_begins..].chars().count() + 1,
            message: message.into(),
        }
    }

    /// A short, stable name of the error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        "rules_bad"
    }
}

impl fmt::Display for RulesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Line {}, column {}: {}",
            self.line, self.column, self.message
        )
    }
}

impl std::error::Error for RulesError {}

/// What is called for the rules of a place, with the place and what its wildcards stand for; says whether to go on.
type Visit<'a> = dyn FnMut(&RuleNode, &Path, &[(&str, &str)]) -> bool + 'a;

/// Who asks, and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    /// As rules see them: `auth`.
    pub(crate) auth: &'a Json,
    pub(crate) now: Millis,
}

impl Rules {
    /// Compiles a rules file.
    pub(crate) fn parse(source: &str) -> Result<Self, RulesError> {
        if source.len() > MAX_RULES {
            return Err(RulesError::new(
                source,
                0,
                format!("Rules can't be larger than {MAX_RULES} bytes."),
            ));
        }
        Ok(Self {
            root: tree::compile(source)?,
            source: source.to_owned(),
        })
    }

    /// The text of the rules.
    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    /// Whether everything at `path` may be read.
    pub(crate) fn may_read(
        &self,
        asked: Asked<'_>,
        path: &Path,
        query: &QueryFacts,
        data: &dyn Data,
    ) -> bool {
        let walk = Walk {
            asked,
            sides: Sides::reading(data),
            query,
        };
        let mut allowed = false;
        self.along(path, &mut |rules, here, wildcards| {
            allowed = rules
                .read
                .as_ref()
                .is_some_and(|rule| walk.holds(rule, here, wildcards));
            !allowed
        });
        allowed
    }

    /// Whether there is any rule that could allow a write at `path` or below; where there is none, nobody need be asked
    /// for the data.
    pub(crate) fn could_write(&self, path: &Path) -> bool {
        let mut could = false;
        let last = self.along(path, &mut |rules, _, _| {
            could |= rules.write.is_some();
            true
        });
        could || last.is_some_and(RuleNode::has_write)
    }

    /// Whether every put of `sides` is allowed.
    pub(crate) fn may_write(&self, asked: Asked<'_>, sides: Sides<'_>) -> bool {
        let none = QueryFacts::none();
        let walk = Walk {
            asked,
            sides,
            query: &none,
        };
        sides
            .puts
            .iter()
            .all(|(path, data)| self.may_put(&walk, path, data.as_ref()))
    }

    fn may_put(&self, walk: &Walk<'_>, path: &Path, data: Option<&Node>) -> bool {
        let (mut permitted, mut valid) = (false, true);
        let mut way: Vec<(String, String)> = Vec::new();
        let last = self.along(path, &mut |rules, here, wildcards| {
            permitted = permitted
                || rules
                    .write
                    .as_ref()
                    .is_some_and(|rule| walk.holds(rule, here, wildcards));
            if let Some(rule) = &rules.validate {
                // What can't be read is not known to be absent.
                let absent = matches!(walk.sides.get(true, here), Ok(None));
                valid = absent || walk.holds(rule, here, wildcards);
            }
            if here == path {
                way = wildcards
                    .iter()
                    .map(|(name, key)| ((*name).to_owned(), (*key).to_owned()))
                    .collect();
            }
            valid
        });
        if !permitted || !valid {
            return false;
        }
        let (Some(rules), Some(data)) = (last, data) else {
            return true;
        };
        let way: Vec<(&str, &str)> = way
            .iter()
            .map(|(name, key)| (name.as_str(), key.as_str()))
            .collect();
        walk.valid_below(rules, path, &way, data)
    }

    /// The names a query at `path` may be ordered by.
    pub(crate) fn indexed(&self, path: &Path) -> &[String] {
        self.along(path, &mut |_, _, _| true)
            .map_or(&[], |rules| &rules.index_on)
    }

    /// Calls `visit` for each place with rules from the root to `path`, while it says so. Returns the rules of `path`
    /// itself, when the walk got there.
    fn along(&self, path: &Path, visit: &mut Visit<'_>) -> Option<&RuleNode> {
        let (mut rules, mut here) = (&self.root, Path::root());
        let mut wildcards: Vec<(&str, &str)> = Vec::new();
        if !visit(rules, &here, &wildcards) {
            return None;
        }
        for key in path.keys() {
            let (child, wildcard) = rules.child(key.as_str())?;
            wildcards.extend(wildcard.map(|name| (name, key.as_str())));
            here = here.child(key);
            rules = child;
            if !visit(rules, &here, &wildcards) {
                return None;
            }
        }
        Some(rules)
    }
}

/// What stays the same while rules are walked.
struct Walk<'a> {
    asked: Asked<'a>,
    sides: Sides<'a>,
    query: &'a QueryFacts,
}

impl Walk<'_> {
    fn holds(&self, rule: &ast::Expr, here: &Path, wildcards: &[(&str, &str)]) -> bool {
        let env = Env {
            auth: self.asked.auth,
            now: self.asked.now.0 as f64,
            sides: self.sides,
            here,
            wildcards,
            query: self.query,
        };
        env.holds(rule)
    }

    /// Whether every `.validate` below `here` that has new data holds; `data` is what is now at `here`.
    fn valid_below(
        &self,
        rules: &RuleNode,
        here: &Path,
        wildcards: &[(&str, &str)],
        data: &Node,
    ) -> bool {
        data.children().all(|(key, child)| {
            let Some((rules, wildcard)) = rules.child(key.as_str()) else {
                return true;
            };
            let here = here.child(key);
            let mut wildcards = wildcards.to_vec();
            wildcards.extend(wildcard.map(|name| (name, key.as_str())));
            let valid = rules
                .validate
                .as_ref()
                .is_none_or(|rule| self.holds(rule, &here, &wildcards));
            valid && self.valid_below(rules, &here, &wildcards, child)
        })
    }
}
