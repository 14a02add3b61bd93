//! trousse, the field technician's kit. The rooms, lowest first; a room uses only those above it in this list.

pub mod net;

pub mod language;

pub mod fault;

pub mod edge;

pub mod cli;
