//! A web page over TLS: the same as over TCP, and the certificates that come before it.

use super::http::Get;
use super::{Row, Way};

/// The kind.
pub const ROW: Row = Row {
    way: Way::Tls,
    port: Some(443),
    keys: &["path", "status", "text", "days_left", "authority", "server_name"],
    begin: Some(|service| Box::new(Get::new(service))),
};
