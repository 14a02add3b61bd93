//! The command line: one file a command, flags to request.

pub mod lab;
