//! Passwords that are guessed first: a list that comes with the program, and what people make of its words.

use std::{collections::HashSet, sync::LazyLock};

/// How many digits and signs around a listed word do not make it another.
const AROUND_MAX: usize = 6;
/// A password that only repeats so few characters is as short as they are.
const UNIT_MAX: usize = 4;

static LISTED: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let list = include_str!("common_passwords.txt");
    list.lines().collect()
});

/// Whether a password is on the list, in any case, or is made of one on it by digits and signs around it, by digits in place
/// of letters, by repeating it, or runs up or down like `12345678`.
pub(crate) fn is_common(password: &str) -> bool {
    let lower = password.to_lowercase();
    let plain: String = lower.chars().map(letter_for).collect();
    [lower.as_str(), &plain].into_iter().any(|text| is_listed(text) || is_listed(core(text)))
        || is_listed(&core(&lower).chars().map(letter_for).collect::<String>())
        || is_repeated(&lower)
        || is_run(&lower)
}

fn is_listed(text: &str) -> bool {
    LISTED.contains(text)
}

/// The word inside, without what stands around it.
fn core(text: &str) -> &str {
    let core = text.trim_matches(|c: char| !c.is_alphabetic());
    if text.chars().count() - core.chars().count() <= AROUND_MAX { core } else { text }
}

fn letter_for(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        c => c,
    }
}

fn is_repeated(text: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    (1..=characters.len() / 2).filter(|length| characters.len().is_multiple_of(*length)).any(|length| {
        let unit = &characters[..length];
        let repeats = characters.chunks(length).all(|part| part == unit);
        repeats && (length <= UNIT_MAX || is_listed(&unit.iter().collect::<String>()))
    })
}

/// Each character follows the one before, or each goes before it.
fn is_run(text: &str) -> bool {
    let codes: Vec<u32> = text.chars().map(u32::from).collect();
    let all = |step: i64| codes.windows(2).all(|pair| i64::from(pair[1]) - i64::from(pair[0]) == step);
    codes.len() > 1 && (all(1) || all(-1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_the_list_is_refused_in_any_case() {
        assert!(LISTED.len() >= 3_000, "{}", LISTED.len());
        for word in LISTED.iter() {
            assert!(is_common(word), "{word}");
            assert!(is_common(&word.to_uppercase()), "{word}");
        }
    }

    #[test]
    fn what_people_make_of_a_listed_word_is_refused() {
        for password in [
            "password",
            "Password1!",
            "P@ssw0rd",
            "passw0rd2024",
            "123dragon456",
            "!!Welcome1!!",
            "monkeymonkey",
            "Summer2026!",
            "aaaaaaaa",
            "abcabcabc",
            "12345678",
            "87654321",
            "abcdefgh",
            "23456789",
            "hunter2hunter2",
        ] {
            assert!(is_common(password), "{password}");
        }
    }

    #[test]
    fn others_are_not() {
        for password in [
            "correct horse battery",
            "Quiet-harbour-lantern-27",
            "pÄss word\u{1F511} ",
            "tr0ub4dor&3xq",
            "        x",
            "dragon-slept-here",
            "x9$kQ2!v",
            "密码很长也很安全",
        ] {
            assert!(!is_common(password), "{password}");
        }
    }
}
