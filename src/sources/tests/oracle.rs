//! A second reader of sign-ins, plain and slow, that parses everything. The fast one must agree
//! with it.

use serde_json::Value;

use crate::domain::day::{EARLIEST, MICROS_PER_DAY};
use crate::domain::guid::Guid;
use crate::sources::fields::time::{Spelled, parse_instant};
use crate::sources::file_context::FileContext;
use crate::sources::record::Reason;

/// What a line is: a row (as text), not ours, or a reject.
#[derive(Debug, PartialEq)]
pub enum Answer {
    Row(String),
    NotOurs,
    Reject(Reason),
}

fn there<'v>(object: &'v Value, key: &str) -> Option<&'v Value> {
    object.get(key).filter(|value| !value.is_null())
}

fn text<'v>(object: &'v Value, key: &str) -> Result<Option<&'v str>, Reason> {
    there(object, key)
        .map(|value| value.as_str().ok_or(Reason::UnreadableValue))
        .transpose()
}

fn integer(value: &Value) -> Result<bool, Reason> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        _ => return Err(Reason::UnreadableValue),
    };
    let digits = text.strip_prefix('-').unwrap_or(&text);
    let is_integer = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_integer {
        Ok(digits.bytes().all(|byte| byte == b'0'))
    } else {
        Err(Reason::UnreadableValue)
    }
}

/// The answer for a record that is valid JSON.
pub fn answer(record: &Value, context: &FileContext) -> Answer {
    match row(record, context) {
        Ok(Some(row)) => Answer::Row(row),
        Ok(None) => Answer::NotOurs,
        Err(reason) => Answer::Reject(reason),
    }
}

fn row(record: &Value, context: &FileContext) -> Result<Option<String>, Reason> {
    let by_category = match record.get("category").and_then(Value::as_str).ok_or(Reason::MissingCategory)? {
        "SignInLogs" => true,
        "NonInteractiveUserSignInLogs" => false,
        _ => return Ok(None),
    };
    let tenant = match there(record, "tenantId") {
        None => context.tenant.ok_or(Reason::MissingTenant)?,
        Some(Value::String(text)) if text.is_empty() => context.tenant.ok_or(Reason::MissingTenant)?,
        Some(value) => value
            .as_str()
            .and_then(|text| Guid::parse(text.as_bytes()))
            .ok_or(Reason::MalformedTenant)?,
    };
    if context.tenant.is_some_and(|of_path| of_path != tenant) {
        return Err(Reason::TenantContradictsPath);
    }
    let unpacked;
    let nothing = Value::Null;
    let properties = match there(record, "properties") {
        None => &nothing,
        Some(Value::String(packed)) => {
            unpacked = serde_json::from_str::<Value>(packed).map_err(|_| Reason::UnreadableValue)?;
            &unpacked
        }
        Some(value) => value,
    };
    if !properties.is_object() && !properties.is_null() {
        return Err(Reason::UnreadableValue);
    }
    let time = there(properties, "createdDateTime")
        .or_else(|| there(record, "time"))
        .ok_or(Reason::MissingTime)?;
    let time = time
        .as_str()
        .and_then(|text| match parse_instant(text.as_bytes())? {
            Spelled::At(at) => Some(at),
            Spelled::Slashed { month_first, .. } => month_first,
        })
        .ok_or(Reason::UnreadableTime)?;
    if time < EARLIEST {
        return Err(Reason::TimeBefore2010);
    }
    if context.received_until.is_some_and(|until| time.0 > until.0 + MICROS_PER_DAY) {
        return Err(Reason::TimeAfterReceipt);
    }
    let id = text(properties, "id")?.filter(|id| !id.is_empty()).ok_or(Reason::MissingId)?;
    let other = |key: &str| text(properties, key).map(|text| text.unwrap_or_default().to_lowercase());
    let ids = [id.to_lowercase(), other("userId")?, other("appId")?, other("resourceId")?].join("|");
    let interactive = match there(properties, "isInteractive") {
        None => by_category,
        Some(Value::Bool(value)) => *value,
        Some(Value::String(word)) if word.eq_ignore_ascii_case("true") => true,
        Some(Value::String(word)) if word.eq_ignore_ascii_case("false") => false,
        Some(_) => return Err(Reason::UnreadableValue),
    };
    let code = match there(properties, "status") {
        None => None,
        Some(status) if status.is_object() => there(status, "errorCode"),
        Some(_) => return Err(Reason::UnreadableValue),
    };
    let succeeded = code.or_else(|| there(record, "resultType")).map_or(Ok(false), integer)?;
    let guest = match text(properties, "userType")? {
        None | Some("") => text(properties, "userPrincipalName")?.is_some_and(|name| name.to_uppercase().contains("#EXT#")),
        Some(kind) => kind.eq_ignore_ascii_case("guest"),
    };
    let resource_tenant = there(properties, "resourceTenantId")
        .and_then(Value::as_str)
        .and_then(|text| Guid::parse(text.as_bytes()));
    let foreign = resource_tenant.is_some_and(|other| other != tenant);
    let flags: Vec<&str> = [(succeeded, "succeeded"), (guest, "guest"), (foreign, "foreign")]
        .iter()
        .filter_map(|(set, name)| set.then_some(*name))
        .collect();
    let evidence = if interactive { "interactive" } else { "non_interactive" };
    Ok(Some(format!("{tenant} {ids} {time} {evidence} {}", flags.join(" "))))
}
