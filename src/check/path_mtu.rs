//! Large packets do not get through, and nobody says so: pages hang, mail with attachments stops, a VPN connects and carries
//! nothing.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use super::way_out::{is_near, unasked};
use crate::finding::{By, Explain, Finding, Manual, Plain, Reason, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::{Inventory, Part};
use crate::site::Plan;

/// A way that is narrower than our card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PathMtu {
    /// Who was to answer.
    pub ip: IpAddr,
    /// It is on our segment: no router is on the way.
    pub near: bool,
    /// The largest packet that was answered, in bytes of the IP packet.
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
    pub by: IpAddr,
    /// What its next hop takes, in bytes; `None` where it does not tell.
    pub next_hop: Option<u16>,
}

/// No way is narrower than this (RFC 791, 3.2; RFC 8200, 5): whoever answers smaller pings only limits pings.
fn narrowest(ip: IpAddr) -> u16 {
    if ip.is_ipv4() { 576 } else { 1280 }
}

/// Every way that was tried.
pub fn judge(inventory: &Inventory, _: &Plan) -> Verdict {
    let mut findings = Vec::new();
    let (mut whole_near, mut whole_far, mut limited, mut silent) = (false, false, false, false);
    let coverage = inventory.coverage();
    let cut = coverage.cut_of(Part::PathMtu).map(|cut| Reason::of_cut(cut, coverage.asked, coverage.planned));
    let mut untried = None;
    for (ip, width) in inventory.widths().tried() {
        let Some((works, passed)) = width.works() else {
            silent = true;
            untried = cut.clone();
            continue;
        };
        let Some((fails, lost)) = width.fails() else {
            *(if is_near(inventory, ip) { &mut whole_near } else { &mut whole_far }) = true;
            continue;
        };
        // What was not tried to the end may yet have been answered.
        if cut.is_some() && width.told().is_none() {
            untried = cut.clone();
            continue;
        }
        if works < narrowest(ip) {
            limited = true;
            continue;
        }
        let near = is_near(inventory, ip);
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
    let otherwise = match untried {
        Some(reason) => Verdict::NotTested(reason),
        None if whole_far => Verdict::Clear,
        // A gateway that takes large packets says nothing of what is behind it.
        None if limited => Verdict::NotTested(Reason::SmallPingsOnly),
        None if silent => Verdict::NotTested(Reason::NoPingAnswered),
        None if whole_near => Verdict::Clear,
        None if inventory.card().is_some_and(|card| !card.addresses.is_empty()) && inventory.path().gateways().next().is_none() => {
            Verdict::NotTested(Reason::NoGateway)
        }
        None => Verdict::NotTested(unasked(inventory, Part::PathMtu)),
    };
    Verdict::of(findings, otherwise)
}

impl PathMtu {
    /// What a router says of a packet that is too large for its next hop (RFC 792; RFC 4443, 3.2).
    fn word(&self, language: Language) -> &'static str {
        match self.ip {
            IpAddr::V4(_) => language.pick("ICMP “fragmentation needed” (type 3, code 4)", "l'ICMP « fragmentation nécessaire » (type 3, code 4)"),
            IpAddr::V6(_) => language.pick("ICMPv6 “packet too big” (type 2)", "l'ICMPv6 « paquet trop grand » (type 2)"),
        }
    }

    /// A ping as large as Ethernet takes: 1500 bytes less the headers of IP and of the echo.
    fn large_ping(&self) -> &'static str {
        if self.ip.is_ipv4() { "ping -M do -s 1472" } else { "ping -6 -M do -s 1452" }
    }
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
                    remedy: vec![format!("Nothing, as long as no firewall drops {}.", self.word(Language::En))],
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
                    format!("Some routers answer no large ping on purpose: try {} to another device of the segment.", self.large_ping()),
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
                    format!("In every firewall on the way, let {} pass.", self.word(Language::En)),
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
                    remedy: vec![format!("Rien, tant qu'aucun pare-feu ne jette {}.", self.word(Language::Fr))],
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
                    format!("Certains routeurs ne répondent pas aux grands pings, exprès : essayez {} vers un autre appareil du segment.", self.large_ping()),
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
                    format!("Dans chaque pare-feu du chemin, laissez passer {}.", self.word(Language::Fr)),
                    "Tous les serveurs ne répondent pas aux grands pings : si un autre répond à 1500, celui-ci ne fait que les limiter.".to_owned(),
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
        ip == self.ip
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
                   the gateway and to the DNS servers behind it, each up to four times; over IPv6 (RFC 8201) down to 1280, and of 48 bytes. \
                   A Note where a router says that they are too large: then programs know it too.",
            lookalikes: "A device that answers no ping larger than 576 bytes (1280 over IPv6) only limits pings: not tested. A host far away that \
                         limits them at another size looks the same as a narrow way: a Risk, not a fault.",
            remedy: "The same MTU on the whole segment; in the router the line's MTU and MSS clamping; ICMP type 3, code 4 and ICMPv6 type 2 let through.",
        },
        Manual {
            title: "Grands paquets perdus",
            meaning: "Le chemin est plus étroit que la carte (MTU du chemin), et ce qui est trop grand se perd sans un mot : un « trou \
                      noir » (RFC 2923). Tout ce qui est petit passe, et le réseau semble bon.",
            seen: "Des échos de 1500, 1492, 1480, 1450, 1420, 1400, 1280, 576 et 28 octets qu'aucun routeur ne peut couper (RFC 1191), \
                   vers la passerelle et les serveurs DNS derrière elle, chacun jusqu'à quatre fois ; en IPv6 (RFC 8201) jusqu'à 1280, \
                   et de 48 octets. Une remarque lorsqu'un routeur dit qu'ils sont trop grands : les programmes le savent alors aussi.",
            lookalikes: "Un appareil qui ne répond à aucun ping de plus de 576 octets (1280 en IPv6) ne fait que les limiter : non testé. Un hôte \
                         lointain qui les limite à une autre taille ressemble à un chemin étroit : un risque, pas une panne.",
            remedy: "Le même MTU sur tout le segment ; dans le routeur, le MTU de la ligne et le MSS clamping ; ICMP type 3, code 4 et ICMPv6 type 2 autorisés.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::Scene;
    use crate::observe::{Fact, Fate};

    const GATEWAY: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 254));
    const FAR: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(9, 9, 9, 9));
    const FAR6: IpAddr = IpAddr::V6(std::net::Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 9));

    fn scene(ip: IpAddr, answered: &[u16]) -> Scene {
        let sized = |bytes, fate| Fact::PathSized { ip, bytes, fate };
        let sent = [1500, 1400, 1280, 576, 28].map(|bytes| sized(bytes, Fate::Sent));
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
        assert_eq!(scene(GATEWAY, &[1500, 1400, 1280, 576, 28]).verdict(judge), Verdict::Clear);
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
        // The line says 1492; what swallows 1400 behind it says nothing.
        let told = Fact::PathSized { ip: FAR, bytes: 1492, fate: Fate::TooBig { by: GATEWAY } };
        assert_eq!(found(&scene(FAR, &[1280, 576, 28]).fact(told)).0, Severity::Risk);
    }

    #[test]
    fn a_gateway_that_is_well_says_nothing_of_what_is_behind_it() {
        let both = |answered: &[u16]| {
            let sized = |bytes, fate| Fact::PathSized { ip: FAR, bytes, fate };
            let sent = [1500, 576, 28].map(|bytes| sized(bytes, Fate::Sent));
            let answered = answered.iter().map(|&bytes| sized(bytes, Fate::Answered)).collect::<Vec<_>>();
            sent.into_iter().chain(answered).fold(scene(GATEWAY, &[1500, 1400, 1280, 576, 28]), Scene::fact).verdict(judge)
        };
        assert_eq!(both(&[]), Verdict::NotTested(Reason::NoPingAnswered));
        assert_eq!(both(&[28]), Verdict::NotTested(Reason::SmallPingsOnly));
        assert_eq!(both(&[1500, 576, 28]), Verdict::Clear);
    }

    #[test]
    fn no_way_of_ipv6_is_narrower_than_1280_and_its_routers_use_another_word() {
        assert_eq!(scene(FAR6, &[576, 28]).verdict(judge), Verdict::NotTested(Reason::SmallPingsOnly));
        let lost = scene(FAR6, &[1280, 28]);
        assert_eq!(found(&lost), (Severity::Risk, 1280, 1400));
        let french = lost.found(judge).remove(0).problem.explain().french();
        assert!(french.remedy[1].ends_with("laissez passer l'ICMPv6 « paquet trop grand » (type 2)."), "{french:?}");
    }

    #[test]
    fn a_size_that_was_not_tried_to_the_end_is_not_lost() {
        let hurried = scene(GATEWAY, &[28, 576, 1400]).out_of_time(&[Part::PathMtu]);
        assert_eq!(hurried.verdict(judge), Verdict::NotTested(Reason::OutOfTime { asked: 254, planned: 254 }));
        let told = hurried.fact(Fact::PathSized { ip: GATEWAY, bytes: 1400, fate: Fate::TooBig { by: FAR } });
        assert_eq!(found(&told).0, Severity::Note);
        // The time ran out elsewhere.
        assert_eq!(found(&scene(GATEWAY, &[1400, 576, 28]).out_of_time(&[Part::Services])).0, Severity::Degraded);
    }

    #[test]
    fn a_limit_of_pings_and_a_silence_prove_nothing() {
        assert_eq!(scene(FAR, &[28]).verdict(judge), Verdict::NotTested(Reason::SmallPingsOnly));
        assert_eq!(scene(FAR, &[]).verdict(judge), Verdict::NotTested(Reason::NoPingAnswered));
        assert_eq!(Scene::swept().verdict(judge), Verdict::NotTested(Reason::NoGateway));
    }
}
