//! Large packets do not get through, and nobody says so: pages hang, mail with attachments stops, a VPN connects and carries
//! nothing.

use std::net::{IpAddr, Ipv4Addr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use super::way_out::unasked;
use crate::finding::{By, Explain, Finding, Manual, Plain, Reason, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::Inventory;
use crate::site::Plan;

/// A way that is narrower than our card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PathMtu {
    /// Who was to answer.
    pub ip: Ipv4Addr,
    /// It is on our segment: no router is on the way.
    pub near: bool,
    /// The largest packet that was answered, in bytes of IPv4.
    pub works: u16,
    /// The smallest larger one that was not.
    pub fails: u16,
    /// A router said that it was too large.
    pub told: Option<Told>,
}

/// A router's word.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Told {
    /// The router.
    pub by: Ipv4Addr,
    /// What its next hop takes, in bytes; `None` where it does not tell.
    pub next_hop: Option<u16>,
}

/// No way of IPv4 is narrower than this (RFC 791, 3.2): whoever answers smaller pings only limits pings.
const NARROWEST: u16 = 576;

/// Every way that was tried.
pub fn judge(inventory: &Inventory, _: &Plan) -> Verdict {
    let mut findings = Vec::new();
    let (mut whole, mut limited, mut silent) = (false, false, false);
    for (ip, width) in inventory.widths().tried() {
        let Some((works, passed)) = width.works() else {
            silent = true;
            continue;
        };
        let Some((fails, lost)) = width.fails() else {
            whole = true;
            continue;
        };
        if works < NARROWEST {
            limited = true;
            continue;
        }
        let near = inventory.card().is_some_and(|card| card.addresses.iter().any(|net| net.contains(&ip)));
        let mut evidence = vec![passed.clone(), lost.clone()];
        let told = width.told().map(|(next_hop, by, seen)| {
            evidence.push(seen.clone());
            Told { by, next_hop: (next_hop > 0).then_some(next_hop) }
        });
        let severity = match (&told, near) {
            (Some(_), _) => Severity::Note,
            (None, true) => Severity::Degraded,
            // Not every host on the Internet answers large pings.
            (None, false) => Severity::Risk,
        };
        findings.push(Finding::new(severity, Problem::PathMtu(PathMtu { ip, near, works, fails, told }), evidence));
    }
    let otherwise = match () {
        () if whole => Verdict::Clear,
        () if limited => Verdict::NotTested(Reason::SmallPingsOnly),
        () if silent => Verdict::NotTested(Reason::NoPingAnswered),
        () if inventory.card().is_some_and(|card| !card.addresses.is_empty()) && inventory.path().gateways().next().is_none() => {
            Verdict::NotTested(Reason::NoGateway)
        }
        () => Verdict::NotTested(unasked(inventory)),
    };
    Verdict::of(findings, otherwise)
}

impl Explain for PathMtu {
    fn english(&self) -> Wording {
        let PathMtu { ip, works, fails, .. } = self;
        match &self.told {
            Some(told) => {
                let width = told.next_hop.unwrap_or(*works);
                Wording {
                    title: format!("The way to {ip} takes packets of at most {width} bytes"),
                    why: format!(
                        "Packets of {works} bytes were answered; of those of {fails} the router {} said that they are too large. That is \
                         how it should be: programs hear it and send smaller ones. PPPoE takes 1,492, a VPN less.",
                        told.by
                    ),
                    remedy: vec!["Nothing, as long as no firewall drops ICMP “fragmentation needed” (type 3, code 4).".to_owned()],
                }
            }
            None if self.near => Wording {
                title: format!("Large packets do not reach the gateway {ip}"),
                why: format!(
                    "Packets of {works} bytes are answered, packets of {fails} are lost, and there is no router on the way that could \
                     say why: the two ends, or a switch between them, are not set to the same size (MTU). Small pages load, large ones hang."
                ),
                remedy: vec![
                    "Look at the MTU of this card and of the gateway's: 1500 on both, unless the whole segment is set to jumbo frames.".to_owned(),
                    "Then at the switches on the way: one that carries VLANs or tunnels must take frames that are larger by their tags.".to_owned(),
                    "Some routers answer no large ping on purpose: try ping -M do -s 1472 to another device of the segment.".to_owned(),
                ],
            },
            None => Wording {
                title: format!("Large packets are lost on the way to {ip}, and nobody says so"),
                why: format!(
                    "Packets of {works} bytes are answered, packets of {fails} are lost without a word from any router. A program \
                     does not hear that it must send smaller ones: pages hang half-way, mail with attachments stops, a VPN connects and carries nothing."
                ),
                remedy: vec![
                    "In the router, set the MTU of the line (1492 for PPPoE) and let it lower what TCP announces (MSS clamping).".to_owned(),
                    "In every firewall on the way, let ICMP “fragmentation needed” pass (type 3, code 4).".to_owned(),
                    "Not every server answers large pings: if another one does at 1500, this one only limits them.".to_owned(),
                ],
            },
        }
    }

