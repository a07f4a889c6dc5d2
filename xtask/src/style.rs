//! One style sheet out of `style/main.css` and the files that it imports, without white space.
//! Nothing is translated for older browsers.

use std::path::Path;

use lightningcss::bundler::{Bundler, FileProvider};
use lightningcss::printer::PrinterOptions;
use lightningcss::stylesheet::{MinifyOptions, ParserOptions};

use crate::failure::{Failure, Outcome};

pub(crate) fn bundled(entry: &Path) -> Outcome<String> {
    let files = FileProvider::new();
    let mut sheet = Bundler::new(&files, None, ParserOptions::default())
        .bundle(entry)
        .map_err(|error| trouble(entry, &error))?;
    sheet.minify(MinifyOptions::default()).map_err(|error| trouble(entry, &error))?;
    let printed = sheet
        .to_css(PrinterOptions { minify: true, ..PrinterOptions::default() })
        .map_err(|error| trouble(entry, &error))?;
    Ok(printed.code)
}

fn trouble(entry: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::new(format!("The style sheet {} cannot be bundled: {error}", entry.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn imports_are_put_in_place_and_white_space_is_gone() {
        let folder = std::env::temp_dir().join(format!("herald-style-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("main.css"), "@import './tokens.css';\na { color: var(--accent); }\n").unwrap();
        fs::write(folder.join("tokens.css"), ":root { --accent: teal; }\n").unwrap();
        let css = bundled(&folder.join("main.css"));
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(css.unwrap(), ":root{--accent:teal}a{color:var(--accent)}");
    }

    #[test]
    fn a_missing_file_is_named() {
        let failure = bundled(Path::new("/nowhere/main.css")).unwrap_err();
        assert!(failure.to_string().contains("/nowhere/main.css"), "{failure}");
    }
}
