//! The certificates that a server shows, and everything that is wrong with them (RFC 5280; RFC 9525 for names).

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use x509_parser::pem::parse_x509_pem;
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

use super::{KEPT_TEXT, Service};
use crate::line::one_line;

/// Certificates of one chain, and names of one certificate, that are kept: public authorities write 100 to 250 of them.
const CHAIN: usize = 8;
const NAMES: usize = 1_000;
/// Characters of a name (RFC 1035, 2.3.4), and names that a finding lists.
const NAME: usize = 253;
const TOLD: usize = 20;
/// Days before the end at which a certificate is a risk, where the plan does not say.
pub const DAYS_LEFT: u32 = 14;
const DAY_S: i64 = 86_400;
/// Signatures that can be forged (RFC 9155; RFC 6151): their identifier and their name.
const WEAK: [(&str, &str); 5] = [
    ("1.2.840.113549.1.1.2", "MD2"),
    ("1.2.840.113549.1.1.4", "MD5"),
    ("1.2.840.113549.1.1.5", "SHA-1"),
    ("1.2.840.10045.4.1", "SHA-1"),
    ("1.2.840.10040.4.3", "SHA-1"),
];

/// What a handshake showed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct TlsTold {
    /// When, by the clock of this laptop, in seconds since 1970.
    pub asked_s: i64,
    /// The certificates, the server's own first.
    pub chain: Vec<Certificate>,
    /// Whether an authority that counts stands behind it.
    pub authority: Authority,
}

/// Whether an authority that counts stands behind a certificate: that of the plan, else those that this laptop trusts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Authority {
    /// One does.
    Known,
    /// None does.
    Unknown,
    /// It could not be judged: a signature of a kind that nobody should use, no list of authorities, a form that is too old.
    Undecided,
}

/// One certificate. Texts are cleaned and cut.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Certificate {
    /// Whose it is.
    pub subject: String,
    /// Who signed it.
    pub issuer: String,
    /// The names and addresses that it is good for.
    pub names: Vec<String>,
    /// From when, in seconds since 1970.
    pub from_s: i64,
    /// Until when.
    pub until_s: i64,
    /// The name of its signature's hash, where that is a weak one.
    pub weak: Option<String>,
}

/// What is wrong with the certificates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Flaw {
    /// The server's own, or that of an authority between, has ended.
    Expired {
        /// Whose.
        subject: String,
        /// When, in seconds since 1970.
        until_s: i64,
    },
    /// It is not valid yet.
    NotYet {
        /// From when, in seconds since 1970.
        from_s: i64,
    },
    /// It is for other names.
    WrongName {
        /// The name that was asked for.
        wanted: String,
        /// Those that it is for.
        names: Vec<String>,
    },
    /// The server signed it itself.
    SelfSigned,
    /// Nobody whom this laptop, or the plan, trusts signed it.
    UnknownAuthority {
        /// Who signed the last of the chain.
        issuer: String,
    },
    /// Its signature can be forged.
    Weak {
        /// Whose certificate.
        subject: String,
        /// The hash.
        hash: String,
    },
    /// It ends soon.
    Ends {
        /// In so many days.
        days: u32,
    },
}

impl Certificate {
    /// Reads one; `None` where it is none.
    pub fn read(der: &[u8]) -> Option<Certificate> {
        let (_, read) = X509Certificate::from_der(der).ok()?;
        let kept = |text: &str| one_line(text).chars().take(KEPT_TEXT).collect::<String>();
        let named = |name: &str| one_line(name).chars().take(NAME).collect::<String>();
        let alternatives = read.subject_alternative_name().ok().flatten();
        let names = alternatives.iter().flat_map(|names| &names.value.general_names).filter_map(|name| match name {
            GeneralName::DNSName(name) => Some(named(name)),
            GeneralName::IPAddress(bytes) => address(bytes).map(|ip| ip.to_string()),
            _ => None,
        });
        let algorithm = read.signature_algorithm.algorithm.to_id_string();
        Some(Certificate {
            subject: kept(&read.subject().to_string()),
            issuer: kept(&read.issuer().to_string()),
            names: names.take(NAMES).collect(),
            from_s: read.validity().not_before.timestamp(),
            until_s: read.validity().not_after.timestamp(),
            weak: WEAK.iter().find(|(id, _)| *id == algorithm).map(|(_, hash)| (*hash).to_owned()),
        })
    }

