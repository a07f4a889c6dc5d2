//! The console's own files (JavaScript, wasm, style), embedded in the binary and served for ever under hashed names.
//! The build script writes the list; it is empty where the console was not built.

use axum::body::Bytes;
use axum::extract::Path;
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

/// A name stands for one content for ever (RFC 8246).
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// What a page names in its head, each as a path of this server.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    /// The module that loads the others and brings the page to life.
    pub(crate) boot: &'static str,
    pub(crate) js: &'static str,
    pub(crate) wasm: &'static str,
    pub(crate) css: &'static str,
}

struct File {
    name: &'static str,
    content_type: &'static str,
    identity: &'static [u8],
    brotli: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/console_files.rs"));

/// None where the console was not built into this binary.
pub(crate) fn entry() -> Option<Entry> {
    ENTRY
}

/// GET `/assets/{name}`.
pub(crate) async fn serve(Path(name): Path<String>, headers: HeaderMap) -> Response {
    match FILES.iter().find(|file| file.name == name) {
        Some(file) => respond(file, &headers),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn respond(file: &File, headers: &HeaderMap) -> Response {
    let common = [(CONTENT_TYPE, file.content_type), (CACHE_CONTROL, FOR_EVER), (VARY, "accept-encoding")];
    if accepts_brotli(headers) {
        (common, [(CONTENT_ENCODING, "br")], Bytes::from_static(file.brotli)).into_response()
    } else {
        (common, Bytes::from_static(file.identity)).into_response()
    }
}

/// RFC 9110, 12.5.3: the coding by its name, else by `*`; a weight of 0 refuses it; nothing asked for is nothing encoded.
fn accepts_brotli(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let codings: Vec<(&str, bool)> = values.flat_map(|value| value.split(',')).map(coding).collect();
    let verdict = |wanted: &str| {
        codings.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|coding| coding.1)
    };
    verdict("br").or_else(|| verdict("*")).unwrap_or(false)
}

/// `br;q=0.5` as its name and whether it is wanted at all. A weight that cannot be read refuses.
fn coding(element: &str) -> (&str, bool) {
    let mut parts = element.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let wanted = parts
        .filter_map(|parameter| parameter.split_once('='))
        .find(|(key, _)| key.trim().eq_ignore_ascii_case("q"))
        .is_none_or(|(_, weight)| weight.trim().parse::<f32>().is_ok_and(|weight| weight > 0.0));
    (name, wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    const FILE: File = File {
        name: "herald-1.css",
        content_type: "text/css; charset=utf-8",
        identity: b"plain",
        brotli: b"packed",
    };

    fn asking(values: &[&'static str]) -> HeaderMap {
        values.iter().map(|value| (ACCEPT_ENCODING, HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn brotli_is_given_to_those_who_ask_for_it() {
        for asked in
            ["br", "gzip, deflate, br, zstd", "BR;q=0.1", "gzip;q=1.0 , br ; q=0.5", "*", "gzip, *;q=0.1"]
        {
            assert!(accepts_brotli(&asking(&[asked])), "{asked}");
        }
        assert!(accepts_brotli(&asking(&["gzip", "br"])), "two lines are one list");
    }

    #[test]
    fn brotli_is_not_given_to_those_who_do_not() {
        for asked in [
            "",
            "gzip",
            "identity",
            "br;q=0",
            "br; Q=0.000, gzip",
            "*;q=0",
            "*, br;q=0",
            "brotli",
            "br;q=high",
        ] {
            assert!(!accepts_brotli(&asking(&[asked])), "{asked}");
        }
        assert!(!accepts_brotli(&HeaderMap::new()));
    }

    #[test]
    fn both_forms_say_what_they_are_and_that_they_stay() {
        for (headers, encoding) in [(asking(&["br"]), Some("br")), (asking(&[]), None)] {
            let response = respond(&FILE, &headers);
            let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
            assert_eq!(response.status(), StatusCode::OK);
            assert_eq!(header(CONTENT_TYPE), Some("text/css; charset=utf-8"));
            assert_eq!(header(CACHE_CONTROL), Some("public, max-age=31536000, immutable"));
            assert_eq!(header(VARY), Some("accept-encoding"));
            assert_eq!(header(CONTENT_ENCODING), encoding);
        }
    }

    #[tokio::test]
    async fn a_name_that_is_not_there_is_not_found() {
        let response = serve(Path("herald-0.js".to_owned()), HeaderMap::new()).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
    }
}
