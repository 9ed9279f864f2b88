//! What a tenant is permitted beyond its own things: destinations outside, language models; and
//! which of its users may do anything at all.

use super::RuleCheck;
use super::state::AiState;
use super::state::EgressState;
use super::state::OtherwiseState;
use super::state::StatusState;
use crate::config::Faults;
use crate::config::Object;
use crate::config::described;
use crate::config::element;
use crate::config::member;
use crate::config::object;
use crate::config::only;
use crate::config::texts;
use serde_json::Value;

const MAX_RULES: usize = 1_000;

pub(super) fn egress(
    tenant: &Object,
    place: &str,
    rules: RuleCheck,
    faults: &mut Faults,
) -> Option<EgressState> {
    let place = member(place, "egress");
    let shape = "{ deny?, allow?, otherwise? }";
    let state = object(tenant.get("egress")?, &place, shape, faults)?;
    only(state, &place, &["deny", "allow", "otherwise"], faults);
    let mut list = |key: &str| {
        let listed = texts(state, &place, key, faults);
        let place = member(&place, key);
        if listed.len() > MAX_RULES {
            faults.add(&place, format!("must hold at most {MAX_RULES} rules"));
        }
        let items = state.get(key).and_then(Value::as_array);
        for (index, item) in items.into_iter().flatten().enumerate() {
            // What is no text was told already.
            if let Some(rule) = item.as_str().filter(|rule| !rule.trim().is_empty())
                && let Err(fault) = rules(rule)
            {
                faults.add(&element(&place, index), fault);
            }
        }
        listed
    };
    let (deny, allow) = (list("deny"), list("allow"));
    let otherwise = one_of(
        state,
        &place,
        "otherwise",
        &[
            ("public", OtherwiseState::Public),
            ("nothing", OtherwiseState::Nothing),
        ],
        faults,
    );
    Some(EgressState {
        deny,
        allow,
        otherwise,
    })
}

pub(super) fn ai(tenant: &Object, place: &str, faults: &mut Faults) -> Option<AiState> {
    let place = member(place, "ai");
    let shape = "{ requestsPerMinute, tokensPerMonth } or { enabled: false }";
    let state = object(tenant.get("ai")?, &place, shape, faults)?;
    let keys = ["enabled", "requestsPerMinute", "tokensPerMonth"];
    only(state, &place, &keys, faults);
    let enabled = match state.get("enabled") {
        None => true,
        Some(Value::Bool(enabled)) => *enabled,
        Some(other) => {
            let place = member(&place, "enabled");
            faults.add(
                &place,
                format!("must be true or false, not {}", described(other)),
            );
            true
        }
    };
    let mut number = |key: &str, most: u64| match state.get(key) {
        // Nobody counts what a tenant may not use.
        None if !enabled => 0,
        None => {
            faults.add(
                &member(&place, key),
                "is missing; `enabled: false` needs none",
            );
            0
        }
        Some(value) => {
            let least = u64::from(enabled);
            let number = value
                .as_u64()
                .filter(|number| (least..=most).contains(number));
            number.unwrap_or_else(|| {
                let wanted = format!("must be a whole number from {least} to {most}");
                faults.add(&member(&place, key), wanted);
                0
            })
        }
    };
    let requests = number("requestsPerMinute", u32::MAX.into());
    let tokens_per_month = number("tokensPerMonth", i64::MAX.unsigned_abs());
    Some(AiState {
        enabled,
        requests_per_minute: u32::try_from(requests).unwrap_or(u32::MAX),
        tokens_per_month,
    })
}

pub(super) fn status(user: &Object, place: &str, faults: &mut Faults) -> StatusState {
    let known = [
        ("active", StatusState::Active),
        ("inactive", StatusState::Inactive),
    ];
    one_of(user, place, "status", &known, faults)
}

/// What one of these words stands for; the default without it.
fn one_of<T: Copy + Default>(
    parent: &Object,
    place: &str,
    key: &str,
    known: &[(&str, T)],
    faults: &mut Faults,
) -> T {
    let Some(value) = parent.get(key) else {
        return T::default();
    };
    let named = value.as_str();
    if let Some((_, found)) = known.iter().find(|(name, _)| named == Some(*name)) {
        return *found;
    }
    let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
    let message = format!("is {value}; it must be one of {}", names.join(", "));
    faults.add(&member(place, key), message);
    T::default()
}
