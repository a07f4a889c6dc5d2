//! The document as a page: plain HTML, no script, nothing from elsewhere.

use serde_json::Value;

/// Everything on the page stands in the document.
pub(super) fn render(document: &Value) -> String {
    let mut page = Page::default();
    page.head(document);
    let groups = by_tag(document);
    page.contents(&groups);
    for (tag, operations) in &groups {
        page.raw("<section>").element("h2", tag);
        for operation in operations {
            page.operation(operation);
        }
        page.raw("</section>");
    }
    page.shapes(document);
    page.raw("</main></body></html>\n");
    page.html
}

struct Shown<'d> {
    path: &'d str,
    method: String,
    entry: &'d Value,
}

fn by_tag(document: &Value) -> Vec<(String, Vec<Shown<'_>>)> {
    let mut groups: Vec<(String, Vec<Shown<'_>>)> = Vec::new();
    for (path, methods) in members(&document["paths"]) {
        for (method, entry) in members(methods) {
            let tag = word(&entry["tags"][0]);
            let shown = Shown { path, method: method.to_uppercase(), entry };
            match groups.iter_mut().find(|(known, _)| known == tag) {
                Some((_, operations)) => operations.push(shown),
                None => groups.push((tag.to_owned(), vec![shown])),
            }
        }
    }
    groups
}

fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[derive(Default)]
struct Page {
    html: String,
}

impl Page {
    fn raw(&mut self, html: &str) -> &mut Self {
        self.html.push_str(html);
        self
    }

    fn text(&mut self, text: &str) -> &mut Self {
        for character in text.chars() {
            match character {
                '&' => self.html.push_str("&amp;"),
                '<' => self.html.push_str("&lt;"),
                '>' => self.html.push_str("&gt;"),
                '"' => self.html.push_str("&quot;"),
                other => self.html.push(other),
            }
        }
        self
    }

    /// Text in which what stands between backticks is code.
    fn prose(&mut self, text: &str) -> &mut Self {
        for (at, part) in text.split('`').enumerate() {
            if at % 2 == 1 {
                self.element("code", part);
            } else {
                self.text(part);
            }
        }
        self
    }

    fn element(&mut self, name: &str, text: &str) -> &mut Self {
        self.raw(&format!("<{name}>")).text(text).raw(&format!("</{name}>"))
    }

    fn head(&mut self, document: &Value) {
        self.raw("<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">")
            .raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
            .raw("<meta name=\"color-scheme\" content=\"light dark\"><title>Herald API</title>")
            .raw("<link rel=\"stylesheet\" href=\"/api/docs.css\"></head><body><main><h1>Herald API</h1><p>")
            .prose(word(&document["info"]["description"]))
            .raw("</p><p>Version ")
            .text(word(&document["info"]["version"]))
            .raw(". The same for programs: <a href=\"/api/openapi.json\">openapi.json</a> (OpenAPI 3.1).</p>")
            .raw("<p>Send an API key as <code>Authorization: Bearer KEY</code>, or as user name of Basic with an empty password. ")
            .raw("Errors are <a href=\"#Problem\">problems</a> (RFC 9457).</p>");
    }

    fn contents(&mut self, groups: &[(String, Vec<Shown<'_>>)]) {
        self.raw("<nav aria-label=\"Operations\">");
        for (tag, operations) in groups {
            self.element("h2", tag).raw("<ul>");
            for Shown { entry, .. } in operations {
                let id = word(&entry["operationId"]);
                self.raw("<li><a href=\"#")
                    .text(id)
                    .raw("\">")
                    .text(word(&entry["summary"]))
                    .raw("</a></li>");
            }
            self.raw("</ul>");
        }
        self.raw("</nav>");
    }

    fn operation(&mut self, Shown { path, method, entry }: &Shown<'_>) {
        self.raw("<article id=\"").text(word(&entry["operationId"])).raw("\">");
        self.element("h3", word(&entry["summary"])).raw("<p class=\"call\">");
        self.element("strong", method).raw(" ").element("code", path).raw("</p><p>");
        self.prose(word(&entry["description"])).raw("</p>");
        self.parameters(&entry["parameters"]);
        let body = &entry["requestBody"];
        let content = &body["content"]["application/json"];
        if body.is_object() {
            let optional = if body["required"] == true { "" } else { " (may be left out)" };
            self.raw("<h4>Body").text(optional).raw("</h4>").schema(&content["schema"]);
        }
        self.responses(&entry["responses"]);
        self.raw("<h4>Example</h4><pre tabindex=\"0\"><code>");
        self.text(&curl(method, path, entry, &content["example"])).raw("</code></pre></article>");
    }

    fn parameters(&mut self, parameters: &Value) {
        if items(parameters).next().is_none() {
            return;
        }
        self.raw("<h4>Parameters</h4><div class=\"wide\" tabindex=\"0\"><table><thead><tr><th>Name</th><th>In</th><th>Type</th><th>What</th></tr></thead><tbody>");
        for parameter in items(parameters) {
            self.raw("<tr><td>").element("code", word(&parameter["name"])).raw("</td><td>");
            self.text(word(&parameter["in"])).raw("</td><td>").kind(&parameter["schema"]).raw("</td><td>");
            self.prose(word(&parameter["description"])).raw("</td></tr>");
        }
        self.raw("</tbody></table></div>");
    }

    fn responses(&mut self, responses: &Value) {
        self.raw("<h4>Answers</h4><ul class=\"answers\">");
        let mut others = Vec::new();
        for (status, answer) in members(responses) {
            if !answer["description"].is_string() {
                others.push(status);
                continue;
            }
            self.raw("<li>").element("strong", status).raw(" ").prose(word(&answer["description"]));
            for (_, content) in members(&answer["content"]) {
                self.schema(&content["schema"]);
            }
            self.raw("</li>");
        }
        self.raw("<li>").text(&others.join(", ")).raw(": a <a href=\"#Problem\">problem</a></li></ul>");
    }

    fn shapes(&mut self, document: &Value) {
        self.raw("<section><h2>Shapes</h2>");
        for (name, schema) in members(&document["components"]["schemas"]) {
            self.raw("<article id=\"")
                .text(name)
                .raw("\">")
                .element("h3", name)
                .schema(schema)
                .raw("</article>");
        }
        self.raw("</section>");
    }

    /// A schema in a line, or its members one a row.
    fn schema(&mut self, schema: &Value) -> &mut Self {
        if schema["properties"].as_object().is_none_or(serde_json::Map::is_empty) {
            return self.raw("<p>").kind(schema).raw("</p>");
        }
        self.raw("<div class=\"wide\" tabindex=\"0\"><table><thead><tr><th>Member</th><th>Type</th><th>What</th></tr></thead><tbody>");
        for (name, member) in members(&schema["properties"]) {
            let is_required = items(&schema["required"]).any(|known| known == name);
            self.raw("<tr><td>").element("code", name).raw(if is_required { "" } else { " (optional)" });
            self.raw("</td><td>")
                .kind(member)
                .raw("</td><td>")
                .prose(word(&member["description"]))
                .raw("</td></tr>");
        }
        self.raw("</tbody></table></div>")
    }

    fn kind(&mut self, schema: &Value) -> &mut Self {
        if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
            return self.raw("<a href=\"#").text(name).raw("\">").text(name).raw("</a>");
        }
        if let Some(one) = schema["oneOf"].as_array() {
            for (at, schema) in one.iter().enumerate() {
                self.raw(if at == 0 { "" } else { " or " }).kind(schema);
            }
            return self;
        }
        if schema["type"] == "array" {
            return self.raw("list of ").kind(&schema["items"]);
        }
        if let Some(words) = schema["enum"].as_array() {
            let words: Vec<String> = words.iter().map(Value::to_string).collect();
            return self.text(&words.join(", "));
        }
        if schema["const"] != Value::Null {
            return self.text(&schema["const"].to_string());
        }
        if let (true, Some(properties)) = (schema["type"] == "object", schema["properties"].as_object()) {
            let names: Vec<&str> = properties.keys().map(String::as_str).collect();
            return self.text(&format!("object {{{}}}", names.join(", ")));
        }
        let name = match &schema["type"] {
            Value::Array(names) => names.iter().map(word).collect::<Vec<_>>().join(" or "),
            name => word(name).to_owned(),
        };
        self.text(&name);
        match word(&schema["format"]) {
            "" => self,
            format => self.text(&format!(" ({format})")),
        }
    }
}

fn curl(method: &str, path: &str, entry: &Value, example: &Value) -> String {
    let path = path
        .replace("{organization}", "parallelworks")
        .replace("{webhook}", "demo")
        .replace("{user}", "demo")
        .replace("{group}", "Demo-Group");
    let mut line = format!("curl -X {method} \"$HERALD{path}\"");
    if entry["security"].as_array().is_none_or(|ways| !ways.is_empty()) {
        line.push_str(" \\\n  -H \"Authorization: Bearer $KEY\"");
    }
    if !example.is_null() {
        line.push_str(&format!(" \\\n  -H \"Content-Type: application/json\" \\\n  -d '{example}'"));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_markup_stays_text() {
        let mut page = Page::default();
        page.prose("a `<b>` & \"c\"");
        assert_eq!(page.html, "a <code>&lt;b&gt;</code> &amp; &quot;c&quot;");
    }
}
