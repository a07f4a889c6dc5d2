//! A success rate in words.

use domain::Bucket;

/// `99.8 %`, never rounded up: 100 % means that nothing failed. A dash where there was nothing.
pub(crate) fn rate_words(buckets: &[Bucket]) -> String {
    let (succeeded, failed) = totals(buckets);
    let all = succeeded + failed;
    if all == 0 {
        return "—".to_owned();
    }
    match succeeded * 1_000 / all {
        0 if succeeded > 0 => "< 0.1 %".to_owned(),
        whole if whole % 10 == 0 => format!("{} %", whole / 10),
        tenths => format!("{}.{} %", tenths / 10, tenths % 10),
    }
}

/// How many attempts succeeded and how many failed.
pub(crate) fn totals(buckets: &[Bucket]) -> (u64, u64) {
    let sum = |of: fn(&Bucket) -> u32| buckets.iter().map(|bucket| u64::from(of(bucket))).sum();
    (sum(|bucket| bucket.succeeded), sum(|bucket| bucket.failed))
}

/// `38,204`
pub(crate) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut words = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            words.push(',');
        }
        words.push(digit);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Timestamp;

    #[test]
    fn digits_are_grouped_by_three() {
        assert_eq!(
            [0, 999, 1_000, 38_204, 1_234_567].map(grouped),
            ["0", "999", "1,000", "38,204", "1,234,567"]
        );
    }

    #[test]
    fn a_rate_is_never_better_than_it_was() {
        let rate = |succeeded, failed| {
            let bucket = Bucket { succeeded, failed, ..Bucket::new(Timestamp::from_unix_ms(0)) };
            rate_words(&[bucket])
        };
        let cases = [(0, 0), (5, 0), (0, 5), (9_999, 1), (998, 2), (61, 39), (1, 9_999)];
        assert_eq!(
            cases.map(|(succeeded, failed)| rate(succeeded, failed)),
            ["—", "100 %", "0 %", "99.9 %", "99.8 %", "61 %", "< 0.1 %"]
        );
    }
}
