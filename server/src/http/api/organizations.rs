//! `/api/organizations` and their seats.

use api::Problem;

use domain::{Organization, limits::PAGE_ROWS_MAX};
use serde::Serialize;
use serde_json::json;

use super::{Call, Reply, query::Query};
use crate::usecases::OrganizationFilter;

/// With what the original's client wants of each in a list.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    #[serde(flatten)]
    organization: Organization,
    members: u32,
    self_service: bool,
}

impl Listed {
    fn of((organization, members): (Organization, u32)) -> Self {
        Self { organization, members, self_service: false }
    }
}

pub(super) fn read(call: &Call) -> Result<Reply, Problem> {
    Reply::json(&call.grant.organization()?.view())
}

pub(super) async fn list(call: &Call) -> Result<Reply, Problem> {
    let (found, total) = call.herald.list_organizations(&call.grant, &filter(call)?).await?;
    let organizations: Vec<Listed> = found.into_iter().map(Listed::of).collect();
    Reply::json(&json!({ "total": total, "organizations": organizations }))
}

fn filter(call: &Call) -> Result<OrganizationFilter, Problem> {
    let mut query = Query::of(call);
    // The original also sorts by who manages an organization: here nobody but the platform does.
    let by_name = query.choice("sortBy", false, &[("name", true), ("managedBy", false)]);
    let descending = query.choice("sortDir", false, &[("asc", false), ("desc", true)]);
    let limit = query.number("limit", 0, 0, PAGE_ROWS_MAX);
    let offset = query.number("offset", 0, 0, u32::MAX as usize);
    let search = query.search().unwrap_or_default();
    query.finish()?;
    Ok(OrganizationFilter {
        search,
        by_name,
        descending,
        limit: Some(limit).filter(|limit| *limit > 0),
        offset,
    })
}

pub(super) async fn create(call: &Call) -> Result<Reply, Problem> {
    let mut members = call.members()?;
    let name = members.text("organizationName");
    members.finish()?;
    Reply::json(&call.herald.create_organization(&call.grant, &name).await?)
}

pub(super) async fn seats(call: &Call) -> Result<Reply, Problem> {
    Reply::json(&call.herald.seats(&call.grant).await?)
}

pub(super) async fn set_seats(call: &Call) -> Result<Reply, Problem> {
    let mut members = call.members()?;
    let limit = members.limit("seats");
    members.finish()?;
    Reply::json(&call.herald.set_seats(&call.grant, limit, None).await?)
}
