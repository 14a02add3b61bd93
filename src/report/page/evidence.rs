//! One sighting as a line of evidence: when, in which frame, what.

use std::net::IpAddr;

use super::{cable, ipv6, neighbour, power, switching};
use crate::check::powering::PoePort;
use crate::language::Language;
use crate::net::Watts;
use crate::observe::{Asked, Claim, Cut, DhcpAnswer, Fact, Fate, Observation, PortPower, Replies};
use crate::report::words::{counted, number, since_start, travel};
use crate::wire::dhcp::{Kind, Says};

/// The line, as in `0.013 s · frame 42 · …`.
pub(super) fn say(seen: &Observation, language: Language) -> String {
    if let Fact::LeaseHeld { file, lease } = &seen.fact {
        let (line, said) = (lease.line, lease.say(language));
        if line == 0 {
            return format!("{} · {file} · {said}", since_start(seen.at, language));
        }
        return language.pick(format!("{file}, line {line} · {said}"), format!("{file}, ligne {line} · {said}"));
    }
    if let Fact::PoolConfigured { file, pool } = &seen.fact {
        let (line, said) = (pool.line, what(&seen.fact, language));
        return language.pick(format!("{file}, line {line} · {said}"), format!("{file}, ligne {line} · {said}"));
    }
    let frame =
        seen.frame.map(|frame| language.pick(format!(" · frame {frame}"), format!(" · trame {frame}"))).unwrap_or_default();
    format!("{}{frame} · {}", since_start(seen.at, language), what(&seen.fact, language))
}

