//! Asking the server again and again: only while the page can be seen, and less often while nobody answers.

use std::{cell::Cell, future::Future, rc::Rc, time::Duration};

use leptos::{ev, prelude::*, task::spawn_local};

/// While nobody answers, each wait is twice as long as the one before, up to this.
const WAIT_MAX: Duration = Duration::from_secs(10);

/// What came of asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    Answer,
    /// Nobody answered, or not as expected.
    Nothing,
    /// There is nothing more to ask.
    End,
}

/// Asks after each wait until it hears the end.
pub(super) fn poll<A: Future<Output = Heard> + 'static>(every: Duration, ask: impl Fn() -> A + 'static) {
    let poller = Rc::new(Poller { every, ask, wait: Cell::new(every), is_parked: Cell::new(false) });
    let woken = Rc::clone(&poller);
    window_event_listener(ev::visibilitychange, move |_| woken.wake());
    poller.ask_later();
}

struct Poller<F> {
    every: Duration,
    ask: F,
    wait: Cell<Duration>,
    /// Its time came while nobody looked.
    is_parked: Cell<bool>,
}

impl<F, A> Poller<F>
where
    F: Fn() -> A + 'static,
    A: Future<Output = Heard> + 'static,
{
    fn ask_later(self: Rc<Self>) {
        let wait = self.wait.get();
        set_timeout(move || self.ask_now(), wait);
    }

    fn ask_now(self: Rc<Self>) {
        if document().hidden() {
            self.is_parked.set(true);
            return;
        }
        spawn_local(async move {
            let heard = (self.ask)().await;
            self.wait.set(next_wait(heard, self.every, self.wait.get()));
            if heard != Heard::End {
                self.ask_later();
            }
        });
    }

    fn wake(self: &Rc<Self>) {
        if !document().hidden() && self.is_parked.replace(false) {
            Rc::clone(self).ask_now();
        }
    }
}

fn next_wait(heard: Heard, every: Duration, last: Duration) -> Duration {
    if heard == Heard::Nothing { (last * 2).clamp(every, WAIT_MAX) } else { every }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_does_not_answer_is_asked_less_often() {
        let second = Duration::from_secs(1);
        let waits: Vec<u64> =
            std::iter::successors(Some(second), |last| Some(next_wait(Heard::Nothing, second, *last)))
                .take(6)
                .map(|wait| wait.as_secs())
                .collect();
        assert_eq!(waits, [1, 2, 4, 8, 10, 10]);
        assert_eq!(next_wait(Heard::Answer, second, WAIT_MAX), second);
    }
}
