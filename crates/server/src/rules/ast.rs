//! Expressions, as the parser makes them.

use regex::Regex;

/// An expression, and the byte it begins at.
#[derive(Debug)]
pub(super) struct Expr {
    pub(super) at: usize,
    pub(super) kind: Kind,
}

/// What an expression is.
#[derive(Debug)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    Pattern(Box<Regex>),
    List(Vec<Expr>),
    Variable(Variable),
    /// `object.name`
    Member(Box<Expr>, String),
    /// `object[key]`
    Index(Box<Expr>, Box<Expr>),
    Call(Box<Expr>, Vec<Expr>),
    Not(Box<Expr>),
    Negate(Box<Expr>),
    Binary(Operator, Box<Expr>, Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    Conditional(Box<Expr>, Box<Expr>, Box<Expr>),
}

/// What rules know by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Variable {
    Auth,
    Now,
    Root,
    Data,
    NewData,
    Query,
    /// `$name`: the key a wildcard stands for.
    Wildcard(String),
}

/// An operator of two values that are both always worked out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    /// `==` and `===`, which mean the same here.
    Equal,
    /// `!=` and `!==`.
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}