    /// Reads the first one of a text (PEM, RFC 7468); `None` where there is none.
    pub fn read_pem(text: &str) -> Option<Certificate> {
        let (_, block) = parse_x509_pem(text.as_bytes()).ok()?;
        Certificate::read(&block.contents)
    }

    /// Reads a chain; what is no certificate is left out.
    pub fn chain<'a>(ders: impl IntoIterator<Item = &'a [u8]>) -> Vec<Certificate> {
        ders.into_iter().take(CHAIN).filter_map(Certificate::read).collect()
    }

    /// Whether it names its own holder as its signer.
    pub fn is_self_signed(&self) -> bool {
        self.subject == self.issuer
    }

    /// Whether it is good for a name or an address; `*.example.net` for one label more (RFC 9525, 6.3).
    fn is_for(&self, wanted: &str) -> bool {
        let wanted = wanted.trim_end_matches('.').to_lowercase();
        let address: Option<IpAddr> = wanted.parse().ok();
        self.names.iter().map(|name| name.trim_end_matches('.').to_lowercase()).any(|name| match name.strip_prefix("*.") {
            Some(rest) if address.is_none() => {
                wanted.split_once('.').is_some_and(|(label, domain)| !label.is_empty() && domain == rest)
            }
            // An IPv6 address has many spellings.
            _ => name == wanted || address.is_some() && name.parse().ok() == address,
        })
    }
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from),
        16 => <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from),
        _ => None,
    }
}

impl TlsTold {
    /// In how many days the server's own certificate ends.
    pub fn days(&self) -> Option<i64> {
        self.chain.first().map(|own| (own.until_s - self.asked_s).div_euclid(DAY_S))
    }

