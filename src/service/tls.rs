//! A handshake, and the certificates that come with it.

use super::{Row, Way};

/// The kind.
pub const ROW: Row =
    Row { way: Way::Tls, port: Some(443), keys: &["days_left", "authority", "server_name"], begin: None };
