//! The guard against server-side request forgery: judges a URL at save, and at send hands out checked addresses only.

use std::{net::IpAddr, sync::Arc};

use domain::target::{AllowedTarget, Host, Refused, TargetPolicy, TargetUrl};
use tokio_rustls::TlsConnector;

use super::{
    egress::EgressProxy,
    lookups::{LookupError, Lookups},
    trust::{self, InvalidAuthorities},
};

/// What may be called, and which authorities vouch for it.
pub struct Guard {
    policy: Arc<TargetPolicy>,
    tls: TlsConnector,
    lookups: Lookups,
    egress: Option<EgressProxy>,
}

/// Why there is no address to connect to.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoAddress {
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error(transparent)]
    Lookup(#[from] LookupError),
}

impl Guard {
    /// Reads the machine's certificate authorities. `extra_authorities` is the content of `--ca-file`, in PEM.
    ///
    /// # Errors
    /// When the extra authorities cannot be used.
    pub fn new(policy: TargetPolicy, extra_authorities: Option<&[u8]>) -> Result<Self, InvalidAuthorities> {
        let tls = Arc::new(trust::client_config(extra_authorities)?).into();
        Ok(Self { policy: Arc::new(policy), tls, lookups: Lookups::of_system(), egress: None })
    }

    /// Sends everything through the operator's proxy. It looks the names up and opens the connections, so which addresses it
    /// reaches is its own to refuse; what can be seen in a URL is refused here all the same. Names are not looked up here:
    /// behind a proxy they often cannot be, and an answer would tell which inner names there are.
    #[must_use]
    pub fn through(self, proxy: EgressProxy) -> Self {
        Self { egress: Some(proxy), ..self }
    }

    #[must_use]
    pub fn egress(&self) -> Option<&EgressProxy> {
        self.egress.as_ref()
    }

    /// What the operator opened.
    pub(crate) fn allowed(&self) -> &[AllowedTarget] {
        &self.policy.allowed
    }

    /// What an organization's webhooks may call: all that the operator opened, or the part of it that is the organization's own.
    pub(crate) fn policy(&self, own: Option<&[AllowedTarget]>) -> Arc<TargetPolicy> {
        own.map_or_else(|| Arc::clone(&self.policy), |own| Arc::new(self.policy.narrowed(own)))
    }

    /// Judges a URL that is about to be saved, its name's addresses included. `own`: the organization's list, where it has one.
    ///
    /// # Errors
    /// Says why it is refused. A name that is not found or not resolved in time gets the words of a forbidden one, so
    /// that the answer tells nothing about the inner network.
    pub async fn check(&self, target: &TargetUrl, own: Option<&[AllowedTarget]>) -> Result<(), Refused> {
        let policy = self.policy(own);
        if self.egress.is_some() {
            return self.check_url(&policy, target);
        }
        match self.addresses(&policy, target).await {
            Ok(_) => Ok(()),
            Err(NoAddress::Refused(refused)) => Err(refused),
            Err(NoAddress::Lookup(_)) => policy.check_addresses(target, &[]),
        }
    }

    /// What can be judged without a lookup. A literal address never reaches the resolver, and behind a proxy no name does,
    /// so this comes before every send.
    pub(super) fn check_url(&self, policy: &TargetPolicy, target: &TargetUrl) -> Result<(), Refused> {
        policy.check_url(target)?;
        match (target.host(), policy.loopback_addresses(target)) {
            (_, Some(loopback)) => policy.check_addresses(target, &loopback),
            (Host::Name(_), None) if self.egress.is_some() => policy.check_unresolved(target),
            _ => Ok(()),
        }
    }

    /// The addresses that a connection to this target may be opened to: all that its host stands for, or none.
    pub(super) async fn addresses(
        &self,
        policy: &TargetPolicy,
        target: &TargetUrl,
    ) -> Result<Vec<IpAddr>, NoAddress> {
        self.check_url(policy, target)?;
        let addresses = self.host_addresses(policy, target).await?;
        policy.check_addresses(target, &addresses)?;
        Ok(addresses)
    }

    pub(crate) fn tls(&self) -> &TlsConnector {
        &self.tls
    }

    async fn host_addresses(
        &self,
        policy: &TargetPolicy,
        target: &TargetUrl,
    ) -> Result<Vec<IpAddr>, NoAddress> {
        if let Some(loopback) = policy.loopback_addresses(target) {
            return Ok(loopback);
        }
        match target.host() {
            Host::Address(address) => Ok(vec![*address]),
            Host::Name(name) => Ok(self.lookups.look_up(name).await?),
        }
    }
}
