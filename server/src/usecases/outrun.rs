//! Who was faster, where two edit the same thing at once.

use api::Problem;
use domain::{Act, OrganizationId};

use crate::{
    herald::Herald,
    store::{LastChange, StoreError},
};

/// What two may edit at once.
pub(super) struct Edited {
    pub(super) organization: OrganizationId,
    /// How a change of it is noted in the audit log, and of what.
    pub(super) act: Act,
    pub(super) target: String,
    /// As in “this webhook”.
    pub(super) what: &'static str,
}

impl Herald {
    /// What is answered where an edit failed.
    pub(super) async fn edit_failed(&self, error: StoreError, edited: Edited) -> Problem {
        if !matches!(error, StoreError::Outrun) {
            return error.into();
        }
        let Edited { organization, act, target, what } = edited;
        match self.store.last_change(organization, act, &target).await {
            Ok(change) => outrun(what, change),
            Err(error) => error.into(),
        }
    }
}

fn outrun(what: &str, change: Option<LastChange>) -> Problem {
    let done = match change {
        Some(LastChange { by, members }) if members.is_empty() => format!("{by} changed {what}"),
        Some(LastChange { by, members }) => {
            let members: Vec<String> = members.iter().map(|member| in_words(member)).collect();
            format!("{by} changed {what}’s {}", members.join(", "))
        }
        None => format!("Somebody changed {what}"),
    };
    Problem::conflict(format!(
        "{done} while you were editing. Nothing of yours was saved. Look at what is stored now, and save again to overwrite it."
    ))
}

/// The name of a member, such as `allowedTargets`.
fn in_words(member: &str) -> String {
    let mut words = String::with_capacity(member.len() + 1);
    for letter in member.chars() {
        if letter.is_ascii_uppercase() {
            words.push(' ');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_faster_one_is_named_with_what_they_changed() {
        let change = |members: &[&str]| {
            let members = members.iter().map(|member| (*member).to_owned()).collect();
            Some(LastChange { by: "ada".into(), members })
        };
        let words = |what, change| outrun(what, change).detail;
        assert!(
            words("this webhook", change(&["name", "url"]))
                .starts_with("ada changed this webhook’s name, url while")
        );
        let targets = words("this organization", change(&["allowedTargets"]));
        assert!(targets.starts_with("ada changed this organization’s allowed targets while"), "{targets}");
        assert!(words("this group", change(&[])).starts_with("ada changed this group while"));
        assert!(words("this group", None).starts_with("Somebody changed this group while"));
    }
}
