//! Threads beside Herald's own: one for the load, one for the receivers, so that neither is scheduled among its tasks.

use std::io;

use tokio::runtime::{Builder, Handle, Runtime};

/// A runtime with one thread. What runs in it ends when it is dropped.
pub(super) struct Side {
    runtime: Option<Runtime>,
    handle: Handle,
}

impl Side {
    pub(super) fn start(name: &str) -> io::Result<Self> {
        let runtime = Builder::new_multi_thread().worker_threads(1).thread_name(name).enable_all().build()?;
        Ok(Self { handle: runtime.handle().clone(), runtime: Some(runtime) })
    }

    pub(super) fn handle(&self) -> &Handle {
        &self.handle
    }
}

impl Drop for Side {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Waiting for it is not allowed where tasks run.
            runtime.shutdown_background();
        }
    }
}
