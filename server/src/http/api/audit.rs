//! `/api/organizations/{organization}/events`: the audit log; `/api/events/types`: what can stand in it.

use api::Problem;
use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use domain::{Act, ActOutcome, AuditEvent, limits::PAGE_ROWS_MAX};
use futures::stream::try_unfold;
use serde_json::{Map, Value, json};

use super::{Call, Reply, query::Query};
use crate::store::{AuditFilter, StoreError};

pub(super) async fn list(call: &Call) -> Result<Reply, Problem> {
    let mut query = Query::of(call);
    let filter = filter(&mut query);
    let (limit, cursor) = (query.limit(), query.text("cursor"));
    query.finish()?;
    let page = call.herald.audit_page(&call.grant, &filter, cursor, limit).await?;
    let mut answer = Map::from_iter([
        ("events".to_owned(), json!(page.events)),
        ("hasMore".to_owned(), Value::from(page.next_cursor.is_some())),
        ("total".to_owned(), Value::from(page.total)),
    ]);
    if let Some(cursor) = page.next_cursor {
        answer.insert("nextCursor".to_owned(), Value::from(cursor));
    }
    Reply::json(&answer)
}

fn filter(query: &mut Query<'_>) -> AuditFilter {
    let outcomes = [ActOutcome::Success, ActOutcome::Failure].map(|known| (known.as_str(), Some(known)));
    AuditFilter {
        from: query.time("from"),
        to: query.time("to"),
        types: query.texts("type"),
        actors: query.texts("actor"),
        actor_type: query.text("actorType").map(str::to_owned),
        target_type: query.text("targetType").map(str::to_owned),
        target_id: query.text("targetId").map(str::to_owned),
        outcome: query.choice("outcome", None, &outcomes),
        search: query.search(),
    }
}

/// Who may be asked for by `actor`.
pub(super) async fn actors(call: &Call) -> Result<Reply, Problem> {
    let mut query = Query::of(call);
    let (from, to) = (query.time("from"), query.time("to"));
    query.finish()?;
    let found = call.herald.audit_actors(&call.grant, from, to).await?;
    let actors: Vec<Value> = found.iter().map(|username| json!({ "username": username })).collect();
    Reply::json(&json!({ "actors": actors }))
}

/// What may be asked for by `type`.
pub(super) fn types() -> Result<Reply, Problem> {
    let kind = |act: &Act| {
        json!({
            "type": act.as_str(), "subject": act.subject(), "action": act.action(), "description": act.describe(),
        })
    };
    Reply::json(&json!({ "types": Act::ALL.iter().map(kind).collect::<Vec<Value>>() }))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Csv,
    Json,
}

/// The whole list as a file, read and sent a page at a time.
pub(super) async fn export(call: &Call) -> Result<Reply, Problem> {
    let mut query = Query::of(call);
    let filter = filter(&mut query);
    let format = query.choice("format", Format::Csv, &[("csv", Format::Csv), ("json", Format::Json)]);
    query.finish()?;
    let organization = call.grant.organization()?.id;
    let store = call.herald.store.clone();
    // `None`: the end was sent.
    let start = Some((i64::MAX, true));
    let pages = try_unfold(start, move |place| {
        let (store, filter) = (store.clone(), filter.clone());
        async move {
            let Some((before, is_first)) = place else {
                return Ok::<_, StoreError>(None);
            };
            let (events, last) = store.audit_before(organization, &filter, before, PAGE_ROWS_MAX).await?;
            let part = match format {
                Format::Csv => csv(&events, is_first),
                Format::Json => json_part(&events, is_first, last.is_none()),
            };
            Ok(Some((part, last.map(|last| (last, false)))))
        }
    });
    let (content_type, name) = match format {
        Format::Csv => ("text/csv; charset=utf-8", "attachment; filename=\"audit-log.csv\""),
        Format::Json => ("application/json", "attachment; filename=\"audit-log.json\""),
    };
    let mut response: Response = Body::from_stream(pages).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(name));
    Ok(Reply::stream(response))
}

fn json_part(events: &[AuditEvent], is_first: bool, is_last: bool) -> String {
    let rows: Vec<String> = events.iter().map(|event| json!(event).to_string()).collect();
    let begin = if is_first { "[" } else { "," };
    let end = if is_last { "]" } else { "" };
    format!("{begin}{}{end}", rows.join(","))
}

const COLUMNS: &str = "createdAt,type,outcome,actorType,actor,targetType,targetId,target,organization,address,requestId,error,changes,id\r\n";

fn csv(events: &[AuditEvent], is_first: bool) -> String {
    let mut text = if is_first { COLUMNS.to_owned() } else { String::new() };
    for event in events {
        let changes = event.payload.as_ref().map(|payload| payload.data.to_string());
        let cells = [
            event.created_at.to_string(),
            event.act.clone(),
            event.outcome.as_str().to_owned(),
            event.actor.kind.clone(),
            event.actor.username.clone(),
            event.target.kind.clone(),
            event.target.id.clone().unwrap_or_default(),
            event.target.name.clone(),
            event.organization.name.clone(),
            event.source.as_ref().map(|source| source.ip.clone()).unwrap_or_default(),
            event.request_id.clone().unwrap_or_default(),
            event.error.clone().unwrap_or_default(),
            changes.unwrap_or_default(),
            event.id.to_string(),
        ];
        text.push_str(&cells.map(|text| cell(&text)).join(","));
        text.push_str("\r\n");
    }
    text
}

/// RFC 4180; what a spreadsheet would take for a formula begins with an apostrophe.
fn cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\r', '\n', '\'']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_or_leaves_its_place() {
        assert_eq!(cell("plain"), "plain");
        assert_eq!(cell("a,b"), "\"a,b\"");
        assert_eq!(cell("a\"b\nc"), "\"a\"\"b\nc\"");
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            let cell = cell(formula);
            assert!(cell.starts_with("\"'"), "{cell}");
        }
    }

    #[test]
    fn parts_of_json_make_one_list() {
        assert_eq!(json_part(&[], true, true), "[]");
    }
}
