//! A JSON body, indented and coloured: by the server, and within islands where it changes.

use leptos::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Key,
    Text,
    /// A number, `true`, `false` or `null`.
    Literal,
}

impl Kind {
    const fn class(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Key => "json-key",
            Self::Text => "json-text",
            Self::Literal => "json-literal",
        }
    }
}

/// `json` is compact, as Herald sends it.
#[component]
pub(crate) fn Json(#[prop(into)] json: Signal<String>) -> impl IntoView {
    let span = |(kind, text): (Kind, String)| view! { <span class=kind.class()>{text}</span> };
    view! {
        <pre class="code">
            <code class="json">{move || json.with(|json| indented(json).into_iter().map(span).collect_view())}</code>
        </pre>
    }
}

/// Compact JSON as words with line breaks between them.
fn indented(json: &str) -> Vec<(Kind, String)> {
    let mut tokens: Vec<(Kind, String)> = Vec::new();
    let (mut depth, mut rest) = (0_usize, json);
    while let Some(first) = rest.chars().next() {
        let length = token_length(rest, first);
        let (token, after) = rest.split_at(length);
        rest = after;
        match first {
            '{' | '[' => {
                depth += 1;
                plain(&mut tokens, &format!("{token}{}", line_break(depth)));
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                plain(&mut tokens, &format!("{}{token}", line_break(depth)));
            }
            ',' => plain(&mut tokens, &format!(",{}", line_break(depth))),
            ':' => plain(&mut tokens, ": "),
            '"' if rest.starts_with(':') => tokens.push((Kind::Key, token.to_owned())),
            '"' => tokens.push((Kind::Text, token.to_owned())),
            _ => tokens.push((Kind::Literal, token.to_owned())),
        }
    }
    tokens
}

fn plain(tokens: &mut Vec<(Kind, String)>, text: &str) {
    match tokens.last_mut() {
        Some((Kind::Plain, before)) => before.push_str(text),
        _ => tokens.push((Kind::Plain, text.to_owned())),
    }
}

fn line_break(depth: usize) -> String {
    format!("\n{}", "  ".repeat(depth))
}

/// How many bytes belong to the token that begins here.
fn token_length(text: &str, first: char) -> usize {
    match first {
        '"' => string_length(text),
        '{' | '}' | '[' | ']' | ',' | ':' => 1,
        _ => text.find(['{', '}', '[', ']', ',', ':', '"']).unwrap_or(text.len()),
    }
}

/// Up to and with the closing quote.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{EventType, sample_body};

    fn text(json: &str) -> String {
        indented(json).into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn members_stand_on_lines_of_their_own() {
        assert_eq!(
            text(r#"{"a":{"b":null,"c":"d,}"},"e":5}"#),
            "{\n  \"a\": {\n    \"b\": null,\n    \"c\": \"d,}\"\n  },\n  \"e\": 5\n}"
        );
    }

    #[test]
    fn keys_and_values_are_told_apart() {
        let kinds: Vec<Kind> = indented(r#"{"a":"b","c":5}"#).into_iter().map(|(kind, _)| kind).collect();
        use Kind::{Key, Literal, Plain, Text};
        assert_eq!(kinds, [Plain, Key, Plain, Text, Plain, Key, Plain, Literal, Plain]);
    }

    #[test]
    fn only_white_space_is_added_whatever_the_names() {
        for name in ["hr", "a\"b\\", "{[,:]}", "é\u{1F511}", "\\\\\""] {
            for event_type in EventType::ALL {
                let json = sample_body(event_type, "acme", name);
                let squeezed: String = text(&json).chars().filter(|c| !c.is_whitespace()).collect();
                assert_eq!(squeezed, json.replace(' ', ""));
            }
        }
    }

    #[test]
    fn what_is_cut_off_ends_without_harm() {
        for json in ["", "{", "{\"a", "{\"a\\", "tru", "\"é"] {
            let _ = text(json);
        }
    }
}
