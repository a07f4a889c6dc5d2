//! Short messages at the bottom right, in the server's HTML after a redirect.

use api::session::SignOut;
use leptos::prelude::*;

use super::icon::Icon;
use crate::{forms::Form, request::use_page};

/// One of them at most: a form either succeeded or was refused. Where it stands on the page, what was wrong is said there; the
/// one in the user's menu stands on no page.
#[component]
pub(crate) fn Toasts() -> impl IntoView {
    let success = use_page().flash.toast.map(|toast| toast.text());
    let error = Form::of::<SignOut>().problem().map(|problem| problem.detail.clone());
    view! {
        <section class="toasts" aria-label="Messages">
            {success.map(|text| view! {
                <Toast class="toast" role="status" icon=Icon::Check text=text.to_owned()/>
            })}
            {error.map(|text| view! {
                <Toast class="toast toast-error" role="alert" icon=Icon::Alert text/>
            })}
        </section>
    }
}

/// The style sheet lets a success fade after 5 s, and pauses under the pointer and with the focus; an error stays.
#[component]
fn Toast(class: &'static str, role: &'static str, icon: Icon, text: String) -> impl IntoView {
    view! {
        <div class=class role=role>
            <span class=icon.class() aria-hidden="true"></span>
            <span class="toast-text">{text}</span>
            <button type="button" class="toast-close needs-script">
                <span class=Icon::Close.class() aria-hidden="true"></span>
                <span class="visually-hidden">"Close message"</span>
            </button>
        </div>
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::request::PageContext;
    use api::{Flash, FormFlash, Problem};
    use leptos::{prelude::Owner, server_fn::ServerFn};

    fn html(flash: Flash) -> String {
        Owner::new().with(|| {
            provide_context(PageContext { flash, ..use_page() });
            view! { <Toasts/> }.to_html()
        })
    }

    #[test]
    fn a_success_goes_by_itself_and_an_error_of_the_menu_stays() {
        let success = html(Flash { toast: Some(api::Toast::NameSaved), ..Flash::default() });
        assert!(success.contains("role=\"status\"") && success.contains("Name saved"), "{success}");
        assert!(!success.contains("toast-error"), "{success}");
        let refused = |action: &str| {
            let problem = Problem::unavailable("The disk is full.");
            let form = FormFlash { action: action.to_owned(), problem, values: Vec::new() };
            html(Flash { form: Some(form), ..Flash::default() })
        };
        let error = refused(SignOut::PATH);
        assert!(error.contains("toast-error") && error.contains("role=\"alert\""), "{error}");
        assert!(error.contains("The disk is full."), "{error}");
        assert!(!refused("/fn/webhooks/create").contains("role=\"alert\""), "it is said at its form");
    }
}
