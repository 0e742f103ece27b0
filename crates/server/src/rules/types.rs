//! The types of expressions, and what members and methods each has.

/// What an expression is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Text,
    Number,
    Bool,
    Null,
    /// A text, a number, a truth value or null: known at run time.
    Primitive,
    /// Whatever a token says.
    Any,
    Pattern,
    List,
    Snapshot,
    Query,
    Method(&'static Method),
}

/// A method: its name, what it takes and what it gives.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Method {
    pub(super) name: &'static str,
    pub(super) takes: &'static [Type],
    pub(super) gives: Type,
}

const fn method(name: &'static str, takes: &'static [Type], gives: Type) -> Method {
    Method { name, takes, gives }
}

static TEXT_METHODS: [Method; 7] = [
    method("contains", &[Type::Text], Type::Bool),
    method("beginsWith", &[Type::Text], Type::Bool),
    method("endsWith", &[Type::Text], Type::Bool),
    method("replace", &[Type::Text, Type::Text], Type::Text),
    method("toLowerCase", &[], Type::Text),
    method("toUpperCase", &[], Type::Text),
    method("matches", &[Type::Pattern], Type::Bool),
];

/// `hasChildren` is here by name; what it takes is checked apart, since it may take nothing.
static SNAPSHOT_METHODS: [Method; 10] = [
    method("val", &[], Type::Primitive),
    method("child", &[Type::Text], Type::Snapshot),
    method("parent", &[], Type::Snapshot),
    method("hasChild", &[Type::Text], Type::Bool),
    method(HAS_CHILDREN, &[], Type::Bool),
    method("exists", &[], Type::Bool),
    method("getPriority", &[], Type::Any),
    method("isNumber", &[], Type::Bool),
    method("isString", &[], Type::Bool),
    method("isBoolean", &[], Type::Bool),
];

pub(super) const HAS_CHILDREN: &str = "hasChildren";

const QUERY_MEMBERS: [(&str, Type); 9] = [
    ("orderByKey", Type::Bool),
    ("orderByPriority", Type::Bool),
    ("orderByValue", Type::Bool),
    ("orderByChild", Type::Text),
    ("startAt", Type::Primitive),
    ("endAt", Type::Primitive),
    ("equalTo", Type::Primitive),
    ("limitToFirst", Type::Number),
    ("limitToLast", Type::Number),
];

impl Type {
    pub(super) const fn is_fuzzy(self) -> bool {
        matches!(self, Self::Any | Self::Primitive)
    }

    pub(super) const fn is_primitive(self) -> bool {
        matches!(
            self,
            Self::Text | Self::Number | Self::Bool | Self::Null | Self::Primitive
        )
    }

    /// Whether it is one of `allowed`, or may turn out to be.
    pub(super) fn may_be(self, allowed: &[Self]) -> bool {
        self.is_fuzzy() || allowed.contains(&self)
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Number => "a number",
            Self::Bool => "true or false",
            Self::Null => "null",
            Self::Primitive => "a value of the data",
            Self::Any => "a value of the token",
            Self::Pattern => "a pattern",
            Self::List => "a list",
            Self::Snapshot => "a snapshot",
            Self::Query => "the query",
            Self::Method(_) => "a method that is not called",
        }
    }
}

/// The type of `object`'s member `name`, if there is one.
pub(super) fn member(object: Type, name: &str) -> Option<Type> {
    let find = |methods: &'static [Method]| {
        methods
            .iter()
            .find(|method| method.name == name)
            .map(Type::Method)
    };
    match object {
        Type::Any => Some(Type::Any),
        Type::Text if name == "length" => Some(Type::Number),
        Type::Text => find(&TEXT_METHODS),
        Type::Snapshot => find(&SNAPSHOT_METHODS),
        Type::Query => QUERY_MEMBERS
            .iter()
            .find(|(member, _)| *member == name)
            .map(|(_, found)| *found),
        _ => None,
    }
}
