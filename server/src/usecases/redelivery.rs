//! Which deliveries are sent again.

use api::{Problem, deliveries::Redelivery};
use domain::{DeliveryState, FieldError};

use crate::store::Matching;

impl Matching {
    /// What has failed, or what is in a state; where only times are given, all that has ended within them.
    pub(super) fn of(which: &Redelivery) -> Result<Self, Problem> {
        let (since, until) = (which.since, which.until);
        let states = match (which.status, since.or(until)) {
            (Some(DeliveryState::Pending), _) => return Err(refused("Pending deliveries are sent anyway.")),
            (Some(DeliveryState::Held), _) => {
                return Err(refused("What is held is not redelivered but released."));
            }
            (Some(status), _) => vec![status],
            (None, Some(_)) => vec![DeliveryState::Delivered, DeliveryState::Failed],
            (None, None) => vec![DeliveryState::Failed],
        };
        Ok(Self { states, since, until })
    }
}

fn refused(detail: &str) -> Problem {
    Problem::invalid(vec![FieldError::new("status", "invalid", detail)])
}
