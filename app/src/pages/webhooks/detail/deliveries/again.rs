//! Which deliveries “all” are, in words.

use domain::{
    DeliveryState,
    limits::{MATCHED_COUNTED_MAX, WAITING_COUNTED_MAX},
};

use super::filter::Filter;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    Failed,
    Delivered,
    Cancelled,
    /// Delivered or failed.
    Ended,
}

impl Which {
    pub(super) fn of(filter: &Filter) -> Self {
        match filter.status() {
            Some(DeliveryState::Delivered) => Self::Delivered,
            Some(DeliveryState::Cancelled) => Self::Cancelled,
            None if filter.has_times() => Self::Ended,
            _ => Self::Failed,
        }
    }

    pub(super) fn title(self, matched: u32) -> String {
        let deliveries = if matched == 1 { "delivery" } else { "deliveries" };
        let matched = amount(matched);
        match self {
            Self::Failed => format!("Redeliver {matched} failed {deliveries}?"),
            Self::Delivered => format!("Redeliver {matched} {deliveries} that arrived already?"),
            Self::Cancelled => format!("Redeliver {matched} cancelled {deliveries}?"),
            Self::Ended => format!("Redeliver {matched} {deliveries}?"),
        }
    }

    pub(super) const fn note(self) -> Option<&'static str> {
        match self {
            Self::Ended => Some(
                "These are the ones that were delivered or have failed. What is pending, held or cancelled is not among them.",
            ),
            Self::Delivered => {
                Some("Their receiver gets them a second time, and knows them by their webhook-id.")
            }
            Self::Failed | Self::Cancelled => None,
        }
    }
}

/// No more than so many are counted.
pub(super) fn amount(matched: u32) -> String {
    if matched >= MATCHED_COUNTED_MAX {
        format!("{MATCHED_COUNTED_MAX} or more")
    } else {
        matched.to_string()
    }
}

/// `filtered`: the list shows no more than these.
pub(super) fn button_words(count: u32, filtered: bool) -> String {
    let (many, filtered) = (count >= WAITING_COUNTED_MAX, if filtered { "that match" } else { "failed" });
    match many {
        true => format!("Redeliver all {filtered} ({WAITING_COUNTED_MAX} or more)"),
        false => format!("Redeliver all {count} {filtered}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_counted_to_its_end_is_said_so() {
        let title = |matched| Which::Failed.title(matched);
        assert_eq!(title(MATCHED_COUNTED_MAX - 1), "Redeliver 999999 failed deliveries?");
        assert_eq!(title(MATCHED_COUNTED_MAX), "Redeliver 1000000 or more failed deliveries?");
    }

    #[test]
    fn how_many_are_meant_is_said_before() {
        assert_eq!(button_words(12, false), "Redeliver all 12 failed");
        assert_eq!(button_words(12, true), "Redeliver all 12 that match");
        assert_eq!(button_words(WAITING_COUNTED_MAX, true), "Redeliver all that match (1000 or more)");
        assert_eq!(Which::Failed.title(1), "Redeliver 1 failed delivery?");
        assert_eq!(Which::Delivered.title(3), "Redeliver 3 deliveries that arrived already?");
    }
}
