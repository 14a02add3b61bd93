//! A TLS handshake that always goes to its end, so that what is wrong with a certificate can be told, and the judgement of its
//! authority by webpki.

use std::io;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{AlertDescription, CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage, anchor_from_trusted_cert};

use crate::observe::Became;
use crate::service::Service;
use crate::service::certificate::{Authority, Certificate, TlsTold};

/// Certificates of a server that are judged.
const CHAIN: usize = 8;

/// Takes every certificate. That the server has the key of the one it shows is still proved.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        own: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        unless_forged(verify_tls12_signature(message, own, signed, &self.0.signature_verification_algorithms))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        own: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        unless_forged(verify_tls13_signature(message, own, signed, &self.0.signature_verification_algorithms))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// A certificate of a form that webpki does not read (X.509 version 1) is looked at all the same.
fn unless_forged(verified: Result<HandshakeSignatureValid, Error>) -> Result<HandshakeSignatureValid, Error> {
    match verified {
        Err(Error::InvalidCertificate(CertificateError::BadSignature)) => verified,
        _ => Ok(HandshakeSignatureValid::assertion()),
    }
}

/// Shakes hands over a connection; the name is that of the plan, else the host's.
pub(super) async fn shake(service: &Service, ip: IpAddr, stream: TcpStream) -> Result<TlsStream<TcpStream>, Became> {
    let provider = Arc::new(ring::default_provider());
    let verifier = Arc::new(AnyCertificate(Arc::clone(&provider)));
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let Ok(config) = config else { return Err(Became::NotSent) };
    let config = config.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    let name = service.server_name.clone().unwrap_or_else(|| service.host.trim_end_matches('.').to_owned());
    let name = ServerName::try_from(name).unwrap_or_else(|_| ServerName::from(ip));
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.map_err(|error| unshaken(&error))
}

fn unshaken(error: &io::Error) -> Became {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(Error::InvalidMessage(_) | Error::InappropriateMessage { .. }) => Became::Garbled,
        Some(Error::AlertReceived(AlertDescription::CloseNotify)) | None => Became::Reset,
        Some(_) => Became::NoHandshake,
    }
}

/// What a handshake showed, at that time in seconds since 1970; `trusted` are the certificates (PEM) of the plan's authority.
/// Certificates are judged on a thread of their own: pings and clocks are timed on this one.
pub(super) async fn told(trusted: Option<&str>, stream: &TlsStream<TcpStream>, asked_s: i64) -> Option<TlsTold> {
    let shown: Vec<_> =
        stream.get_ref().1.peer_certificates().unwrap_or_default().iter().map(|one| one.clone().into_owned()).collect();
    let trusted = trusted.map(str::to_owned);
    let judged = tokio::task::spawn_blocking(move || {
        let chain = Certificate::chain(shown.iter().map(AsRef::as_ref));
        let authority = authority(trusted.as_deref(), &shown, chain.first(), asked_s);
        TlsTold { asked_s, chain, authority }
    });
    judged.await.ok()
}

/// Judges the chain at a time at which the server's own certificate is good: that it has ended is said by itself.
fn authority(trusted: Option<&str>, shown: &[CertificateDer<'_>], own: Option<&Certificate>, asked_s: i64) -> Authority {
    let trusted: Vec<_> = match trusted {
        Some(text) => CertificateDer::pem_slice_iter(text.as_bytes()).flatten().collect(),
        None => system().to_vec(),
    };
    let (Some(first), Some(own)) = (shown.first(), own) else { return Authority::Undecided };
    if trusted.contains(first) {
        return Authority::Known;
    }
    let anchors: Vec<_> = trusted.iter().filter_map(|one| anchor_from_trusted_cert(one).ok()).collect();
    if anchors.is_empty() {
        return Authority::Undecided;
    }
    let at = asked_s.clamp(own.from_s, own.until_s.max(own.from_s));
    let at = UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(at).unwrap_or_default()));
    let Ok(end) = EndEntityCert::try_from(first) else { return Authority::Undecided };
    let between = &shown[1..shown.len().min(CHAIN)];
    match end.verify_for_usage(ALL_VERIFICATION_ALGS, &anchors, between, at, KeyUsage::server_auth(), None, None) {
        Ok(_) => Authority::Known,
        Err(webpki::Error::UnknownIssuer | webpki::Error::InvalidSignatureForPublicKey) => Authority::Unknown,
        Err(_) => Authority::Undecided,
    }
}

/// The authorities that this laptop trusts.
fn system() -> &'static [CertificateDer<'static>] {
    static TRUSTED: OnceLock<Vec<CertificateDer<'static>>> = OnceLock::new();
    TRUSTED.get_or_init(|| rustls_native_certs::load_native_certs().certs)
}
