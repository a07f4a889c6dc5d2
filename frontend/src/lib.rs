//! The entry of the console in the browser: the server's HTML is there already, and this brings its islands to life.
//! Called once by the boot module, after the wasm has been loaded.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
pub fn hydrate() {
    app::wake();
}
