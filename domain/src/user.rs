//! Users: who they are and what their names, e-mails and passwords must be.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    Issue, Timestamp, UserId,
    common_password::is_common,
    fold_case,
    limits::{
        EMAIL_LENGTH_MAX, NAME_LENGTH_MAX, PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN, USER_NAME_LENGTH_MAX,
        USER_NAME_LENGTH_MIN,
    },
    name::is_invisible,
};

/// A user as an organization's admins see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrgUser {
    pub id: UserId,
    pub username: String,
    pub email: String,
    pub name: String,
    /// The name of the organization that the user is in.
    pub organization: String,
    pub active: bool,
    /// A platform admin.
    pub admin: bool,
    /// Part of the original's shape; always false.
    pub billing_admin: bool,
    pub complimentary: bool,
    pub license_status: LicenseStatus,
    pub created_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_login: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LicenseStatus {
    Active,
    Complimentary,
    Inactive,
}

impl LicenseStatus {
    #[must_use]
    pub fn of(active: bool, complimentary: bool) -> Self {
        match (active, complimentary) {
            (false, _) => Self::Inactive,
            (true, true) => Self::Complimentary,
            (true, false) => Self::Active,
        }
    }
}

/// 3 to 32 letters, digits, `-` and `.`, unique on the server without regard to case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserName {
    text: String,
}

impl UserName {
    /// # Errors
    /// Says what a user name may be.
    pub fn parse(text: &str) -> Result<Self, Issue> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Issue::new("required", "Enter a user name."));
        }
        let fits = (USER_NAME_LENGTH_MIN..=USER_NAME_LENGTH_MAX).contains(&text.chars().count());
        let allowed = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.');
        if fits && allowed && text != "..." {
            return Ok(Self { text: text.to_owned() });
        }
        let detail = format!(
            "A user name has {USER_NAME_LENGTH_MIN} to {USER_NAME_LENGTH_MAX} letters, digits, “-” and “.”."
        );
        Err(Issue::new("invalid", detail))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    #[must_use]
    pub fn key(&self) -> String {
        fold_case(&self.text)
    }
}

/// An address with one `@` and something on both sides: whether it exists, only a mail can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email {
    text: String,
}

impl Email {
    /// # Errors
    /// Says what is missing.
    pub fn parse(text: &str) -> Result<Self, Issue> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Issue::new("required", "Enter an e-mail address."));
        }
        if text.chars().count() > EMAIL_LENGTH_MAX {
            let detail = format!("An e-mail address has at most {EMAIL_LENGTH_MAX} characters.");
            return Err(Issue::new("too_long", detail));
        }
        let unfit = text.chars().any(|c| c.is_whitespace() || is_invisible(c));
        match text.split_once('@') {
            Some((local, host)) if !local.is_empty() && !host.is_empty() && !host.contains('@') && !unfit => {
                Ok(Self { text: text.to_owned() })
            }
            _ => Err(Issue::new("invalid", "Enter an e-mail address such as name@example.com.")),
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    #[must_use]
    pub fn key(&self) -> String {
        fold_case(&self.text)
    }
}

/// The name by which people call a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonName {
    text: String,
}

impl PersonName {
    /// # Errors
    /// When it is empty, too long or holds a control character.
    pub fn parse(text: &str) -> Result<Self, Issue> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Issue::new("required", "Enter a name."));
        }
        if text.chars().count() > NAME_LENGTH_MAX {
            return Err(Issue::new("too_long", format!("A name has at most {NAME_LENGTH_MAX} characters.")));
        }
        if text.chars().any(is_invisible) {
            return Err(Issue::new("invalid", "A name cannot contain control characters or line breaks."));
        }
        Ok(Self { text: text.to_owned() })
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// A new password, compared exactly as typed: no trimming, no normalization.
#[derive(Clone, PartialEq, Eq)]
pub struct Password {
    text: String,
}

impl Password {
    /// # Errors
    /// When it is shorter or longer than the limits, or one that is guessed first; any characters are allowed.
    pub fn parse(text: &str) -> Result<Self, Issue> {
        let length = text.chars().count();
        if length == 0 {
            return Err(Issue::new("required", "Enter a password."));
        }
        if length < PASSWORD_LENGTH_MIN {
            let detail = format!("A password has at least {PASSWORD_LENGTH_MIN} characters.");
            return Err(Issue::new("too_short", detail));
        }
        if length > PASSWORD_LENGTH_MAX {
            let detail = format!("A password has at most {PASSWORD_LENGTH_MAX} characters.");
            return Err(Issue::new("too_long", detail));
        }
        if is_common(text) {
            let detail =
                "This password is one of those that are guessed first. Choose another, such as a few words.";
            return Err(Issue::new("common", detail));
        }
        Ok(Self { text: text.to_owned() })
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password([REDACTED])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_names_are_letters_digits_hyphens_and_dots() {
        for text in ["abc", "A-1.b", &"a".repeat(32)] {
            assert!(UserName::parse(text).is_ok(), "{text}");
        }
        for text in ["", "ab", "a b", "a/b", "é-é", "...", &"a".repeat(33), "a_b"] {
            assert!(UserName::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_email_has_one_at_sign_with_something_on_both_sides() {
        assert!(Email::parse(" Demo@ParallelWorks.com ").is_ok_and(|e| e.key() == "demo@parallelworks.com"));
        for text in ["", "a", "@b", "a@", "a@b@c", "a b@c", &format!("{}@b", "a".repeat(253))] {
            assert!(Email::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_password_is_kept_exactly_as_typed() {
        let typed = "  pÄss word\u{1F511} ";
        assert_eq!(Password::parse(typed).expect("valid").as_str(), typed);
        assert_eq!(Password::parse("seven 7").expect_err("short").code, "too_short");
        assert_eq!(Password::parse("Password123").expect_err("common").code, "common");
        assert!(!format!("{:?}", Password::parse("hunter, running")).contains("hunter"));
    }

    #[test]
    fn a_password_has_8_to_128_characters_of_any_kind() {
        let kinds = ["aß ", "密码", "\u{1F511}\u{200D}é", "\u{0}\n\t", "Пароль"];
        for kind in kinds {
            let of_length = |length: usize| -> String {
                let mut text: String = kind.chars().cycle().take(length - 1).collect();
                text.push('~');
                text
            };
            for length in [8, 64, 127, 128] {
                let typed = of_length(length);
                assert_eq!(Password::parse(&typed).expect("valid").as_str(), typed, "{length}");
            }
            assert_eq!(Password::parse(&of_length(7)).expect_err("short").code, "too_short");
            assert_eq!(Password::parse(&of_length(129)).expect_err("long").code, "too_long");
        }
    }

    #[test]
    fn the_licence_follows_from_activity_and_courtesy() {
        assert_eq!(LicenseStatus::of(true, false), LicenseStatus::Active);
        assert_eq!(LicenseStatus::of(true, true), LicenseStatus::Complimentary);
        assert_eq!(LicenseStatus::of(false, true), LicenseStatus::Inactive);
    }
}
