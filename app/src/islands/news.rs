//! What is new since a page was loaded: said, and loaded when one wants to. What is being read never moves.

use std::{future::Future, time::Duration};

use api::Problem;
use leptos::prelude::*;

use super::{
    polling::{Heard, poll},
    trouble::trouble,
};

const EVERY: Duration = Duration::from_secs(2);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum News {
    Nothing,
    /// In words that fit on a button.
    Something(String),
    /// Why nothing is known now.
    Trouble(String),
}

impl News {
    /// Of a problem that came in place of an answer.
    fn instead(problem: &Problem) -> (Self, Heard) {
        let (words, heard) = trouble(problem);
        (Self::Trouble(words), heard)
    }

    fn why_not(&self) -> Option<String> {
        match self {
            Self::Nothing | Self::Something(_) => None,
            Self::Trouble(words) => Some(words.clone()),
        }
    }
}

/// Asks again and again what is new.
pub(super) fn follow<A>(ask: impl Fn() -> A + Clone + 'static) -> RwSignal<News>
where
    A: Future<Output = Result<(News, Heard), Problem>> + 'static,
{
    let news = RwSignal::new(News::Nothing);
    Effect::new(move |_| {
        let ask = ask.clone();
        poll(EVERY, move || {
            let asked = ask();
            async move {
                let (said, heard) = asked.await.unwrap_or_else(|problem| News::instead(&problem));
                news.set(said);
                heard
            }
        });
    });
    news
}

/// `to` loads what is new. While there is nothing it says what will be said there, so that nothing moves when it is.
#[component]
pub(super) fn NewsBar(news: RwSignal<News>, to: String, nothing: &'static str) -> impl IntoView {
    let load = move |_| {
        let _ = window().location().assign(&to);
    };
    let words = move || match news.get() {
        News::Something(words) => words,
        _ => String::new(),
    };
    view! {
        <div class="live needs-script" role="status">
            <p class="live-nothing" hidden=move || news.get() != News::Nothing>{nothing}</p>
            <button
                type="button"
                class="button button-small live-new"
                hidden=move || !matches!(news.get(), News::Something(_))
                on:click=load
            >
                {words}
            </button>
            <p class="live-away" hidden=move || news.get().why_not().is_none()>{move || news.get().why_not()}</p>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_signed_out_asks_no_more() {
        let (signed_out, heard) = News::instead(&Problem::unauthenticated());
        assert_eq!(heard, Heard::End);
        assert!(signed_out.why_not().is_some() && News::Nothing.why_not().is_none());
    }
}
