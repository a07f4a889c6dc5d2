//! Selecting rows: a checkbox above them with three states, ranges with Shift, and the button that says how many.

use leptos::{ev, prelude::*};
use web_sys::{Element, HtmlInputElement, MouseEvent, wasm_bindgen::JsCast};

use crate::browser::{all, by_id};

pub(crate) const SELECT_ALL: &str = "select-all";
pub(crate) const SELECTION_BUTTON: &str = "selection-button";
pub(crate) const SELECTION_REASON: &str = "selection-reason";
pub(crate) const SELECTED_NOTE: &str = "selected-note";

/// What the checkbox above the rows shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Share {
    None,
    Some,
    All,
}

/// The checkboxes are the browser's: they say what is selected here, besides so many `elsewhere`. Unless `all` that match are, so
/// many, on whatever page. `action` is what the button does with it, and `nothing` what it says while that is nothing.
#[island]
pub(crate) fn Selection(all: usize, elsewhere: usize, action: String, nothing: String) -> impl IntoView {
    // The row that was clicked last: where a range begins.
    let anchor = StoredValue::new(None::<usize>);
    Effect::new(move |_| {
        let (action, nothing) = (action.clone(), nothing.clone());
        let show = move || show(all, elsewhere, &action, &nothing);
        show();
        window_event_listener(ev::click, move |event| {
            if is_at(&event, SELECT_ALL) {
                select_all();
            } else if let Some(clicked) = clicked_row(&event) {
                if let Some(from) = anchor.get_value().filter(|_| event.shift_key()) {
                    select_range(from, clicked);
                }
                anchor.set_value(Some(clicked));
            } else if is_at(&event, SELECTION_BUTTON) && all + elsewhere + chosen() == 0 {
                event.prevent_default();
                show_reason();
                return;
            }
            show();
        });
    });
}

/// The checkbox of each row, from the top.
fn boxes() -> Vec<HtmlInputElement> {
    all("td.cell-check input")
}

fn chosen() -> usize {
    boxes().iter().filter(|input| input.checked() && !input.disabled()).count()
}

fn target(event: &MouseEvent) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

fn is_at(event: &MouseEvent, id: &str) -> bool {
    target(event).is_some_and(|element| element.id() == id)
}

fn clicked_row(event: &MouseEvent) -> Option<usize> {
    let target = target(event)?;
    boxes().iter().position(|input| input.is_same_node(Some(&target)))
}

fn select_all() {
    let on = by_id::<HtmlInputElement>(SELECT_ALL).is_some_and(|all| all.checked());
    boxes().iter().for_each(|input| input.set_checked(on));
}

/// All rows from the one clicked before become what the clicked one has become.
fn select_range(from: usize, to: usize) {
    let boxes = boxes();
    let on = boxes.get(to).is_some_and(HtmlInputElement::checked);
    for input in boxes.get(from.min(to)..=from.max(to)).unwrap_or_default() {
        input.set_checked(on);
    }
}

fn show(all: usize, elsewhere: usize, action: &str, nothing: &str) {
    let rows = if all > 0 { all } else { boxes().len() };
    let here = if all > 0 { all } else { chosen() };
    if let Some(header) = by_id::<HtmlInputElement>(SELECT_ALL) {
        header.set_checked(share(here, rows) == Share::All);
        header.set_indeterminate(share(here, rows) == Share::Some);
    }
    let chosen = here + elsewhere;
    if let Some(note) = by_id::<Element>(SELECTED_NOTE) {
        note.set_text_content(Some(&selected_words(chosen)));
    }
    if let Some(button) = by_id::<Element>(SELECTION_BUTTON) {
        button.set_text_content(Some(&button_words(action, chosen)));
        rest(&button, chosen == 0, nothing);
    }
    if chosen > 0
        && let Some(reason) = by_id::<Element>(SELECTION_REASON)
    {
        reason.set_class_name("visually-hidden");
    }
}

/// A button that rests says why, and can still be reached.
fn rest(button: &Element, resting: bool, nothing: &str) {
    if resting {
        let _ = button.set_attribute("aria-disabled", "true");
        let _ = button.set_attribute("aria-describedby", SELECTION_REASON);
        if let Some(reason) = by_id::<Element>(SELECTION_REASON) {
            reason.set_text_content(Some(nothing));
        }
    } else {
        let _ = button.remove_attribute("aria-disabled");
        let _ = button.remove_attribute("aria-describedby");
    }
}

fn show_reason() {
    if let Some(reason) = by_id::<Element>(SELECTION_REASON) {
        reason.set_class_name("notice");
    }
}

fn share(chosen: usize, rows: usize) -> Share {
    match chosen {
        0 => Share::None,
        all if all == rows => Share::All,
        _ => Share::Some,
    }
}

fn button_words(action: &str, chosen: usize) -> String {
    if chosen == 0 { action.to_owned() } else { format!("{action} ({chosen})") }
}

/// Behind how many there are.
pub(crate) fn selected_words(chosen: usize) -> String {
    if chosen == 0 { String::new() } else { format!(" · {chosen} selected") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checkbox_above_has_three_states() {
        assert_eq!([share(0, 3), share(2, 3), share(3, 3)], [Share::None, Share::Some, Share::All]);
    }

    #[test]
    fn the_button_says_how_many() {
        assert_eq!(
            (button_words("Delete webhooks", 0).as_str(), button_words("Delete webhooks", 2).as_str()),
            ("Delete webhooks", "Delete webhooks (2)")
        );
        assert_eq!((selected_words(0).as_str(), selected_words(2).as_str()), ("", " · 2 selected"));
    }
}
