//! What a rule may know of the query that reads: `query.limitToFirst <= 100`.

use serde_json::Value as Json;

use super::value::Value;

/// The members of `query`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct QueryFacts {
    /// `$key`, `$value`, `$priority` or a child; none orders by key.
    pub(crate) order_by: Option<String>,
    pub(crate) start_at: Json,
    pub(crate) end_at: Json,
    pub(crate) equal_to: Json,
    pub(crate) limit_to_first: Option<usize>,
    pub(crate) limit_to_last: Option<usize>,
}

impl QueryFacts {
    /// Reading without a query.
    pub(crate) fn none() -> Self {
        Self::default()
    }

    pub(super) fn member<'a>(&'a self, name: &str) -> Value<'a> {
        let order = self.order_by.as_deref().unwrap_or("$key");
        let limit =
            |limit: Option<usize>| limit.map_or(Value::Null, |limit| Value::Number(limit as f64));
        match name {
            "orderByKey" => Value::Bool(order == "$key"),
            "orderByValue" => Value::Bool(order == "$value"),
            "orderByPriority" => Value::Bool(order == "$priority"),
            "orderByChild" if !order.starts_with('$') => Value::Text(order.into()),
            "startAt" => Value::of_json(&self.start_at),
            "endAt" => Value::of_json(&self.end_at),
            "equalTo" => Value::of_json(&self.equal_to),
            "limitToFirst" => limit(self.limit_to_first),
            "limitToLast" => limit(self.limit_to_last),
            _ => Value::Null,
        }
    }
}
