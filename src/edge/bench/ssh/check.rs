//! What a server is asked and tells while a connection to it is made: its key, what it says of itself, why it broke off.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use russh::client::{self, DisconnectReason, Msg};
use russh::keys::PublicKeyOrCertificate;
use russh::{Channel, Disconnect};

use super::known_hosts::{Found, judged};
use super::{Access, Hop, short};
use crate::fault::Why;

/// What a server told beside what it was asked.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Of its key.
    pub(super) found: Option<Found>,
    /// What it says of itself.
    pub(super) identity: String,
    /// Why it broke off, where it said so and will not think otherwise.
    pub(super) parted: Option<String>,
}

pub(super) type Shared = Arc<Mutex<Told>>;

pub(super) fn of(told: &Shared) -> MutexGuard<'_, Told> {
    told.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Checks the key of a PC.
pub(super) struct Check {
    pub(super) hop: Hop,
    pub(super) access: Arc<Access>,
    pub(super) told: Shared,
}

impl client::Handler for Check {
    type Error = russh::Error;

    async fn check_server_key(&mut self, key: &PublicKeyOrCertificate) -> Result<bool, russh::Error> {
        let found = match key {
            PublicKeyOrCertificate::PublicKey { key, .. } => judged(&self.hop, &self.access, key),
            // None was asked for.
            PublicKeyOrCertificate::Certificate(_) => {
                let why = Why::new("none was asked for", "aucun n'a été demandé");
                Found::Unreadable("certificate".to_owned(), why)
            }
        };
        let right = matches!(found, Found::Known | Found::New(_));
        of(&self.told).found = Some(found);
        Ok(right)
    }

    async fn kex_done(&mut self, _: Option<&[u8]>, _: &russh::Names, session: &mut client::Session) -> Result<(), russh::Error> {
        of(&self.told).identity = short(&String::from_utf8_lossy(session.remote_sshid()));
        Ok(())
    }

    async fn disconnected(&mut self, reason: DisconnectReason<russh::Error>) -> Result<(), russh::Error> {
        match reason {
            DisconnectReason::ReceivedDisconnect(info) => {
                // RFC 4253, 11.1. sshd has a protocol error for too many attempts; the others are those of a server that is busy, or
                // goes down.
                if let Disconnect::HostNotAllowedToConnect
                | Disconnect::ProtocolError
                | Disconnect::NoMoreAuthMethodsAvailable
                | Disconnect::IllegalUserName = info.reason_code
                {
                    of(&self.told).parted = Some(short(&info.message));
                }
                Ok(())
            }
            DisconnectReason::Error(error) => Err(error),
        }
    }

    // What a server wants to open towards the station: nothing was asked for, and what is not accepted is refused.

    async fn server_channel_open_session(&mut self, _: Channel<Msg>, _: Opening, _: &mut client::Session) -> Opened {
        Ok(())
    }

    async fn server_channel_open_agent_forward(&mut self, _: Channel<Msg>, _: Opening, _: &mut client::Session) -> Opened {
        Ok(())
    }

    async fn server_channel_open_x11(&mut self, _: Channel<Msg>, _: &str, _: u32, _: Opening, _: &mut client::Session) -> Opened {
        Ok(())
    }

    async fn server_channel_open_direct_tcpip(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        _: u32,
        _: &str,
        _: u32,
        _: Opening,
        _: &mut client::Session,
    ) -> Opened {
        Ok(())
    }

    async fn server_channel_open_direct_streamlocal(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        _: Opening,
        _: &mut client::Session,
    ) -> Opened {
        Ok(())
    }

    async fn server_channel_open_forwarded_tcpip(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        _: u32,
        _: &str,
        _: u32,
        _: Opening,
        _: &mut client::Session,
    ) -> Opened {
        Ok(())
    }

    async fn server_channel_open_forwarded_streamlocal(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        _: Opening,
        _: &mut client::Session,
    ) -> Opened {
        Ok(())
    }
}

/// One that is dropped is refused.
type Opening = client::ChannelOpenHandle;
type Opened = Result<(), russh::Error>;
