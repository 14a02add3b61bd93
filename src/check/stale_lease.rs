//! A device keeps an address that it leased when the server still had another range.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use super::duplicate_address::evidence;
use super::held::{self, Entry, sure};
use super::holder::Holder;
use super::pool::{self, Source};
use crate::finding::{By, Explain, Finding, Manual, Plain, Severity, Subject, Verdict, Wording};
use crate::kind::Confidence;
use crate::language::Language;
use crate::lease::{Ends, State};
use crate::net::Mac;
use crate::observe::Inventory;
use crate::site::{Plan, Range};

/// A lease outside today's ranges whose device answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StaleLease {
    /// The address.
    pub ip: IpAddr,
    /// The card that leased it and answers for it.
    pub mac: Mac,
    /// What is known of the device.
    pub owner: Holder,
    /// The entry of the lease file.
    pub entry: Entry,
    /// Today's ranges of that network.
    pub ranges: Vec<Range>,
    /// Where they are written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<Source>,
    /// From the lowest to the highest address that was leased outside them: the old range had at least these.
    pub before: Option<Range>,
    /// How sure it is that the device has the address from this lease.
    pub confidence: Confidence,
}

/// A running lease outside today's ranges, and ARP shows its card.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    let stale = inventory.leases().addresses().flat_map(|ip| {
        let cards = held::cards(inventory, plan, ip).into_iter();
        cards.filter_map(move |mac| of(inventory, plan, ip, mac))
    });
    let mut old: BTreeMap<Vec<Range>, Option<Range>> = BTreeMap::new();
    let findings = stale.map(|mut problem| {
        let before = old.entry(problem.ranges.clone()).or_insert_with(|| old_range(inventory, plan, &problem.ranges));
        problem.before = *before;
        let mut seen = evidence(inventory, problem.ip, &[problem.mac]);
        seen.extend(held::entries(inventory, problem.ip).into_iter().map(|(_, seen)| seen));
        if let IpAddr::V4(ip) = problem.ip {
            seen.extend(pool::today(inventory, plan, ip).evidence());
        }
        Finding::new(Severity::Risk, Problem::StaleLease(problem), seen)
    });
    Verdict::of(findings.collect(), held::clear_or_gap_of_ranges(inventory, plan))
}

/// What is stale about this card's lease of this address; the old range is for the judge to add.
pub fn of(inventory: &Inventory, plan: &Plan, ip: IpAddr, mac: Mac) -> Option<StaleLease> {
    let IpAddr::V4(address) = ip else { return None };
    inventory.claim(ip, mac)?;
    let (entry, _) = held::entries(inventory, ip)
        .into_iter()
        .find(|(entry, _)| entry.lease.state == State::Active && entry.lease.card() == Some(mac))?;
    let today = pool::today(inventory, plan, address);
    if today.is_empty() || today.of(address).is_some() {
        return None;
    }
    let (owner, confidence) = (Holder::of(inventory, plan, ip, mac), entry.confidence());
    Some(StaleLease { ip, mac, owner, entry, ranges: today.ranges(), by: today.by(), before: None, confidence })
}

/// The span of what was leased in the same network, and not reserved, outside the ranges of today; one address is no span.
fn old_range(inventory: &Inventory, plan: &Plan, ranges: &[Range]) -> Option<Range> {
    let leased = inventory.leases().addresses().filter(|&ip| inventory.leases().of(ip).any(|(_, lease, _)| lease.state != State::Reserved));
    let outside: Vec<Ipv4Addr> = leased
        .filter_map(|ip| match ip {
            IpAddr::V4(ip) => Some(ip),
            IpAddr::V6(_) => None,
        })
        .filter(|&ip| !ranges.iter().any(|range| range.contains(ip)) && pool::today(inventory, plan, ip).ranges() == ranges)
        .collect();
    let (first, last) = (outside.first().copied()?, outside.last().copied()?);
    (first != last).then_some(Range { first, last })
}

impl Explain for StaleLease {
    fn english(&self) -> Wording {
        let (ip, owner, ranges) = (self.ip, self.owner.describe(Language::En), pool::list(&self.ranges));
        let until = self.entry.lease.until(Language::En);
        let before = self.before.map(|old| format!(" Leases outside it run from {} to {}: the old range had them.", old.first, old.last));
        let wait = match self.entry.lease.ends {
            Ends::At(_) => format!("If it cannot be restarted, the lease goes away by itself: it runs {until}, and the server will not renew it."),
            _ => "It does not go away by itself at a known time: do not wait for it.".to_owned(),
        };
        Wording {
            title: format!("{ip} is held by a lease from before the range was moved"),
            why: format!(
                "{owner} answers for {ip} (ARP). By the lease file ({}) it leased the address {until}; today's range is {ranges}{}.{} \
                 Whoever planned the addresses takes {ip} for free ({}).",
                self.entry.place(Language::En),
                pool::by(&self.by, Language::En),
                before.unwrap_or_default(),
                sure(self.confidence, Language::En)
            ),
            remedy: vec![
                format!("Restart {owner}: off, ten seconds, on. It asks for an address again and gets one of {ranges}."),
                wait,
                format!("Scan again: {ip} must answer no more."),
            ],
        }
    }

