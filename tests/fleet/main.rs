//! `trousse prep bench` with the real program and real OpenSSH servers: each PC a system of its own, made from this one and thrown
//! away, on a network of its own, whose restarts are played by what stands for its firmware.

#![cfg(target_os = "linux")]

mod beside;
mod fifty;
mod follow;
mod kiosk;
mod names;
mod pc;
mod rows;
mod site;
mod stations;
mod ways_in;
mod wrong;
