//! How the functions reach the server, where they do not run on it: as the browser does. With feature `client` they have
//! others of the same names, which send the two kinds differently.

/// For what changes nothing, or has a key by which the server knows it again.
pub(crate) type Repeatable = server_fn::client::browser::BrowserClient;
/// For what may be done once only.
pub(crate) type Once = server_fn::client::browser::BrowserClient;
