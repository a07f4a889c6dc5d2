//! The HTTP clients. reqwest tells a resolver the host but neither scheme nor port, while the rules can be for one port or for
//! plain http only, and for one organization: so there is a client for each set of rules and each scheme, one more for each
//! port that a rule names, and its resolver knows them.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::{
    limits::{CLIENTS_KEPT_MAX, IDLE_CONNECTION_MAX, IN_FLIGHT_PER_WEBHOOK_MAX},
    target::{TargetPolicy, TargetUrl},
};
use reqwest::{
    Client, Proxy,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect,
};

use super::guard::{Guard, NoAddress};

/// What a client's resolver judges by.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    /// Organizations that may call the same share their connections.
    policy: Arc<TargetPolicy>,
    https: bool,
    /// Any of those for which the same rules hold.
    port: u16,
}

impl Key {
    fn has_same_rules(&self, other: &Self) -> bool {
        let apart = |port: u16| self.policy.tells_apart(port);
        self.https == other.https
            && self.policy == other.policy
            && (self.port == other.port || (!apart(self.port) && !apart(other.port)))
    }
}

pub(crate) struct Clients {
    guard: Arc<Guard>,
    connect_timeout: Duration,
    /// The one used last is the last.
    kept: Mutex<Vec<(Key, Client)>>,
}

impl Clients {
    pub(crate) fn new(guard: Arc<Guard>, connect_timeout: Duration) -> Self {
        Self { guard, connect_timeout, kept: Mutex::default() }
    }

    /// The client whose resolver judges by these rules for this target's scheme and port.
    pub(crate) fn for_target(
        &self,
        policy: Arc<TargetPolicy>,
        target: &TargetUrl,
    ) -> reqwest::Result<Client> {
        let key = Key { policy, https: target.is_https(), port: target.port() };
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (key, client) = match kept.iter().position(|(other, _)| other.has_same_rules(&key)) {
            Some(index) => kept.remove(index),
            None => (key.clone(), self.build(key)?),
        };
        if kept.len() >= CLIENTS_KEPT_MAX {
            kept.remove(0);
        }
        kept.push((key, client.clone()));
        Ok(client)
    }

    fn build(&self, key: Key) -> reqwest::Result<Client> {
        let builder = Client::builder().no_proxy();
        // A proxy's own name is the operator's, not a target's: the rules for targets do not count for it.
        let builder = match self.guard.egress() {
            Some(proxy) => builder.proxy(Proxy::all(proxy.url().clone())?),
            None => builder.dns_resolver(CheckedResolver { guard: Arc::clone(&self.guard), key }),
        };
        builder
            .tls_backend_preconfigured(self.guard.tls())
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(self.connect_timeout)
            .pool_idle_timeout(IDLE_CONNECTION_MAX)
            .pool_max_idle_per_host(IN_FLIGHT_PER_WEBHOOK_MAX)
            .tcp_nodelay(true)
            .build()
    }
}

/// Resolves names by the rules for one scheme and port, and hands out addresses that were checked.
struct CheckedResolver {
    guard: Arc<Guard>,
    key: Key,
}

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = Arc::clone(&self.guard);
        let key = self.key.clone();
        Box::pin(async move {
            let target = target(&key, name.as_str())?;
            let addresses = guard.addresses(&key.policy, &target).await?;
            // Port 0 stands for the URL's own: one client serves several.
            Ok(Box::new(addresses.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}

fn target(key: &Key, name: &str) -> Result<TargetUrl, NoAddress> {
    let scheme = if key.https { "https" } else { "http" };
    TargetUrl::parse(&format!("{scheme}://{name}:{}/", key.port))
        .map_err(|issue| NoAddress::NotFound(io::Error::other(issue.detail)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clients(allowed: &[&str]) -> Clients {
        let allowed = allowed.iter().map(|text| text.parse().expect("a target")).collect();
        let guard = Guard::new(TargetPolicy { allowed, allow_http: false }, None).expect("a guard");
        Clients::new(Arc::new(guard), Duration::from_secs(1))
    }

    fn ask(clients: &Clients, url: &str) {
        let policy = clients.guard.policy(None);
        clients.for_target(policy, &TargetUrl::parse(url).expect("a URL")).expect("a client");
    }

    fn kept(clients: &Clients) -> Vec<(bool, u16)> {
        clients.kept.lock().expect("not poisoned").iter().map(|(key, _)| (key.https, key.port)).collect()
    }

    #[test]
    fn all_ports_for_which_the_same_rules_hold_share_a_client() {
        let clients = clients(&["inner.example:9000"]);
        for url in [
            "https://a.example/",
            "http://a.example/",
            "https://b.example:8443/x",
            "https://inner.example:9000/",
            "http://a.example:8080/",
        ] {
            ask(&clients, url);
        }
        assert_eq!(kept(&clients), [(true, 443), (true, 9_000), (false, 80)]);
    }

    #[test]
    fn organizations_with_other_rules_share_no_client() {
        let clients = clients(&["10.0.0.0/8"]);
        let own = |text: &str| clients.guard.policy(Some(&[text.parse().expect("a target")]));
        let url = TargetUrl::parse("https://a.example/").expect("a URL");
        ask(&clients, "https://a.example/");
        for only in ["10.1.0.0/16", "10.1.0.0/16", "10.2.0.0/16"] {
            clients.for_target(own(only), &url).expect("a client");
        }
        assert_eq!(kept(&clients).len(), 3);
    }

    #[test]
    fn the_one_unused_longest_goes_first() {
        let named: Vec<String> = (2_001..=2_064).map(|port| format!("inner.example:{port}")).collect();
        let clients = clients(&named.iter().map(String::as_str).collect::<Vec<_>>());
        ask(&clients, "https://a.example/");
        for port in 2_001..=2_063 {
            ask(&clients, &format!("https://inner.example:{port}/"));
        }
        ask(&clients, "https://a.example/");
        ask(&clients, "https://inner.example:2064/");
        let kept = kept(&clients);
        assert_eq!(kept.len(), CLIENTS_KEPT_MAX);
        assert!(kept.contains(&(true, 443)) && !kept.contains(&(true, 2_001)));
    }
}
