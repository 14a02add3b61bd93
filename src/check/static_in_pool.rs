//! A device has an address by hand that the DHCP server may lease to another.

use std::net::{IpAddr, Ipv4Addr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::pool::{self, Source};
use super::Problem;
use super::duplicate_address::evidence;
use super::held::{self, Entry, sure};
use super::holder::Holder;
use crate::finding::{By, Explain, Finding, Manual, Plain, Severity, Subject, Verdict, Wording};
use crate::kind::Confidence;
use crate::language::Language;
use crate::net::Mac;
use crate::observe::Inventory;
use crate::site::{Plan, Range};
use crate::wire::dhcp::Says;

/// An address of a range whose holder did not lease it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StaticInPool {
    /// The address.
    pub ip: IpAddr,
    /// The card that answers for it.
    pub mac: Mac,
    /// What is known of the device.
    pub owner: Holder,
    /// The range that the address is in.
    pub range: Range,
    /// Where the range is written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<Source>,
    /// The server that showed the range when it was asked; `None` where the range is the plan's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown_by: Option<Ipv4Addr>,
    /// The server said that it has leased the address to nobody (RFC 4388).
    #[serde(default)]
    pub unassigned: bool,
    /// The entry by which the address is another's.
    pub entry: Option<Entry>,
    /// The server has found the address in use itself: it was declined or abandoned.
    pub declined: bool,
    /// How sure it is that the address was set by hand.
    pub confidence: Confidence,
}

/// The card that ARP shows is not that of the lease or reservation, and the address is in a range of today's pool.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    let claimed: Vec<IpAddr> = inventory.claimed().map(|(ip, _)| ip).filter(|ip| !inventory.is_ours(*ip)).collect();
    let findings = claimed.into_iter().flat_map(|ip| {
        let fixed = held::cards(inventory, plan, ip).into_iter().filter_map(move |mac| of(inventory, plan, ip, mac));
        fixed.map(|problem| {
            let mut seen = evidence(inventory, problem.ip, &[problem.mac]);
            seen.extend(held::entries(inventory, problem.ip).into_iter().map(|(_, seen)| seen));
            seen.extend(held::declined(inventory, problem.ip));
            seen.extend(range(inventory, plan, problem.ip).into_iter().flat_map(|(_, written)| written.evidence));
            seen.extend(held::asked(inventory, problem.ip));
            Finding::new(Severity::Risk, Problem::StaticInPool(problem), seen)
        })
    });
    Verdict::of(findings.collect(), held::clear_or_gap_of_ranges(inventory, plan))
}

/// What is wrong with this card's claim of this address.
pub fn of(inventory: &Inventory, plan: &Plan, ip: IpAddr, mac: Mac) -> Option<StaticInPool> {
    let IpAddr::V4(address) = ip else { return None };
    // Without a lease file nothing is known of who leased it; a card with any entry of its own may still use it.
    let said = held::said(inventory, address);
    if inventory.leases().files().len() == 0 && said.is_none() || inventory.lease_of(ip, mac).is_some() {
        return None;
    }
    let (range, by, shown_by) = match (range(inventory, plan, ip), inventory.told().holding(address)) {
        (Some((range, written)), _) => (range, written.by, None),
        (None, Some((server, range, _))) => (range, Vec::new(), Some(server)),
        (None, None) => return None,
    };
    let entries = held::entries(inventory, ip);
    // A lease without a card may be anybody's.
    if entries.iter().any(|(entry, _)| entry.lease.card().is_none()) {
        return None;
    }
    let declined = !held::declined(inventory, ip).is_empty();
    let entry = entries.into_iter().next().map(|(entry, _)| entry);
    let twice = inventory.claim(ip, mac)?.answers > 1;
    let unassigned = said == Some(Says::Unassigned);
    let confidence = if twice && (entry.is_some() || declined || unassigned) { Confidence::Likely } else { Confidence::Possible };
    let owner = Holder::of(inventory, plan, ip, mac);
    Some(StaticInPool { ip, mac, owner, range, by, shown_by, unassigned, entry, declined, confidence })
}

/// The range that holds an address, and where it is written.
fn range(inventory: &Inventory, plan: &Plan, ip: IpAddr) -> Option<(Range, pool::Written)> {
    let IpAddr::V4(ip) = ip else { return None };
    pool::today(inventory, plan, ip).of(ip).map(|(range, written)| (range, written.clone()))
}

impl StaticInPool {
    /// Where the range is known from, in brackets behind it.
    fn whence(&self, language: Language) -> String {
        match self.shown_by {
            Some(server) => language.pick(
                format!(" (at least: so the server {server} answers when asked)"),
                format!(" (au moins : ainsi répond le serveur {server} interrogé)"),
            ),
            None => pool::by(&self.by, language),
        }
    }
}

impl Explain for StaticInPool {
    fn english(&self) -> Wording {
        let (ip, owner, range) = (self.ip, self.owner.describe(Language::En), self.range);
        let file = match &self.entry {
            Some(entry) => format!("By the lease file ({}) {}.", entry.place(Language::En), entry.lease.say(Language::En)),
            None if self.unassigned => "The server itself says that it has leased the address to nobody.".to_owned(),
            None => "No lease or reservation of the file is for this card.".to_owned(),
        };
        let declined = if self.declined { " The server has found the address in use itself." } else { "" };
        Wording {
            title: format!("{ip} is in the DHCP range {range}, and its holder did not lease it"),
            why: format!(
                "{owner} answers for {ip} (ARP), an address of the range {range}{}. {file}{declined} Its address was set by hand, then ({}); the \
                 server may lease it to another: two devices then hold it.",
                self.whence(Language::En),
                sure(self.confidence, Language::En)
            ),
            remedy: vec![
                format!("Set {owner} to DHCP and reserve {ip} for it on the server, or give it a fixed address outside {range}."),
                "Write its address into the plan.".to_owned(),
                "Take a fresh copy of the leases and scan again.".to_owned(),
            ],
        }
    }