fn what(fact: &Fact, language: Language) -> String {
    match fact {
        Fact::AddressClaimed { ip, mac, how, rtt_us, via } => {
            let said = match how {
                Claim::Reply => language.pick(
                    format!("{mac} answered for {ip}, asked by broadcast"),
                    format!("{mac} a répondu pour {ip}, demandée en diffusion"),
                ),
                Claim::Unicast => language
                    .pick(format!("{mac} answered for {ip}, asked alone"), format!("{mac}, interrogé seul, a répondu pour {ip}")),
                Claim::Surplus => language.pick(
                    format!("{mac} answered for {ip} once more than asked"),
                    format!("{mac} a répondu pour {ip} une fois de trop"),
                ),
                Claim::Announcement => {
                    language.pick(format!("{mac} announced {ip} to all"), format!("{mac} a annoncé {ip} à tous"))
                }
                Claim::Request => language.pick(
                    format!("{mac} asked for another address in the name of {ip}"),
                    format!("{mac} a demandé une autre adresse au nom de {ip}"),
                ),
                Claim::Overheard => language.pick(
                    format!("{mac} answered somebody else for {ip}, or unasked"),
                    format!("{mac} a répondu à un tiers pour {ip}, ou sans demande entendue"),
                ),
                Claim::Yielding => language.pick(
                    format!("{mac} answered for {ip} as one of several that may, or in somebody's place"),
                    format!("{mac} a répondu pour {ip} comme l'un de plusieurs, ou à la place d'un autre"),
                ),
            };
            let after = rtt_us.map(|us| travel(us, language));
            let after = after.map(|rtt| language.pick(format!(", after {rtt}"), format!(", en {rtt}"))).unwrap_or_default();
            let via = via.map(|via| language.pick(format!(", in a frame of {via}"), format!(", dans une trame de {via}")));
            format!("{said}{after}{}", via.unwrap_or_default())
        }
        Fact::NeighbourAdvertised(told) => neighbour::said(told, language),
        Fact::NeighboursListened { ms } => {
            let seconds = ms / 1000;
            language.pick(format!("neighbours were listened to for {seconds} s"), format!("voisins écoutés pendant {seconds} s"))
        }
        Fact::AtOutlet { label } => language.pick(format!("at outlet {label}"), format!("à la prise {label}")),
        Fact::CardIs(_)
        | Fact::ErrorsGrew(_)
        | Fact::CableTested(_)
        | Fact::PairTested(_)
        | Fact::SwitchTestedCable(_)
        | Fact::TraceTaken(_) => cable::say(fact, language),
        Fact::OurCard { mac, .. } => language.pick(format!("our card is {mac}"), format!("notre carte est {mac}")),
        Fact::OurAddresses6 { addresses } => {
            let list = addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            language.pick(format!("our IPv6 addresses are {list}"), format!("nos adresses IPv6 sont {list}"))
        }
        Fact::RouterAdvertised(told) => ipv6::told(told, language),
        Fact::Asked6(asked) => {
            let (all, routers) = (asked.to_all, asked.routers);
            language.pick(
                format!("IPv6 neighbours were asked {all} times and routers {routers} times"),
                format!("voisins IPv6 interrogés {all} fois et routeurs {routers} fois"),
            )
        }
        Fact::AskedAlone { ip, mac } => {
            language.pick(format!("{mac} was asked alone for {ip}"), format!("{mac} a été interrogée seule pour {ip}"))
        }
        Fact::AddressProbed { ip, mac } => {
            language.pick(format!("{mac} asked whether {ip} is free"), format!("{mac} a demandé si {ip} est libre"))
        }
        Fact::Swept { planned, asked, .. } => {
            let addresses = counted(*planned, ("address", "adresse"), ("addresses", "adresses"), language);
            language.pick(format!("asked {asked} of {addresses}"), format!("{asked} interrogées sur {addresses}"))
        }
        Fact::AskedThrough { targets } => language.pick(
            format!("the addresses of {targets} were asked for several times: who is not listed is silent"),
            format!("adresses de {targets} demandées plusieurs fois : qui n'est pas dans la liste se tait"),
        ),
        Fact::EchoAnswered { ip, mac, ttl } => language.pick(
            format!("{mac} answered the echo for {ip} as its holder does (TTL {ttl})"),
            format!("{mac} a répondu à l'écho pour {ip} comme son détenteur (TTL {ttl})"),
        ),
        Fact::WouldForward { ip, mac } => language.pick(
            format!("{mac} would have sent the echo for {ip} on: the address is another's"),
            format!("{mac} aurait relayé l'écho pour {ip} : l'adresse est à un autre"),
        ),
        Fact::Named { ip, mac, name, source } => {
            let who = mac.map_or_else(|| language.pick("a server", "un serveur").to_owned(), |mac| mac.to_string());
            let by = source.label();
            language.pick(format!("{who} calls {ip} “{name}” ({by})"), format!("{who} nomme {ip} « {name} » ({by})"))
        }
        Fact::DhcpAnswered(answer) => dhcp(answer, language),
        Fact::DhcpAsked(asked) => {
            let (informs, discovers) = (asked.informs, asked.discovers + asked.wishes);
            language.pick(
                format!("{informs} INFORM and {discovers} DISCOVER were sent"),
                format!("{informs} INFORM et {discovers} DISCOVER envoyés"),
            )
        }
        Fact::OfferProbed { ip, times } => language.pick(
            format!("{ip}, offered to us, was asked for {times} times by ARP"),
            format!("{ip}, qui nous est proposée, a été demandée {times} fois par ARP"),
        ),
        Fact::PoolAsked { server, address, offered } => match offered {
            Some(offered) if offered == address => language.pick(
                format!("{server}, asked for {address}, offered it"),
                format!("{server}, à qui {address} est demandée, la propose"),
            ),
            Some(offered) => language.pick(
                format!("{server}, asked for {address}, offered {offered}"),
                format!("{server}, à qui {address} est demandée, propose {offered}"),
            ),
            None => language.pick(
                format!("{server}, asked for {address}, did not answer"),
                format!("{server}, à qui {address} est demandée, n'a pas répondu"),
            ),
        },
        Fact::LeaseAsked { server, address, says } => match says {
            Says::Active => {
                language.pick(format!("{server} says that {address} is leased"), format!("{server} dit que {address} est louée"))
            }
            Says::Unassigned => language.pick(
                format!("{server} says that it leases {address}, to nobody yet"),
                format!("{server} dit qu'il attribue {address}, à personne pour l'instant"),
            ),
            Says::Unknown => language
                .pick(format!("{server} says that it leases no {address}"), format!("{server} dit ne pas attribuer {address}")),
            Says::Silent => language.pick(
                format!("{server} did not say whether {address} is leased"),
                format!("{server} n'a pas dit si {address} est louée"),
            ),
        },
        Fact::BroadcastsHeard(heard) => {
            let heard = switching::heard(heard, language);
            language.pick(format!("broadcasts: {heard}"), format!("diffusions : {heard}"))
        }
        Fact::LinkChanged { up: true } => language.pick("the link came up", "le lien est monté").to_owned(),
        Fact::LinkChanged { up: false } => language.pick("the link went down", "le lien est tombé").to_owned(),
        Fact::CarrierCounted(counted) => {
            let (downs, ups) = (counted.downs, counted.ups);
            language.pick(
                format!("in all the link went down {downs} and came up {ups} times"),
                format!("en tout, le lien est tombé {downs} fois et monté {ups} fois"),
            )
        }
        Fact::TreeTold(tree) => switching::told(tree, language),
        Fact::TopologyChangeNotified { mac } => language.pick(
            format!("{mac} notified the root of a change of topology"),
            format!("{mac} a notifié à la racine un changement de topologie"),
        ),
        Fact::OwnReturned(own) => switching::own(own, language),
        Fact::LeaseHeld { lease, .. } => lease.say(language),
        Fact::LeasesRead { file, entries, .. } => {
            let addresses = counted(*entries, ("address", "adresse"), ("addresses", "adresses"), language);
            language.pick(format!("{addresses} in {file}"), format!("{addresses} dans {file}"))
        }
        Fact::LinkIs(link) => match link.carrier {
            true => language.pick("the card has a link", "la carte a un lien"),
            false => language.pick("the card has no link", "la carte n'a pas de lien"),
        }
        .to_owned(),
        Fact::Routed { gateways, resolvers } => {
            let gateways = gateways.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let resolvers = resolvers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            language.pick(
                format!("default route by {gateways}, names from {resolvers}"),
                format!("route par défaut par {gateways}, noms par {resolvers}"),
            )
        }
        Fact::Pinged { ip, replies } => came_back(*ip, replies, ("pings", "pings"), language),
        Fact::PathSized { ip, bytes, fate } => sized(*ip, *bytes, *fate, language),
        Fact::DnsAsked { server, replies } => came_back(*server, replies, ("questions", "questions"), language),
        Fact::SwitchesNamed { switches, .. } => {
            let switches = switches.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            language.pick(format!("switches to ask: {switches}"), format!("commutateurs à interroger : {switches}"))
        }
        Fact::ServiceTold(told) => {
            let at = told.address.map(|ip| format!(" ({ip})")).unwrap_or_default();
            let (name, became) = (&told.service, told.became.say(language));
            let measured = told.measured.as_ref().map(|measured| format!(", {}", measured.reading().say(language)));
            let measured = measured.unwrap_or_default();
            language.pick(format!("“{name}”{at}: {became}{measured}"), format!("« {name} »{at} : {became}{measured}"))
        }
        Fact::BarrierTried(tried) => {
            let (name, said) = (&tried.barrier, tried.say(language));
            language.pick(format!("“{name}” was tried: {said}"), format!("« {name} » essayé : {said}"))
        }
        Fact::SwitchTold(told) => told.say(language),
        Fact::PortPower(told) => port_power(told, language),
        Fact::SupplyPower(told) => {
            let power = |power: Option<Watts>| power.map_or_else(|| "–".to_owned(), |power| power.say(language));
            let (switch, supply) = (told.switch, &told.supply.supply);
            let (nominal, drawn) = (power(supply.nominal), power(supply.drawn));
            language.pick(
                format!("{switch}: supply of {nominal}, {drawn} drawn"),
                format!("{switch} : alimentation de {nominal}, {drawn} consommés"),
            )
        }
        Fact::PoolConfigured { pool, .. } => {
            let (server, range) = (pool.server, pool.range);
            language.pick(format!("{server} leases from {range}"), format!("{server} loue dans {range}"))
        }
        Fact::PoolsRead(read) => {
            let ranges = counted(read.ranges, ("range", "plage"), ("ranges", "plages"), language);
            let file = &read.file;
            language.pick(format!("{ranges} in {file}"), format!("{ranges} dans {file}"))
        }
        Fact::Tagged { vlan } => language.pick(format!("ARP of VLAN {vlan}"), format!("ARP du VLAN {vlan}")),
        Fact::Malformed { protocol, field } => {
            language.pick(format!("malformed {protocol}: {field}"), format!("{protocol} malformé : {field}"))
        }
        Fact::FramesLost { count } => {
            counted(*count, ("frame lost", "trame perdue"), ("frames lost", "trames perdues"), language)
        }
        Fact::CutShort { by } => match by {
            Cut::User => language.pick("stopped by the user", "arrêté par l'utilisateur"),
            Cut::Interface => language.pick("the interface went down", "l'interface est tombée"),
            Cut::Link => language.pick("the link was lost", "le lien a été perdu"),
            Cut::Capture => language.pick("the capture ends here", "la capture s'arrête ici"),
            Cut::Budget => language.pick("the time ran out", "le temps est écoulé"),
        }
        .to_owned(),
        Fact::Unfinished { part } => {
            let part = part.word(language);
            language.pick(format!("no time left: {part}"), format!("plus de temps : {part}"))
        }
    }
}

