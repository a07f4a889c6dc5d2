//! What exactly is wrong with a signed request: each part looked at by itself, and the usual mistakes tried.

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::{Secret, SignatureFault, Timestamp, verify};

const PREFIX: &str = "whsec_";
const VERSION: &str = "v1,";
const MAC_BYTES: usize = 32;
/// Seconds are below this for thousands of years; what is above counts milliseconds.
const SECONDS_MAX: i64 = 100_000_000_000;

/// A request as it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim<'a> {
    /// As it was given to the receiver.
    pub secret: &'a str,
    pub id: Option<&'a str>,
    pub timestamp: Option<&'a str>,
    pub signatures: Option<&'a str>,
    pub body: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Secret,
    Id,
    Timestamp,
    Signature,
    Body,
}

impl Part {
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Secret => "Secret",
            Self::Id => "webhook-id",
            Self::Timestamp => "webhook-timestamp",
            Self::Signature => "webhook-signature",
            Self::Body => "Body",
        }
    }
}

/// What was found of one part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub part: Part,
    /// None where that cannot be said before something else is right.
    pub holds: Option<bool>,
    /// One sentence.
    pub words: String,
}

impl Finding {
    fn new(part: Part, holds: Option<bool>, words: impl Into<String>) -> Self {
        Self { part, holds, words: words.into() }
    }

    fn good(part: Part, words: impl Into<String>) -> Self {
        Self::new(part, Some(true), words)
    }

    fn bad(part: Part, words: impl Into<String>) -> Self {
        Self::new(part, Some(false), words)
    }
}

/// All parts in their order. The request is to be trusted when all of them hold.
#[must_use]
pub fn diagnose(claim: Claim<'_>, now: Timestamp) -> Vec<Finding> {
    let mut findings = vec![
        of_secret(claim.secret),
        of_id(claim.id),
        of_timestamp(claim.timestamp, now),
        of_form(claim.signatures),
    ];
    let readable = findings.iter().filter(|finding| finding.part != Part::Timestamp);
    if readable.clone().all(|finding| finding.holds == Some(true)) {
        findings.truncate(3);
        findings.extend(of_match(claim));
    } else {
        findings.push(Finding::new(Part::Body, None, "Cannot be checked before the other parts are right."));
    }
    findings
}

fn of_secret(text: &str) -> Finding {
    let text = text.trim();
    let bad = |words: &str| Finding::bad(Part::Secret, words);
    if text.is_empty() {
        return bad("There is none: paste the secret of the webhook.");
    }
    let Some(encoded) = text.strip_prefix(PREFIX) else {
        return bad("Its prefix is missing: a secret begins with “whsec_”.");
    };
    match BASE64_STANDARD.decode(encoded) {
        Err(_) => bad("What follows “whsec_” is not base64: a part of it may be missing."),
        Ok(key) if Secret::from_bytes(&key).is_err() => {
            let detail =
                format!("It has {} bytes; a secret has 24 to 64. A part of it may be missing.", key.len());
            bad(&detail)
        }
        Ok(key) => Finding::good(Part::Secret, format!("Well formed: {} bytes.", key.len())),
    }
}

fn of_id(id: Option<&str>) -> Finding {
    match id {
        None | Some("") => Finding::bad(Part::Id, "The header is missing."),
        Some(id) if id.contains(char::is_whitespace) => {
            Finding::bad(Part::Id, "There is white space in it, which no id has.")
        }
        Some(id) => Finding::good(Part::Id, format!("{id} is there.")),
    }
}

fn of_timestamp(text: Option<&str>, now: Timestamp) -> Finding {
    let bad = |words: String| Finding::bad(Part::Timestamp, words);
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return bad("The header is missing.".to_owned());
    };
    let Ok(seconds) = text.parse::<i64>() else {
        return bad(format!("“{text}” is no number of seconds since 1970."));
    };
    if seconds >= SECONDS_MAX {
        return bad("It counts milliseconds; seconds since 1970 are expected.".to_owned());
    }
    let at = Timestamp::from_unix_ms(seconds.saturating_mul(1_000)).readable();
    let away = now.unix_seconds().abs_diff(seconds);
    match within_tolerance(seconds, now) {
        Ok(()) => Finding::good(Part::Timestamp, format!("{at}, {away} s from now.")),
        Err(SignatureFault::TooOld) => bad(format!(
            "Too old: {at} is {} ago, and five minutes are allowed. That is right for a request that you look at later.",
            lasting(away)
        )),
        Err(_) => bad(format!("Too new: {at} is {} ahead. Is the receiver's clock right?", lasting(away))),
    }
}

/// By the rule of `verify` itself: an empty list of signatures is only reached by a timestamp that holds.
fn within_tolerance(seconds: i64, now: Timestamp) -> Result<(), SignatureFault> {
    let Ok(any) = Secret::from_bytes(&[0; MAC_BYTES]) else { return Ok(()) };
    match verify(&any, "", &seconds.to_string(), "", b"", now) {
        Err(SignatureFault::NoMatch) => Ok(()),
        other => other,
    }
}

