//! A certificate authority for one run, so that receivers can speak TLS.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, SanType};
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tokio_rustls::TlsAcceptor;

use super::BenchError;

pub(super) struct Authority {
    /// What a client needs to trust it.
    pub(super) pem: String,
    /// What receivers show.
    pub(super) acceptor: TlsAcceptor,
}

impl Authority {
    /// One certificate for the addresses of all receivers.
    pub(super) fn new(receivers: u8) -> Result<Self, BenchError> {
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
        let mut params = CertificateParams::default();
        let address = |number| SanType::IpAddress(IpAddr::V4(Ipv4Addr::new(127, 0, 1, number)));
        params.subject_alt_names = (1..=receivers).map(address).collect();
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &issuer)?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)?;
        Ok(Self { pem: issuer.pem(), acceptor: Arc::new(config).into() })
    }
}