/// The state of a port and what it counted.
fn port_power(told: &PortPower, language: Language) -> String {
    let (switch, port, state) = (told.switch, PoePort::from(&told.port).say(language), power::state(&told.port, language));
    let count = |count: Option<u32>| count.map_or_else(|| "–".to_owned(), |count| count.to_string());
    let (denied, overloads, shorts) =
        (count(told.port.told.denied), count(told.port.told.overloads), count(told.port.told.shorts));
    language.pick(
        format!("{switch}, {port}: {state}; refused {denied}, overload {overloads}, short {shorts}"),
        format!("{switch}, {port} : {state} ; refus {denied}, surcharge {overloads}, court-circuit {shorts}"),
    )
}

fn dhcp(answer: &DhcpAnswer, language: Language) -> String {
    let (mac, source) = (answer.mac, answer.source);
    let kind = match answer.kind {
        Kind::Offer => "OFFER",
        Kind::Ack => "ACK",
        Kind::Nak => "NAK",
    };
    let to = match answer.how {
        Asked::Discover => "DISCOVER",
        Asked::Inform => "INFORM",
        Asked::NetBoot => "DISCOVER (PXE)",
        Asked::Pool => language.pick("DISCOVER (address)", "DISCOVER (adresse)"),
        Asked::Overheard => language.pick("somebody else", "un tiers"),
    };
    let offered =
        answer.offered.map(|ip| language.pick(format!(", offering {ip}"), format!(", proposant {ip}"))).unwrap_or_default();
    let relay = answer.relay.map(|ip| language.pick(format!(", by the relay {ip}"), format!(", par le relais {ip}")));
    let relay = relay.unwrap_or_default();
    language.pick(
        format!("{source} ({mac}) answered {to} with {kind}{offered}{relay}"),
        format!("{source} ({mac}) a répondu {kind} à {to}{offered}{relay}"),
    )
}

