//! What was planned as fixed lies in what a server leases, or two servers lease the same addresses without knowing of each other.

use std::net::{IpAddr, Ipv4Addr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use super::holder::join;
use super::pool::{self, Source};
use crate::finding::{By, Explain, Finding, Manual, Plain, Reason, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::lease::State;
use crate::net::Mac;
use crate::observe::{Inventory, Observation};
use crate::pool::Pool;
use crate::site::{Plan, Range};

/// A range of a configuration over fixed addresses of the plan, or two ranges over each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PoolOverlapsStaticRange {
    /// The range, or both.
    pub ranges: Vec<Configured>,
    /// The fixed addresses in it that are not reserved there; empty for two ranges.
    pub fixed: Vec<Inside>,
}

/// A range and the line of the configuration that names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Configured {
    /// The name of the file.
    pub file: String,
    /// What it says.
    pub pool: Pool,
}

/// A fixed address of the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Inside {
    /// The address.
    pub ip: Ipv4Addr,
    /// Whose it is.
    pub name: Option<String>,
}

/// Fixed addresses in one range from which on it is the range that is wrong, and not the device.
const SEVERAL: usize = 2;
/// Fixed addresses that a sentence names; the record has all.
const NAMED: usize = 5;
/// Findings of one look: configurations may say anything.
const MOST: usize = 32;

/// Every range of the configurations, against the plan's fixed addresses and against those of other files.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    let ranges: Vec<(&str, &Pool, &Observation)> = inventory.pools().ranges().collect();
    let fixed = fixed(plan);
    let files = inventory.pools().files().len();
    if ranges.is_empty() || (fixed.is_empty() && files < 2) {
        return Verdict::NotTested(Reason::NoPools);
    }
    let over_fixed = ranges.iter().filter_map(|(file, pool, seen)| {
        let free = |inside: &&Inside| pool.range.contains(inside.ip) && !is_reserved(inventory, inside.ip);
        let fixed: Vec<Inside> = fixed.iter().filter(free).cloned().collect();
        (fixed.len() >= SEVERAL).then(|| finding(&[(file, pool, seen)], fixed))
    });
    let pairs = ranges.iter().enumerate().flat_map(|(place, one)| ranges[place + 1..].iter().map(move |other| (one, other)));
    let over_each_other = pairs.filter(|(one, other)| one.0 != other.0 && clash(one.1.range, other.1.range));
    let over_each_other = over_each_other.map(|(one, other)| finding(&[*one, *other], Vec::new()));
    let mut findings: Vec<Finding> = over_fixed.chain(over_each_other).take(2 * MOST).collect();
    // The same range twice in one file is one range.
    findings.dedup_by(|one, other| one.problem == other.problem);
    findings.truncate(MOST);
    Verdict::of(findings, Verdict::Clear)
}

/// Two that hold the same addresses are a pair that shares them on purpose.
fn clash(one: Range, other: Range) -> bool {
    one != other && one.first <= other.last && other.first <= one.last
}

/// Every address that the plan gives to somebody for good, the lowest first.
fn fixed(plan: &Plan) -> Vec<Inside> {
    let own = plan.fixed.iter().map(|fixed| Inside { ip: fixed.address, name: Some(fixed.name.clone()) });
    let shared = plan.shared.iter().map(|shared| Inside { ip: shared.address, name: shared.name.clone() });
    let mut all: Vec<Inside> = own.chain(shared).collect();
    all.sort_by_key(|inside| inside.ip);
    all.dedup_by_key(|inside| inside.ip);
    all
}

fn is_reserved(inventory: &Inventory, ip: Ipv4Addr) -> bool {
    inventory.leases().of(IpAddr::V4(ip)).any(|(_, lease, _)| lease.state == State::Reserved)
}

fn finding(ranges: &[(&str, &Pool, &Observation)], fixed: Vec<Inside>) -> Finding {
    let evidence = ranges.iter().map(|(_, _, seen)| (*seen).clone()).collect();
    let ranges = ranges.iter().map(|(file, pool, _)| Configured { file: (*file).to_owned(), pool: **pool }).collect();
    Finding::new(Severity::Risk, Problem::PoolOverlapsStaticRange(PoolOverlapsStaticRange { ranges, fixed }), evidence)
}

impl Configured {
    /// The range with its place, as in `10.0.0.10-10.0.0.99 (dnsmasq.conf, line 3)`.
    fn say(&self, language: Language) -> String {
        let (range, file, line) = (self.pool.range, &self.file, self.pool.line);
        language.pick(format!("{range} ({file}, line {line})"), format!("{range} ({file}, ligne {line})"))
    }

    fn source(&self) -> Source {
        Source::File(self.file.clone())
    }
}

