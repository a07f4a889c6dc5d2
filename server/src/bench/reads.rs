//! B9: how long the console's pages wait for what they show, with a great history and while events are taken and sent as fast
//! as it goes.

use std::{
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};

use domain::EventType;
use rusqlite::Connection as Database;
use tokio::task::spawn_blocking;

use super::{
    Bench, BenchError, Figure,
    child::Child,
    figure::{B9_DELIVERY, B9_FILTER, B9_FIND, B9_LIST, Spec},
    folder::Folder,
    instance::Instance,
    load::{Backlog, Clients, Connection},
    milliseconds,
    numbers::percentile,
    raw::connect,
    seed::{State, seed},
    sink::{Manner, Sink},
    traffic::{Target, event, payload},
};

const SEEDED: EventType = EventType::UserLogin;
const OTHERS: EventType = EventType::UserDisabled;
const WEBHOOKS: u64 = 10;
/// Events that may be published and not yet received.
const BACKLOG_MAX: u64 = 4_096;
const PATIENCE: Duration = Duration::from_secs(120);
const LOOK_EVERY: Duration = Duration::from_millis(100);

pub(super) async fn pages(bench: &Bench) -> Result<Vec<Figure>, BenchError> {
    let read = Readable::start(bench).await?;
    let Ids { organization, webhook, delivery } = &read.ids;
    let list = format!("scope={organization}&webhook_id={webhook}");
    let half = "filter%5Bstatus%5D=delivered&filter%5Bfrom%5D=2020-01-01T00%3A00%3A00Z";
    let mut figures = Vec::new();
    for (spec, function, form) in [
        (&B9_LIST, "deliveries/list", list.clone()),
        (&B9_FILTER, "deliveries/list", format!("{list}&{half}")),
        (&B9_DELIVERY, "deliveries/show", format!("scope={organization}&delivery_id={delivery}")),
        (&B9_FIND, "events/find", format!("organization_id={organization}&text=demo%40parallelworks.com")),
    ] {
        figures.push(read.figure(bench, spec, &read.target.call(function, &form)).await?);
    }
    Ok(figures)
}

struct Ids {
    organization: String,
    webhook: String,
    delivery: String,
}

/// A server with a history.
struct Readable {
    target: Target,
    ids: Ids,
    _child: Child,
    sink: Sink,
    _folder: Folder,
}

impl Readable {
    async fn start(bench: &Bench) -> Result<Self, BenchError> {
        let sink = Sink::open(&bench.sinks, 1, Manner::Answers, None).await?;
        let mut herald = Instance::start().await?;
        let urls = vec![sink.urls().swap_remove(0); usize::try_from(WEBHOOKS)?];
        herald.add_webhooks(SEEDED, &urls).await?;
        herald.add_webhooks(OTHERS, &sink.urls()).await?;
        let key = herald.target.key.clone();
        let folder = herald.stop().await?;
        seed(folder.database(), bench.scale.rows, WEBHOOKS, State::Delivered).await?;
        let child = Child::serve(&folder).await?;
        let path = folder.database();
        // Whom events are about is noted after they were written: found is what is noted.
        let noted = "SELECT (SELECT event_seq FROM noted_subjects) >= (SELECT max(seq) FROM events)";
        until(async || one(path.clone(), noted).await.map(|noted: i64| noted == 1)).await?;
        let ids = Ids {
            organization: one(path.clone(), "SELECT id FROM organizations").await?,
            webhook: one(path.clone(), "SELECT id FROM webhooks WHERE seq = 1").await?,
            delivery: one(path, "SELECT id FROM deliveries ORDER BY seq LIMIT 1").await?,
        };
        let target = Target { address: child.address, key };
        Ok(Self { target, ids, _child: child, sink, _folder: folder })
    }

    /// Asks again and again for as long as events come.
    async fn figure(&self, bench: &Bench, spec: &Spec, request: &[u8]) -> Result<Figure, BenchError> {
        let duration = bench.scale.turn * 3;
        let clients = Clients {
            address: self.target.address,
            count: bench.scale.clients,
            requests: Arc::new(vec![self.target.publish(&event(&payload(OTHERS)))]),
            backlog: Some(Backlog::new(Arc::clone(&self.sink.counts), BACKLOG_MAX)),
        };
        let mut connection = Connection::open(self.target.address).await?;
        connection.exchange(request).await?;
        let load = clients.run(&bench.load, duration);
        let end = Instant::now() + duration;
        let reading = async {
            let mut times = Vec::new();
            while Instant::now() < end {
                let start = Instant::now();
                connection.exchange(request).await?;
                times.push(start.elapsed().as_secs_f64() * 1_000.0);
            }
            Ok::<_, BenchError>(times)
        };
        let (loaded, times) = tokio::join!(load, reading);
        loaded?;
        let times = times?;
        let floor = format!("p50 {} of {} reads", milliseconds(percentile(&times, 50)), times.len());
        Ok(Figure::new(spec, percentile(&times, 99), Some(floor)))
    }
}

async fn until<F: Future<Output = Result<bool, BenchError>>>(
    mut look: impl FnMut() -> F,
) -> Result<(), BenchError> {
    let start = Instant::now();
    while !look().await? {
        if start.elapsed() > PATIENCE {
            return Err("the server does not note whom events are about".into());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(())
}

/// The one value of a query.
async fn one<T>(path: std::path::PathBuf, sql: &'static str) -> Result<T, BenchError>
where
    T: rusqlite::types::FromSql + Send + 'static,
{
    spawn_blocking(move || {
        let database: Database = connect(&path)?;
        Ok(database.query_row(sql, [], |row| row.get(0))?)
    })
    .await?
}
