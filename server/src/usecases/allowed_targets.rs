//! Which private targets an organization's webhooks may call: what the server allows, or a part of it.

use api::{Problem, organizations::AllowedTargets};
use domain::{Act, FieldError, limits::ALLOWED_TARGETS_MAX, target::AllowedTarget};

use super::outrun::Edited;
use crate::{access::Grant, herald::Herald, store::Version};

const MEMBER: &str = "allowedTargets";

impl Herald {
    pub(crate) async fn allowed_targets(&self, grant: &Grant) -> Result<AllowedTargets, Problem> {
        Ok(self.versioned_targets(grant).await?.0)
    }

    /// With what a form is made from.
    pub(crate) async fn versioned_targets(
        &self,
        grant: &Grant,
    ) -> Result<(AllowedTargets, Version), Problem> {
        let own = self.store.allowed_targets(grant.organization()?.id).await?;
        let version = Version::of_targets(own.as_deref());
        let (allowed_targets, server_targets) = (own.as_deref().map(texts), texts(self.guard.allowed()));
        Ok((AllowedTargets { allowed_targets, server_targets, version: String::new() }, version))
    }

    /// `None`: all that the server allows. Nobody but the operator can open more.
    pub(crate) async fn set_allowed_targets(
        &self,
        grant: &Grant,
        asked: Option<Vec<String>>,
        version: Option<String>,
    ) -> Result<AllowedTargets, Problem> {
        let targets = asked.map(|asked| self.read_targets(&asked)).transpose()?;
        let organization = grant.organization()?.id;
        let set = self.store.set_allowed_targets(organization, targets, version, grant.acted_by()).await;
        if let Err(error) = set {
            let (act, target) = (Act::SetAllowedTargets, organization.to_string());
            let edited = Edited { organization, act, target, what: "this organization" };
            return Err(self.edit_failed(error, edited).await);
        }
        self.allowed_targets(grant).await
    }

    fn read_targets(&self, asked: &[String]) -> Result<Vec<AllowedTarget>, Problem> {
        let list = FieldError::new(MEMBER, "too_many", "");
        if asked.len() > ALLOWED_TARGETS_MAX {
            let detail = format!("There are at most {ALLOWED_TARGETS_MAX}.");
            return Err(Problem::invalid(vec![FieldError { detail, ..list }]));
        }
        let (mut targets, mut errors) = (Vec::new(), Vec::new());
        for (at, text) in asked.iter().enumerate() {
            match self.read_target(text) {
                Ok(target) if targets.contains(&target) => {}
                Ok(target) => targets.push(target),
                Err((code, detail)) => {
                    errors.push(FieldError::new(&at.to_string(), code, detail).inside(&list));
                }
            }
        }
        if errors.is_empty() { Ok(targets) } else { Err(Problem::invalid(errors)) }
    }

    fn read_target(&self, text: &str) -> Result<AllowedTarget, (&'static str, String)> {
        let target: AllowedTarget = text
            .parse()
            .map_err(|error: domain::target::InvalidAllowedTarget| ("invalid", error.to_string()))?;
        let server = self.guard.allowed();
        if server.iter().any(|open| target.lies_within(open)) {
            return Ok(target);
        }
        let open = match server {
            [] => "It allows none".to_owned(),
            open => format!("It allows {}", texts(open).join(", ")),
        };
        let detail = format!(
            "{target} is not within what this server allows. {open}; whoever runs it opens more by --allow-target."
        );
        Err(("not_within", detail))
    }
}

fn texts(targets: &[AllowedTarget]) -> Vec<String> {
    targets.iter().map(ToString::to_string).collect()
}
