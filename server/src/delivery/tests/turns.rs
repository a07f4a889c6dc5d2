//! Whose turn it is, without sockets or a store: each test is a story of arrivals, reads and ends.

use std::collections::VecDeque;

use domain::limits::{
    IN_FLIGHT_MAX, IN_FLIGHT_PER_WEBHOOK_START, IN_FLIGHT_UNPROVEN_MAX, LOADS_AT_ONCE_MAX, PROMPT_MAX,
    WINDOWS_BYTES_MAX,
};

use super::{
    super::{
        Pauses,
        lane::{Loaded, Record},
        turns::*,
    },
    *,
};
use crate::store::{Arrived, Change, News};

const QUICK: Duration = Duration::from_millis(2);
const SUCCESS: Outcome = Outcome::Answered { status: 200, retry_after: None };
const SILENCE: Outcome = Outcome::Broken(ErrorClass::Timeout);

fn turns() -> Turns {
    Turns::new(Pauses::default())
}

fn due_row(key: i64, bytes: usize) -> Due {
    Due { key, payload: "x".repeat(bytes).into(), ..due("http://127.0.0.1:9/").due }
}

fn arrived(lane: i64, keys: impl IntoIterator<Item = i64>) -> News {
    let due = keys.into_iter().map(|key| due_row(key, 10)).collect();
    let mut news = News::default();
    news.due.insert(lane, Arrived { due, overflowed: false });
    news
}

fn changed(lane: i64, change: Change) -> News {
    let mut news = News::default();
    news.changed.insert(lane, change);
    news
}

fn more(lane: i64) -> News {
    let mut news = News::default();
    news.more.insert(lane);
    news
}

fn loaded(lane: i64, due: Vec<Due>, record: Record) -> Loaded {
    Loaded { route: Arc::new(route(lane)), due, more: false, next: None, record }
}

fn route(lane: i64) -> Route {
    let webhook_id = Id::from_bytes([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, (lane >> 8) as u8, lane as u8]);
    Route::new(lane, webhook_id, "http://127.0.0.1:9/".to_owned(), secret(1), None, CustomHeaders::default())
}

/// Answers every read that the lanes want with just the route.
fn load_routes(turns: &mut Turns, record: Record) {
    while let Some(wanted) = turns.next_load() {
        turns.loaded(wanted.lane, Some(loaded(wanted.lane, Vec::new(), record)), NOW);
    }
}

fn starts(turns: &mut Turns) -> Vec<Start> {
    std::iter::from_fn(|| turns.next_start(NOW)).collect()
}

/// Row 1 of a lane is under way, and others are due that the store alone knows.
fn one_under_way_and_more_came() -> (Turns, Start) {
    let mut turns = turns();
    ready(&mut turns, 1, [1], Record::Worked);
    let first = starts(&mut turns).remove(0);
    turns.take_news(more(1), NOW);
    assert!(starts(&mut turns).is_empty());
    (turns, first)
}

/// Arrivals for a lane that is new, up to where its route is known. Answers what others have started meanwhile.
fn ready(turns: &mut Turns, lane: i64, keys: impl IntoIterator<Item = i64>, record: Record) -> Vec<Start> {
    turns.take_news(arrived(lane, keys), NOW);
    let others = starts(turns);
    assert!(others.iter().all(|start| start.lane != lane), "it has no route yet");
    load_routes(turns, record);
    others
}

fn end(turns: &mut Turns, start: &Start, outcome: &Outcome) {
    end_after(turns, start, outcome, QUICK);
}

fn end_after(turns: &mut Turns, start: &Start, outcome: &Outcome, took: Duration) {
    turns.ended(start.lane, outcome, took, start.unproven, NOW, 0.0);
    turns.settled(start.lane, start.due.key, None, NOW);
}

fn keys(starts: &[Start]) -> Vec<i64> {
    starts.iter().map(|start| start.due.key).collect()
}

