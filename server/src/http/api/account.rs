//! `/api/auth/name`

use api::Problem;
use axum::http::StatusCode;

use super::{Call, Reply};

/// `{name}`
pub(super) async fn set_name(call: &Call) -> Result<Reply, Problem> {
    let mut members = call.members()?;
    let name = members.text("name");
    members.finish()?;
    call.herald.set_own_name(&call.grant, &name).await?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}
