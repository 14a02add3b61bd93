//! trousse, the field technician's kit. The rooms, lowest first; a room uses only those above it in this list.

pub mod language;

pub mod fault;

pub(crate) mod line;

pub(crate) mod json;

pub mod journal;

pub mod net;

pub mod poe;

pub mod wire;

pub mod oui;

pub mod kind;

pub mod lease;

pub(crate) mod sheet;

pub mod mib;

pub mod secret;

pub mod service;

pub mod site;

pub mod firm;

pub mod pool;

pub mod observe;

pub mod finding;

pub mod check;

pub mod probe;

pub mod diagnose;

pub mod certify;

pub mod logbook;

pub mod prep;

pub mod report;

pub mod draft;

pub mod edge;

pub mod cli;