#[test]
fn what_arrives_is_started_in_its_order_and_within_the_lanes_places() {
    let mut turns = turns();
    ready(&mut turns, 1, 1..=9, Record::New);
    let first = starts(&mut turns);
    assert_eq!(keys(&first), [1, 2, 3, 4]);
    end(&mut turns, &first[0], &SUCCESS);
    assert_eq!(keys(&starts(&mut turns)), [5]);
    first[1..].iter().for_each(|start| end(&mut turns, start, &SUCCESS));
    assert_eq!(keys(&starts(&mut turns)), [6, 7, 8, 9], "four successes add a place");
}

#[test]
fn a_lane_whose_work_comes_while_all_its_places_are_taken_gets_more_of_them() {
    let mut turns = turns();
    let mut under_way = VecDeque::new();
    ready(&mut turns, 1, 1..=4, Record::New);
    under_way.extend(starts(&mut turns));
    for key in 5..=100 {
        turns.take_news(arrived(1, [key]), NOW);
        end(&mut turns, &under_way.pop_front().expect("one is under way"), &SUCCESS);
        under_way.extend(starts(&mut turns));
    }
    turns.take_news(arrived(1, 101..=200), NOW);
    under_way.extend(starts(&mut turns));
    assert!(under_way.len() > IN_FLIGHT_PER_WEBHOOK_START, "{}", under_way.len());
}

#[test]
fn a_lane_that_needs_few_places_gets_no_more_of_them() {
    let mut turns = turns();
    ready(&mut turns, 1, [0], Record::New);
    for key in 1..=100 {
        let start = starts(&mut turns).remove(0);
        end(&mut turns, &start, &SUCCESS);
        turns.take_news(arrived(1, [key]), NOW);
    }
    turns.take_news(arrived(1, 101..=200), NOW);
    assert_eq!(starts(&mut turns).len(), IN_FLIGHT_PER_WEBHOOK_START);
}

#[test]
fn a_delivery_that_a_read_saw_before_its_news_is_started_once() {
    // The read for what came without a name sees row 2, whose own news is still on its way.
    let (mut turns, first) = one_under_way_and_more_came();
    let wanted = turns.next_load().expect("a read");
    assert_eq!(wanted.known, [1]);
    turns.loaded(1, Some(loaded(1, vec![due_row(2, 10)], Record::Worked)), NOW);
    let second = starts(&mut turns);
    assert_eq!(keys(&second), [2]);
    turns.take_news(arrived(1, [2]), NOW);
    end(&mut turns, &first, &SUCCESS);
    end(&mut turns, &second[0], &SUCCESS);
    load_routes(&mut turns, Record::Worked);
    assert!(starts(&mut turns).is_empty());
}

#[test]
fn what_a_read_sees_as_pending_is_left_alone_when_its_result_was_stored_meanwhile() {
    let (mut turns, first) = one_under_way_and_more_came();
    turns.next_load().expect("a read");
    end(&mut turns, &first, &SUCCESS);
    turns.loaded(1, Some(loaded(1, vec![due_row(1, 10)], Record::Worked)), NOW);
    load_routes(&mut turns, Record::Worked);
    assert!(starts(&mut turns).is_empty());
}

#[test]
fn what_became_due_again_before_its_result_was_known_is_looked_for_afterwards() {
    // A job made row 1 pending again in the group after the one that stored its end, and its news comes first.
    let (mut turns, first) = one_under_way_and_more_came();
    load_routes(&mut turns, Record::Worked);
    end(&mut turns, &first, &SUCCESS);
    assert!(starts(&mut turns).is_empty());
    assert!(turns.next_load().is_some(), "the read before left it out, as it was under way");
}

#[test]
fn a_moment_that_is_said_during_a_read_is_kept() {
    let (mut turns, first) = one_under_way_and_more_came();
    turns.next_load().expect("a read");
    turns.ended(1, &SILENCE, QUICK, false, NOW, 0.0);
    turns.settled(1, first.due.key, Some(NOW), NOW);
    turns.loaded(1, Some(loaded(1, Vec::new(), Record::Worked)), NOW);
    assert_eq!(turns.next_wake(), Some(NOW), "it is due already");
    turns.wake_due(NOW);
    assert!(starts(&mut turns).is_empty());
    assert!(turns.next_load().is_some());
}

