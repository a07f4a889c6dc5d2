//! How a command is told to end.

use std::io;

use tokio::signal::unix::{SignalKind, signal};

/// Resolves when the process is asked to end: SIGTERM or Ctrl-C.
///
/// # Errors
/// When the process cannot listen for signals.
pub(super) async fn stop_signal() -> Result<(), io::Error> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
