//! What stands between a host and a server, and can take the server away.

use std::sync::Arc;
use tokio::io::copy_bidirectional;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::sync::watch;

/// Passes connections on. While it is cut, each is closed at once.
#[derive(Debug)]
pub struct Proxy {
    /// Where it listens, on loopback.
    pub port: u16,
    is_cut: Arc<watch::Sender<bool>>,
}

impl Proxy {
    /// Passes on to this address.
    ///
    /// # Panics
    /// When there is no port to listen on.
    pub async fn before(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let is_cut = Arc::new(watch::Sender::new(false));
        let state = Arc::clone(&is_cut);
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let (server, mut state) = (server.clone(), state.subscribe());
                tokio::spawn(async move {
                    if *state.borrow() {
                        return;
                    }
                    if let Ok(mut server) = TcpStream::connect(server).await {
                        tokio::select! {
                            _ = copy_bidirectional(&mut client, &mut server) => {}
                            _ = state.wait_for(|is_cut| *is_cut) => {}
                        }
                    }
                });
            }
        });
        Self { port, is_cut }
    }

    /// Takes the server away, with all connections.
    pub fn cut(&self) {
        self.is_cut.send_replace(true);
    }

    /// Gives it back.
    pub fn mend(&self) {
        self.is_cut.send_replace(false);
    }
}