#[test]
fn there_is_one_timer_a_lane() {
    let mut turns = turns();
    let later = NOW + Duration::from_secs(60);
    for round in 0..100 {
        turns.take_news(arrived(1, [round]), NOW);
        let mut started = starts(&mut turns);
        load_routes(&mut turns, Record::Worked);
        started.extend(starts(&mut turns));
        turns.ended(1, &SUCCESS, QUICK, false, NOW, 0.0);
        turns.settled(1, started[0].due.key, Some(later + Duration::from_secs(round.unsigned_abs())), NOW);
    }
    assert_eq!(turns.timers(), 1);
    assert_eq!(turns.next_wake(), Some(later));
}

#[test]
fn reads_are_few_at_once_and_bounded_in_bytes() {
    let mut turns = turns();
    (1..=50).for_each(|lane| turns.due_at(lane, NOW, NOW));
    assert!(starts(&mut turns).is_empty());
    let wanted: Vec<Wanted> = std::iter::from_fn(|| turns.next_load()).collect();
    assert_eq!(wanted.len(), LOADS_AT_ONCE_MAX);
    let full = vec![due_row(1, WINDOWS_BYTES_MAX)];
    turns.loaded(wanted[0].lane, Some(loaded(wanted[0].lane, full, Record::Worked)), NOW);
    let next = turns.next_load().expect("a lane that has nothing gets one row");
    assert_eq!(next.bytes_max, 0);
}

#[test]
fn the_slow_and_the_dead_share_half_of_all_places() {
    let mut turns = turns();
    let mut dead = Vec::new();
    for lane in 1..=100 {
        dead.extend(ready(&mut turns, lane, (0..10).map(|n| lane * 100 + n), Record::Failing));
    }
    dead.extend(starts(&mut turns));
    assert_eq!(dead.len(), IN_FLIGHT_UNPROVEN_MAX);
    ready(&mut turns, 1_000, [1], Record::Worked);
    assert_eq!(starts(&mut turns).len(), 1, "one that has worked before does not wait for them");
    ready(&mut turns, 1_001, [1], Record::New);
    assert!(starts(&mut turns).is_empty());
    // As soon as one of them ends, the new one is tried before those that have failed.
    end(&mut turns, &dead[0], &SILENCE);
    assert_eq!(starts(&mut turns)[0].lane, 1_001);
}

#[test]
fn those_that_failed_once_have_their_turn_among_those_that_are_always_slow() {
    let slow = PROMPT_MAX + QUICK;
    let mut turns = turns();
    let mut under_way = VecDeque::new();
    for lane in 1..=200 {
        under_way.extend(ready(&mut turns, lane, (0..100).map(|n| lane * 1_000 + n), Record::New));
    }
    under_way.extend(starts(&mut turns));
    ready(&mut turns, 1_000, [1], Record::Failing);
    assert!(starts(&mut turns).is_empty(), "it waits");
    for _ in 0..1_000 {
        let over = under_way.pop_front().expect("there is always one under way");
        end_after(&mut turns, &over, &SUCCESS, slow);
        load_routes(&mut turns, Record::New);
        let started = starts(&mut turns);
        if started.iter().any(|start| start.lane == 1_000) {
            return;
        }
        under_way.extend(started);
    }
    panic!("it has had no turn in a thousand");
}

#[test]
fn where_half_of_their_places_are_taken_each_new_one_has_one() {
    let mut turns = turns();
    let full = IN_FLIGHT_UNPROVEN_MAX / 2 / IN_FLIGHT_PER_WEBHOOK_START;
    let add = |turns: &mut Turns, lanes: std::ops::Range<usize>| {
        let mut started = Vec::new();
        for lane in lanes.map(|lane| i64::try_from(lane).expect("small")) {
            started.extend(ready(turns, lane, (0..10).map(|n| lane * 100 + n), Record::New));
            started.extend(starts(turns));
        }
        started.len()
    };
    assert_eq!(add(&mut turns, 0..full), IN_FLIGHT_UNPROVEN_MAX / 2);
    assert_eq!(add(&mut turns, full..full + 50), 50);
}

