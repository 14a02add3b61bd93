//! A port that opens: that the connection is made is all.

use super::{Row, Way};

/// The kind.
pub const ROW: Row = Row { way: Way::Tcp, port: None, keys: &[], begin: None };
