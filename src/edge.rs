//! The edge: the only place with sockets, clocks, processes and `unsafe`.

pub mod lab;
