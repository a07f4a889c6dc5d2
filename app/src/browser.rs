//! What only the browser does, for the islands. Elements are found by id and selector: what the server rendered
//! around an island has no other handle.

use leptos::prelude::*;
use web_sys::{Element, HtmlElement, wasm_bindgen::JsCast};

pub(crate) fn by_id<T: JsCast>(id: &str) -> Option<T> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// All that match, of the kind that is wanted.
pub(crate) fn all<T: JsCast>(selector: &str) -> Vec<T> {
    let Ok(found) = document().query_selector_all(selector) else { return Vec::new() };
    (0..found.length()).filter_map(|at| found.get(at)?.dyn_into().ok()).collect()
}

pub(crate) fn focus(selector: &str) {
    let found = document().query_selector(selector).ok().flatten();
    if let Some(element) = found.and_then(|element: Element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}