impl PoolOverlapsStaticRange {
    fn named(&self, language: Language) -> String {
        let quoted = |name: &String| language.pick(format!(" “{name}”"), format!(" « {name} »"));
        let say = |inside: &Inside| format!("{}{}", inside.ip, inside.name.as_ref().map(quoted).unwrap_or_default());
        let named = if self.fixed.len() > NAMED { NAMED - 1 } else { self.fixed.len() };
        let mut said: Vec<String> = self.fixed[..named].iter().map(say).collect();
        if named < self.fixed.len() {
            let others = self.fixed.len() - named;
            said.push(language.pick(format!("{others} others"), format!("{others} autres")));
        }
        join(&said, language)
    }

    fn ranges(&self, language: Language) -> String {
        join(&self.ranges.iter().map(|range| range.say(language)).collect::<Vec<_>>(), language)
    }

    fn files(&self, language: Language) -> String {
        join(&self.ranges.iter().map(|range| range.source().name(language).to_owned()).collect::<Vec<_>>(), language)
    }
}

impl Explain for PoolOverlapsStaticRange {
    fn english(&self) -> Wording {
        let (ranges, files) = (self.ranges(Language::En), self.files(Language::En));
        if self.fixed.is_empty() {
            let both = pool::list(&self.ranges.iter().map(|range| range.pool.range).collect::<Vec<_>>());
            return Wording {
                title: format!("Two DHCP servers lease from ranges that overlap: {both}"),
                why: format!(
                    "The servers lease from {ranges}. Neither knows what the other has leased: sooner or later both give the same address."
                ),
                remedy: vec![
                    "Give each server a range of its own, or make them a failover pair with one range.".to_owned(),
                    "Restart both servers, then the devices that leased an address of the part they shared.".to_owned(),
                    "Write the ranges into the plan under [[dhcp]].".to_owned(),
                ],
            };
        }
        let (count, named) = (self.fixed.len(), self.named(Language::En));
        Wording {
            title: format!("{count} fixed addresses of the plan lie in a range that is leased: {}", self.ranges[0].pool.range),
            why: format!(
                "The server leases from {ranges}. The plan gives {named} to devices for good, and the configuration reserves none of \
                 them: the server may lease them to others."
            ),
            remedy: vec![
                format!("Move the range in {files} beside the fixed addresses, or reserve each of them there."),
                "Restart the server, then every device that leased an address outside the new range.".to_owned(),
                "Run the command again with the new configuration.".to_owned(),
            ],
        }
    }