fn lasting(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// Whether the header can be read, whatever it signs.
fn of_form(signatures: Option<&str>) -> Finding {
    let bad = |words: String| Finding::bad(Part::Signature, words);
    let Some(text) = signatures.filter(|text| !text.is_empty()) else {
        return bad("The header is missing.".to_owned());
    };
    for signature in text.split(' ') {
        let Some(encoded) = signature.strip_prefix(VERSION) else {
            return bad(format!("“{signature}” does not begin with “v1,”."));
        };
        match BASE64_STANDARD.decode(encoded) {
            Err(_) => return bad(format!("What follows “v1,” in “{signature}” is not base64.")),
            Ok(mac) if mac.len() != MAC_BYTES => {
                return bad(format!("“{signature}” has {} bytes; HMAC-SHA256 has 32.", mac.len()));
            }
            Ok(_) => {}
        }
    }
    Finding::good(Part::Signature, "Well formed.")
}

/// Signature and body together: a signature holds for exactly one body.
fn of_match(claim: Claim<'_>) -> [Finding; 2] {
    let bytes = format!("{} bytes, exactly those that were signed.", claim.body.len());
    if signed(claim, &key_of(claim.secret), claim.body) {
        let words = "It is the signature of this id, timestamp and body with this secret.";
        return [Finding::good(Part::Signature, words), Finding::good(Part::Body, bytes)];
    }
    if let Some((_, what)) =
        changed_bodies(claim.body).into_iter().find(|(body, _)| signed(claim, &key_of(claim.secret), body))
    {
        return [
            Finding::bad(Part::Signature, "It is the signature of another body."),
            Finding::bad(
                Part::Body,
                format!("{what} Take the bytes as they came, before anything parses them."),
            ),
        ];
    }
    let other = other_keys(claim.secret).into_iter().find(|(key, _)| signed(claim, key, claim.body));
    let words = other.map_or(
        "It is the signature of another id, timestamp or body, or was made with another secret.",
        |(_, what)| what,
    );
    let body = format!("{} bytes; no usual change of them explains it.", claim.body.len());
    [Finding::bad(Part::Signature, words), Finding::new(Part::Body, None, body)]
}

fn key_of(secret: &str) -> Vec<u8> {
    let encoded = secret.trim().strip_prefix(PREFIX).unwrap_or_default();
    BASE64_STANDARD.decode(encoded).unwrap_or_default()
}

/// Bodies that are mistaken for each other, with what was done to the one that was pasted.
fn changed_bodies(body: &str) -> Vec<(String, &'static str)> {
    let compact = serde_json::from_str::<serde::de::IgnoredAny>(body).is_ok().then(|| without_space(body));
    let mut bodies = vec![
        (body.trim_end_matches(['\r', '\n']).to_owned(), "A line break was added at its end."),
        (body.trim().to_owned(), "White space was added around it."),
        (format!("{body}\n"), "The line break at its end is missing."),
        (body.replace("\r\n", "\n"), "Its line breaks were changed."),
    ];
    bodies.extend(
        compact.map(|body| (body, "It was parsed and written again: spaces and line breaks were added.")),
    );
    bodies
}

/// JSON without the white space between its words.
fn without_space(json: &str) -> String {
    let (mut inside, mut escaped) = (false, false);
    json.chars()
        .filter(|&c| {
            let kept = inside || !c.is_ascii_whitespace();
            match c {
                _ if escaped => escaped = false,
                '\\' if inside => escaped = true,
                '"' => inside = !inside,
                _ => {}
            }
            kept
        })
        .collect()
}

/// Keys that are taken for the decoded one.
fn other_keys(secret: &str) -> [(Vec<u8>, &'static str); 2] {
    let text = secret.trim();
    let encoded = text.strip_prefix(PREFIX).unwrap_or(text);
    [
        (
            text.as_bytes().to_vec(),
            "It was made with the secret as text: the key is what follows “whsec_”, decoded from base64.",
        ),
        (
            encoded.as_bytes().to_vec(),
            "It was made with what follows “whsec_” as text: the key is that, decoded from base64.",
        ),
    ]
}

fn signed(claim: Claim<'_>, key: &[u8], body: &str) -> bool {
    let (Some(id), Some(timestamp), Some(signatures)) = (claim.id, claim.timestamp, claim.signatures) else {
        return false;
    };
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return false };
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body.as_bytes());
    signatures
        .split(' ')
        .filter_map(|signature| signature.strip_prefix(VERSION))
        .filter_map(|encoded| BASE64_STANDARD.decode(encoded).ok())
        .any(|given| mac.clone().verify_slice(&given).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign;

    // The vector of Standard Webhooks' own libraries.
    const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    const ID: &str = "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk";
    const SENT: &str = "1649367553";
    const BODY: &str = r#"{"email":"test@example.com","username":"test_user"}"#;
    const SIGNATURE: &str = "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=";
    const NOW: Timestamp = Timestamp::from_unix_ms(1_649_367_553_000);
    const CLAIM: Claim<'_> = Claim {
        secret: SECRET,
        id: Some(ID),
        timestamp: Some(SENT),
        signatures: Some(SIGNATURE),
        body: BODY,
    };

    /// The parts that do not hold, and what is said of the first.
    fn wrong(claim: Claim<'_>) -> (Vec<Part>, String) {
        let findings = diagnose(claim, NOW);
        assert_eq!(findings.len(), 5, "each part once: {findings:?}");
        let bad: Vec<&Finding> = findings.iter().filter(|finding| finding.holds == Some(false)).collect();
        let words = bad.first().map(|finding| finding.words.clone()).unwrap_or_default();
        (bad.iter().map(|finding| finding.part).collect(), words)
    }

    #[test]
    fn the_vector_of_the_standard_holds_in_every_part() {
        assert!(diagnose(CLAIM, NOW).iter().all(|finding| finding.holds == Some(true)));
        let both = format!("v1,{} {SIGNATURE}", BASE64_STANDARD.encode([0; 32]));
        assert_eq!(wrong(Claim { signatures: Some(&both), ..CLAIM }).0, []);
    }

    #[test]
    fn a_malformed_secret_is_named_with_what_is_missing() {
        for (secret, words) in [
            ("", "There is none"),
            ("C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "prefix is missing"),
            ("whsec_C2FVs?", "not base64"),
            ("whsec_C2FVsBQI", "It has 6 bytes"),
        ] {
            let (parts, said) = wrong(Claim { secret, ..CLAIM });
            assert_eq!(parts, [Part::Secret], "{secret}");
            assert!(said.contains(words), "{said}");
        }
    }

    #[test]
    fn missing_and_malformed_headers_are_named() {
        assert_eq!(wrong(Claim { id: None, ..CLAIM }).0, [Part::Id]);
        assert_eq!(wrong(Claim { timestamp: Some("soon"), ..CLAIM }).0, [Part::Timestamp, Part::Signature]);
        for (signatures, words) in [
            (SIGNATURE.trim_start_matches("v1,"), "does not begin with “v1,”"),
            ("v1,%%%", "not base64"),
            ("v1,AAAA", "3 bytes"),
            ("", "missing"),
        ] {
            let (parts, said) = wrong(Claim { signatures: Some(signatures), ..CLAIM });
            assert_eq!(parts, [Part::Signature], "{signatures}");
            assert!(said.contains(words), "{said}");
        }
    }

    #[test]
    fn a_timestamp_is_too_old_too_new_or_counts_milliseconds() {
        let said = |now: i64| {
            let findings = diagnose(CLAIM, Timestamp::from_unix_ms(now));
            assert_eq!(findings[3].holds, Some(true), "the signature itself is right");
            (findings[2].holds, findings[2].words.clone())
        };
        let (holds, words) = said(1_649_367_553_000 + 301_000);
        assert!(holds == Some(false) && words.contains("Too old") && words.contains("5 min ago"), "{words}");
        let (holds, words) = said(1_649_367_553_000 - 86_400_000 * 3);
        assert!(
            holds == Some(false) && words.contains("Too new") && words.contains("3 days ahead"),
            "{words}"
        );
        assert_eq!(said(1_649_367_553_000 + 300_000).0, Some(true));
        let (parts, words) = wrong(Claim { timestamp: Some("1649367553000"), ..CLAIM });
        assert!(parts.contains(&Part::Timestamp) && words.contains("milliseconds"), "{words}");
    }

    #[test]
    fn what_was_done_to_a_body_is_named() {
        let spaced = r#"{ "email": "test@example.com",
            "username": "test_user" }"#;
        for (body, words) in [
            (format!("{BODY}\n"), "A line break was added"),
            (format!("  {BODY}"), "White space was added"),
            (spaced.to_owned(), "parsed and written again"),
        ] {
            let findings = diagnose(Claim { body: &body, ..CLAIM }, NOW);
            assert_eq!(findings[3].words, "It is the signature of another body.");
            assert!(findings[4].holds == Some(false) && findings[4].words.contains(words), "{findings:?}");
        }
        let (parts, words) = wrong(Claim { body: "{}", ..CLAIM });
        assert!(parts == [Part::Signature] && words.contains("another id, timestamp or body"), "{words}");
    }

    #[test]
    fn a_key_that_was_not_decoded_is_known_again() {
        let signature = |key: &[u8]| {
            let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length");
            mac.update(format!("{ID}.{SENT}.{BODY}").as_bytes());
            format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
        };
        let whole = signature(SECRET.as_bytes());
        assert!(wrong(Claim { signatures: Some(&whole), ..CLAIM }).1.contains("with the secret as text"));
        let rest = signature(SECRET.trim_start_matches("whsec_").as_bytes());
        assert!(
            wrong(Claim { signatures: Some(&rest), ..CLAIM }).1.contains("what follows “whsec_” as text")
        );
    }

    #[test]
    fn another_secret_does_not_hold() {
        let other = Secret::from_bytes(&[7; 32]).expect("32 bytes");
        let signatures = sign(&[other], ID, 1_649_367_553, BODY.as_bytes());
        assert_eq!(wrong(Claim { signatures: Some(&signatures), ..CLAIM }).0, [Part::Signature]);
    }
}
