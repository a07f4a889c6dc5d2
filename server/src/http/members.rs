//! Reads the members of a JSON body, and says of each what is wrong with it.

use std::fmt;

use api::Problem;
use domain::{FieldError, Invalid, Issue};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::{Value, value::RawValue};

/// Known to the original's API and of no meaning here: accepted and ignored.
const IGNORED: [&str; 8] =
    ["uid", "gid", "workspaceType", "allocations", "partnerName", "previews", "billingAdmin", "organization"];

/// No body has nearly as many; each unknown one would be an error of its own.
const MEMBERS_MAX: usize = 64;

/// The members of a JSON object that have not been taken yet.
pub(super) struct Members {
    members: Vec<(String, Box<RawValue>)>,
    /// Members that nobody asks for and that are no error.
    ignored: &'static [&'static str],
    invalid: Invalid,
}

impl Members {
    /// # Errors
    /// When the body is not a JSON object, or a member stands in it twice.
    pub(super) fn read(body: &[u8]) -> Result<Self, Problem> {
        Ok(Self { ignored: &IGNORED, ..Self::read_exactly(body)? })
    }

    /// As [`Members::read`], where the original has no members that could be ignored: each unknown one is an error.
    pub(super) fn read_exactly(body: &[u8]) -> Result<Self, Problem> {
        let object: Object = serde_json::from_slice(body)
            .map_err(|error| Problem::malformed(format!("The body must be a JSON object: {error}.")))?;
        Ok(Self::of(object))
    }

    fn of(object: Object) -> Self {
        Self { members: object.0, ignored: &[], invalid: Invalid::default() }
    }