    fn french(&self) -> Wording {
        let (ranges, files) = (self.ranges(Language::Fr), self.files(Language::Fr));
        if self.fixed.is_empty() {
            let both = pool::list(&self.ranges.iter().map(|range| range.pool.range).collect::<Vec<_>>());
            return Wording {
                title: format!("Deux serveurs DHCP louent dans des plages qui se chevauchent : {both}"),
                why: format!(
                    "Les serveurs louent dans {ranges}. Aucun ne sait ce que l'autre a loué : tôt ou tard, les deux donnent la même adresse."
                ),
                remedy: vec![
                    "Donnez à chaque serveur sa propre plage, ou faites-en une paire redondante sur une seule plage.".to_owned(),
                    "Redémarrez les deux serveurs, puis les appareils qui ont loué dans la partie commune.".to_owned(),
                    "Notez les plages au plan, sous [[dhcp]].".to_owned(),
                ],
            };
        }
        let (count, named) = (self.fixed.len(), self.named(Language::Fr));
        Wording {
            title: format!("{count} adresses fixes du plan sont dans une plage louée : {}", self.ranges[0].pool.range),
            why: format!(
                "Le serveur loue dans {ranges}. Le plan attribue à demeure {named}, et la configuration n'en réserve aucune : le serveur \
                 peut les louer à d'autres."
            ),
            remedy: vec![
                format!("Déplacez la plage dans {files} à côté des adresses fixes, ou réservez-y chacune d'elles."),
                "Redémarrez le serveur, puis chaque appareil qui a loué une adresse hors de la nouvelle plage.".to_owned(),
                "Relancez la commande avec la nouvelle configuration.".to_owned(),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "The numbers that are handed out and those that are set by hand overlap.",
                "Part the two ranges.",
            ],
            french: [
                "Les numéros distribués et ceux réglés à la main se chevauchent.",
                "Séparer les deux plages.",
            ],
            by: By::Technician,
        })
    }

    fn concerns(&self, ip: IpAddr, _: Mac) -> bool {
        self.fixed.iter().any(|inside| IpAddr::V4(inside.ip) == ip)
    }

    // The lowest address that two want: the first fixed one, else where the second range begins.
    fn subject(&self) -> Subject {
        let fixed = self.fixed.first().map(|inside| inside.ip);
        let lowest = fixed.or(self.ranges.iter().map(|range| range.pool.range.first).max());
        lowest.map_or_else(Subject::segment, Subject::address)
    }
}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "DHCP range over fixed addresses",
            meaning: "The range of a DHCP server was drawn over addresses that were given to printers, servers or tills by hand, or over \
                      the range of another server. It works until an address is leased that somebody has.",
            seen: "The ranges of the servers' configurations (--pool) are compared with the fixed and shared addresses of the plan \
                   ([[fixed]], [[shared]]) that are not reserved in the configuration or the leases, two or more in one range; and \
                   with the ranges in other files, which must be the same (a failover pair) or apart. It needs no network.",
            lookalikes: "One fixed address in a range is a device's fault, not the range's: see L3-static-in-pool. Reservations may stand \
                         in a file that the configuration only names: give that file too. Ranges of the plan alone are not judged, \
                         because what is reserved there is not known.",
            remedy: "Move the range, or reserve the addresses on the server; then restart what leased outside the new range.",
        },
        Manual {
            title: "Plage DHCP sur des adresses fixes",
            meaning: "La plage d'un serveur DHCP recouvre des adresses données à la main à des imprimantes, des serveurs ou des caisses, \
                      ou la plage d'un autre serveur. Cela marche jusqu'au jour où est louée une adresse que quelqu'un a déjà.",
            seen: "Les plages des configurations de serveurs (--pool) sont comparées aux adresses fixes et partagées du plan ([[fixed]], \
                   [[shared]]) que ni la configuration ni les baux ne réservent, deux ou plus par plage ; et aux plages des autres \
                   fichiers, qui doivent être identiques (paire redondante) ou disjointes. Le réseau n'est pas nécessaire.",
            lookalikes: "Une seule adresse fixe dans une plage est l'affaire de l'appareil, non de la plage : voir L3-static-in-pool. Des \
                         réservations peuvent être dans un fichier que la configuration ne fait que nommer : donnez-le aussi. Les plages \
                         du plan seules ne sont pas jugées : on ignore ce qui y est réservé.",
            remedy: "Déplacez la plage, ou réservez les adresses sur le serveur ; puis redémarrez ce qui a loué hors de la nouvelle plage.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{A, Scene};

    const PLAN: &str = "[[fixed]]\nname = \"caisse\"\naddress = \"10.0.0.12\"\n[[fixed]]\nname = \"chai\"\naddress = \"10.0.0.13\"\n\
                        [[shared]]\naddress = \"10.0.0.254\"\n";
    const DNSMASQ: &str = "dhcp-range=10.0.0.10,10.0.0.50\n";

    fn told(scene: &Scene) -> Vec<(Vec<String>, Vec<String>)> {
        let said = |finding: Finding| match finding.problem {
            Problem::PoolOverlapsStaticRange(problem) => (
                problem.ranges.iter().map(|range| range.say(Language::En)).collect(),
                problem.fixed.iter().map(|inside| inside.ip.to_string()).collect(),
            ),
            other => panic!("{other:?}"),
        };
        scene.found(judge).into_iter().map(said).collect()
    }

    #[test]
    fn two_fixed_addresses_in_a_range_are_found_unless_reserved_there() {
        let range = vec!["10.0.0.10-10.0.0.50 (dnsmasq.conf, line 1)".to_owned()];
        let scene = Scene::swept().plan(PLAN);
        let both = vec!["10.0.0.12".to_owned(), "10.0.0.13".to_owned()];
        assert_eq!(told(&scene.clone().pool("dnsmasq.conf", DNSMASQ)), [(range, both)]);
        let reserved = format!("{DNSMASQ}dhcp-host={A},10.0.0.12\n");
        assert_eq!(scene.clone().pool("dnsmasq.conf", &reserved).verdict(judge), Verdict::Clear);
        assert_eq!(scene.pool("dnsmasq.conf", "dhcp-range=10.0.0.100,10.0.0.150\n").verdict(judge), Verdict::Clear);
    }

    #[test]
    fn ranges_of_two_servers_are_the_same_or_apart() {
        let isc = |range: &str| format!("subnet 10.0.0.0 netmask 255.255.255.0 {{ range {range}; }}");
        let both = |range: &str| Scene::swept().pool("dnsmasq.conf", DNSMASQ).pool("dhcpd.conf", &isc(range));
        assert_eq!(both("10.0.0.10 10.0.0.50").verdict(judge), Verdict::Clear);
        assert_eq!(both("10.0.0.51 10.0.0.60").verdict(judge), Verdict::Clear);
        let ranges = told(&both("10.0.0.50 10.0.0.60")).remove(0).0;
        assert_eq!(ranges, ["10.0.0.10-10.0.0.50 (dnsmasq.conf, line 1)", "10.0.0.50-10.0.0.60 (dhcpd.conf, line 1)"]);
    }

    #[test]
    fn with_nothing_to_compare_it_is_not_tested() {
        for scene in [Scene::swept().plan(PLAN), Scene::swept().pool("dnsmasq.conf", DNSMASQ)] {
            assert_eq!(scene.verdict(judge), Verdict::NotTested(Reason::NoPools));
        }
    }
}
