//! What every page gains in the browser: times that go on, menus and messages that close, forms that are sent once, the key `/`.

use std::time::Duration;

use domain::Timestamp;
use leptos::{ev, prelude::*};
use web_sys::{
    Element, Event, HtmlDetailsElement, HtmlFormElement, Node, js_sys::Date, wasm_bindgen::JsCast,
};

use super::reach::{send, when_reachable};
use crate::{
    browser::{all, focus},
    relative::{due, relative},
};

/// How often relative times are said anew.
const TICK: Duration = Duration::from_secs(5);
const AWAY: &str =
    "The server cannot be reached. What you typed is kept, and sent as soon as the server is back.";
/// Says that a form is on its way.
const SENDING: &str = "data-sending";
/// Says that the server was there a moment ago.
const CLEARED: &str = "data-cleared";
/// The id of the field that the key `/` leads into.
pub(crate) const FIND: &str = "find";

#[island]
pub(crate) fn Awake() -> impl IntoView {
    let away = RwSignal::new(false);
    Effect::new(move |_| {
        tick_moments();
        close_menus_when_left();
        take_out_toasts();
        send_forms_once(away);
        find_by_key();
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-hydrated", "");
        }
    });
    view! {
        <p class="away" role="alert" hidden=move || !away.get()>
            {move || away.get().then_some(AWAY)}
        </p>
    }
}

fn tick_moments() {
    set_interval(
        || {
            let now = Timestamp::from_unix_ms(Date::now() as i64);
            all::<Element>("time.moment").iter().for_each(|time| say(time, now));
        },
        TICK,
    );
}

fn say(time: &Element, now: Timestamp) {
    let Some(at) = time.get_attribute("datetime").and_then(|text| text.parse().ok()) else { return };
    let words = if time.class_list().contains("moment-due") { due(now, at) } else { relative(now, at) };
    time.set_text_content(Some(&words));
}

/// Closes the menus on Esc, and when a click or the focus goes elsewhere.
fn close_menus_when_left() {
    window_event_listener(ev::click, |event| close_menus(|menu| !within(menu, &event)));
    window_event_listener(ev::focusin, |event| close_menus(|menu| !within(menu, &event)));
    window_event_listener(ev::keydown, |event| {
        if event.key() == "Escape" {
            focus("details.menu[open]:focus-within summary");
            close_menus(|_| true);
        }
    });
}

fn close_menus(which: impl Fn(&HtmlDetailsElement) -> bool) {
    for menu in all::<HtmlDetailsElement>("details.menu[open]").iter().filter(|menu| which(menu)) {
        menu.set_open(false);
    }
}

fn within(menu: &HtmlDetailsElement, event: &Event) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Node>().ok());
    menu.contains(target.as_ref())
}

/// A message is taken out when it has faded, or when it is closed.
fn take_out_toasts() {
    window_event_listener(ev::animationend, |event| take_out(closest(&event, ".toast")));
    window_event_listener(ev::click, |event| {
        let button = closest(&event, ".toast-close");
        take_out(button.and_then(|button| button.closest(".toast").ok().flatten()));
    });
}

fn take_out(toast: Option<Element>) {
    if let Some(toast) = toast {
        toast.remove();
    }
}

/// The innermost element around an event that matches.
fn closest(event: &Event, selector: &str) -> Option<Element> {
    event.target()?.dyn_into::<Element>().ok()?.closest(selector).ok()?
}

/// A form goes once, and only when the server can be reached: until then it waits as it was typed. A second click meanwhile
/// does nothing; a page that the browser brings back may send again.
fn send_forms_once(away: RwSignal<bool>) {
    window_event_listener(ev::submit, move |event| {
        let form = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok());
        let Some(form) = form.filter(|form| form.method() == "post") else { return };
        if form.has_attribute(CLEARED) {
            let _ = form.remove_attribute(CLEARED);
            return;
        }
        event.prevent_default();
        if form.has_attribute(SENDING) {
            return;
        }
        let _ = form.set_attribute(SENDING, "");
        let button = event.submitter();
        when_reachable(away, move || {
            let _ = form.set_attribute(CLEARED, "");
            send(&form, button.as_ref());
        });
    });
    window_event_listener(ev::pageshow, |_| {
        for form in all::<HtmlFormElement>("form[data-sending]") {
            let _ = form.remove_attribute(SENDING);
        }
    });
}

/// The key `/` leads into Find, unless something is being typed.
fn find_by_key() {
    window_event_listener(ev::keydown, |event| {
        let with_others = event.ctrl_key() || event.meta_key() || event.alt_key();
        if event.key() == "/" && !with_others && closest(&event, TYPED_INTO).is_none() {
            event.prevent_default();
            focus(&format!("#{FIND}"));
        }
    });
}

const TYPED_INTO: &str = "input, textarea, select, dialog";