    /// An absent body is an empty object.
    pub(super) fn read_optional(body: &[u8]) -> Result<Self, Problem> {
        if body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self { ignored: &IGNORED, ..Self::of(Object(Vec::new())) });
        }
        Self::read(body)
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        self.take_raw(name).map(|raw| value(&raw)).filter(|value| !value.is_null())
    }

    fn take_raw(&mut self, name: &str) -> Option<Box<RawValue>> {
        let index = self.members.iter().position(|(known, _)| known == name)?;
        Some(self.members.remove(index).1)
    }

    fn wrong(&mut self, name: &str, expected: &str) {
        self.invalid.add(name, "wrong_type", format!("“{name}” must be {expected}."));
    }

    /// An absent member is an empty text: the rules of the field say whether it may be.
    pub(super) fn text(&mut self, name: &str) -> String {
        self.optional_text(name).unwrap_or_default()
    }

    pub(super) fn optional_text(&mut self, name: &str) -> Option<String> {
        match self.take(name)? {
            Value::String(text) => Some(text),
            _ => {
                self.wrong(name, "a text");
                None
            }
        }
    }

    pub(super) fn optional_flag(&mut self, name: &str) -> Option<bool> {
        match self.take(name)? {
            Value::Bool(flag) => Some(flag),
            _ => {
                self.wrong(name, "true or false");
                None
            }
        }
    }

    /// A flag that must be there.
    pub(super) fn flag(&mut self, name: &str) -> bool {
        let errors = self.invalid.errors.len();
        let flag = self.optional_flag(name);
        if flag.is_none() && self.invalid.errors.len() == errors {
            self.invalid.add(name, "required", format!("“{name}” is missing: true or false."));
        }
        flag.unwrap_or_default()
    }

    pub(super) fn texts(&mut self, name: &str) -> Vec<String> {
        let texts = match self.take(name) {
            None => return Vec::new(),
            Some(Value::Array(values)) => values.into_iter().map(|value| match value {
                Value::String(text) => Some(text),
                _ => None,
            }),
            Some(_) => {
                self.wrong(name, "a list of texts");
                return Vec::new();
            }
        };
        texts.collect::<Option<Vec<String>>>().unwrap_or_else(|| {
            self.wrong(name, "a list of texts");
            Vec::new()
        })
    }

    /// A list that must be there: one that was forgotten must not count as an empty one.
    pub(super) fn required_texts(&mut self, name: &str) -> Vec<String> {
        if !self.members.iter().any(|(known, raw)| known == name && raw.get() != "null") {
            self.invalid.add(name, "required", format!("“{name}” is missing: a list of texts."));
        }
        self.texts(name)
    }

    /// A list, or `null` for none of one's own; the member must be there.
    pub(super) fn nullable_texts(&mut self, name: &str) -> Option<Vec<String>> {
        match self.members.iter().find(|(known, _)| known == name).map(|(_, raw)| raw.get() == "null") {
            None => {
                self.invalid.add(name, "required", format!("“{name}” is missing: a list of texts, or null."));
                None
            }
            Some(true) => {
                self.take_raw(name);
                None
            }
            Some(false) => Some(self.texts(name)),
        }
    }

    /// A whole number, or `null` for no limit; the member must be there.
    pub(super) fn limit(&mut self, name: &str) -> Option<u32> {
        let Some(raw) = self.take_raw(name) else {
            self.invalid.add(
                name,
                "required",
                format!("“{name}” is missing: a whole number, or null for no limit."),
            );
            return None;
        };
        match value(&raw) {
            Value::Null => None,
            value => {
                let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
                if number.is_none() {
                    self.wrong(name, "a whole number from 0, or null for no limit");
                }
                number
            }
        }
    }

    /// A text that must be there; it may be empty.
    pub(super) fn required_text(&mut self, name: &str) -> Option<String> {
        let errors = self.invalid.errors.len();
        let text = self.optional_text(name);
        if text.is_none() && self.invalid.errors.len() == errors {
            self.invalid.add(name, "required", format!("“{name}” is missing: a text."));
        }
        text
    }

    /// A value that is read by its own rules: absent is an empty text.
    pub(super) fn parsed<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, Issue>,
    ) -> Option<T> {
        let errors = self.invalid.errors.len();
        let text = self.text(name);
        if self.invalid.errors.len() > errors { None } else { self.invalid.check(name, parse(&text)) }
    }

    pub(super) fn optional_number(&mut self, name: &str) -> Option<u64> {
        let number = self.take(name)?.as_u64();
        if number.is_none() {
            self.wrong(name, "a whole number from 0");
        }
        number
    }

    /// The members of an object inside, read by `read`; what is wrong with them is said under its name. None is ignored.
    pub(super) fn object<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let Some(raw) = self.take_raw(name) else {
            self.invalid.add(name, "required", format!("“{name}” is missing: an object."));
            return None;
        };
        let inner = match serde_json::from_str::<Object>(raw.get()) {
            Ok(inner) => inner,
            Err(error) => {
                self.wrong(name, &format!("an object: {error}"));
                return None;
            }
        };
        let mut members = Self::of(inner);
        let found = read(&mut members);
        let inner = members.unknown();
        let is_valid = inner.errors.is_empty();
        let outer = FieldError::new(name, "", "");
        self.invalid.errors.extend(inner.errors.into_iter().map(|error| error.inside(&outer)));
        found.filter(|_| is_valid)
    }

    /// Texts by names of the caller's choice, `null` where one is to be removed.
    pub(super) fn optional_text_map(&mut self, name: &str) -> Vec<(String, Option<String>)> {
        let Some(raw) = self.take_raw(name).filter(|raw| raw.get() != "null") else {
            return Vec::new();
        };
        let Ok(Object(members)) = serde_json::from_str(raw.get()) else {
            self.wrong(name, "an object of texts, each name once");
            return Vec::new();
        };
        let texts = members.into_iter().map(|(inner, raw)| match value(&raw) {
            Value::Null => Some((inner, None)),
            Value::String(text) => Some((inner, Some(text))),
            _ => None,
        });
        texts.collect::<Option<_>>().unwrap_or_else(|| {
            self.wrong(name, "an object of texts, each name once");
            Vec::new()
        })
    }

    /// What is wrong with one member, whatever the others are.
    pub(super) fn only(self, name: &str) -> Problem {
        let pointer = FieldError::new(name, "", "").pointer;
        Problem::invalid(self.invalid.errors.into_iter().filter(|error| error.pointer == pointer).collect())
    }

    /// Says what is wrong, as far as it is known here.
    pub(super) fn add(&mut self, name: &str, issue: Issue) {
        self.invalid.errors.push(issue.at(name));
    }

    /// Ends the reading: every member that nobody asked for is an error that names it.
    pub(super) fn finish(self) -> Result<(), Problem> {
        let invalid = self.unknown();
        if invalid.errors.is_empty() { Ok(()) } else { Err(invalid.into()) }
    }

    fn unknown(mut self) -> Invalid {
        for (name, _) in &self.members {
            if !self.ignored.contains(&name.as_str()) {
                let detail = format!("“{}” is not known here. Leave it out.", name.escape_debug());
                self.invalid.errors.push(FieldError::new(name, "unknown", detail));
            }
        }
        self.invalid
    }
}

