//! Sockets of the kernel's own stack that leave by one interface, whatever the table of routes prefers.

use std::io;
use std::net::{IpAddr, SocketAddr, SocketAddrV6};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpSocket, TcpStream, UdpSocket};

use super::interface::leads_to;

/// Whether an address is reached by the interface; what is on this very machine is behind none.
pub(super) fn reaches(interface: &str, ip: IpAddr) -> bool {
    ip.is_loopback() || leads_to(interface, ip)
}

/// The interface's number, where an address means nothing without one (RFC 4007, 11).
pub(super) fn scope(interface: &str, ip: IpAddr) -> u32 {
    match ip {
        IpAddr::V6(ip) if ip.is_unicast_link_local() => nix::net::if_::if_nametoindex(interface).unwrap_or_default(),
        _ => 0,
    }
}

/// The same place as seen from the interface.
fn scoped(interface: &str, to: SocketAddr) -> SocketAddr {
    match to {
        SocketAddr::V4(_) => to,
        SocketAddr::V6(v6) => SocketAddrV6::new(*v6.ip(), v6.port(), 0, scope(interface, to.ip())).into(),
    }
}

/// The interface that a socket for this address is bound to; none for what is on this very machine.
fn device(interface: &str, ip: IpAddr) -> Option<&[u8]> {
    (!ip.is_loopback()).then_some(interface.as_bytes())
}

/// A socket for datagrams to one place that a route of the interface leads to.
pub(super) fn datagrams(interface: &str, to: SocketAddr) -> io::Result<UdpSocket> {
    if !reaches(interface, to.ip()) {
        return Err(io::ErrorKind::NetworkUnreachable.into());
    }
    let socket = Socket::new(Domain::for_address(to), Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_nonblocking(true)?;
    socket.bind_device(device(interface, to.ip()))?;
    socket.connect(&scoped(interface, to).into())?;
    UdpSocket::from_std(socket.into())
}

/// A connection to one place.
pub(super) async fn connection(interface: &str, to: SocketAddr) -> io::Result<TcpStream> {
    let socket = if to.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.bind_device(device(interface, to.ip()))?;
    socket.connect(scoped(interface, to)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_link_local_needs_the_number_of_the_interface() {
        let scope_of = |to: &str| match scoped("lo", to.parse().expect("a place")) {
            SocketAddr::V6(v6) => Some((v6.scope_id(), v6.port())),
            SocketAddr::V4(_) => None,
        };
        let lo = nix::net::if_::if_nametoindex("lo").expect("every machine has one");
        assert_eq!(scope_of("[fe80::1]:123"), Some((lo, 123)));
        assert_eq!(scope_of("[2001:db8::1]:123"), Some((0, 123)));
        assert_eq!(scope_of("10.0.0.1:123"), None);
    }

    #[test]
    fn what_is_on_this_machine_is_behind_no_interface() {
        assert!(reaches("atlantis0", IpAddr::from([127, 0, 0, 1])));
        assert!(!reaches("atlantis0", IpAddr::from([192, 0, 2, 1])));
    }
}
