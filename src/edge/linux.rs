//! Linux: interfaces and the packet socket.

pub mod interface;
pub mod packet_socket;
pub mod sounder;