fn sized(ip: IpAddr, bytes: u16, fate: Fate, language: Language) -> String {
    let size = number(bytes, language);
    match fate {
        Fate::Sent => language.pick(format!("{size} bytes sent to {ip}"), format!("{size} octets envoyés à {ip}")),
        Fate::Answered => language.pick(format!("{ip} answered {size} bytes"), format!("{ip} a répondu à {size} octets")),
        Fate::TooBig { by } if bytes == 0 => language.pick(
            format!("{by} says that packets to {ip} are too large"),
            format!("{by} dit que des paquets vers {ip} sont trop grands"),
        ),
        Fate::TooBig { by } => language.pick(
            format!("{by} says that the way to {ip} takes {size} bytes"),
            format!("{by} dit que le chemin vers {ip} prend {size} octets"),
        ),
    }
}

fn came_back(ip: IpAddr, replies: &Replies, what: (&str, &str), language: Language) -> String {
    let (came, sent, (english, french)) = (replies.rtts_us.len(), replies.sent, what);
    match came {
        0 => language
            .pick(format!("{ip} answered none of {sent} {english}"), format!("{ip} n'a répondu à aucun essai ({sent} {french})")),
        came => language.pick(
            format!("{ip} answered {came} of {sent} {english}"),
            format!("{ip} : réponses reçues {came} sur {sent} ({french})"),
        ),
    }
}
