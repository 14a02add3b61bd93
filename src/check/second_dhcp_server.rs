//! A DHCP server too many: devices get now one's settings and now another's.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::served::{Served, answers_us, list, serving};
use super::{Problem, dhcp_clear_or_gap};
use crate::finding::{By, Explain, Finding, Manual, Plain, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::{DhcpServer, Inventory, Observation};
use crate::site::Plan;

/// The servers of the segment, one of them too many.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SecondDhcpServer {
    /// Every server that gives addresses here.
    pub servers: Vec<Served>,
    /// The plan names DHCP servers, so that those it does not name are strangers.
    pub is_planned: bool,
    /// They would not give the same mask, routers and name servers.
    pub differ: bool,
}

/// Two or more servers that are not all planned; or one, where the plan names others. Broken where they give different settings,
/// because some devices then cannot work; else a risk, because neither knows what the other has leased.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    let heard = serving(inventory);
    let servers: Vec<Served> = heard.iter().map(|server| Served::of(inventory, plan, server)).collect();
    let (is_planned, strangers) = (!plan.dhcp.is_empty(), servers.iter().filter(|server| server.planned.is_none()).count());
    if strangers == 0 || (servers.len() < 2 && !is_planned) {
        return dhcp_clear_or_gap(inventory);
    }
    let differ = heard.iter().enumerate().any(|(place, one)| heard[..place].iter().any(|other| contradict(one, other)));
    let severity = if differ { Severity::Broken } else { Severity::Risk };
    let problem = SecondDhcpServer { servers, is_planned, differ };
    Verdict::Found(vec![Finding::new(severity, Problem::SecondDhcpServer(problem), evidence(&heard))])
}

/// Whether devices of the two would have another mask, router or name server. What was left out counts only where both answered
/// us: what somebody else was told is what he had asked for.
fn contradict(one: &DhcpServer, other: &DhcpServer) -> bool {
    fn apart<T: PartialEq>(one: &[T], other: &[T], whole: bool) -> bool {
        one != other && (whole || !(one.is_empty() || other.is_empty()))
    }
    let whole = answers_us(one) && answers_us(other);
    let (one, other) = (&one.settings, &other.settings);
    apart(one.mask.as_slice(), other.mask.as_slice(), whole)
        || apart(&one.routers, &other.routers, whole)
        || apart(&one.dns, &other.dns, whole)
}

/// The earliest answer of each server.
fn evidence(heard: &[DhcpServer]) -> Vec<Observation> {
    let mut seen: Vec<Observation> = heard.iter().filter_map(|server| server.evidence.first().cloned()).collect();
    seen.sort();
    seen
}

impl SecondDhcpServer {
    fn strangers(&self) -> Vec<Served> {
        self.servers.iter().filter(|server| server.planned.is_none()).cloned().collect()
    }
}

impl Explain for SecondDhcpServer {
    fn english(&self) -> Wording {
        let (count, strangers) = (self.servers.len(), self.strangers());
        let title = match strangers.as_slice() {
            [one] if self.is_planned => format!("{} gives out addresses and is not in the plan", one.server),
            many if self.is_planned => format!("{} DHCP servers are not in the plan", many.len()),
            _ => format!("{count} DHCP servers answer on this segment"),
        };
        let harm = match (self.differ, count) {
            (true, _) => "They give different settings: whichever answers first decides whether a device works.",
            (false, 1) => "The servers of the plan are silent.",
            (false, _) => "They give the same settings, but none knows what the others have leased: two devices may get one address.",
        };
        let which = match (self.is_planned, list(&strangers, Language::En)) {
            (true, strangers) => format!("Find what is not in the plan: {strangers}. Look its MAC up in the switch's address table; mostly it is a box or access point plugged in by its LAN port."),
            (false, _) => "Decide which server is the right one; find the other by its MAC in the switch's address table. Mostly it is a box or access point plugged in by its LAN port.".to_owned(),
        };
        Wording {
            title,
            why: format!("{} offer or confirm settings here. {harm}", list(&self.servers, Language::En)),
            remedy: vec![
                which,
                "Switch its DHCP service off, or unplug it. If it belongs there, add it to the plan ([[dhcp]]).".to_owned(),
                "Restart the devices that it gave an address to, so that they ask again.".to_owned(),
                "Run trousse dhcp again: it must not answer any more.".to_owned(),
            ],
        }
    }

