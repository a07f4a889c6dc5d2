//! Counts SQL statements by what sqlx and the store say of them in the log.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    Layer, Registry,
    filter::{LevelFilter, Targets},
    layer::{Context, SubscriberExt},
};

use super::BenchError;
use crate::store::{MOVES, STATEMENTS};

/// Where sqlx says it.
const SQLX: &str = "sqlx::query";

/// Counts from its start to the end of the process.
#[derive(Clone, Default)]
pub(super) struct Statements {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    statements: AtomicU64,
    commits: AtomicU64,
    moves: AtomicU64,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Counted {
    pub(super) statements: u64,
    pub(super) commits: u64,
    /// Of the log into the database.
    pub(super) moves: u64,
}

impl Counted {
    pub(super) fn since(self, before: Self) -> Self {
        Self {
            statements: self.statements - before.statements,
            commits: self.commits - before.commits,
            moves: self.moves - before.moves,
        }
    }
}

impl Statements {
    pub(super) fn start() -> Result<Self, BenchError> {
        let counts = Self::default();
        let only =
            Targets::new().with_target(SQLX, LevelFilter::TRACE).with_target(STATEMENTS, LevelFilter::TRACE);
        // sqlx has threads of its own, so it must be for all.
        tracing::subscriber::set_global_default(Registry::default().with(counts.clone().with_filter(only)))?;
        Ok(counts)
    }

    pub(super) fn read(&self) -> Counted {
        let read = |count: &AtomicU64| count.load(Ordering::SeqCst);
        let Shared { statements, commits, moves } = &*self.shared;
        Counted { statements: read(statements), commits: read(commits), moves: read(moves) }
    }
}

impl<S: Subscriber> Layer<S> for Statements {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        self.shared.statements.fetch_add(1, Ordering::SeqCst);
        let mut summary = Summary::default();
        event.record(&mut summary);
        self.shared.commits.fetch_add(u64::from(summary.is_commit), Ordering::SeqCst);
        self.shared.moves.fetch_add(u64::from(summary.is_move), Ordering::SeqCst);
    }
}

/// The first words of a statement.
#[derive(Default)]
struct Summary {
    is_commit: bool,
    is_move: bool,
}

impl Visit for Summary {
    fn record_debug(&mut self, _field: &Field, _value: &dyn std::fmt::Debug) {}

    fn record_str(&mut self, field: &Field, value: &str) {
        let is_summary = field.name() == "summary";
        self.is_commit |= is_summary && value == "COMMIT";
        self.is_move |= is_summary && MOVES.contains(&value);
    }
}
