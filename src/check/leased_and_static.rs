//! Which of the two devices that hold an address leased it, and which was given it by hand.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::contest::contests;
use super::duplicate_address::evidence;
use super::held::{self, Entry, sure};
use super::holder::{Holder, list};
use super::pool::{self, Source};
use super::{Problem, stale_lease, static_in_pool};
use crate::finding::{By, Explain, Finding, Manual, Plain, Severity, Subject, Verdict, Wording};
use crate::kind::Confidence;
use crate::language::Language;
use crate::lease::State;
use crate::net::Mac;
use crate::observe::Inventory;
use crate::site::{Plan, Range};

/// A contested address whose lease tells the owners apart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeasedAndStatic {
    /// The address.
    pub ip: IpAddr,
    /// The device that leased it.
    pub leased: Holder,
    /// The others: no entry of the file is theirs.
    pub fixed: Vec<Holder>,
    /// The entry of the lease file.
    pub entry: Entry,
    /// Today's ranges of that network, where the plan or a configuration names them.
    pub ranges: Vec<Range>,
    /// Where they are written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<Source>,
    /// The address is outside today's ranges: the lease is from before they were moved.
    pub outside: bool,
    /// How sure it is that the lease is that device's.
    pub confidence: Confidence,
}

/// Two or more devices hold the address, and exactly one of them is the lease's or reservation's.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    let findings = contests(inventory, plan).into_iter().filter_map(|(ip, contest)| {
        let macs = contest.rivals();
        let problem = of(inventory, plan, ip, &macs)?;
        let mut seen = evidence(inventory, ip, &macs);
        seen.extend(held::entries(inventory, ip).into_iter().map(|(_, seen)| seen));
        seen.extend(held::declined(inventory, ip));
        if let IpAddr::V4(ip) = ip {
            seen.extend(pool::today(inventory, plan, ip).evidence());
        }
        let by_hand = |holder: &Holder| static_in_pool::of(inventory, plan, ip, holder.mac).is_some();
        let cause = if problem.outside && stale_lease::of(inventory, plan, ip, problem.leased.mac).is_some() {
            Some("L3-stale-lease")
        } else if problem.fixed.iter().any(by_hand) {
            Some("L3-static-in-pool")
        } else {
            None
        };
        let mut finding = Finding::new(Severity::Degraded, Problem::LeasedAndStatic(problem), seen);
        finding.because_of = cause.map(str::to_owned);
        Some(finding)
    });
    Verdict::of(findings.collect(), held::clear_or_gap(inventory))
}

/// What the lease files tell of the rivals for an address.
pub fn of(inventory: &Inventory, plan: &Plan, ip: IpAddr, rivals: &[Mac]) -> Option<LeasedAndStatic> {
    let IpAddr::V4(address) = ip else { return None };
    let entries = held::entries(inventory, ip);
    let mut owners = rivals.iter().filter(|&&mac| entries.iter().any(|(entry, _)| entry.lease.card() == Some(mac)));
    let (&mac, None) = (owners.next()?, owners.next()) else { return None };
    let entry = entries.into_iter().map(|(entry, _)| entry).find(|entry| entry.lease.card() == Some(mac))?;
    let fixed: Vec<Holder> =
        rivals.iter().filter(|&&other| other != mac).map(|&other| Holder::of(inventory, plan, ip, other)).collect();
    let today = pool::today(inventory, plan, address);
    let outside = entry.lease.state == State::Active && !today.is_empty() && today.of(address).is_none();
    let confidence = entry.confidence();
    let leased = Holder::of(inventory, plan, ip, mac);
    let (ranges, by) = (today.ranges(), today.by());
    (!fixed.is_empty()).then_some(LeasedAndStatic { ip, leased, fixed, entry, ranges, by, outside, confidence })
}

impl LeasedAndStatic {
    fn reserved(&self) -> bool {
        self.entry.lease.state == State::Reserved
    }
}