    fn french(&self) -> Wording {
        let (ip, owner, ranges) = (self.ip, self.owner.describe(Language::Fr), pool::list(&self.ranges));
        let until = self.entry.lease.until(Language::Fr);
        let before = self.before.map(|old| format!(" Hors d'elle, des baux vont de {} à {} : l'ancienne plage les contenait.", old.first, old.last));
        let wait = match self.entry.lease.ends {
            Ends::At(_) => format!("S'il ne peut être redémarré, le bail s'éteindra seul : il court {until}, et le serveur ne le renouvellera pas."),
            _ => "Sa fin n'est pas connue : n'attendez pas qu'il s'éteigne seul.".to_owned(),
        };
        Wording {
            title: format!("{ip} est tenue par un bail périmé, d'avant le changement de plage"),
            why: format!(
                "{owner} répond pour {ip} (ARP). D'après le fichier de baux ({}), son bail court {until} ; la \
                 plage actuelle est {ranges}{}.{} Qui consulte le plan croit {ip} libre ({}).",
                self.entry.place(Language::Fr),
                pool::by(&self.by, Language::Fr),
                before.unwrap_or_default(),
                sure(self.confidence, Language::Fr)
            ),
            remedy: vec![
                format!("Redémarrez l'appareil : {owner}. Éteignez-le, attendez dix secondes, rallumez-le : il redemande une adresse et en reçoit une de {ranges}."),
                wait,
                format!("Relancez l'analyse : {ip} ne doit plus répondre."),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "A device still uses a number that it was given long ago and that is no longer its own.",
                "Restart that device, so that it asks for a new number.",
            ],
            french: [
                "Un appareil utilise encore un numéro reçu autrefois et qui n'est plus le sien.",
                "Redémarrer cet appareil, pour qu'il demande un nouveau numéro.",
            ],
            by: By::Technician,
        })
    }

    fn concerns(&self, ip: IpAddr, mac: Mac) -> bool {
        ip == self.ip && mac == self.mac
    }

    fn subject(&self) -> Subject {
        Subject::holder(self.ip, self.mac)
    }
}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "Stale lease",
            meaning: "The DHCP range was moved, and a device that leased an address of the old one has not asked again since. The \
                      address looks free in the plan; sooner or later a PC gets it by hand, and both hold it.",
            seen: "The device answers ARP for the address; the server's lease file (--leases) has a running lease of it for that \
                   card (chaddr, else the card in the client identifier, RFC 2132, 9.14); the ranges of the plan ([[dhcp]]) \
                   and of the server's configuration (--pool) do not hold it. A server keeps such a lease to its end and answers a renewal with a refusal (RFC 2131, 4.3.2).",
            lookalikes: "A reservation outside the range is meant so and is not reported. A lease that has ended by the date of \
                         the visit is no lease. An old copy of the file can show a lease that is over: take a fresh one.",
            remedy: "Restart the device. If it cannot be, wait for the end of the lease that the report tells.",
        },
        Manual {
            title: "Bail périmé",
            meaning: "La plage DHCP a été déplacée, et un appareil qui tenait une adresse de l'ancienne n'a pas redemandé depuis. \
                      L'adresse paraît libre au plan ; tôt ou tard on la donne à un PC, et tous deux la détiennent.",
            seen: "L'appareil répond en ARP pour l'adresse ; le fichier de baux du serveur (--leases) contient un bail en cours \
                   pour cette carte (chaddr, sinon la carte de l'identifiant client, RFC 2132, 9.14) ; les plages du plan \
                   ([[dhcp]]) et de la configuration du serveur (--pool) ne la contiennent pas. Le serveur garde ce bail jusqu'à sa fin et refuse de le renouveler \
                   (RFC 2131, 4.3.2).",
            lookalikes: "Une réservation hors de la plage est voulue et n'est pas signalée. Un bail échu à la date de \
                         l'intervention n'en est plus un. Une copie ancienne du fichier peut montrer un bail terminé : prenez-en une récente.",
            remedy: "Redémarrez l'appareil. Si c'est impossible, attendez la fin du bail que donne le rapport.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{A, B, Scene};

    const PLAN: &str = "[[dhcp]]\nserver = \"10.0.0.2\"\nranges = [\"10.0.0.100-10.0.0.150\"]\n";

    fn scene(leases: &str) -> Scene {
        Scene::swept().plan(PLAN).claim("10.0.0.13", A).leases(leases)
    }

    #[test]
    fn a_lease_of_the_old_range_whose_device_answers_is_found_with_its_end_and_the_old_range() {
        let found = scene(&format!("1795251600 {A} 10.0.0.13 is-280 *\n1795251600 {B} 10.0.0.19 * *\n")).found(judge);
        let Problem::StaleLease(stale) = &found[0].problem else { panic!("{found:?}") };
        assert_eq!(stale.before.map(|old| old.to_string()).as_deref(), Some("10.0.0.13-10.0.0.19"));
        let words = stale.words(Language::Fr);
        assert!(words.why.contains("jusqu'au 21/11/2026 à 09:00 UTC") && words.why.contains("10.0.0.100-10.0.0.150"), "{words:?}");
        assert!(stale.words(Language::En).remedy[1].contains("until 2026-11-21 09:00 UTC"));
    }

    #[test]
    fn a_lease_of_today_s_range_of_another_card_or_of_a_silent_device_is_none() {
        for leases in [
            format!("0 {A} 10.0.0.120 * *\n"),
            format!("0 {B} 10.0.0.13 * *\n"),
            format!("0 {B} 10.0.0.14 * *\n"),
        ] {
            assert_eq!(scene(&leases).claim("10.0.0.120", A).verdict(judge), Verdict::Clear, "{leases}");
        }
    }

    #[test]
    fn without_leases_or_ranges_it_says_what_it_lacks() {
        use crate::finding::Reason;
        assert_eq!(Scene::swept().plan(PLAN).verdict(judge), Verdict::NotTested(Reason::NoLeases));
        assert_eq!(Scene::swept().leases("0 * 10.0.0.9 * *\n").verdict(judge), Verdict::NotTested(Reason::NoRanges));
    }
}