#[test]
fn those_that_wait_are_served_when_nothing_else_is_to_do() {
    let mut turns = turns();
    let mut under_way = Vec::new();
    for lane in 1..=100 {
        under_way.extend(ready(&mut turns, lane, (0..10).map(|n| lane * 100 + n), Record::New));
    }
    under_way.extend(starts(&mut turns));
    let mut ended = 0;
    while let Some(start) = under_way.pop() {
        end(&mut turns, &start, &SUCCESS);
        ended += 1;
        load_routes(&mut turns, Record::New);
        under_way.extend(starts(&mut turns));
    }
    assert_eq!(ended, 1_000);
    assert!(!turns.is_busy());
}

#[test]
fn a_few_lanes_with_many_places_leave_some_for_another() {
    let mut turns = turns();
    let mut under_way = Vec::new();
    let mut keys = 0..;
    for round in 0..40 {
        for lane in 1..=16 {
            turns.take_news(arrived(lane, keys.by_ref().take(64)), NOW);
        }
        under_way.extend(starts(&mut turns));
        load_routes(&mut turns, Record::Worked);
        under_way.extend(starts(&mut turns));
        if round < 39 {
            under_way.drain(..).for_each(|start| end(&mut turns, &start, &SUCCESS));
        }
    }
    assert!(under_way.len() > IN_FLIGHT_MAX / 2 && under_way.len() < IN_FLIGHT_MAX, "{}", under_way.len());
    ready(&mut turns, 99, keys.by_ref().take(8), Record::Worked);
    assert_eq!(starts(&mut turns).len(), IN_FLIGHT_PER_WEBHOOK_START);
}

#[test]
fn a_paused_lane_holds_nothing_and_wakes_for_one_probe() {
    let mut turns = turns();
    ready(&mut turns, 1, 1..=20, Record::New);
    for _ in 0..2 {
        starts(&mut turns).iter().for_each(|start| end(&mut turns, start, &SILENCE));
    }
    while turns.next_wake().is_none() {
        starts(&mut turns).iter().for_each(|start| end(&mut turns, start, &SILENCE));
    }
    assert!(starts(&mut turns).is_empty());
    assert_eq!(turns.bytes_held(), 0);
    let until = turns.next_wake().expect("the end of the pause");
    turns.wake_due(until);
    assert!(turns.next_start(until).is_none());
    let wanted = turns.next_load().expect("its window again");
    turns.loaded(1, Some(loaded(wanted.lane, vec![due_row(7, 10), due_row(8, 10)], Record::New)), until);
    assert_eq!(turns.next_start(until).expect("the probe").due.key, 7);
    assert!(turns.next_start(until).is_none());
}

#[test]
fn a_change_of_the_row_keeps_the_pause_and_a_new_beginning_ends_it() {
    let paused = || {
        let mut turns = turns();
        ready(&mut turns, 1, 1..=20, Record::New);
        while turns.next_wake().is_none() {
            starts(&mut turns).iter().for_each(|start| end(&mut turns, start, &SILENCE));
        }
        turns
    };
    let wants_load = |change| {
        let mut turns = paused();
        turns.take_news(changed(1, change), NOW);
        assert!(starts(&mut turns).is_empty());
        turns.next_load().is_some()
    };
    assert!(!wants_load(Change::Row));
    assert!(wants_load(Change::Probe) && wants_load(Change::Anew));
}

#[test]
fn a_lost_attempt_is_made_again_later() {
    let mut turns = turns();
    ready(&mut turns, 1, [1], Record::Worked);
    let start = starts(&mut turns).remove(0);
    turns.lost(1, start.due.key, true, start.unproven, NOW);
    assert!(!turns.is_busy());
    let again = turns.next_wake().expect("a timer");
    assert!(again > NOW);
    turns.wake_due(again);
    assert!(turns.next_start(again).is_none());
    assert!(turns.next_load().expect("a read").known.is_empty());
}
