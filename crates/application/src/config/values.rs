//! The shapes of JSON values: each function gives what it asks for, or notes a fault.

use super::faults::Faults;
use super::positions::element;
use super::positions::member;
use serde_json::Map;
use serde_json::Value;

pub(crate) type Object = Map<String, Value>;

pub(crate) fn described(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

pub(crate) fn required_text(
    object: &Object,
    parent: &str,
    key: &str,
    faults: &mut Faults,
) -> Option<String> {
    let place = member(parent, key);
    match object.get(key) {
        Some(Value::String(text)) if text.trim().is_empty() => {
            faults.add(&place, "must not be empty");
        }
        Some(Value::String(text)) => return Some(text.clone()),
        Some(other) => faults.add(
            &place,
            format!("must be a string, not {}", described(other)),
        ),
        None => faults.add(&place, "is missing"),
    }
    None
}

pub(crate) fn optional_text(
    object: &Object,
    parent: &str,
    key: &str,
    faults: &mut Faults,
) -> Option<String> {
    match object.get(key)? {
        Value::String(text) => return Some(text.clone()),
        Value::Null => {}
        other => faults.add(
            &member(parent, key),
            format!("must be a string, not {}", described(other)),
        ),
    }
    None
}

pub(crate) fn texts(object: &Object, parent: &str, key: &str, faults: &mut Faults) -> Vec<String> {
    let place = member(parent, key);
    let Some(items) = object
        .get(key)
        .and_then(|value| array(value, &place, faults))
    else {
        return Vec::new();
    };
    let mut texts = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        match item {
            Value::String(text) if text.trim().is_empty() => {
                faults.add(&element(&place, index), "must not be empty");
            }
            Value::String(text) => texts.push(text.clone()),
            other => faults.add(
                &element(&place, index),
                format!("must be a string, not {}", described(other)),
            ),
        }
    }
    texts
}

pub(crate) fn array<'a>(value: &'a Value, place: &str, faults: &mut Faults) -> Option<&'a [Value]> {
    if let Value::Array(items) = value {
        return Some(items);
    }
    faults.add(place, format!("must be an array, not {}", described(value)));
    None
}

pub(crate) fn object<'a>(
    value: &'a Value,
    place: &str,
    expected: &str,
    faults: &mut Faults,
) -> Option<&'a Object> {
    if let Value::Object(object) = value {
        return Some(object);
    }
    faults.add(
        place,
        format!("must be {expected}, not {}", described(value)),
    );
    None
}

/// Keys that nobody reads are mistakes.
pub(crate) fn only(object: &Object, place: &str, keys: &[&str], faults: &mut Faults) {
    for key in object.keys() {
        if !keys.contains(&key.as_str()) {
            faults.add(
                &member(place, key),
                format!("is no key that stands here; there are {}", keys.join(", ")),
            );
        }
    }
}

pub(crate) fn at_most(items: &[Value], limit: usize, place: &str, faults: &mut Faults) {
    if items.len() > limit {
        faults.add(
            place,
            format!("has {} elements; at most {limit} are allowed", items.len()),
        );
    }
}