    fn french(&self) -> Wording {
        let (ip, owner, range) = (self.ip, self.owner.describe(Language::Fr), self.range);
        let file = match &self.entry {
            Some(entry) => format!("D'après le fichier de baux ({}), {}.", entry.place(Language::Fr), entry.lease.say(Language::Fr)),
            None if self.unassigned => "Le serveur dit lui-même n'avoir loué l'adresse à personne.".to_owned(),
            None => "Aucun bail ni réservation du fichier n'est pour cette carte.".to_owned(),
        };
        let declined = if self.declined { " Le serveur a lui-même trouvé l'adresse occupée." } else { "" };
        Wording {
            title: format!("{ip} est dans la plage DHCP {range}, et son détenteur n'a pas de bail"),
            why: format!(
                "{owner} répond pour {ip} (ARP), une adresse de la plage {range}{}. {file}{declined} Son adresse a donc été fixée à la main ({}) ; \
                 le serveur peut la louer à un autre : deux appareils la détiendront.",
                self.whence(Language::Fr),
                sure(self.confidence, Language::Fr)
            ),
            remedy: vec![
                format!("Passez l'appareil en DHCP ({owner}) et réservez-lui {ip} sur le serveur, ou donnez-lui une adresse fixe hors de {range}."),
                "Notez son adresse au plan.".to_owned(),
                "Reprenez une copie récente des baux et relancez l'analyse.".to_owned(),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "A device has a number set by hand among those that are handed out: another may get the same one day.",
                "Give it a number outside that range, or reserve it.",
            ],
            french: [
                "Un appareil a un numéro réglé à la main parmi ceux qui sont distribués : un autre peut recevoir le même un jour.",
                "Lui donner un numéro hors de cette plage, ou le lui réserver.",
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
            title: "Fixed address in the DHCP range",
            meaning: "A device was given by hand an address that the DHCP server believes it may lease. The day it does, two \
                      devices hold it. Servers ping before they lease, but a device that does not answer ping is not seen so.",
            seen: "The address is in a range of the plan ([[dhcp]]) or of the server's configuration (--pool), ARP shows its holder, and the card is that of no lease and no \
                   reservation of the address (--leases, --pool). Addresses that the server marked as declined or abandoned (RFC 2131, \
                   4.4.1) make it surer.",
            lookalikes: "A device that leased the address after the file was copied looks the same: take a fresh copy. A lease \
                         that names no card may be anybody's and accuses nobody. A lease of the same card that is over is left \
                         alone, for the same reason.",
            remedy: "Reserve the address for the device on the server and set it to DHCP, or move it out of the range.",
        },
        Manual {
            title: "Adresse fixe dans la plage DHCP",
            meaning: "Un appareil a reçu à la main une adresse que le serveur DHCP croit pouvoir louer. Le jour où il la loue, deux \
                      appareils la détiennent. Les serveurs envoient un ping avant de louer, mais un appareil qui n'y répond pas \
                      leur échappe.",
            seen: "L'adresse est dans une plage du plan ([[dhcp]]) ou de la configuration du serveur (--pool), ARP montre son détenteur, et la carte n'est celle d'aucun bail ni \
                   d'aucune réservation de l'adresse (--leases, --pool). Une adresse que le serveur a marquée refusée ou abandonnée \
                   (RFC 2131, 4.4.1) le confirme.",
            lookalikes: "Un appareil qui a loué l'adresse après la copie du fichier donne la même image : prenez une copie récente. \
                         Un bail qui ne nomme aucune carte peut être à n'importe qui et n'accuse personne. Un bail échu de la même \
                         carte est laissé de côté pour la même raison.",
            remedy: "Réservez l'adresse à l'appareil sur le serveur et passez-le en DHCP, ou sortez-le de la plage.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{A, B, Scene};

    fn scene(leases: &str) -> Scene {
        let plan = "[[dhcp]]\nserver = \"10.0.0.2\"\nranges = [\"10.0.0.100-10.0.0.150\"]\n";
        Scene::swept().plan(plan).claim("10.0.0.120", A).claim("10.0.0.120", A).leases(leases)
    }

    #[test]
    fn a_holder_without_a_lease_is_found_and_surer_where_the_lease_is_another_s() {
        let confidence = |leases: &str| match &scene(leases).found(judge)[0].problem {
            Problem::StaticInPool(fixed) => fixed.confidence,
            other => panic!("{other:?}"),
        };
        assert_eq!(confidence("0 * 10.0.0.9 * *\n"), Confidence::Possible);
        assert_eq!(confidence(&format!("0 {B} 10.0.0.120 * *\n")), Confidence::Likely);
    }

    #[test]
    fn the_lease_s_own_card_and_addresses_outside_the_range_are_left_alone() {
        assert_eq!(scene(&format!("0 {A} 10.0.0.120 * *\n")).claim("10.0.0.9", B).verdict(judge), Verdict::Clear);
        assert_eq!(scene("0 06-01-02 10.0.0.120 * *\n").verdict(judge), Verdict::Clear);
    }
}