/// What was read as JSON once is JSON.
fn value(raw: &RawValue) -> Value {
    serde_json::from_str(raw.get()).unwrap_or_default()
}

/// An object whose members are all there: a plain map would silently keep the last of two that are named alike.
struct Object(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
        let mut members: Vec<(String, Box<RawValue>)> = Vec::new();
        while let Some((name, value)) = map.next_entry::<String, Box<RawValue>>()? {
            if members.len() == MEMBERS_MAX {
                return Err(serde::de::Error::custom(format!("it has more than {MEMBERS_MAX} members")));
            }
            if members.iter().any(|(known, _)| *known == name) {
                return Err(serde::de::Error::custom(format!(
                    "“{}” stands in it twice",
                    name.escape_debug()
                )));
            }
            // Raw JSON is only scanned: what is no text, such as half of a surrogate pair, shows when it is read.
            serde_json::from_str::<Value>(value.get()).map_err(serde::de::Error::custom)?;
            members.push((name, value));
        }
        Ok(Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointers(problem: &Problem) -> Vec<(&str, &str)> {
        problem.errors.iter().map(|error| (error.pointer.as_str(), error.code.as_str())).collect()
    }

    #[test]
    fn every_error_points_at_its_member() {
        let mut members =
            Members::read(br#"{"name": 1, "enabled": "yes", "hello": 2, "uid": 3, "seats": -1}"#)
                .expect("an object");
        assert_eq!(members.text("name"), "");
        assert!(!members.flag("enabled"));
        assert!(!members.flag("active"));
        assert_eq!(members.limit("seats"), None);
        let problem = members.finish().expect_err("invalid");
        assert_eq!(
            pointers(&problem),
            [
                ("#/name", "wrong_type"),
                ("#/enabled", "wrong_type"),
                ("#/active", "required"),
                ("#/seats", "wrong_type"),
                ("#/hello", "unknown"),
            ]
        );
    }

    #[test]
    fn nothing_is_ignored_in_an_object_inside_nor_where_all_is_asked_for() {
        let body = br#"{"payload": {"uid": 1, "previews": [], "name": "a"}, "gid": 2}"#;
        for (members, pointers_of_all) in [
            (Members::read(body), &["#/payload/uid", "#/payload/previews"][..]),
            (Members::read_exactly(body), &["#/payload/uid", "#/payload/previews", "#/gid"]),
        ] {
            let mut members = members.expect("an object");
            assert_eq!(members.object("payload", |payload| payload.required_text("name")), None);
            let problem = members.finish().expect_err("invalid");
            let found: Vec<&str> = pointers(&problem).into_iter().map(|(pointer, _)| pointer).collect();
            assert_eq!(found, pointers_of_all);
        }
    }

    #[test]
    fn what_is_right_is_taken() {
        let mut members =
            Members::read(br#"{"name":"a","active":false,"roles":["x"],"seats":null,"gone":null}"#)
                .expect("an object");
        assert_eq!(members.text("name"), "a");
        assert_eq!(members.optional_flag("active"), Some(false));
        assert_eq!(members.texts("roles"), ["x"]);
        assert_eq!(members.limit("seats"), None);
        assert_eq!(members.optional_text("gone"), None);
        assert!(members.finish().is_ok());
    }

    #[test]
    fn what_is_no_object_is_malformed() {
        for body in [&b""[..], b"[]", b"1", b"{", b"{\"a\":1,\"a\":2}", b"{\"a\":\"\xff\"}"] {
            assert_eq!(Members::read(body).map(|_| ()).expect_err("malformed").status, 400);
        }
        assert!(Members::read_optional(b" ").is_ok());
        let many: Vec<String> = (0..65).map(|number| format!("\"{number}\":0")).collect();
        assert!(Members::read(format!("{{{}}}", many.join(",")).as_bytes()).is_err());
        let deep = "[".repeat(10_000);
        assert!(Members::read(format!("{{\"a\":{deep}").as_bytes()).is_err());
    }
}