    fn french(&self) -> Wording {
        let PathMtu { ip, works, fails, .. } = self;
        match &self.told {
            Some(told) => {
                let width = told.next_hop.unwrap_or(*works);
                Wording {
                    title: format!("Le chemin vers {ip} prend des paquets d'au plus {width} octets"),
                    why: format!(
                        "Les paquets de {works} octets ont eu réponse ; de ceux de {fails}, le routeur {} a dit qu'ils sont trop grands. \
                         C'est normal : les programmes l'entendent et en envoient de plus petits. PPPoE prend 1492 octets, un VPN moins.",
                        told.by
                    ),
                    remedy: vec![
                        "Rien, tant qu'aucun pare-feu ne jette l'ICMP « fragmentation nécessaire » (type 3, code 4).".to_owned(),
                    ],
                }
            }
            None if self.near => Wording {
                title: format!("Les grands paquets n'atteignent pas la passerelle {ip}"),
                why: format!(
                    "Les paquets de {works} octets ont une réponse, ceux de {fails} se perdent, et aucun routeur sur le chemin ne pourrait \
                     dire pourquoi : les deux bouts, ou un commutateur entre eux, ne sont pas réglés à la même taille (MTU). Les petites \
                     pages s'affichent, les grandes restent bloquées."
                ),
                remedy: vec![
                    "Voyez le MTU de cette carte et celui de la passerelle : 1500 des deux côtés, sauf si tout le segment est en trames géantes (jumbo).".to_owned(),
                    "Puis les commutateurs du chemin : celui qui porte des VLAN ou des tunnels doit accepter des trames plus grandes de leurs étiquettes.".to_owned(),
                    "Certains routeurs ne répondent pas aux grands pings, exprès : essayez ping -M do -s 1472 vers un autre appareil du segment.".to_owned(),
                ],
            },
            None => Wording {
                title: format!("Les grands paquets se perdent sur le chemin vers {ip}, sans que personne le dise"),
                why: format!(
                    "Les paquets de {works} octets ont une réponse, ceux de {fails} se perdent sans un mot d'aucun routeur. Un programme \
                     n'apprend pas qu'il doit en envoyer de plus petits : les pages restent à moitié chargées, le courriel avec pièce \
                     jointe s'arrête, un VPN se connecte et ne transporte rien."
                ),
                remedy: vec![
                    "Dans le routeur, réglez le MTU de la ligne (1492 en PPPoE) et faites abaisser ce que TCP annonce (MSS clamping).".to_owned(),
                    "Dans chaque pare-feu du chemin, laissez passer l'ICMP « fragmentation nécessaire » (type 3, code 4).".to_owned(),
                    "Tout serveur ne répond pas aux grands pings : si un autre répond à 1500, celui-ci ne fait que les limiter.".to_owned(),
                ],
            },
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "Large messages get lost on the way: small things work, files and pages hang.",
                "Have the way widened, or the devices on it told how wide it is.",
            ],
            french: [
                "Les gros envois se perdent en route : les petites choses marchent, fichiers et pages restent bloqués.",
                "Faire élargir le chemin, ou indiquer sa largeur aux équipements qui s'y trouvent.",
            ],
            by: By::Technician,
        })
    }

    fn concerns(&self, ip: IpAddr, _: Mac) -> bool {
        ip == IpAddr::V4(self.ip)
    }

    fn subject(&self) -> Subject {
        Subject::address(self.ip)
    }
}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "Large packets lost",
            meaning: "The way is narrower than the card (path MTU), and what is too large is lost without a word: a “black hole” \
                      (RFC 2923). Everything small works, so the network looks well.",
            seen: "Echo requests of 1500, 1492, 1480, 1450, 1420, 1400, 1280, 576 and 28 bytes that no router may cut (RFC 1191), to \
                   the gateway and to the DNS servers behind it, each up to four times. A Note where a router says that they are too \
                   large: then programs know it too.",
            lookalikes: "A device that answers no ping larger than 576 bytes only limits pings: not tested. A host far away that \
                         limits them at another size looks the same as a narrow way: a Risk, not a fault.",
            remedy: "The same MTU on the whole segment; in the router the line's MTU and MSS clamping; ICMP type 3, code 4 let through.",
        },
        Manual {
            title: "Grands paquets perdus",
            meaning: "Le chemin est plus étroit que la carte (MTU du chemin), et ce qui est trop grand se perd sans un mot : un « trou \
                      noir » (RFC 2923). Tout ce qui est petit passe, et le réseau semble bon.",
            seen: "Des échos de 1500, 1492, 1480, 1450, 1420, 1400, 1280, 576 et 28 octets qu'aucun routeur ne peut couper (RFC 1191), \
                   vers la passerelle et les serveurs DNS derrière elle, chacun jusqu'à quatre fois. Une note où un routeur dit qu'ils \
                   sont trop grands : les programmes le savent alors aussi.",
            lookalikes: "Un appareil qui ne répond à aucun ping de plus de 576 octets ne fait que les limiter : non testé. Un hôte \
                         lointain qui les limite à une autre taille ressemble à un chemin étroit : un risque, pas une panne.",
            remedy: "Le même MTU sur tout le segment ; dans le routeur, le MTU de la ligne et le MSS clamping ; ICMP type 3, code 4 autorisé.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::Scene;
    use crate::observe::{Fact, Fate};

    const GATEWAY: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 254);
    const FAR: Ipv4Addr = Ipv4Addr::new(9, 9, 9, 9);

    fn scene(ip: Ipv4Addr, answered: &[u16]) -> Scene {
        let sized = |bytes, fate| Fact::PathSized { ip, bytes, fate };
        let sent = [1500, 1400, 576, 28].map(|bytes| sized(bytes, Fate::Sent));
        let answered = answered.iter().map(|&bytes| sized(bytes, Fate::Answered));
        sent.into_iter().chain(answered).fold(Scene::swept().routed("10.0.0.254"), Scene::fact)
    }

    fn found(scene: &Scene) -> (Severity, u16, u16) {
        let Verdict::Found(found) = scene.verdict(judge) else { panic!("not found: {:?}", scene.verdict(judge)) };
        let Problem::PathMtu(problem) = &found[0].problem else { panic!("another problem") };
        (found[0].severity, problem.works, problem.fails)
    }

    #[test]
    fn a_way_as_wide_as_the_card_is_clear() {
        assert_eq!(scene(GATEWAY, &[1500, 1400, 576, 28]).verdict(judge), Verdict::Clear);
    }

    #[test]
    fn what_is_lost_near_is_worse_than_what_is_lost_far_away() {
        assert_eq!(found(&scene(GATEWAY, &[1400, 576, 28])), (Severity::Degraded, 1400, 1500));
        assert_eq!(found(&scene(FAR, &[1400, 576, 28])), (Severity::Risk, 1400, 1500));
    }

    #[test]
    fn a_router_that_says_so_makes_it_a_note() {
        let told = Fact::PathSized { ip: FAR, bytes: 1400, fate: Fate::TooBig { by: GATEWAY } };
        assert_eq!(found(&scene(FAR, &[1400, 576, 28]).fact(told)).0, Severity::Note);
    }

    #[test]
    fn a_limit_of_pings_and_a_silence_prove_nothing() {
        assert_eq!(scene(FAR, &[28]).verdict(judge), Verdict::NotTested(Reason::SmallPingsOnly));
        assert_eq!(scene(FAR, &[]).verdict(judge), Verdict::NotTested(Reason::NoPingAnswered));
        assert_eq!(Scene::swept().verdict(judge), Verdict::NotTested(Reason::NoGateway));
    }
}