    /// Everything that is wrong, worst first; `None` where it could not be judged.
    pub fn flaws(&self, service: &Service) -> Option<Vec<Flaw>> {
        let own = self.chain.first()?;
        let mut flaws = Vec::new();
        // Of a way that leads to an authority every link is good: what else the server shows may have ended (a cross-signature).
        let timed = if self.authority == Authority::Known { &self.chain[..1] } else { &self.chain[..] };
        let expired = timed.iter().filter(|one| one.until_s < self.asked_s);
        flaws.extend(expired.map(|one| Flaw::Expired { subject: one.subject.clone(), until_s: one.until_s }));
        if own.from_s > self.asked_s {
            flaws.push(Flaw::NotYet { from_s: own.from_s });
        }
        let wanted = service.server_name.as_ref().unwrap_or(&service.host);
        if !own.is_for(wanted) {
            flaws.push(Flaw::WrongName { wanted: wanted.clone(), names: own.names.iter().take(TOLD).cloned().collect() });
        }
        let signed = |one: &&Certificate| !one.is_self_signed() || std::ptr::eq(*one, own);
        let weak = self.chain.iter().filter(signed).filter_map(|one| one.weak.clone().zip(Some(one.subject.clone())));
        flaws.extend(weak.map(|(hash, subject)| Flaw::Weak { subject, hash }));
        match self.authority {
            Authority::Known => {}
            _ if own.is_self_signed() => flaws.push(Flaw::SelfSigned),
            Authority::Unknown => {
                let issuer = self.chain.last().map_or(&own.issuer, |last| &last.issuer);
                flaws.push(Flaw::UnknownAuthority { issuer: issuer.clone() });
            }
            Authority::Undecided if flaws.is_empty() => return None,
            Authority::Undecided => {}
        }
        let days = self.days().and_then(|days| u32::try_from(days).ok());
        let soon = service.days_left.unwrap_or(DAYS_LEFT);
        if let Some(days) = days.filter(|days| *days < soon && own.until_s >= self.asked_s) {
            flaws.push(Flaw::Ends { days });
        }
        Some(flaws)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::super::testing::service;
    use super::*;

    /// Shown on day 100, good from day 0 to day 200 for one name.
    pub(crate) fn told() -> TlsTold {
        let own = Certificate {
            subject: "CN=www".to_owned(),
            issuer: "CN=authority".to_owned(),
            names: vec!["www.example.net".to_owned(), "10.0.0.7".to_owned()],
            from_s: 0,
            until_s: 200 * DAY_S,
            weak: None,
        };
        TlsTold { asked_s: 100 * DAY_S, chain: vec![own], authority: Authority::Known }
    }

    fn flaws(change: impl Fn(&mut TlsTold), keys: &str) -> Vec<Flaw> {
        let mut told = told();
        change(&mut told);
        told.flaws(&service(&format!("kind = \"tls\"\n{keys}"))).expect("judged")
    }

    #[test]
    fn each_flaw_is_seen_by_itself_and_several_together() {
        assert_eq!(flaws(|_| {}, ""), []);
        assert_eq!(flaws(|told| told.asked_s = 195 * DAY_S, ""), [Flaw::Ends { days: 5 }]);
        assert_eq!(flaws(|_| {}, "days_left = 101"), [Flaw::Ends { days: 100 }]);
        assert!(matches!(flaws(|told| told.asked_s = 201 * DAY_S, "")[..], [Flaw::Expired { .. }]));
        assert!(matches!(flaws(|told| told.asked_s = -1, "")[..], [Flaw::NotYet { from_s: 0 }]));
        assert!(matches!(flaws(|_| {}, "server_name = \"mail.example.net\"")[..], [Flaw::WrongName { .. }]));
        assert!(matches!(flaws(|told| told.authority = Authority::Unknown, "")[..], [Flaw::UnknownAuthority { .. }]));
        let both = flaws(
            |told| {
                told.chain[0].issuer = told.chain[0].subject.clone();
                told.chain[0].weak = Some("SHA-1".to_owned());
                told.authority = Authority::Undecided;
            },
            "",
        );
        assert!(matches!(both[..], [Flaw::Weak { .. }, Flaw::SelfSigned]), "{both:?}");
    }

    #[test]
    fn what_could_not_be_judged_is_not_well() {
        let mut told = told();
        told.authority = Authority::Undecided;
        assert_eq!(told.flaws(&service("kind = \"tls\"")), None);
        told.chain.clear();
        assert_eq!(told.flaws(&service("kind = \"tls\"")), None);
    }

    #[test]
    fn a_star_stands_for_one_label_and_for_no_part_of_an_address() {
        let certificate = |name: &str| Certificate { names: vec![name.to_owned()], ..told().chain.remove(0) };
        assert!(certificate("*.example.net").is_for("WWW.example.net."));
        assert!(!certificate("*.example.net").is_for("a.b.example.net") && !certificate("*.example.net").is_for("example.net"));
        assert!(!certificate("*.0.0.7").is_for("10.0.0.7"));
    }

    #[test]
    fn an_address_is_the_same_however_it_is_spelt() {
        let certificate = Certificate { names: vec!["2001:db8::7".to_owned()], ..told().chain.remove(0) };
        assert!(certificate.is_for("2001:DB8:0::7") && !certificate.is_for("2001:db8::8"));
    }

    #[test]
    fn what_a_server_shows_beside_the_way_to_its_authority_may_have_ended() {
        let ended = |told: &mut TlsTold| told.chain.push(Certificate { until_s: DAY_S, ..told.chain[0].clone() });
        assert_eq!(flaws(ended, ""), []);
        let unknown = flaws(
            |told| {
                ended(told);
                told.authority = Authority::Unknown;
            },
            "",
        );
        assert!(matches!(unknown[..], [Flaw::Expired { .. }, Flaw::UnknownAuthority { .. }]), "{unknown:?}");
    }

    #[test]
    fn what_is_no_certificate_is_none() {
        assert_eq!(Certificate::chain([&b"\x30\x82\xff\xff"[..], b""]), []);
    }
}
