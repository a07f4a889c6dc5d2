//! `/api/organizations` and their seats.

use api::Problem;

use super::{Call, Reply};

pub(super) fn read(call: &Call) -> Result<Reply, Problem> {
    Reply::json(&call.grant.organization()?.view())
}

pub(super) async fn list(call: &Call) -> Result<Reply, Problem> {
    Reply::json(&call.herald.list_organizations(&call.grant).await?)
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
