//! What an act changed: each member, before and after.

use domain::AuditPayload;
use leptos::prelude::*;

/// A value that is longer is cut in the table.
const VALUE_LENGTH_MAX: usize = 200;

/// `None` where nothing changed that is written down.
#[component]
pub(super) fn Changes(payload: Option<AuditPayload>) -> impl IntoView {
    let changes = payload.map(|payload| read(&payload)).unwrap_or_default();
    (!changes.is_empty()).then(|| {
        let row = |change: Change| {
            view! {
                <div class="change">
                    <dt>{change.member}</dt>
                    <dd>
                        {change.old.map(|old| view! { <del>{old}</del>" " })}
                        {change.new.map(|new| view! { <ins>{new}</ins> })}
                    </dd>
                </div>
            }
        };
        view! { <dl class="changes">{changes.into_iter().map(row).collect::<Vec<_>>()}</dl> }
    })
}

#[derive(Debug, PartialEq, Eq)]
struct Change {
    member: String,
    old: Option<String>,
    new: Option<String>,
}

/// Members that stayed as they are do not count.
fn read(payload: &AuditPayload) -> Vec<Change> {
    let Some(members) = payload.data.as_object() else { return Vec::new() };
    let change = |(member, values): (&String, &serde_json::Value)| Change {
        member: member.clone(),
        old: words(&values["old"]),
        new: words(&values["new"]),
    };
    members.iter().map(change).filter(|change| change.old != change.new).collect()
}

fn words(value: &serde_json::Value) -> Option<String> {
    use serde_json::Value;
    let text = match value {
        Value::Null => return None,
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) if text.is_empty() => "(empty)".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => "(none)".to_owned(),
        Value::Array(items) => items.iter().filter_map(words).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    };
    Some(if text.chars().count() > VALUE_LENGTH_MAX {
        text.chars().take(VALUE_LENGTH_MAX).chain(['…']).collect()
    } else {
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn changes(data: serde_json::Value) -> Vec<(String, Option<String>, Option<String>)> {
        let payload = AuditPayload { kind: "diff".into(), data };
        read(&payload).into_iter().map(|change| (change.member, change.old, change.new)).collect()
    }

    #[test]
    fn values_are_said_in_words() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            changes(json!({ "active": { "old": true, "new": false } })),
            [("active".into(), some("yes"), some("no"))]
        );
        assert_eq!(
            changes(json!({ "roles": { "old": [], "new": ["org:admin", "org:users"] } })),
            [("roles".into(), some("(none)"), some("org:admin, org:users"))]
        );
        assert_eq!(
            changes(json!({ "seats": { "old": null, "new": 5 } })),
            [("seats".into(), None, some("5"))]
        );
    }

    #[test]
    fn what_stayed_or_cannot_be_read_is_left_out() {
        assert_eq!(changes(json!({ "name": { "old": "a", "new": "a" } })), []);
        assert_eq!(changes(json!("odd")), []);
        let long = "x".repeat(500);
        let cut = changes(json!({ "url": { "old": null, "new": long } })).pop().expect("a change");
        assert_eq!(cut.2.expect("text").chars().count(), VALUE_LENGTH_MAX + 1);
    }
}
