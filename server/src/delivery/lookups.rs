//! Looks names up, so that those whose name servers are silent keep nobody else waiting.
//!
//! A lookup has a thread until the system's resolver gives up, long after nobody waits for it any more. So who asks for a name joins a
//! lookup that has just begun, and a name that was not found for too long has its next lookups among others of its kind, of which there
//! are few.

use std::{
    collections::HashMap,
    io,
    net::{IpAddr, ToSocketAddrs},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use domain::limits::{
    LOOKUPS_AT_ONCE_MAX, RESOLVE_TIMEOUT, SLOW_LOOKUPS_AT_ONCE_MAX, SLOW_NAME_KEPT, SLOW_NAMES_MAX,
};
use tokio::{
    sync::{Semaphore, watch},
    task::{spawn_blocking, yield_now},
    time::{timeout, timeout_at},
};

/// What a name stands for, for all who asked for it.
type Found = Result<Arc<[IpAddr]>, Arc<io::Error>>;
/// A lookup that has not answered by then may have lost its question on the way: a second one is begun, and no third.
const JOINED_MAX: Duration = Duration::from_secs(1);
const OF_ONE_NAME_MAX: usize = 2;

type Resolve = dyn Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync;

#[derive(Debug, thiserror::Error)]
pub(super) enum LookupError {
    #[error("the name was not found: {0}")]
    NotFound(Arc<io::Error>),
    #[error("the name was not resolved in time")]
    TooSlow,
}

pub(super) struct Lookups {
    shared: Arc<Shared>,
}

struct Shared {
    prompt: Arc<Semaphore>,
    slow: Arc<Semaphore>,
    names: Mutex<Names>,
    resolve: Box<Resolve>,
}

#[derive(Default)]
struct Names {
    /// Of each name, the newest is the last.
    under_way: HashMap<Arc<str>, Vec<UnderWay>>,
    begun: u64,
    /// Those that were not found for too long, and when that was.
    slow: HashMap<Arc<str>, Instant>,
}

struct UnderWay {
    number: u64,
    since: Instant,
    answer: watch::Receiver<Option<Found>>,
}

impl Lookups {
    /// By the system's resolver.
    pub(super) fn of_system() -> Self {
        // As `tokio::net::lookup_host` asks it.
        Self::by(|name| Ok((name, 0).to_socket_addrs()?.map(|address| address.ip()).collect()))
    }

    fn by(resolve: impl Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync + 'static) -> Self {
        let shared = Shared {
            prompt: Arc::new(Semaphore::new(LOOKUPS_AT_ONCE_MAX)),
            slow: Arc::new(Semaphore::new(SLOW_LOOKUPS_AT_ONCE_MAX)),
            names: Mutex::default(),
            resolve: Box::new(resolve),
        };
        Self { shared: Arc::new(shared) }
    }

    /// All addresses of a name.
    ///
    /// # Errors
    /// When there is none, or the answer takes longer than [`RESOLVE_TIMEOUT`].
    pub(super) async fn look_up(&self, name: &str) -> Result<Vec<IpAddr>, LookupError> {
        self.look_up_within(name, RESOLVE_TIMEOUT).await
    }

    async fn look_up_within(&self, name: &str, limit: Duration) -> Result<Vec<IpAddr>, LookupError> {
        let deadline = tokio::time::Instant::now() + limit;
        loop {
            let mut answer = self.join(name, limit);
            match timeout_at(deadline, answer.wait_for(Option::is_some)).await {
                Err(_) => return Err(LookupError::TooSlow),
                Ok(Ok(found)) => match &*found {
                    Some(Ok(addresses)) => return Ok(addresses.to_vec()),
                    Some(Err(error)) => return Err(LookupError::NotFound(Arc::clone(error))),
                    None => {}
                },
                // It had no turn in its time; this one still has some.
                Ok(Err(_)) => {}
            }
            yield_now().await;
        }
    }

    /// The lookup of this name that is under way, or a new one.
    fn join(&self, name: &str, limit: Duration) -> watch::Receiver<Option<Found>> {
        let mut names = self.shared.names();
        let under_way = names.under_way.get(name).map(Vec::as_slice).unwrap_or_default();
        if let Some(newest) = under_way.last()
            && (newest.since.elapsed() < JOINED_MAX || under_way.len() >= OF_ONE_NAME_MAX)
        {
            return newest.answer.clone();
        }
        let name: Arc<str> = name.into();
        let permits = if names.is_slow(&name) { &self.shared.slow } else { &self.shared.prompt };
        let (told, answer) = watch::channel(None);
        names.begun += 1;
        let number = names.begun;
        let new = UnderWay { number, since: Instant::now(), answer: answer.clone() };
        names.under_way.entry(Arc::clone(&name)).or_default().push(new);
        let lookup = Lookup { shared: Arc::clone(&self.shared), name, number, told };
        tokio::spawn(lookup.run(Arc::clone(permits), limit));
        answer
    }
}

impl Shared {
    fn names(&self) -> MutexGuard<'_, Names> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Names {
    fn is_slow(&self, name: &str) -> bool {
        self.slow.get(name).is_some_and(|at| at.elapsed() < SLOW_NAME_KEPT)
    }

    fn learn(&mut self, name: &Arc<str>, is_slow: bool) {
        if !is_slow {
            self.slow.remove(name);
            return;
        }
        if self.slow.len() >= SLOW_NAMES_MAX {
            self.slow.retain(|_, at| at.elapsed() < SLOW_NAME_KEPT);
        }
        if self.slow.len() < SLOW_NAMES_MAX {
            self.slow.insert(Arc::clone(name), Instant::now());
        }
    }
}

/// One that is under way, and is so no longer when this is dropped.
struct Lookup {
    shared: Arc<Shared>,
    name: Arc<str>,
    number: u64,
    told: watch::Sender<Option<Found>>,
}

impl Lookup {
    async fn run(self, permits: Arc<Semaphore>, limit: Duration) {
        // Nobody waits longer for its turn, and the next who asks begins anew.
        let Ok(Ok(permit)) = timeout(limit, permits.acquire_owned()).await else { return };
        let begun = Instant::now();
        let (shared, name) = (Arc::clone(&self.shared), Arc::clone(&self.name));
        let lookup = spawn_blocking(move || {
            let _held = permit;
            (shared.resolve)(&name)
        });
        let found = lookup.await.map_err(io::Error::other).flatten();
        self.shared.names().learn(&self.name, found.is_err() && begun.elapsed() >= limit);
        self.told.send_replace(Some(found.map(Into::into).map_err(Arc::new)));
    }
}

impl Drop for Lookup {
    fn drop(&mut self) {
        let mut names = self.shared.names();
        if let Some(under_way) = names.under_way.get_mut(&self.name) {
            under_way.retain(|one| one.number != self.number);
            if under_way.is_empty() {
                names.under_way.remove(&self.name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Condvar,
        atomic::{AtomicUsize, Ordering},
    };

    use futures::future::join_all;

    use super::*;

    const AT_ONCE: Duration = Duration::from_millis(20);
    const PATIENCE: Duration = Duration::from_secs(20);
    const ADDRESS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    /// A name server that answers for what begins with `good`, and has nothing for the rest once it is let go.
    #[derive(Default)]
    struct Server {
        asked: AtomicUsize,
        is_open: Mutex<bool>,
        opened: Condvar,
    }

    impl Server {
        fn lookups(self: &Arc<Self>) -> Lookups {
            let server = Arc::clone(self);
            Lookups::by(move |name| {
                server.asked.fetch_add(1, Ordering::SeqCst);
                if name.starts_with("good") {
                    return Ok(vec![ADDRESS]);
                }
                let is_open = server.is_open.lock().expect("nobody panicked");
                drop(server.opened.wait_timeout_while(is_open, PATIENCE, |is_open| !*is_open));
                Err(io::ErrorKind::NotFound.into())
            })
        }

        async fn until_asked(&self, times: usize) {
            let enough = async {
                while self.asked.load(Ordering::SeqCst) < times {
                    yield_now().await;
                }
            };
            timeout(PATIENCE, enough).await.expect("it is asked");
        }

        fn asked(&self) -> usize {
            self.asked.load(Ordering::SeqCst)
        }

        fn open(&self) {
            *self.is_open.lock().expect("nobody panicked") = true;
            self.opened.notify_all();
        }
    }

    async fn are_found(lookups: &Lookups, name: &str) -> bool {
        lookups.look_up_within(name, PATIENCE).await.is_ok_and(|found| found == [ADDRESS])
    }

    #[tokio::test]
    async fn who_asks_at_the_same_time_shares_a_lookup() {
        let server = Arc::new(Server::default());
        let lookups = server.lookups();
        let together = join_all((0..200).map(|_| lookups.look_up_within("silent", AT_ONCE))).await;
        assert!(together.iter().all(|found| matches!(found, Err(LookupError::TooSlow))));
        server.until_asked(1).await;
        assert!(server.asked() <= OF_ONE_NAME_MAX, "{}", server.asked());
        server.open();
        let late = lookups.look_up_within("silent", PATIENCE).await;
        assert!(matches!(late, Err(LookupError::NotFound(_))), "who comes later gets the answer: {late:?}");
        assert!(lookups.shared.names().is_slow("silent"));
    }

    #[tokio::test]
    async fn what_was_found_is_not_kept() {
        let server = Arc::new(Server::default());
        let lookups = server.lookups();
        for times in 1..=3 {
            assert!(are_found(&lookups, "good").await);
            assert_eq!(server.asked(), times, "it may have changed");
        }
    }

    #[tokio::test]
    async fn a_lookup_that_does_not_answer_soon_is_joined_by_a_second_and_no_third() {
        let server = Arc::new(Server::default());
        let lookups = server.lookups();
        let grow_old = || {
            for under_way in lookups.shared.names().under_way.values_mut().flatten() {
                under_way.since -= JOINED_MAX;
            }
        };
        for times in [1, 2, 2] {
            assert!(lookups.look_up_within("silent", AT_ONCE).await.is_err());
            server.until_asked(times).await;
            assert_eq!(server.asked(), times);
            grow_old();
        }
        server.open();
    }

    #[tokio::test]
    async fn names_that_were_slow_leave_room_for_others() {
        let server = Arc::new(Server::default());
        let lookups = server.lookups();
        let silent: Vec<Arc<str>> = (0..LOOKUPS_AT_ONCE_MAX).map(|n| format!("silent-{n}").into()).collect();
        silent.iter().for_each(|name| lookups.shared.names().learn(name, true));
        join_all(silent.iter().map(|name| lookups.look_up_within(name, AT_ONCE))).await;
        server.until_asked(SLOW_LOOKUPS_AT_ONCE_MAX).await;
        assert_eq!(server.asked(), SLOW_LOOKUPS_AT_ONCE_MAX);
        assert!(are_found(&lookups, "good").await);
        server.open();
    }

    #[tokio::test]
    async fn a_name_that_is_quick_again_is_slow_no_longer() {
        let lookups = Arc::new(Server::default()).lookups();
        lookups.shared.names().learn(&"good".into(), true);
        assert!(lookups.shared.names().is_slow("good"));
        assert!(are_found(&lookups, "good").await);
        assert!(!lookups.shared.names().is_slow("good"));
    }

    #[test]
    fn no_more_slow_names_are_kept_than_there_is_room_for() {
        let mut names = Names::default();
        for n in 0..=SLOW_NAMES_MAX {
            names.learn(&format!("silent-{n}").into(), true);
        }
        assert_eq!(names.slow.len(), SLOW_NAMES_MAX);
    }
}
