//! The rules that names of organizations, groups and webhooks share.

use std::fmt;

use serde::Serialize;

use crate::{Issue, limits::NAME_LENGTH_MAX};

/// 1 to 100 characters, trimmed, fit to be one segment of a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Name {
    text: String,
}

impl Name {
    /// # Errors
    /// Says what to change when the name is empty, too long, `.`, `..`, or holds `/` or a control character.
    pub fn parse(text: &str) -> Result<Self, Issue> {
        let text = text.trim();
        let length = text.chars().count();
        if text.is_empty() {
            return Err(Issue::new("required", "Enter a name."));
        }
        if length > NAME_LENGTH_MAX {
            let detail = format!("A name has at most {NAME_LENGTH_MAX} characters; this one has {length}.");
            return Err(Issue::new("too_long", detail));
        }
        if text.contains('/') {
            return Err(Issue::new("invalid", "A name cannot contain “/”."));
        }
        if text.chars().any(is_invisible) {
            return Err(Issue::new("invalid", "A name cannot contain control characters or line breaks."));
        }
        if text == "." || text == ".." {
            return Err(Issue::new("invalid", "A name cannot be “.” or “..”."));
        }
        Ok(Self { text: text.to_owned() })
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What is compared to find out whether a name is taken.
    #[must_use]
    pub fn key(&self) -> String {
        fold_case(&self.text)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Names and e-mails that differ only in case are the same.
#[must_use]
pub fn fold_case(text: &str) -> String {
    text.to_lowercase()
}

/// Control characters, and those that turn the direction of the text around them and so can make one name look like another.
pub(crate) fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_trimmed_and_compares_without_case() {
        let name = Name::parse("  Événements ").expect("valid");
        assert_eq!(name.as_str(), "Événements");
        assert_eq!(name.key(), "événements");
    }

    #[test]
    fn a_hundred_characters_are_allowed_whatever_their_bytes() {
        assert!(Name::parse(&"é".repeat(100)).is_ok());
        assert_eq!(Name::parse(&"é".repeat(101)).expect_err("too long").code, "too_long");
    }

    #[test]
    fn what_cannot_be_one_segment_of_a_path_is_refused() {
        for text in ["", "   ", "a/b", ".", "..", "a\nb", "a\u{202e}b", "\u{0}"] {
            assert!(Name::parse(text).is_err(), "{text:?}");
        }
    }
}
