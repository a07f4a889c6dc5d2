//! Which private targets an organization's webhooks may call: what the server allows, or a part of it.

use api::{Problem, organizations::AllowedTargets};
use domain::{FieldError, limits::ALLOWED_TARGETS_MAX, target::AllowedTarget};

use crate::{access::Grant, herald::Herald};

const MEMBER: &str = "allowedTargets";

impl Herald {
    pub(crate) async fn allowed_targets(&self, grant: &Grant) -> Result<AllowedTargets, Problem> {
        let own = self.store.allowed_targets(grant.organization()?.id).await?;
        Ok(AllowedTargets {
            allowed_targets: own.as_deref().map(texts),
            server_targets: texts(self.guard.allowed()),
        })
    }

    /// `None`: all that the server allows. Nobody but the operator can open more.
    pub(crate) async fn set_allowed_targets(
        &self,
        grant: &Grant,
        asked: Option<Vec<String>>,
    ) -> Result<AllowedTargets, Problem> {
        let targets = asked.map(|asked| self.read_targets(&asked)).transpose()?;
        let organization = grant.organization()?.id;
        self.store.set_allowed_targets(organization, targets, grant.acted_by()).await?;
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