impl Explain for LeasedAndStatic {
    fn english(&self) -> Wording {
        let (ip, leased, fixed) = (self.ip, self.leased.describe(Language::En), list(&self.fixed, Language::En));
        let (until, ranges) = (self.entry.lease.until(Language::En), pool::list(&self.ranges));
        let have = if self.fixed.len() > 1 { "have" } else { "has" };
        let kept = if self.reserved() { "is reserved for".to_owned() } else { format!("is leased {until} to") };
        let by = pool::by(&self.by, Language::En);
        let range = match (self.ranges.as_slice(), self.outside) {
            ([], _) => String::new(),
            (_, true) => format!(" Today's range is {ranges}{by}: the lease is from before it was moved."),
            (_, false) => format!(" Today's range is {ranges}{by}."),
        };
        let first = if self.outside {
            format!("Restart {leased}: off, ten seconds, on. It asks for an address again and gets one of {ranges}. {fixed} keeps {ip}.")
        } else {
            format!("Give {fixed} a fixed address that no range holds, or set it to DHCP. {leased} keeps {ip}.")
        };
        Wording {
            title: format!("Of the owners of {ip}, one leased it, the other has it by hand"),
            why: format!(
                "ARP proves that both answer. The lease file ({}) tells them apart ({}): {ip} {kept} {leased}; {fixed} {have} no lease, \
                 the address was set by hand.{range}",
                self.entry.place(Language::En),
                sure(self.confidence, Language::En)
            ),
            remedy: vec![
                first,
                if self.outside && !self.reserved() {
                    format!("Do not just wait: the lease runs {until}, and until then both hold the address.")
                } else {
                    "Compare the addresses set by hand with the ranges, and write both into the plan.".to_owned()
                },
                format!("Scan again: {ip} must have one owner left."),
            ],
        }
    }

