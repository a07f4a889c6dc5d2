//! Receivers with good and bad certificates.

use std::sync::Arc;

use domain::ErrorClass;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, PKCS_ECDSA_P256_SHA256,
    date_time_ymd,
};
use rustls::{
    ServerConfig,
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};

use super::{receiver::Receiver, *};

/// An authority, made for one test.
pub(super) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(super) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, key()).expect("an authority"))
    }

    pub(super) fn pem(&self) -> String {
        self.0.pem()
    }

    /// A receiver with a certificate for this name.
    pub(super) async fn receiver(&self, name: &str) -> Receiver {
        Receiver::secured(self.certifies(named(name))).await
    }

    fn certifies(&self, params: CertificateParams) -> ServerConfig {
        self.certifies_with(params, aws_lc_rs::default_provider())
    }

    fn certifies_with(&self, params: CertificateParams, provider: CryptoProvider) -> ServerConfig {
        let key = key();
        let certificate = params.signed_by(&key, &self.0).expect("a certificate");
        server_config(certificate, &key, provider)
    }

    /// A sender that trusts this authority.
    fn trusting_sender(&self) -> Sender {
        let policy =
            TargetPolicy { allowed: vec!["127.0.0.0/8".parse().expect("a range")], allow_http: false };
        let guard = Guard::new(policy, Some(self.0.pem().as_bytes())).expect("a guard");
        Sender::new(Arc::new(guard))
    }
}

fn server_config(certificate: rcgen::Certificate, key: &KeyPair, provider: CryptoProvider) -> ServerConfig {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    ServerConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .expect("a certificate with its key")
}

fn key() -> KeyPair {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key")
}

fn named(name: &str) -> CertificateParams {
    CertificateParams::new(vec![name.to_owned()]).expect("a name")
}

async fn fault(config: ServerConfig, sender: Sender) -> (ErrorClass, String) {
    let receiver = Receiver::secured(config).await;
    let sent = sender.send_job(&due(&receiver.named("https")), NOW).await;
    let (class, text) = broken(&sent);
    (class, text.replace(&receiver.address.port().to_string(), "PORT"))
}

#[tokio::test]
async fn a_private_authority_is_trusted_once_it_is_named() {
    let authority = Authority::new();
    let mut receiver = Receiver::secured(authority.certifies(named("localhost"))).await;
    let sent = authority.trusting_sender().send_job(&due(&receiver.named("https")), NOW).await;
    assert_eq!(sent.outcome, answered(200), "{sent:?}");
    assert!(receiver.request().await.verifies(&secret(1), NOW));
}

#[tokio::test]
async fn an_unknown_issuer() {
    let (class, text) = fault(Authority::new().certifies(named("localhost")), sender()).await;
    assert_eq!(class, ErrorClass::TlsUnknownIssuer);
    assert!(text.starts_with("The TLS certificate of localhost comes from an issuer"), "{text}");
}

#[tokio::test]
async fn an_expired_certificate() {
    let authority = Authority::new();
    let mut params = named("localhost");
    (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 2, 3));
    let (class, text) = fault(authority.certifies(params), authority.trusting_sender()).await;
    assert_eq!(class, ErrorClass::TlsExpired);
    assert_eq!(
        text,
        "The TLS certificate of localhost has expired: it was valid until 2021-02-03 00:00:00 UTC."
    );
}

#[tokio::test]
async fn a_certificate_that_is_not_valid_yet() {
    let authority = Authority::new();
    let mut params = named("localhost");
    (params.not_before, params.not_after) = (date_time_ymd(3020, 1, 1), date_time_ymd(3021, 1, 1));
    let (class, text) = fault(authority.certifies(params), authority.trusting_sender()).await;
    assert_eq!(
        (class, text.as_str()),
        (ErrorClass::Tls, "The TLS certificate of localhost is not valid yet.")
    );
}

#[tokio::test]
async fn a_certificate_for_another_name() {
    let authority = Authority::new();
    let names = ["a.example", "b.example", "c.example", "d.example"].map(str::to_owned);
    let params = CertificateParams::new(names).expect("names");
    let (class, text) = fault(authority.certifies(params), authority.trusting_sender()).await;
    assert_eq!(class, ErrorClass::TlsWrongName);
    assert_eq!(
        text,
        "The TLS certificate of localhost is for another name: it names a.example, b.example, c.example and 1 more."
    );
}

#[tokio::test]
async fn a_certificate_that_signed_itself_as_an_authority() {
    let mut params = named("localhost");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = key();
    let certificate = params.self_signed(&key).expect("a certificate");
    let config = server_config(certificate, &key, aws_lc_rs::default_provider());
    let (class, text) = fault(config, sender()).await;
    assert_eq!(class, ErrorClass::Tls);
    assert!(text.contains("is marked as an authority (CA:TRUE)"), "{text}");
}

#[tokio::test]
async fn no_cipher_in_common() {
    let mut provider = aws_lc_rs::default_provider();
    // Suites for a kind of key that the receiver's certificate does not have.
    provider.cipher_suites = vec![aws_lc_rs::cipher_suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384];
    let authority = Authority::new();
    let config = authority.certifies_with(named("localhost"), provider);
    let (class, text) = fault(config, authority.trusting_sender()).await;
    assert_eq!(class, ErrorClass::TlsNoCommonCipher);
    assert_eq!(text, "localhost:PORT and this server have no TLS version or cipher in common.");
}

#[tokio::test]
async fn https_where_plain_http_is_spoken() {
    let plain = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = plain.local_addr().expect("an address");
    tokio::spawn(async move {
        let (mut stream, _) = plain.accept().await.expect("a connection");
        let answer = b"HTTP/1.1 400 Bad Request\r\n\r\n";
        tokio::io::AsyncWriteExt::write_all(&mut stream, answer).await.expect("written");
        tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut Vec::new()).await
    });
    let sent = sender().send_job(&due(&format!("https://localhost:{}/", address.port())), NOW).await;
    let text = format!("localhost:{} does not speak TLS: https:// is not served there.", address.port());
    assert_eq!(broken(&sent), (ErrorClass::Tls, text.as_str()));
}
