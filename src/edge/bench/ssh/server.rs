//! A server of SSH for the tests, on the loopback: as no sshd is.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use russh::keys::PrivateKey;
use russh::keys::ssh_key::private::{Ed25519Keypair, KeypairData};
use russh::server::{Auth, ChannelOpenHandle, Config, Handler, Msg, Session as Serving, VerifiedPublicKey, run_stream};
use russh::{Channel, ChannelId, SshId};

use super::{Access, Hop, Session, Trouble};

/// What it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// Goes away when somebody logs in.
    Cuts,
    /// Lets nobody in, and breaks off after two attempts.
    Refuses,
    /// Lets nobody in however often it is tried, and says that it is Microsoft's.
    RefusesAsWindows,
    /// Lets everybody in, and opens what it can towards whoever came before it answers: how many of these were let.
    Opens,
    /// Lets everybody in, and sends bytes without an end.
    Floods,
}

/// The channels that are open stay so.
struct Server(Manner, Vec<Channel<Msg>>);

impl Handler for Server {
    type Error = russh::Error;

    async fn auth_publickey(&mut self, _: &str, _: VerifiedPublicKey<'_>) -> Result<Auth, russh::Error> {
        match self.0 {
            Manner::Cuts => Err(russh::Error::Disconnect),
            Manner::Refuses | Manner::RefusesAsWindows => Ok(Auth::reject()),
            Manner::Opens | Manner::Floods => Ok(Auth::Accept),
        }
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _: &mut Serving,
    ) -> Result<(), russh::Error> {
        self.1.push(channel);
        reply.accept().await;
        Ok(())
    }

    async fn exec_request(&mut self, channel: ChannelId, _: &[u8], session: &mut Serving) -> Result<(), russh::Error> {
        session.channel_success(channel)?;
        let handle = session.handle();
        let manner = self.0;
        tokio::spawn(async move {
            if manner == Manner::Floods {
                while handle.data(channel, b"y\n".repeat(8_000)).await.is_ok() {}
                return;
            }
            let let_in = [
                handle.channel_open_agent().await.is_ok(),
                handle.channel_open_session().await.is_ok(),
                handle.channel_open_direct_tcpip("h", 1, "o", 2).await.is_ok(),
                handle.channel_open_direct_streamlocal("/s").await.is_ok(),
                handle.channel_open_forwarded_tcpip("h", 1, "o", 2).await.is_ok(),
                handle.channel_open_forwarded_streamlocal("/s").await.is_ok(),
                handle.channel_open_x11("o", 2).await.is_ok(),
            ];
            let told = format!("{}\n", let_in.iter().filter(|let_in| **let_in).count());
            drop(handle.data(channel, told.into_bytes()).await);
        });
        Ok(())
    }
}

/// A key, always the same for a number.
pub(super) fn key(seed: u8) -> PrivateKey {
    PrivateKey::new(KeypairData::from(Ed25519Keypair::from_seed(&[seed; 32])), "").expect("a key")
}

/// One key to log in with, and whoever is new is taken at his word.
pub(super) fn access(known_hosts: &Path) -> Access {
    let known_hosts = vec![known_hosts.to_owned()];
    Access { agent: false, keys: vec![Arc::new(key(9))], password: None, known_hosts, accept_new: true, jump: None }
}

/// Connects to such a server, and does something with what comes of it.
pub(super) fn opened<T>(manner: Manner, access: Access, with: impl AsyncFnOnce(Result<Session, Trouble>, Hop) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let mut config =
            Config { keys: vec![key(100)], auth_rejection_time: Duration::ZERO, max_auth_attempts: 2, ..Config::default() };
        if manner == Manner::RefusesAsWindows {
            config.max_auth_attempts = 20;
            config.server_id = SshId::Standard("SSH-2.0-OpenSSH_for_Windows_9.5".into());
        }
        let serving = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.expect("somebody");
            if let Ok(running) = run_stream(Arc::new(config), stream, Server(manner, Vec::new())).await {
                drop(running.await);
            }
        });
        let hop = Hop { address: "127.0.0.1".into(), port, user: "root".into() };
        let session = Session::open(&hop, &Arc::new(access), &mut Vec::new()).await;
        let done = with(session, hop).await;
        serving.abort();
        done
    })
}
