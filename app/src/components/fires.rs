//! What an act will set off, for the question that comes before it.

use api::Fires;

/// Which webhooks will fire.
pub(crate) fn fires_words(fires: &Fires) -> String {
    let event_type = fires.event_type;
    match fires.webhooks.as_deref() {
        None => {
            format!("Webhooks of the type {event_type} will fire, where there are any. Admins see which.")
        }
        Some([]) => format!("No enabled webhook has the type {event_type}, so nothing will be sent."),
        Some([only]) => format!("One webhook will fire: {only}."),
        Some(many) => format!("{} webhooks will fire: {}.", many.len(), many.join(", ")),
    }
}

/// The same where the act fires once for each of `count`.
pub(crate) fn fires_words_times(fires: &Fires, count: usize) -> String {
    let words = fires_words(fires);
    match (count, fires.webhooks.as_deref()) {
        (0, _) => "Nobody is in it, so nothing will be sent.".to_owned(),
        (1, _) | (_, Some([])) => words,
        (count, _) => format!("{words} Once for each of the {count}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::EventType;

    fn fires(webhooks: Option<&[&str]>) -> Fires {
        let webhooks = webhooks.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
        Fires { event_type: EventType::UserDisabled, webhooks }
    }

    #[test]
    fn a_question_says_which_webhooks_will_fire() {
        assert!(fires_words(&fires(Some(&[]))).contains("USER_DISABLED, so nothing will be sent"));
        assert_eq!(fires_words(&fires(Some(&["hr"]))), "One webhook will fire: hr.");
        assert_eq!(fires_words(&fires(Some(&["hr", "it"]))), "2 webhooks will fire: hr, it.");
    }

    #[test]
    fn who_may_not_see_webhooks_is_not_told_that_there_are_none() {
        assert!(fires_words(&fires(None)).starts_with("Webhooks of the type USER_DISABLED will fire"));
    }

    #[test]
    fn several_are_told_one_by_one() {
        assert!(fires_words_times(&fires(Some(&["hr"])), 0).starts_with("Nobody"));
        assert_eq!(fires_words_times(&fires(Some(&["hr"])), 1), "One webhook will fire: hr.");
        assert_eq!(
            fires_words_times(&fires(Some(&["hr"])), 3),
            "One webhook will fire: hr. Once for each of the 3."
        );
    }
}
