//! Linux: interfaces, the packet socket, and what drivers tell.

pub mod ethtool;
pub mod interface;
mod link_watch;
mod netlink;
pub mod packet_socket;
pub mod sounder;
