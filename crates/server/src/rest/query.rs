//! `orderBy` and what goes with it, from the query string to a [`Query`].

use std::collections::HashMap;

use remote_refresh_core::query::{Bound, Limit, Order, Query};
use remote_refresh_core::wire::{Key, Leaf, Path};
use serde_json::Value;

use super::answer::Failure;
use crate::rules::{QueryFacts, Rules};

/// The parameters that make a query.
pub(super) const NAMES: [&str; 8] = [
    "orderBy",
    "startAt",
    "startAfter",
    "endAt",
    "endBefore",
    "equalTo",
    "limitToFirst",
    "limitToLast",
];

/// A query as it was asked for.
#[derive(Clone, Debug)]
pub(crate) struct AskedQuery {
    pub(crate) query: Query,
    /// The same as rules see it.
    pub(crate) facts: QueryFacts,
}

impl AskedQuery {
    /// Refuses an order that no `.indexOn` of the rules names (the live service refuses it to administrators too).
    pub(crate) fn check_index(&self, rules: &Rules, path: &Path) -> Result<(), Failure> {
        let name = match (&self.query.order, &self.facts.order_by) {
            (Order::Key | Order::Priority, _) => return Ok(()),
            (Order::Value, _) => ".value",
            (Order::Child(_), name) => name.as_deref().unwrap_or_default(),
        };
        if rules.indexed(path).iter().any(|indexed| indexed == name) {
            return Ok(());
        }
        Err(Failure::bad(format!(
            "Index not defined, add \".indexOn\": \"{name}\", for path \"{path}\", to the rules"
        )))
    }
}

/// Reads the parameters of a query; none is no query.
pub(super) fn parse(params: &HashMap<&'static str, String>) -> Result<Option<AskedQuery>, Failure> {
    if params.is_empty() {
        return Ok(None);
    }
    let order_by = params.get("orderBy").ok_or_else(|| {
        Failure::bad("orderBy must be defined when other query parameters are defined")
    })?;
    let bad_order = || Failure::bad("orderBy must be a valid JSON encoded path");
    let name: String = serde_json::from_str(order_by).map_err(|_| bad_order())?;
    let name = name.trim_matches('/').to_owned();
    let order = Order::parse(&name).ok_or_else(bad_order)?;
    let bound = |names: [(&'static str, bool); 2]| -> Result<Option<(Bound, Value)>, Failure> {
        let mut found = names
            .into_iter()
            .filter_map(|(name, inclusive)| Some((name, inclusive, params.get(name)?)));
        let Some((name, inclusive, text)) = found.next() else {
            return Ok(None);
        };
        if let Some((other, ..)) = found.next() {
            return Err(Failure::bad(format!(
                "Only one of {name} and {other} can be given."
            )));
        }
        read_bound(name, text, inclusive, &order).map(Some)
    };
    let mut start = bound([("startAt", true), ("startAfter", false)])?;
    let mut end = bound([("endAt", true), ("endBefore", false)])?;
    let equal_to = match params.get("equalTo") {
        Some(text) => Some(read_bound("equalTo", text, true, &order)?),
        None => None,
    };
    let mut facts = QueryFacts {
        order_by: Some(name),
        ..QueryFacts::none()
    };
    if let Some((equal, value)) = equal_to {
        if start.is_some() || end.is_some() {
            return Err(Failure::bad(
                "equalTo can't be combined with startAt, startAfter, endAt or endBefore.",
            ));
        }
        facts.equal_to = value;
        start = Some((equal.clone(), Value::Null));
        end = Some((equal, Value::Null));
    }
    let (first, last) = (
        limit(params, "limitToFirst")?,
        limit(params, "limitToLast")?,
    );
    (facts.limit_to_first, facts.limit_to_last) = (first, last);
    let limit = match (first, last) {
        (Some(_), Some(_)) => {
            return Err(Failure::bad(
                "Only one of limitToFirst and limitToLast can be given.",
            ))
        }
        (first, last) => first.map(Limit::First).or(last.map(Limit::Last)),
    };
    let mut side = |bound: Option<(Bound, Value)>, fact: fn(&mut QueryFacts) -> &mut Value| {
        bound.map(|(bound, value)| {
            *fact(&mut facts) = value;
            bound
        })
    };
    let start = side(start, |facts| &mut facts.start_at);
    let end = side(end, |facts| &mut facts.end_at);
    let query = Query {
        order,
        start,
        end,
        limit,
    };
    Ok(Some(AskedQuery { query, facts }))
}

/// Reads a JSON value, and perhaps a comma and a key.
fn read_bound(
    name: &str,
    text: &str,
    inclusive: bool,
    order: &Order,
) -> Result<(Bound, Value), Failure> {
    let bad = || Failure::bad("Constraint index field must be a JSON primitive");
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let value = match values.next() {
        Some(Ok(value)) => value,
        _ => return Err(bad()),
    };
    let rest = text
        .get(values.byte_offset()..)
        .unwrap_or_default()
        .trim_start();
    let key = match rest.strip_prefix(',') {
        Some(key) => {
            let key: String = serde_json::from_str(key).map_err(|_| bad())?;
            Some(
                Key::new(&key)
                    .map_err(|error| Failure::bad(format!("The key of {name} is none: {error}")))?,
            )
        }
        None if rest.is_empty() => None,
        None => return Err(bad()),
    };
    let leaf = match &value {
        Value::Null => None,
        Value::Bool(value) => Some(Leaf::Bool(*value)),
        Value::Number(number) => Some(Leaf::Number(number.as_f64().ok_or_else(bad)?)),
        Value::String(text) => Some(Leaf::String(text.as_str().into())),
        Value::Array(_) | Value::Object(_) => return Err(bad()),
    };
    if *order == Order::Key && (key.is_some() || !matches!(leaf, Some(Leaf::String(_)))) {
        return Err(Failure::bad(format!(
            "{name} must be a key, as a JSON text, when ordered by $key."
        )));
    }
    let bound = Bound {
        value: leaf,
        key,
        inclusive,
    };
    Ok((bound, value))
}

fn limit(
    params: &HashMap<&'static str, String>,
    name: &'static str,
) -> Result<Option<usize>, Failure> {
    let Some(text) = params.get(name) else {
        return Ok(None);
    };
    match text.trim_matches('"').parse::<usize>() {
        Ok(count) if count > 0 => Ok(Some(count)),
        _ => Err(Failure::bad(format!("{name} must be a positive integer"))),
    }
}
