//! Linux: interfaces, the packet socket, and what drivers tell.

mod bound;
pub mod carrier;
pub mod ethtool;
pub mod interface;
pub mod iperf3;
pub mod keys;
mod link_watch;
mod netlink;
pub mod packet_socket;
mod serving;
pub mod sounder;
mod tls;
