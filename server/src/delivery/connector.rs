//! Opens connections to receivers, each to an address that the guard has checked for this very scheme, host and port.

use std::{
    convert::Infallible,
    error::Error,
    future::ready,
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use domain::{
    limits::CLIENTS_KEPT_MAX,
    target::{Host, TargetPolicy, TargetUrl},
};
use hyper::{Uri, http::uri::Scheme};
use hyper_util::{
    client::legacy::connect::{HttpConnector, proxy::Tunnel},
    rt::TokioIo,
};
use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::timeout,
};
use tower::{Service, service_fn};

use super::{egress::EgressProxy, guard::Guard, pool::Client, sender::Timeouts};

/// A client for each set of rules: a connection that was opened by one is of no use under another.
pub(super) struct Clients {
    guard: Arc<Guard>,
    timeouts: Timeouts,
    /// The one used last is the last.
    kept: Mutex<Vec<(Arc<TargetPolicy>, Client)>>,
}

impl Clients {
    pub(super) fn new(guard: Arc<Guard>, timeouts: Timeouts) -> Self {
        Self { guard, timeouts, kept: Mutex::default() }
    }

    pub(super) fn under(&self, policy: Arc<TargetPolicy>) -> Client {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |(other, _): &(Arc<TargetPolicy>, Client)| Arc::ptr_eq(other, &policy) || *other == policy;
        let (policy, client) = match kept.iter().rposition(same) {
            Some(last) if last + 1 == kept.len() => return kept[last].1.clone(),
            Some(index) => kept.remove(index),
            None => {
                let client = self.build(Arc::clone(&policy));
                (policy, client)
            }
        };
        if kept.len() >= CLIENTS_KEPT_MAX {
            kept.remove(0);
        }
        kept.push((policy, client.clone()));
        client
    }

    fn build(&self, policy: Arc<TargetPolicy>) -> Client {
        let Timeouts { connect, idle, .. } = self.timeouts;
        Client::new(Connector { guard: Arc::clone(&self.guard), policy, timeout: connect }, idle)
    }
}

pub(super) type Fault = Box<dyn Error + Send + Sync>;

/// There was no connection within the time for it.
#[derive(Debug, thiserror::Error)]
#[error("no connection within the time")]
pub(super) struct TooSlow;

#[derive(Clone)]
pub(super) struct Connector {
    guard: Arc<Guard>,
    /// What it may open connections to.
    policy: Arc<TargetPolicy>,
    /// The name's lookup and the TLS handshake are part of it.
    timeout: Duration,
}

impl Connector {
    pub(super) async fn open(&self, uri: Uri) -> Result<Connection, Fault> {
        timeout(self.timeout, self.connect(uri)).await.map_err(|_| TooSlow)?
    }

    /// Whether what goes out under this scheme is read and passed on by the operator's proxy.
    pub(super) fn relays(&self, scheme: &Scheme) -> bool {
        self.guard.egress().is_some() && *scheme == Scheme::HTTP
    }

    async fn connect(&self, uri: Uri) -> Result<Connection, Fault> {
        let target = TargetUrl::parse(&uri.to_string()).map_err(|issue| issue.detail)?;
        let way = match self.guard.egress() {
            None => {
                let addresses = self.guard.addresses(&self.policy, &target).await?;
                Connection::new(self.reach(uri, addresses).await?)
            }
            Some(proxy) if target.is_https() => self.tunnel(proxy, uri).await?,
            Some(proxy) => self.open_proxy(proxy).await?,
        };
        if target.is_https() { self.secure(way, server_name(target.host())?).await } else { Ok(way) }
    }

    /// To the first of the addresses that answers.
    async fn reach(&self, uri: Uri, addresses: Vec<IpAddr>) -> Result<TcpStream, Fault> {
        // The port is the URL's own.
        let checked: Vec<SocketAddr> = addresses.into_iter().map(|ip| SocketAddr::new(ip, 0)).collect();
        let resolver = service_fn(move |_| ready(Ok::<_, Infallible>(checked.clone().into_iter())));
        let mut connector = HttpConnector::new_with_resolver(resolver);
        self.set_up(&mut connector);
        Ok(connector.call(uri).await?.into_inner())
    }

