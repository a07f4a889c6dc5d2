//! How a receiver verifies, in five languages: the samples of docs/receiver.md, which are run in every test run.

use leptos::prelude::*;

use crate::islands::copy::CopyButton;

const PAGE: &str = include_str!("../../../../../../docs/receiver.md");

/// By the name of their fence on the page.
const LANGUAGES: [(&str, &str); 5] =
    [("rust", "Rust"), ("js", "Node"), ("python", "Python"), ("go", "Go"), ("bash", "Shell")];

#[component]
pub(super) fn Snippets() -> impl IntoView {
    let samples = LANGUAGES.into_iter().enumerate().map(|(at, (fence, words))| {
        let sample = sample(PAGE, fence).unwrap_or_default();
        let what = format!("the sample in {words}");
        view! {
            <details class="snippet" name="snippet" open=at == 0>
                <summary>{words}</summary>
                <div class="snippet-copy"><CopyButton text=sample.to_owned() what/></div>
                <pre class="code" tabindex="0" aria-label=format!("Sample in {words}")><code>{sample}</code></pre>
            </details>
        }
    });
    view! {
        <section class="snippets" aria-labelledby="snippets-title">
            <h2 id="snippets-title">"Verify in your receiver"</h2>
            <p class="lead-small">
                "Check the bytes as they came, before anything parses them. Accept any of the signatures: while a secret is \
                 being replaced there are two. Refuse timestamps that are more than five minutes away."
            </p>
            {samples.collect::<Vec<_>>()}
        </section>
    }
}

/// The first block of a language on a page in Markdown.
fn sample<'page>(page: &'page str, fence: &str) -> Option<&'page str> {
    let (_, rest) = page.split_once(&format!("```{fence}\n"))?;
    rest.split_once("\n```").map(|(sample, _)| sample)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_a_sample_in_each_language() {
        for (fence, words) in LANGUAGES {
            let sample = sample(PAGE, fence).expect(words);
            for part in ["whsec_", "v1,"] {
                assert!(sample.contains(part), "{words} has no {part}");
            }
            assert!(
                sample.contains("300") || sample.contains("5 * 60") || sample.contains("5 * time.Minute"),
                "{words}"
            );
        }
    }
}