    fn french(&self) -> Wording {
        let (ip, leased, fixed) = (self.ip, self.leased.describe(Language::Fr), list(&self.fixed, Language::Fr));
        let (until, ranges) = (self.entry.lease.until(Language::Fr), pool::list(&self.ranges));
        let kept = if self.reserved() { "est réservée".to_owned() } else { format!("est louée {until}") };
        let by = pool::by(&self.by, Language::Fr);
        let range = match (self.ranges.as_slice(), self.outside) {
            ([], _) => String::new(),
            (_, true) => format!(" La plage actuelle est {ranges}{by} : le bail date d'avant son changement."),
            (_, false) => format!(" La plage actuelle est {ranges}{by}."),
        };
        let first = if self.outside {
            format!(
                "Redémarrez l'appareil qui a le bail : {leased}. Éteignez-le, attendez dix secondes, rallumez-le : il redemande une \
                 adresse et en reçoit une de {ranges}. {ip} reste à l'autre : {fixed}."
            )
        } else {
            format!("Donnez une adresse fixe hors de toute plage, ou le DHCP, à l'autre : {fixed}. {ip} reste à qui l'a louée : {leased}.")
        };
        Wording {
            title: format!("Des détenteurs de {ip}, l'un l'a louée, l'autre l'a en adresse fixe"),
            why: format!(
                "ARP prouve que les deux répondent. Le fichier de baux ({}) les distingue ({}) : {ip} {kept} (titulaire : {leased}) ; sans bail, \
                 donc en adresse fixe : {fixed}.{range}",
                self.entry.place(Language::Fr),
                sure(self.confidence, Language::Fr)
            ),
            remedy: vec![
                first,
                if self.outside && !self.reserved() {
                    format!("N'attendez pas simplement : le bail court {until}, et jusque-là les deux détiennent l'adresse.")
                } else {
                    "Comparez les adresses fixées à la main et les plages, et notez les deux au plan.".to_owned()
                },
                format!("Relancez l'analyse : {ip} ne doit plus avoir qu'un détenteur."),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "A number was set by hand on one device and handed out to another.",
                "Set the first one to receive its number by itself, or reserve it.",
            ],
            french: [
                "Un numéro a été réglé à la main sur un appareil et distribué à un autre.",
                "Mettre le premier en numérotation automatique, ou lui réserver son numéro.",
            ],
            by: By::Technician,
        })
    }

    fn concerns(&self, ip: IpAddr, mac: Mac) -> bool {
        ip == self.ip && (self.leased.mac == mac || self.fixed.iter().any(|holder| holder.mac == mac))
    }

    fn subject(&self) -> Subject {
        Subject::address(self.ip)
    }
}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "One owner leased, the other fixed",
            meaning: "Two devices hold one address, and the DHCP server's own file says which of them leased it. The other was \
                      given it by hand. That tells which of the two to touch.",
            seen: "ARP proves both owners (see L3-duplicate-address). Exactly one card is that of the running lease or of the \
                   reservation (--leases): its hardware address (chaddr, RFC 2131, 2), or, less sure, the card in its client \
                   identifier (RFC 2132, 9.14).",
            lookalikes: "Where both cards have an entry, or none has, nothing is said. An old copy of the file may name the owner \
                         of yesterday.",
            remedy: "Where the lease is outside today's range, restart the device that leased it. Otherwise give the other an \
                     address outside the range.",
        },
        Manual {
            title: "Un détenteur par bail, l'autre en adresse fixe",
            meaning: "Deux appareils détiennent une adresse, et le fichier du serveur DHCP dit lequel l'a louée. L'autre l'a reçue à \
                      la main. On sait donc auquel toucher.",
            seen: "ARP prouve les deux détenteurs (voir L3-duplicate-address). Une seule carte est celle du bail en cours ou de la \
                   réservation (--leases) : son adresse matérielle (chaddr, RFC 2131, 2) ou, moins sûrement, la carte de son \
                   identifiant client (RFC 2132, 9.14).",
            lookalikes: "Quand les deux cartes ont une entrée, ou aucune, rien n'est dit. Une copie ancienne du fichier peut nommer \
                         le détenteur d'hier.",
            remedy: "Si le bail est hors de la plage actuelle, redémarrez l'appareil qui l'a. Sinon, donnez à l'autre une adresse \
                     hors de la plage.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{A, B, Scene};

    fn scene(range: &str, leases: &str) -> Scene {
        let plan = format!("[[dhcp]]\nserver = \"10.0.0.2\"\nranges = [\"{range}\"]\n");
        Scene::swept().plan(&plan).claims(&["10.0.0.13"], &[A, B]).leases(leases)
    }

    #[test]
    fn the_vineyard_is_one_story_from_the_duplicate_to_the_lease() {
        let vineyard = scene("10.0.0.100-10.0.0.150", &format!("1795251600 {A} 10.0.0.13 is-280 *\n"));
        assert_eq!(vineyard.codes(), ["L3-duplicate-address", "L3-leased-and-static", "L3-stale-lease"]);
        let because = |judge| vineyard.found(judge)[0].because_of.clone();
        assert_eq!(because(super::super::duplicate_address::judge).as_deref(), Some("L3-leased-and-static"));
        assert_eq!(because(judge).as_deref(), Some("L3-stale-lease"));
    }

    #[test]
    fn a_fixed_address_in_the_range_is_the_cause_where_it_is_one() {
        let pool = scene("10.0.0.10-10.0.0.50", &format!("1795251600 {A} 10.0.0.13 is-280 *\n"));
        assert_eq!(pool.codes(), ["L3-duplicate-address", "L3-leased-and-static", "L3-static-in-pool"]);
        assert_eq!(pool.found(judge)[0].because_of.as_deref(), Some("L3-static-in-pool"));
    }

    #[test]
    fn where_the_file_names_both_or_none_nothing_is_told_apart() {
        for leases in ["0 * 10.0.0.9 * *\n".to_owned(), "0 02:00:00:00:00:99 10.0.0.13 * *\n".to_owned()] {
            assert_eq!(scene("10.0.0.100-10.0.0.150", &leases).verdict(judge), Verdict::Clear, "{leases}");
        }
    }

    #[test]
    fn a_client_identifier_tells_less_surely() {
        let found = scene("10.0.0.100-10.0.0.150", &format!("0 06-01 10.0.0.13 * 01:{A}\n")).found(judge);
        let Problem::LeasedAndStatic(told) = &found[0].problem else { panic!("{found:?}") };
        assert_eq!((told.leased.mac.to_string().as_str(), told.confidence), (A, Confidence::Possible));
    }
}