    fn set_up<R>(&self, connector: &mut HttpConnector<R>) {
        connector.enforce_http(false);
        connector.set_nodelay(true);
        // Shared by the addresses of a name, so that one that is silent leaves time for the next.
        connector.set_connect_timeout(Some(self.timeout));
    }

    /// A proxy's own name is the operator's, not a target's: the rules for targets do not count for it.
    async fn open_proxy(&self, proxy: &EgressProxy) -> Result<Connection, Fault> {
        let mut connector = HttpConnector::new();
        self.set_up(&mut connector);
        let connection = Connection::new(connector.call(proxy.uri()?).await?.into_inner());
        match proxy.server_name()? {
            Some(name) => self.secure(connection, name).await,
            None => Ok(connection),
        }
    }

    async fn tunnel(&self, proxy: &EgressProxy, uri: Uri) -> Result<Connection, Fault> {
        let connection = self.open_proxy(proxy).await?;
        let mut opened = Some(TokioIo::new(connection));
        let once = service_fn(move |_| ready(opened.take().ok_or(TooSlow)));
        let mut tunnel = Tunnel::new(proxy.uri()?, once);
        if let Some(authorization) = proxy.authorization() {
            tunnel = tunnel.with_auth(authorization);
        }
        Ok(tunnel.call(uri).await?.into_inner())
    }

    async fn secure(&self, connection: Connection, name: ServerName<'static>) -> Result<Connection, Fault> {
        Ok(Connection::new(self.guard.tls().connect(name, connection).await?))
    }
}

fn server_name(host: &Host) -> Result<ServerName<'static>, Fault> {
    Ok(match host {
        Host::Address(address) => ServerName::IpAddress((*address).into()),
        Host::Name(name) => ServerName::try_from(name.clone())?,
    })
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// With or without TLS, through a proxy or not.
pub(super) struct Connection {
    stream: Box<dyn Stream>,
}

impl Connection {
    fn new(stream: impl Stream + 'static) -> Self {
        Self { stream: Box::new(stream) }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, buffer)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clients() -> Clients {
        let allowed = vec!["10.0.0.0/8".parse().expect("a target")];
        let guard = Guard::new(TargetPolicy { allowed, allow_http: false }, None).expect("a guard");
        Clients::new(Arc::new(guard), Timeouts::default())
    }

    fn only(clients: &Clients, text: &str) -> Arc<TargetPolicy> {
        clients.guard.policy(Some(&[text.parse().expect("a target")]))
    }

    fn kept(clients: &Clients) -> Vec<Arc<TargetPolicy>> {
        clients.kept.lock().expect("not poisoned").iter().map(|(policy, _)| Arc::clone(policy)).collect()
    }

    #[test]
    fn organizations_with_other_rules_share_no_client_and_those_with_the_same_do() {
        let clients = clients();
        clients.under(clients.guard.policy(None));
        for text in ["10.1.0.0/16", "10.2.0.0/16", "10.1.0.0/16"] {
            clients.under(only(&clients, text));
        }
        clients.under(clients.guard.policy(None));
        let wanted =
            [only(&clients, "10.2.0.0/16"), only(&clients, "10.1.0.0/16"), clients.guard.policy(None)];
        assert_eq!(kept(&clients), wanted, "the one used last is the last");
    }

    #[test]
    fn the_one_unused_longest_goes_first() {
        let clients = clients();
        for number in 0..=CLIENTS_KEPT_MAX {
            clients.under(only(&clients, &format!("10.0.0.{number}")));
        }
        let kept = kept(&clients);
        assert_eq!(kept.len(), CLIENTS_KEPT_MAX);
        assert!(!kept.contains(&only(&clients, "10.0.0.0")));
    }
}
