//! `/api/organizations` and their seats.

use api::Problem;

use domain::Organization;
use serde::Serialize;
use serde_json::json;

use super::{Call, Reply};

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
    let found = call.herald.list_organizations(&call.grant).await?;
    let organizations: Vec<Listed> = found.into_iter().map(Listed::of).collect();
    Reply::json(&json!({ "total": organizations.len(), "organizations": organizations }))
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
    Reply::json(&call.herald.set_seats(&call.grant, limit).await?)
}