    fn french(&self) -> Wording {
        let (count, strangers) = (self.servers.len(), self.strangers());
        let title = match strangers.as_slice() {
            [one] if self.is_planned => format!("{} distribue des adresses et n'est pas au plan", one.server),
            many if self.is_planned => format!("{} serveurs DHCP ne sont pas au plan", many.len()),
            _ => format!("{count} serveurs DHCP répondent sur ce segment"),
        };
        let harm = match (self.differ, count) {
            (true, _) => "Leurs réglages diffèrent : selon le premier qui répond, un appareil fonctionne ou non.",
            (false, 1) => "Les serveurs du plan se taisent.",
            (false, _) => "Leurs réglages sont les mêmes, mais chacun ignore les baux des autres : deux appareils peuvent recevoir la même adresse.",
        };
        let which = match (self.is_planned, list(&strangers, Language::Fr)) {
            (true, strangers) => format!("Retrouvez ce qui n'est pas au plan : {strangers}. Cherchez sa MAC dans la table d'adresses du commutateur ; c'est le plus souvent une box ou une borne Wi-Fi branchée par un port LAN."),
            (false, _) => "Décidez quel serveur est le bon ; retrouvez l'autre par sa MAC dans la table d'adresses du commutateur. C'est le plus souvent une box ou une borne Wi-Fi branchée par un port LAN.".to_owned(),
        };
        let verb = if count == 1 { "propose ou confirme" } else { "proposent ou confirment" };
        Wording {
            title,
            why: format!("{} {verb} des réglages ici. {harm}", list(&self.servers, Language::Fr)),
            remedy: vec![
                which,
                "Désactivez son service DHCP, ou débranchez-le. S'il a sa place ici, ajoutez-le au plan ([[dhcp]]).".to_owned(),
                "Redémarrez les appareils auxquels il a donné une adresse, pour qu'ils en redemandent une.".to_owned(),
                "Relancez trousse dhcp : il ne doit plus répondre.".to_owned(),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "A second device hands out numbers, which nobody planned: some computers lose the Internet.",
                "Find that device and unplug it, or switch that function off.",
            ],
            french: [
                "Un second appareil, que personne n'a prévu, distribue des numéros : des postes perdent Internet.",
                "Trouver cet appareil et le débrancher, ou y couper cette fonction.",
            ],
            by: By::Technician,
        })
    }

    fn concerns(&self, ip: IpAddr, mac: Mac) -> bool {
        self.servers.iter().any(|server| server.planned.is_none() && server.concerns(ip, mac))
    }

    fn subject(&self) -> Subject {
        Subject::segment()
    }

    fn servers(&self) -> &[Served] {
        &self.servers
    }
}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "Second DHCP server",
            meaning: "A device gives out addresses that is not meant to, or two do that do not know each other. After a restart, \
                      some PCs have another router or name server and no Internet; two devices may get one address.",
            seen: "INFORM and DISCOVER (RFC 2131), no lease taken, listened for 4.5 s after the last. Servers are told apart by \
                   identifier (option 54) and card; behind a relay or a router by identifier alone. What each would give stands \
                   side by side. Broken where mask, routers or name servers differ, else a risk.",
            lookalikes: "A failover pair, named in the plan ([[dhcp]]). One server heard by two relays, or both directly and by a \
                         relay. A proxyDHCP server, which helps PCs to start from the network and gives no address.",
            remedy: "Find the stranger by its MAC in the switch's table; switch its DHCP service off or unplug it; restart the \
                     devices that it served. DHCP snooping on the switches keeps the next one out.",
        },
        Manual {
            title: "Second serveur DHCP",
            meaning: "Un appareil distribue des adresses sans y être destiné, ou deux le font sans se connaître. Après un \
                      redémarrage, des PC ont une autre passerelle ou un autre DNS et plus d'Internet ; deux appareils peuvent \
                      recevoir la même adresse.",
            seen: "INFORM et DISCOVER (RFC 2131), sans prendre de bail, écoutés 4,5 s après le dernier. Les serveurs se distinguent \
                   par leur identifiant (option 54) et leur carte ; derrière un relais ou un routeur, par l'identifiant seul. Ce \
                   que chacun donnerait est mis côte à côte. En panne si masque, passerelle ou DNS diffèrent, sinon risque.",
            lookalikes: "Une paire de secours, inscrite au plan ([[dhcp]]). Un même serveur entendu par deux relais, ou en direct et \
                         par un relais. Un serveur proxyDHCP, qui aide les PC à démarrer par le réseau et ne donne pas d'adresse.",
            remedy: "Retrouvez l'intrus par sa MAC dans la table du commutateur ; désactivez son service DHCP ou débranchez-le ; \
                     redémarrez les appareils qu'il a servis. Le filtrage DHCP (DHCP snooping) des commutateurs évite le suivant.",
        },
    )
}

#[cfg(test)]
#[path = "second_dhcp_server/tests.rs"]
pub(super) mod tests;
