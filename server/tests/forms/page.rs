//! Reads what a test wants to know out of a page's HTML.

use crate::support::Answer;

pub(crate) struct Page {
    pub(crate) status: u16,
    html: String,
}

impl Page {
    pub(crate) fn read(answer: Answer) -> Self {
        assert!(answer.header("content-type").starts_with("text/html"), "{}", answer.text);
        Self { status: answer.status, html: answer.text }
    }

    /// Whether it stands anywhere in the source, scripts included. Only what an island is given is left out: it stands
    /// within an attribute, whose quotes it cannot end.
    pub(crate) fn holds(&self, text: &str) -> bool {
        let mut parts = self.html.split(" data-props=\"");
        let first = parts.next().unwrap_or_default();
        let rest = parts.filter_map(|part| part.split_once('"')).map(|(_, rest)| rest);
        std::iter::once(first).chain(rest).any(|part| part.contains(text))
    }

    /// What stands around a text, for the message of a test that fails.
    pub(crate) fn around(&self, text: &str) -> String {
        let at = self.html.find(text).unwrap_or_default();
        self.html[at.saturating_sub(300)..].chars().take(600).collect()
    }

    /// The error at a field, if there is one.
    pub(crate) fn error(&self, field: &str) -> Option<String> {
        self.text_of("id", &format!("{field}-error"))
    }

    /// The text of the summary above a form, if there is one.
    pub(crate) fn summary(&self) -> Option<String> {
        self.text_of("class", "error-summary")
    }

    /// What is said at the bottom right.
    pub(crate) fn toasts(&self) -> String {
        self.text_of("class", "toasts").expect("the page has a place for them")
    }

    /// What an `<input>` is filled with.
    pub(crate) fn value(&self, field: &str) -> Option<String> {
        let tag = self.tags().find(|tag| attribute(tag, "name").as_deref() == Some(field));
        attribute(tag.unwrap_or_else(|| panic!("no field {field}: {}", self.html)), "value")
    }

    /// What a `<textarea>` is filled with.
    pub(crate) fn area(&self, field: &str) -> String {
        self.text_of("name", field).expect("a text area")
    }

    pub(crate) fn is_checked(&self, field: &str) -> bool {
        let tag = self.tags().find(|tag| attribute(tag, "name").as_deref() == Some(field));
        has(tag.expect("a checkbox"), "checked")
    }

    /// The value of the option that is chosen, if one is.
    pub(crate) fn selected(&self) -> Option<String> {
        let chosen = self.tags().find(|tag| tag.starts_with("option") && has(tag, "selected"))?;
        attribute(chosen, "value")
    }

    /// All tags, without their angle brackets.
    fn tags(&self) -> impl Iterator<Item = &str> {
        self.html.split('<').skip(1).map(|rest| rest.split('>').next().unwrap_or_default())
    }

    /// The text within the first element with this attribute, its children's included.
    fn text_of(&self, name: &str, value: &str) -> Option<String> {
        let start = self.html.find(&format!("{name}=\"{value}\""))?;
        let element = self.html[..start].rsplit('<').next()?.split(' ').next()?;
        let inside = self.html[start..].split_once('>')?.1;
        let inside = inside.split(&format!("</{element}>")).next()?;
        let texts = inside.split('<').enumerate().map(|(index, part)| match index {
            0 => part,
            _ => part.split_once('>').map_or("", |(_, text)| text),
        });
        Some(unescaped(&texts.collect::<Vec<_>>().join("")))
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let rest = tag.split_once(&format!(" {name}=\""))?.1;
    Some(unescaped(rest.split('"').next()?))
}

fn has(tag: &str, name: &str) -> bool {
    tag.split(' ').any(|part| part == name || part.starts_with(&format!("{name}=")))
}

fn unescaped(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    text.replace("&#x27;", "'").replace("&#39;", "'").replace("&amp;", "&")
}
