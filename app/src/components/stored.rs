//! What is stored where it differs from what was typed, when somebody else was faster.

use leptos::prelude::*;

use super::fact::Fact;
use crate::forms::Form;

/// A field of the form, and what is stored of it.
#[derive(Clone)]
pub(crate) struct Stored {
    term: &'static str,
    differs: bool,
    words: String,
}

impl Stored {
    pub(crate) fn text(form: &Form, field: &str, term: &'static str, stored: impl Into<String>) -> Self {
        let stored = stored.into();
        let differs = form.typed(field).is_some_and(|typed| typed.trim().replace("\r\n", "\n") != stored);
        Self { term, differs, words: stored }
    }

    /// What is no text field.
    pub(crate) fn choice(term: &'static str, differs: bool, words: impl Into<String>) -> Self {
        Self { term, differs, words: words.into() }
    }
}

#[component]
pub(crate) fn StoredNow(form: Form, stored: Vec<Stored>) -> impl IntoView {
    let fact = |Stored { term, words, .. }: Stored| {
        let words = if words.is_empty() { "—".to_owned() } else { words };
        view! { <Fact term>{words}</Fact> }
    };
    let facts = stored.into_iter().filter(|stored| stored.differs).map(fact).collect::<Vec<_>>();
    (form.is_outrun() && !facts.is_empty()).then(|| {
        view! {
            <section class="card" aria-labelledby="stored-title">
                <h2 id="stored-title">"Stored now, where it differs from what you typed"</h2>
                <dl class="facts">{facts}</dl>
            </section>
        }
    })
}
