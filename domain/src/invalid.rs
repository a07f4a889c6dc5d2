//! What is wrong with an input: a list of errors, each naming its field and saying what to do.

use serde::{Deserialize, Serialize};

/// One thing wrong with one member of an input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// Stable, for programs: `required`, `too_long`, `taken`, ...
    pub code: String,
    /// One sentence for the person who typed it.
    pub detail: String,
    /// A JSON Pointer fragment (RFC 6901, section 6), such as `#/url`.
    pub pointer: String,
}

impl FieldError {
    #[must_use]
    pub fn new(field: &str, code: &str, detail: impl Into<String>) -> Self {
        let pointer = format!("#/{}", field.replace('~', "~0").replace('/', "~1"));
        Self { code: code.to_owned(), detail: detail.into(), pointer }
    }

    /// The same error, its member inside another: `#/name` inside `#/payload` becomes `#/payload/name`.
    #[must_use]
    pub fn inside(self, outer: &Self) -> Self {
        Self { pointer: format!("{}{}", outer.pointer, &self.pointer[1..]), ..self }
    }

    /// The member's name, for finding its input in a form.
    #[must_use]
    pub fn field(&self) -> &str {
        self.pointer.strip_prefix("#/").unwrap_or(&self.pointer)
    }
}

/// What is wrong with a value, before it is known which field held it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Issue {
    pub code: &'static str,
    pub detail: String,
}

impl Issue {
    #[must_use]
    pub fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }

    #[must_use]
    pub fn at(self, field: &str) -> FieldError {
        FieldError::new(field, self.code, self.detail)
    }
}

/// Everything that is wrong with an input, so that it can be mended in one go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Invalid {
    pub errors: Vec<FieldError>,
}

impl Invalid {
    /// Keeps the error under the field's name and hands on the value where there is one.
    pub fn check<T>(&mut self, field: &str, result: Result<T, Issue>) -> Option<T> {
        result.map_err(|issue| self.errors.push(issue.at(field))).ok()
    }

    pub fn add(&mut self, field: &str, code: &str, detail: impl Into<String>) {
        self.errors.push(FieldError::new(field, code, detail));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_escapes_what_json_pointer_reserves() {
        let error = FieldError::new("a/b~c", "unknown", "");
        assert_eq!(error.pointer, "#/a~1b~0c");
        assert_eq!(error.inside(&FieldError::new("d/e", "", "")).pointer, "#/d~1e/a~1b~0c");
    }

    #[test]
    fn check_collects_every_error() {
        let mut invalid = Invalid::default();
        let kept = invalid.check("name", Ok(1));
        let refused: Option<u8> = invalid.check("url", Err(Issue::new("required", "Enter a URL.")));
        assert_eq!((kept, refused), (Some(1), None));
        assert_eq!(invalid.errors, [FieldError::new("url", "required", "Enter a URL.")]);
    }
}
