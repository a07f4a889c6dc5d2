//! How an operation is described: in words, its body, and what it answers on success.

use serde_json::{Value, json};

/// What the table of operations does not say.
pub(super) struct Description {
    /// What it belongs to, as the page groups it.
    pub(super) tag: &'static str,
    pub(super) summary: &'static str,
    pub(super) detail: &'static str,
    pub(super) body: Option<Body>,
    pub(super) answers: Vec<Answer>,
    /// What it is refused for beyond what every operation is.
    pub(super) refusals: Vec<(u16, &'static str)>,
}

pub(super) struct Body {
    pub(super) schema: Value,
    pub(super) example: Value,
    pub(super) required: bool,
}

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) detail: &'static str,
    /// By media type; none where the answer has no body.
    pub(super) content: Vec<(&'static str, Value)>,
}

impl Description {
    pub(super) fn new(tag: &'static str, summary: &'static str) -> Self {
        Self { tag, summary, detail: "", body: None, answers: Vec::new(), refusals: Vec::new() }
    }

    pub(super) fn detail(self, detail: &'static str) -> Self {
        Self { detail, ..self }
    }

    pub(super) fn body(self, schema: Value, example: Value) -> Self {
        Self { body: Some(Body { schema, example, required: true }), ..self }
    }

    /// An absent body counts as `{}`.
    pub(super) fn optional_body(self, schema: Value, example: Value) -> Self {
        Self { body: Some(Body { schema, example, required: false }), ..self }
    }

    pub(super) fn answers(mut self, status: u16, detail: &'static str, schema: Value) -> Self {
        self.answers.push(Answer { status, detail, content: vec![("application/json", schema)] });
        self
    }

    /// As [`Description::answers`], in one of several formats.
    pub(super) fn file(
        mut self,
        status: u16,
        detail: &'static str,
        content: Vec<(&'static str, Value)>,
    ) -> Self {
        self.answers.push(Answer { status, detail, content });
        self
    }

    pub(super) fn done(mut self, status: u16, detail: &'static str) -> Self {
        self.answers.push(Answer { status, detail, content: Vec::new() });
        self
    }

    pub(super) fn refuses(mut self, status: u16, why: &'static str) -> Self {
        self.refusals.push((status, why));
        self
    }
}

/// A member of an object, and whether it is always there.
pub(super) type Member = (&'static str, bool, Value);

pub(super) fn required(name: &'static str, schema: Value) -> Member {
    (name, true, schema)
}

pub(super) fn optional(name: &'static str, schema: Value) -> Member {
    (name, false, schema)
}

/// The order of the members is the one in which they are read and written.
pub(super) fn object(members: impl IntoIterator<Item = Member>) -> Value {
    let (mut properties, mut names) = (serde_json::Map::new(), Vec::new());
    for (name, is_required, schema) in members {
        properties.insert(name.to_owned(), schema);
        if is_required {
            names.push(name);
        }
    }
    let mut object = json!({ "type": "object", "properties": properties });
    if !names.is_empty() {
        object["required"] = json!(names);
    }
    object
}

/// What a caller sends: a member that is not known is refused.
pub(super) fn input(members: impl IntoIterator<Item = Member>) -> Value {
    let mut object = object(members);
    object["additionalProperties"] = json!(false);
    object
}

pub(super) fn list(of: &Value) -> Value {
    json!({ "type": "array", "items": of })
}

pub(super) fn shape(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

pub(super) fn text(detail: &str) -> Value {
    json!({ "type": "string", "description": detail })
}

pub(super) fn flag(detail: &str) -> Value {
    json!({ "type": "boolean", "description": detail })
}

pub(super) fn count(detail: &str) -> Value {
    json!({ "type": "integer", "minimum": 0, "description": detail })
}

pub(super) fn time(detail: &str) -> Value {
    json!({ "type": "string", "format": "date-time", "description": detail })
}

pub(super) fn id(detail: &str) -> Value {
    json!({ "type": "string", "pattern": "^[0-9a-f]{24}$", "description": detail })
}

pub(super) fn words(words: &[&str], detail: &str) -> Value {
    json!({ "type": "string", "enum": words, "description": detail })
}

/// Absent and `null` are the same in what a caller sends.
pub(super) fn nullable(mut schema: Value) -> Value {
    schema["type"] = json!([schema["type"], "null"]);
    if let Some(words) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        words.push(Value::Null);
    }
    schema
}
