//! `trousse prep` with the real program on a system of its own, made from this one and thrown away: what it writes lies in
//! memory, its host name, processes and network are not this machine's, and its restarts are played.

#![cfg(target_os = "linux")]

mod delivery;
mod depot;
mod journal;
mod kiosk;
mod names;
mod new;
mod power;
mod secrets;
mod shipped;
mod steps;
mod throw_away;
mod wrong;
