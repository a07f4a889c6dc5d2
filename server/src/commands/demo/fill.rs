//! Lets the story happen on a clock that is moved: what takes days there takes seconds here.

use std::{sync::Arc, time::Duration};

use domain::{RetryPolicy, Timestamp};
use tokio::sync::watch;

use super::{
    actor::Actor,
    receiver::Receiver,
    story::{self, ADMIN, ADMIN_EMAIL, Moment, ORGANIZATION},
};
use crate::{
    clock::Clock,
    commands::{
        CommandError,
        bootstrap::set_up,
        database::{DatabaseArgs, in_words},
    },
    delivery::Guard,
    herald::{Herald, PublicUrl},
    http,
    limits::RateLimits,
    passwords::Passwords,
    tokens::random_token,
    usecases::first_admin,
};

/// The clock is moved by no more than this at once, so that retries and pauses come at their time.
const STRIDE: Duration = Duration::from_secs(10 * 60);
/// Real time: how often it is looked whether what is due was sent, and how long that may take before it counts as paused.
const LOOK_EVERY: Duration = Duration::from_millis(2);
const LOOKS_MAX: usize = 15;

/// Where the story happens.
pub(super) struct Stage {
    pub(super) database: DatabaseArgs,
    pub(super) guard: Arc<Guard>,
    pub(super) public_url: PublicUrl,
}

impl Stage {
    /// Plays the whole story, which ends now, and answers who can go on with it.
    pub(super) async fn play(self, password: &str, receiver: &Receiver) -> Result<Actor, CommandError> {
        let end = Clock::system().now();
        let clock = Clock::given(end - story::LENGTH);
        let admin = first_admin(&Passwords::default(), ORGANIZATION, ADMIN, ADMIN_EMAIL, password).await;
        let admin = admin.map_err(|problem| in_words(&problem))?;
        let store = self.database.open(clock.clone()).await?;
        let (_, api_key) = set_up(&store, admin, "directory sync", &self.public_url).await?;
        let herald = Herald::new(store, clock.clone(), self.guard, self.public_url);
        let herald = herald.limited_to(RateLimits::none());
        let (stop, stopped) = watch::channel(false);
        let dispatching = tokio::spawn(herald.dispatcher(RetryPolicy::default()).run(stopped.clone()));
        let keeping = tokio::spawn(herald.clone().keep_house(stopped));
        let mut actor = Actor::new(api_key, random_token());
        let router = http::router(herald.clone());
        let start = clock.now();
        for Moment { after, act } in story::moments() {
            pass_time(&herald, start + after).await?;
            actor.perform(&act, &router, receiver).await?;
        }
        pass_time(&herald, end).await?;
        stop.send_replace(true);
        dispatching.await?;
        keeping.await?;
        herald.store.close().await;
        Ok(actor)
    }
}

/// Moves the clock on to a moment, in strides and with a stop wherever something is due.
async fn pass_time(herald: &Herald, until: Timestamp) -> Result<(), CommandError> {
    loop {
        let next_due = settle(herald).await?;
        let now = herald.clock.now();
        if now >= until {
            return Ok(());
        }
        let next = next_due.into_iter().chain([now + STRIDE, until]).min().unwrap_or(until);
        herald.clock.advance(next.since(now));
    }
}

/// Waits until what is due was sent, or is left alone because its receiver fails. Answers what is due next.
async fn settle(herald: &Herald) -> Result<Option<Timestamp>, CommandError> {
    let now = herald.clock.now();
    let mut looks = 0;
    loop {
        let lanes = herald.store.lanes().await?;
        let (due, later): (Vec<_>, Vec<_>) = lanes.into_iter().partition(|lane| lane.due_at <= now);
        if due.is_empty() || looks == LOOKS_MAX {
            return Ok(later.iter().map(|lane| lane.due_at).min());
        }
        looks += 1;
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
