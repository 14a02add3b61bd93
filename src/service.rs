//! The services that a plan names: one file a kind, with what the plan may say of it, what is said to it, and what its answer
//! means.
//!
//! A kind neither opens a socket nor reads a clock: the edge knows the few ways of asking ([`Way`]), so that one more protocol
//! over TCP, TLS or UDP is one file here and its line in `services!`.

use std::collections::BTreeMap;
use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::Why;
use crate::language::Language;

/// How many services, and how many barriers, a plan may name.
pub const MOST: usize = 10_000;
/// Characters of a name or of a text that a plan expects.
const LENGTH: usize = 200;
/// How long a service is waited for where the plan does not say, in milliseconds.
pub const TIMEOUT_MS: u32 = 3_000;
/// The longest that a plan may say.
const LONGEST_MS: u32 = 30_000;
/// Addresses that a plan may expect of a name.
const ADDRESSES: usize = 32;
/// Text of a server that is kept, in characters.
pub const KEPT_TEXT: usize = 200;

/// A service of the site, and what it must answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// What people call it; each name stands once.
    pub name: String,
    /// Its host: a name or an address.
    pub host: String,
    /// What it speaks.
    pub kind: Kind,
    /// Its port; the usual one of its kind where none stands here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub port: Option<u16>,
    /// How long it is waited for, in milliseconds [default: 3000].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 30_000))]
    pub timeout_ms: Option<u32>,
    /// `http`, `https`: the path that is asked for [default: /].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// `http`, `https`: the status that is expected [default: any from 200 to 399]. Redirects are not followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 100, max = 599))]
    pub status: Option<u16>,
    /// `http`, `https`: a text that the page must hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// `https`, `tls`: the fewest days that its certificate must still be good for [default: 14].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days_left: Option<u32>,
    /// `https`, `tls`: the private authority that signed its certificate: one that the plan holds, else a file beside the plan
    /// (PEM). Without it, those that this laptop trusts count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
    /// `https`, `tls`: the name that its certificate must be for, where that is not the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_name: Option<String>,
    /// `ping`: the most of 20 pings that may be lost, in percent [default: 0].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = 100))]
    pub max_loss: Option<u8>,
    /// `ping`: the longest median round trip, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_rtt_ms: Option<u32>,
    /// `ping`: the largest mean change from one round trip to the next, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_jitter_ms: Option<u32>,
    /// `dns`: the name that is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask: Option<String>,
    /// `dns`: the addresses that may come; any where none stands here. IPv6 is asked for where they are IPv6.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expect: Vec<IpAddr>,
    /// `ntp`: what its clock and that of this laptop may be apart, in milliseconds [default: 1000].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_offset_ms: Option<u32>,
    /// `throughput`: the fewest megabits a second that must arrive, in each direction that is filled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub at_least_mbps: Option<u32>,
    /// `throughput`: the most segments that TCP may send again in each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most_retransmits: Option<u32>,
    /// `throughput`: the direction that is filled, `up` to the server or `down` from it [default: first up, then down].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<throughput::Direction>,
    /// `throughput`: for how long each is filled, in seconds [default: 5].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 60))]
    pub seconds: Option<u8>,
}

/// What a service must not be reached on from here: the proof that networks are kept apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Barrier {
    /// What people call it.
    pub name: String,
    /// From where this holds, as people call it: a note for the reader.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The host: a name or an address.
    pub host: String,
    /// The TCP ports that must not open. Where none stands here, not even a ping may be answered.
    #[serde(default)]
    pub ports: Vec<u16>,
}

/// What of a plan is asked here.
#[derive(Clone, Debug, Default)]
pub struct Named {
    /// The services, in the order of the plan.
    pub services: Vec<Service>,
    /// The barriers, likewise.
    pub barriers: Vec<Barrier>,
    /// The certificates (PEM) of the authorities that services name.
    pub authorities: BTreeMap<String, String>,
}

/// How a kind of service is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Over a TCP connection; where nothing is to be said, that it opens is all.
    Tcp,
    /// The same over TLS, whose handshake and certificates are judged by themselves.
    Tls,
    /// By datagrams, said again each second.
    Udp,
    /// By 20 echo requests.
    Ping,
    /// By a program that fills the line: one at a time, after everything else, and only where somebody agreed.
    Fill,
}

