//! An attempt as a command that anyone can run: the same bytes, under the same signature.

use domain::{Attempt, DeliveryDetail};

/// For a POSIX shell. `--globoff`: brackets and braces in a URL are meant as they stand.
pub(super) fn command(detail: &DeliveryDetail, attempt: &Attempt) -> String {
    let mut words = vec![format!("curl --globoff --include {}", quoted(&attempt.url))];
    for (name, value) in detail.request_headers(attempt) {
        words.push(format!("--header {}", quoted(&format!("{name}: {value}"))));
    }
    words.push(format!("--data-raw {}", quoted(&detail.body)));
    words.join(" \\\n  ")
}

/// In single quotes nothing is special but the quote itself.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn a_shell_reads_back_what_was_quoted() {
        for text in ["", "plain", "it's", "''", "$HOME `id` \\ \"", "a\nb", "é\u{1F511} {a,b} [1-3] !x"] {
            let script = format!("printf %s {}", quoted(text));
            let read = Command::new("sh").args(["-c", &script]).output().expect("a shell");
            assert_eq!(String::from_utf8_lossy(&read.stdout), text);
        }
    }
}
