//! `/api/organizations/{organization}/allowed-targets`

use api::Problem;

use super::{Call, Reply};

pub(super) async fn read(call: &Call) -> Result<Reply, Problem> {
    Reply::json(&call.herald.allowed_targets(&call.grant).await?)
}

pub(super) async fn set(call: &Call) -> Result<Reply, Problem> {
    let mut members = call.members()?;
    let targets = members.nullable_texts("allowedTargets");
    members.finish()?;
    Reply::json(&call.herald.set_allowed_targets(&call.grant, targets, None).await?)
}