/// A kind of service.
pub struct Row {
    /// How it is asked.
    pub way: Way,
    /// Its usual port; `None` where the plan must say it, or where there is none.
    pub port: Option<u16>,
    /// The keys of a plan that are of this kind alone or of a few.
    pub keys: &'static [&'static str],
    /// What is said to it; `None` where a connection is all.
    pub begin: Option<Begin>,
}

/// Begins a conversation.
pub type Begin = fn(&Service) -> Box<dyn Dialogue>;

/// A conversation with one service. Times are microseconds since 1970, by the clock of this machine.
pub trait Dialogue: Send {
    /// What is said first.
    fn say(&mut self, now_us: i64) -> Vec<u8>;

    /// What was heard since; nothing where the other end has closed.
    fn hear(&mut self, now_us: i64, heard: &[u8]) -> Step;
}

/// Where a conversation stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// More must come.
    More,
    /// All is known.
    Done(Measured),
    /// This is not what such a service says.
    Garbled,
}

/// What was measured, for a reader.
pub trait Reading {
    /// In a few words.
    fn say(&self, language: Language) -> String;
}

pub mod certificate;

macro_rules! services {
    ($($word:literal $kind:ident $module:ident $(measures $measured:ident)?)*) => {
        $(pub mod $module;)*

        /// What a service speaks.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
        pub enum Kind {
            $(
                #[doc = concat!("`", $word, "`.")]
                #[serde(rename = $word)]
                $kind,
            )*
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &[Kind] = &[$(Kind::$kind,)*];

            /// The word of the plan.
            pub fn word(self) -> &'static str {
                match self { $(Kind::$kind => $word,)* }
            }

            /// What there is to know of it.
            pub fn row(self) -> &'static Row {
                match self { $(Kind::$kind => &$module::ROW,)* }
            }
        }

        /// What was measured of a service that answered.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
        #[serde(tag = "of", rename_all = "lowercase")]
        pub enum Measured {
            $($(
                #[doc = concat!("Of `", $word, "`.")]
                $measured($module::$measured),
            )?)*
        }

        impl Measured {
            /// For a reader.
            pub fn reading(&self) -> &dyn Reading {
                match self { $($(Measured::$measured(measured) => measured,)?)* }
            }
        }
    };
}

services! {
    "tcp"  Tcp tcp
    "http" Http http measures Page
    "https" Https https
    "tls"  Tls tls
    "ping" Ping ping measures Echoes
    "dns"  Dns dns measures Looked
    "ntp"  Ntp ntp measures Clock
    "throughput" Throughput throughput measures Throughput
}

impl Service {
    /// The port that it is asked at; `None` for a kind without ports.
    pub fn port(&self) -> Option<u16> {
        self.port.or(self.kind.row().port)
    }

    /// How long it is waited for, in milliseconds.
    pub fn timeout_ms(&self) -> u32 {
        self.timeout_ms.unwrap_or(TIMEOUT_MS)
    }

    /// Asking it fills the line: somebody must agree to that.
    pub fn fills(&self) -> bool {
        self.kind.row().way == Way::Fill
    }

    /// The address, where its host is one.
    pub fn address(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }

