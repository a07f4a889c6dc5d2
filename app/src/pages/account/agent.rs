//! A browser's name for itself, as people would say it.

/// A browser's part and a system's, each by the word that gives it away; the first that is found counts, since browsers also
/// name those that they want to be taken for.
const BROWSERS: [(&str, &str); 7] = [
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
    ("python", "Python"),
];
const SYSTEMS: [(&str, &str); 6] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
];

/// `Firefox on Linux`; what is not known is shown as it was sent.
pub(super) fn browser(user_agent: &str) -> String {
    let find = |words: &[(&str, &'static str)]| {
        words.iter().find(|(word, _)| user_agent.contains(word)).map(|(_, name)| *name)
    };
    match (find(&BROWSERS), find(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, _) if user_agent.trim().is_empty() => "Unknown".to_owned(),
        (None, _) => user_agent.chars().take(40).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_known_by_what_they_do_not_pretend_to_be() {
        let chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
        assert_eq!(browser(chrome), "Chrome on Linux");
        assert_eq!(browser(&format!("{chrome} Edg/140.0")), "Edge on Linux");
        let safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1";
        assert_eq!(browser(safari), "Safari on iPhone");
        assert_eq!(browser("curl/8.5.0"), "curl");
    }

    #[test]
    fn what_is_not_known_is_shown_as_it_is() {
        assert_eq!(browser(""), "Unknown");
        assert_eq!(browser("my-script 1.0"), "my-script 1.0");
        assert_eq!(browser(&"x".repeat(200)).len(), 40);
    }
}
