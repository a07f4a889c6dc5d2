//! Times as people say them: `12 s ago`, `in 4 min`.

#[cfg(feature = "ssr")]
use std::time::Duration;

use domain::Timestamp;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
/// Less than this is "now": clocks differ, and nobody reads seconds that closely.
const NOW_SECONDS: u64 = 5;
/// From here on the date says more than a number of days.
const DATE_FROM: u64 = 60 * DAY;

/// How a moment lies to `now`, in a few words.
pub(crate) fn relative(now: Timestamp, at: Timestamp) -> String {
    let (ahead, distance) = if at > now { (true, at.since(now)) } else { (false, now.since(at)) };
    let seconds = distance.as_secs();
    if seconds < NOW_SECONDS {
        return "just now".to_owned();
    }
    if seconds >= DATE_FROM {
        return at.readable().chars().take("2026-11-24".len()).collect();
    }
    let amount = amount(seconds, ahead);
    if ahead { format!("in {amount}") } else { format!("{amount} ago") }
}

/// When something is due: past moments are due now.
pub(crate) fn due(now: Timestamp, at: Timestamp) -> String {
    match at.since(now).as_secs() {
        0 => "now".to_owned(),
        seconds @ 1..NOW_SECONDS => format!("in {}", amount(seconds, true)),
        _ => relative(now, at),
    }
}

/// How long something took or lies behind, to two units: `41 ms`, `5.6 s`, `4 min 12 s`, `2 h 3 min`.
#[cfg(feature = "ssr")]
pub(crate) fn lasting(duration: Duration) -> String {
    let (ms, seconds) = (duration.as_millis(), duration.as_secs());
    match seconds {
        0 => format!("{ms} ms"),
        1..MINUTE => format!("{}.{} s", seconds, ms % 1_000 / 100),
        MINUTE..HOUR => two_units(seconds, (MINUTE, "min"), (1, "s")),
        HOUR..DAY => two_units(seconds, (HOUR, "h"), (MINUTE, "min")),
        _ => two_units(seconds, (DAY, "d"), (HOUR, "h")),
    }
}

#[cfg(feature = "ssr")]
fn two_units(seconds: u64, (large, large_name): (u64, &str), (small, small_name): (u64, &str)) -> String {
    match seconds % large / small {
        0 => format!("{} {large_name}", seconds / large),
        rest => format!("{} {large_name} {rest} {small_name}", seconds / large),
    }
}

/// The largest unit that fits; what lies ahead within the hour also with its seconds.
fn amount(seconds: u64, precise: bool) -> String {
    match seconds {
        0..MINUTE => format!("{seconds} s"),
        MINUTE..HOUR if precise && !seconds.is_multiple_of(MINUTE) => {
            format!("{} min {} s", seconds / MINUTE, seconds % MINUTE)
        }
        MINUTE..HOUR => format!("{} min", seconds / MINUTE),
        HOUR..DAY => format!("{} h", seconds / HOUR),
        _ => format!("{} d", seconds / DAY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_ms(1_795_528_931_204);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_ms(NOW.unix_ms() + seconds * 1000)
    }

    #[test]
    fn the_past_is_said_by_its_largest_unit() {
        let cases = [
            (0, "just now"),
            (-4, "just now"),
            (-12, "12 s ago"),
            (-119, "1 min ago"),
            (-3_599, "59 min ago"),
            (-3_600, "1 h ago"),
            (-86_400, "1 d ago"),
            (-5 * 86_400, "5 d ago"),
            (-60 * 86_400, "2026-09-25"),
        ];
        for (seconds, words) in cases {
            assert_eq!(relative(NOW, at(seconds)), words);
        }
    }

    #[test]
    fn what_lies_ahead_within_the_hour_has_seconds() {
        assert_eq!(relative(NOW, at(252)), "in 4 min 12 s");
        assert_eq!(relative(NOW, at(300)), "in 5 min");
        assert_eq!(relative(NOW, at(7_300)), "in 2 h");
    }

    #[test]
    fn durations_have_two_units() {
        let cases = [
            (41, "41 ms"),
            (5_640, "5.6 s"),
            (60_000, "1 min"),
            (252_000, "4 min 12 s"),
            (7_380_000, "2 h 3 min"),
            (90_000_000, "1 d 1 h"),
        ];
        for (ms, words) in cases {
            assert_eq!(lasting(Duration::from_millis(ms)), words);
        }
    }

    #[test]
    fn what_should_have_happened_is_due_now() {
        assert_eq!(due(NOW, at(-30)), "now");
        assert_eq!(due(NOW, at(30)), "in 30 s");
        assert_eq!((due(NOW, at(0)), due(NOW, at(3))), ("now".to_owned(), "in 3 s".to_owned()));
    }
}