    /// The keys that are given, of those that not every kind knows.
    fn given(&self) -> Vec<&'static str> {
        let keys = [
            ("path", self.path.is_some()),
            ("status", self.status.is_some()),
            ("text", self.text.is_some()),
            ("days_left", self.days_left.is_some()),
            ("authority", self.authority.is_some()),
            ("server_name", self.server_name.is_some()),
            ("max_loss", self.max_loss.is_some()),
            ("max_rtt_ms", self.max_rtt_ms.is_some()),
            ("max_jitter_ms", self.max_jitter_ms.is_some()),
            ("ask", self.ask.is_some()),
            ("expect", !self.expect.is_empty()),
            ("max_offset_ms", self.max_offset_ms.is_some()),
            ("at_least_mbps", self.at_least_mbps.is_some()),
            ("at_most_retransmits", self.at_most_retransmits.is_some()),
            ("direction", self.direction.is_some()),
            ("seconds", self.seconds.is_some()),
        ];
        keys.into_iter().filter(|(_, given)| *given).map(|(key, _)| key).collect()
    }

    /// Refuses what cannot be asked.
    pub fn check(&self) -> Result<(), Why> {
        let (row, word) = (self.kind.row(), self.kind.word());
        if let Some(key) = self.given().into_iter().find(|key| !row.keys.contains(key)) {
            return Err(Why::new(
                format!("{key} is no key of kind {word:?}"),
                format!("{key} n'est pas une clé du type {word:?}"),
            ));
        }
        if row.way == Way::Ping && self.port.is_some() {
            return Err(Why::new(format!("kind {word:?} has no port"), format!("le type {word:?} n'a pas de port")));
        }
        if self.port == Some(0) || row.way != Way::Ping && self.port().is_none() {
            return Err(Why::new("it needs a port from 1 to 65535", "il lui faut un port de 1 à 65535"));
        }
        if self.timeout_ms.is_some_and(|ms| ms == 0 || ms > LONGEST_MS) {
            return Err(Why::new(format!("timeout_ms is from 1 to {LONGEST_MS}"), format!("timeout_ms va de 1 à {LONGEST_MS}")));
        }
        if self.status.is_some_and(|status| !(100..600).contains(&status)) {
            return Err(Why::new("a status is from 100 to 599", "un statut va de 100 à 599"));
        }
        if self.max_loss.is_some_and(|percent| percent > 100) {
            return Err(Why::new("max_loss is a percentage, 0 to 100", "max_loss est un pourcentage, de 0 à 100"));
        }
        let sendable = |path: &String| path.starts_with('/') && path.chars().all(|c| c.is_ascii_graphic());
        if self.path.as_ref().is_some_and(|path| !sendable(path)) {
            return Err(Why::new(
                "a path begins with / and holds neither spaces nor accents (write %20, %C3%A9)",
                "un chemin commence par / et ne contient ni espace ni accent (écrivez %20, %C3%A9)",
            ));
        }
        if [&self.path, &self.text].into_iter().flatten().any(|text| text.is_empty() || text.chars().count() > LENGTH) {
            return Err(Why::new(
                format!("path and text hold 1 to {LENGTH} characters"),
                format!("path et text font de 1 à {LENGTH} caractères"),
            ));
        }
        if self.kind == Kind::Dns && self.ask.as_ref().is_none_or(|ask| ask.parse::<IpAddr>().is_ok()) {
            return Err(Why::new("it needs the name to ask for (ask)", "il lui faut le nom à demander (ask)"));
        }
        if self.seconds.is_some_and(|seconds| seconds == 0 || seconds > throughput::LONGEST_S) {
            let longest = throughput::LONGEST_S;
            return Err(Why::new(format!("seconds is from 1 to {longest}"), format!("seconds va de 1 à {longest}")));
        }
        if self.at_least_mbps == Some(0) {
            return Err(Why::new("at_least_mbps is 1 or more", "at_least_mbps vaut 1 ou plus"));
        }
        let versions = self.expect.iter().filter(|ip| ip.is_ipv4()).count();
        if self.expect.len() > ADDRESSES || versions != 0 && versions != self.expect.len() {
            return Err(Why::new(
                format!("expect holds at most {ADDRESSES} addresses, all IPv4 or all IPv6"),
                format!("expect contient au plus {ADDRESSES} adresses, toutes IPv4 ou toutes IPv6"),
            ));
        }
        self.ask.as_deref().map_or(Ok(()), host)?;
        self.server_name.as_deref().map_or(Ok(()), host)?;
        host(&self.host)
    }
}

impl Barrier {
    /// Refuses what cannot be asked.
    pub fn check(&self) -> Result<(), Why> {
        /// Ports of one barrier.
        const PORTS: usize = 64;
        if self.ports.contains(&0) || self.ports.len() > PORTS {
            return Err(Why::new(
                format!("ports are from 1 to 65535, at most {PORTS} of them"),
                format!("les ports vont de 1 à 65535, {PORTS} au plus"),
            ));
        }
        host(&self.host)
    }
}

