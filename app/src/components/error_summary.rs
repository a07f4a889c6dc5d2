//! What is wrong with a form, at its top, with a link to each field. It takes the focus.

use api::Problem;
use leptos::{either::Either, prelude::*};

use crate::forms::Form;

#[component]
pub(crate) fn ErrorSummary(form: Form) -> impl IntoView {
    form.problem().map(|problem| {
        view! {
            <div class="error-summary" role="alert" tabindex="-1" autofocus>
                <h2>"There is a problem"</h2>
                {findings(problem)}
            </div>
        }
    })
}

fn findings(problem: &Problem) -> impl IntoView + use<> {
    if problem.errors.is_empty() {
        return Either::Left(view! { <p>{problem.detail.clone()}</p> });
    }
    let link = |error: &domain::FieldError| {
        // `external` leaves the link to the browser, which moves the focus into the field.
        let to = format!("#{}", error.field());
        view! { <li><a href=to rel="external">{error.detail.clone()}</a></li> }
    };
    let links = problem.errors.iter().map(link).collect::<Vec<_>>();
    Either::Right(view! { <ul>{links}</ul> })
}
