//! The whole document around the console.

use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::MetaTags;

use crate::{request::PageContext, root::App};

/// The console's own files, each by its full path, such as `/assets/herald-1234.css`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assets {
    /// The module that loads the others and brings the page to life.
    pub boot: &'static str,
    pub js: &'static str,
    pub wasm: &'static str,
    pub css: &'static str,
}

const FAVICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 20 20'%3E\
    %3Cpath fill='%233b5bdb' d='M2 8v4a1 1 0 0 0 1 1h2l6 4V3L5 7H3a1 1 0 0 0-1 1zm11.5-1v6a3 3 0 0 0 0-6z'/%3E%3C/svg%3E";

/// The document with the console in it; without the files, where the binary has none, it works as plain HTML.
pub fn shell(assets: Option<Assets>) -> impl IntoView {
    let theme = use_context::<PageContext>().map(|page| page.theme).unwrap_or_default();
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme.as_str()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" href=FAVICON/>
                {assets.map(links)}
                <MetaTags/>
            </head>
            <body autocapitalize="none" spellcheck="false">
                <App/>
            </body>
        </html>
    }
}

fn links(assets: Assets) -> impl IntoView {
    view! {
        <link rel="stylesheet" href=assets.css/>
        <link rel="modulepreload" href=assets.js/>
        <link rel="preload" href=assets.wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/>
        <script type="module" nonce=use_nonce() src=assets.boot></script>
    }
}