/// Refuses a host that is neither an address nor a name (RFC 1123, 2.1; 253 characters as RFC 1035, 2.3.4 has it).
fn host(host: &str) -> Result<(), Why> {
    let label = |label: &str| !label.is_empty() && label.len() <= 63 && !label.starts_with('-') && !label.ends_with('-');
    let letters = |c: char| c.is_alphanumeric() || c == '-' || c == '_' || c == '.';
    let is_name = host.len() <= 253 && host.chars().all(letters) && host.trim_end_matches('.').split('.').all(label);
    if host.parse::<IpAddr>().is_ok() || is_name {
        return Ok(());
    }
    Err(Why::new(
        format!("{host:?} is neither a host name nor an address"),
        format!("{host:?} n'est ni un nom d'hôte ni une adresse"),
    ))
}

/// Refuses a name that is empty or too long.
pub fn name(name: &str) -> Result<(), Why> {
    if name.trim().is_empty() || name.chars().count() > LENGTH {
        return Err(Why::new(
            format!("a name holds 1 to {LENGTH} characters"),
            format!("un nom fait de 1 à {LENGTH} caractères"),
        ));
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod testing {
    use super::Service;

    /// A service of a plan in a few words: `kind = "tcp"\nport = 22`.
    pub(crate) fn service(keys: &str) -> Service {
        toml::from_str(&format!("name = \"x\"\nhost = \"10.0.0.7\"\n{keys}")).expect("a service")
    }
}

#[cfg(test)]
mod tests {
    use super::testing::service;
    use super::*;

    #[test]
    fn every_kind_is_known_by_its_word_and_its_keys_are_keys_of_a_plan() {
        let schema = serde_json::to_string(&schemars::schema_for!(Service)).expect("a schema");
        for kind in Kind::ALL {
            let row = kind.row();
            assert_eq!(serde_json::to_value(kind).expect("a word"), kind.word());
            assert!(row.keys.iter().all(|key| schema.contains(&format!("{key:?}"))), "{kind:?}");
            assert!(row.way != Way::Udp || row.begin.is_some(), "{kind:?}: a datagram says something");
        }
    }

    #[test]
    fn what_cannot_be_asked_is_refused_in_one_line() {
        let said = |keys: &str| service(keys).check().expect_err("a refusal").english;
        assert_eq!(said("kind = \"tcp\""), "it needs a port from 1 to 65535");
        assert_eq!(said("kind = \"tcp\"\nport = 22\nstatus = 200"), "status is no key of kind \"tcp\"");
        assert_eq!(said("kind = \"ping\"\nport = 22"), "kind \"ping\" has no port");
        assert_eq!(said("kind = \"tcp\"\nport = 22\ntimeout_ms = 0"), "timeout_ms is from 1 to 30000");
        assert_eq!(said("kind = \"ping\"\nmax_loss = 101"), "max_loss is a percentage, 0 to 100");
        assert!(said("kind = \"http\"\npath = \"a b\"").starts_with("a path begins with /"));
        assert_eq!(said("kind = \"http\"\nstatus = 99"), "a status is from 100 to 599");
        assert_eq!(said("kind = \"dns\""), "it needs the name to ask for (ask)");
        assert!(
            said("kind = \"dns\"\nask = \"a.lan\"\nexpect = [\"10.0.0.7\", \"fe80::7\"]").starts_with("expect holds at most")
        );
        assert_eq!(said("kind = \"throughput\"\nseconds = 61"), "seconds is from 1 to 60");
        assert_eq!(said("kind = \"throughput\"\nat_least_mbps = 0"), "at_least_mbps is 1 or more");
        assert_eq!(said("kind = \"http\"\ndirection = \"up\""), "direction is no key of kind \"http\"");
        assert_eq!(service("kind = \"http\"").check(), Ok(()));
    }

    #[test]
    fn a_host_is_a_name_or_an_address_of_either_version() {
        for good in ["10.0.0.7", "fe80::1", "intranet", "www.example.net.", "serveur_1.lan", "hôte.fr"] {
            assert_eq!(host(good), Ok(()), "{good}");
        }
        for bad in ["", ".", "a..b", "-x", "a b", "http://a", "10.0.0.7:80", "a\u{1b}[2J"] {
            assert!(host(bad).is_err(), "{bad:?}");
        }
    }
}
