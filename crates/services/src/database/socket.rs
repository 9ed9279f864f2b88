//! Sockets to database servers: plain on this host, elsewhere encrypted, with the server's
//! certificate and name checked.

use crate::database::engine::ConnectError;
use crate::database::settings::Settings;
use crate::database::settings::Tls;
use rustix::io::Errno;
use rustix::net::RecvFlags;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::OnceLock;
use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::ALL_VERSIONS;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::SupportedProtocolVersion;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::pki_types::pem::PemObject;

/// A socket, encrypted or not.
pub(crate) trait Socket: AsyncRead + AsyncWrite + Send + Sync + Unpin {
    /// What is below the encryption.
    fn tcp(&self) -> &TcpStream;
}

impl Socket for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

impl<S: Socket> Socket for TlsStream<S> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().0.tcp()
    }
}

/// Whether nothing has come that nobody asked for, which mostly is the server's farewell. The
/// system is asked, because the runtime may not have heard of it yet.
pub(crate) fn is_silent(socket: &dyn Socket) -> bool {
    let flags = RecvFlags::PEEK | RecvFlags::DONTWAIT;
    let come = rustix::net::recv(socket.tcp(), &mut [0_u8; 1], flags);
    matches!(come, Err(Errno::AGAIN))
}

/// A reason for tenant code, which has no host, user or database in it.
pub(crate) fn refused(reason: &str) -> ConnectError {
    ConnectError::Refused(reason.to_owned())
}

/// The server is not there, or not any more.
pub(crate) fn unreachable(error: &io::Error) -> ConnectError {
    tracing::warn!(%error, "a tenant's database server cannot be reached");
    refused("the server cannot be reached")
}

/// The server has no TLS where the settings want it.
pub(crate) fn plain_only() -> ConnectError {
    refused(
        "the server does not speak TLS; sslmode=disable in the database's settings goes without",
    )
}

/// Dials the server.
pub(crate) async fn dial(settings: &Settings) -> Result<TcpStream, ConnectError> {
    let socket = TcpStream::connect((settings.host.as_str(), settings.port))
        .await
        .map_err(|error| unreachable(&error))?;
    socket
        .set_nodelay(true)
        .map_err(|error| unreachable(&error))?;
    Ok(socket)
}

/// Encrypts a socket on which the server is ready for it.
pub(crate) async fn secure(
    settings: &Settings,
    socket: TcpStream,
) -> Result<Box<dyn Socket>, ConnectError> {
    let Tls::Verified(roots) = &settings.tls else {
        return Ok(Box::new(socket));
    };
    let secured = handshake(settings, roots.as_deref(), ALL_VERSIONS, socket).await?;
    Ok(Box::new(secured))
}

/// Does the handshake of one of these versions of TLS.
pub(crate) async fn handshake<S: Socket>(
    settings: &Settings,
    roots: Option<&Path>,
    versions: &[&'static SupportedProtocolVersion],
    socket: S,
) -> Result<TlsStream<S>, ConnectError> {
    let name = ServerName::try_from(settings.host.clone())
        .map_err(|_| refused("the settings of this database are not valid: the host"))?;
    TlsConnector::from(client(roots, versions)?)
        .connect(name, socket)
        .await
        .map_err(|error| {
            tracing::warn!(%error, "a tenant's database server failed the TLS handshake");
            refused("the server's TLS certificate was not accepted")
        })
}

fn client(
    roots: Option<&Path>,
    versions: &[&'static SupportedProtocolVersion],
) -> Result<Arc<ClientConfig>, ConnectError> {
    let trusted = match roots {
        Some(file) => read(file)?,
        None => of_this_host(),
    };
    ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(versions)
        .map_err(|error| ConnectError::Failed(error.to_string()))
        .map(|config| Arc::new(config.with_root_certificates(trusted).with_no_client_auth()))
}

fn read(file: &Path) -> Result<RootCertStore, ConnectError> {
    let unreadable =
        || refused("the settings of this database are not valid: sslrootcert cannot be read");
    let mut trusted = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|_| unreadable())? {
        trusted
            .add(certificate.map_err(|_| unreadable())?)
            .map_err(|_| unreadable())?;
    }
    Ok(trusted)
}

/// Those that this host trusts, read once.
fn of_this_host() -> RootCertStore {
    static TRUSTED: OnceLock<RootCertStore> = OnceLock::new();
    TRUSTED
        .get_or_init(|| {
            let mut trusted = RootCertStore::empty();
            trusted.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            trusted
        })
        .clone()
}
