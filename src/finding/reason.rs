//! Why something could not be looked at, and what to do about it.

use std::net::{IpAddr, Ipv4Addr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::language::Language;
use crate::net::Ipv4Net;
use crate::observe::{Cut, Silence, Unanswered, WalkCut};
use crate::wire::ethtool::Pair;

/// Why something could not be looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "why", rename_all = "kebab-case")]
pub enum Reason {
    /// Only a capture was read: no address was asked for.
    NothingAsked,
    /// It is not known which card and address are ours.
    NoCardOfOurs,
    /// Our card has no address.
    NoAddressOfOurs,
    /// Our card has IPv6 addresses only.
    NoIpv4Here,
    /// Our card has no IPv6 address: a look without one is whole without these checks.
    NoIpv6Here,
    /// The look ended before IPv6 routers could answer.
    RoutersNotAwaited,
    /// The user stopped before every address was asked.
    Stopped {
        /// Addresses asked.
        asked: u32,
        /// Addresses that were to be asked.
        planned: u32,
    },
    /// The time that the look was given ran out before this part of it had ended.
    OutOfTime {
        /// Addresses asked.
        asked: u32,
        /// Addresses that were to be asked.
        planned: u32,
    },
    /// The interface went down in the middle.
    InterfaceLost {
        /// Addresses asked.
        asked: u32,
        /// Addresses that were to be asked.
        planned: u32,
    },
    /// The capture ends in the middle of a frame.
    CaptureCut,
    /// The link was lost in the middle: who was silent then proves nothing.
    LinkLost,
    /// Only a capture was read: no DHCP server was asked.
    DhcpNotAsked,
    /// Addresses were offered, and nobody asked whether they are free.
    OffersNotProbed,
    /// The look ended before slow DHCP servers could answer.
    NotListenedOut,
    /// More was claimed than any real network claims, and not everything was kept.
    Flooded,
    /// No lease file was given: a look without one is whole without these checks.
    NoLeases,
    /// Neither the plan nor a configuration names a range of a DHCP server.
    NoRanges,
    /// There is no link, so nothing above it was asked.
    NoLink,
    /// The driver did not tell of its link.
    LinkUnknown,
    /// The look ended before the card was watched to the end.
    NotWatchedOut,
    /// The card does not tell.
    CardSilent {
        /// Why.
        silence: Silence,
    },
    /// The card's counters of errors could not be read.
    CountersUnread,
    /// Nothing arrived while the card was watched, so nothing could arrive broken.
    NothingReceived {
        /// For how long, in milliseconds.
        watched_ms: u32,
    },
    /// No bridge told of a spanning tree: a look without one is whole without this check.
    NoSpanningTree,
    /// Nobody sent a broadcast while it was listened, so none could go round.
    NothingBroadcast {
        /// For how long, in milliseconds.
        watched_ms: u32,
    },
    /// The cable was not tested: a look without that is whole without these checks.
    CableNotTested,
    /// The cable test says nothing of these pairs.
    PairsUntold {
        /// The pairs.
        pairs: Vec<Pair>,
    },
    /// Nobody at the other end said what it is.
    NoNeighbour {
        /// For how long was listened, in milliseconds.
        listened_ms: u32,
    },
    /// Several switches are heard: it is not known which of them the cable ends at.
    SeveralNeighbours,
    /// What is at the other end says nothing of this.
    NeighbourSilent,
    /// The plan says nothing of this: a look without it is whole without this check.
    NotPlanned,
    /// No switch was asked for the power that it gives: a look without one is whole without these checks.
    PowerNotAsked,
    /// A switch that was asked for its power did not answer.
    PowerUnanswered {
        /// The switch.
        switch: IpAddr,
        /// Why.
        unanswered: Unanswered,
    },
    /// A switch tells nothing of power.
    PowerUntold {
        /// The switch.
        switch: IpAddr,
    },
    /// The tables of a switch were not read to their end.
    PowerPartly {
        /// The switch.
        switch: IpAddr,
    },
    /// A switch does not tell what its supply can give, or what is drawn from it.
    BudgetUntold {
        /// The switch.
        switch: IpAddr,
    },
    /// Nobody names a gateway within reach.
    NoGateway,
    /// Who was pinged answers no ping of a usual size.
    SmallPingsOnly,
    /// No ping was answered, of whatever size.
    NoPingAnswered,
    /// What lies behind the gateway cannot be reached, because it does not answer.
    GatewaySilent,
    /// Nobody names a DNS server.
    NoDnsServer,
    /// The plan names no service of that kind: a look without one is whole without these checks.
    NoService,
    /// The plan names no device where we look: a look without that is whole without these checks.
    NoDevicePlanned,
    /// The plan names no network elsewhere that must be reached: a look without one is whole without that check.
    NoNetworkElsewhere,
    /// Devices that the plan has on this segment were not asked for often enough.
    PlannedNotAsked {
        /// How many.
        count: u32,
    },
    /// A network of the plan was asked in part.
    NetworkNotAsked {
        /// Its prefix.
        #[schemars(with = "String")]
        network: Ipv4Net,
    },
    /// The look ended before a service of the plan had answered.
    ServiceNotAsked {
        /// The service.
        service: String,
    },
    /// This machine could not ask a service of the plan.
    ServiceNotSent {
        /// The service.
        service: String,
    },
    /// A service of the plan did not come so far that this could be judged.
    ServiceUnreached {
        /// The service.
        service: String,
    },
    /// A service of the plan answered, and what it answered could not be judged.
    ServiceUndecided {
        /// The service.
        service: String,
    },
    /// The name of what must not be reached has no address, so that nothing was tried.
    BarrierUnresolved {
        /// The barrier.
        barrier: String,
    },
    /// The plan names a line to fill, and nobody agreed to that.
    ThroughputNotAgreed {
        /// The service.
        service: String,
    },
    /// iperf3 is not on this machine.
    NoIperf3 {
        /// The service.
        service: String,
    },
    /// A server was busy with somebody else all the time.
    ServiceBusy {
        /// The service.
        service: String,
    },
    /// This laptop is not fast enough to say how much a line carries.
    LaptopLimits {
        /// The service.
        service: String,
    },
    /// No switch was named to ask over SNMP: a look without one is whole without these checks.
    NoSwitch,
    /// The look ended before a switch was asked.
    SwitchNotAsked {
        /// The switch.
        switch: IpAddr,
    },
    /// A switch did not tell.
    SwitchSilent {
        /// The switch.
        switch: IpAddr,
        /// Why.
        because: Unanswered,
    },
    /// A table of a switch was not read to its end.
    WalkCut {
        /// The switch.
        switch: IpAddr,
        /// Where, and by what.
        cut: WalkCut,
    },
    /// No switch that was asked has learned the card.
    NotLearned,
    /// Nobody answers for the address that is looked for, so its card is not known.
    NoHolder,
    /// The switch does not tell the speed or the duplex of the port, or the card does not.
    OneWitness,
    /// The kernel did not send what was to be asked.
    NotSent,
    /// There is no configuration of a server to compare: a look without one is whole without this check.
    NoPools,
    /// Nothing proves that a pool is exhausted, but a server that answers offers no address.
    NothingOffered {
        /// The server.
        server: Ipv4Addr,
    },
    /// Frames were lost before they could be read.
    FramesLost {
        /// How many.
        count: u32,
    },
    /// Of a comparison: the other visit asked other addresses.
    OtherTargets {
        /// What it asked.
        targets: Vec<String>,
    },
    /// Of a comparison: the other visit did not make this check.
    CheckNotMade,
    /// Of a comparison: the other visit did not listen for late owners.
    LessPatience,
}

impl Reason {
    /// Nobody asked for that: a look without it is whole, and has no gap there.
    pub fn is_unasked(&self) -> bool {
        matches!(
            self,
            Reason::NoLeases
                | Reason::NoPools
                | Reason::NoSwitch
                | Reason::NoService
                | Reason::NoDevicePlanned
                | Reason::NoNetworkElsewhere
                | Reason::PowerNotAsked
                | Reason::NoIpv6Here
        )
    }

    /// What a look that was cut short after so many of the addresses could not see.
    pub fn of_cut(cut: Cut, asked: u32, planned: u32) -> Reason {
        match cut {
            Cut::User => Reason::Stopped { asked, planned },
            Cut::Budget => Reason::OutOfTime { asked, planned },
            Cut::Interface => Reason::InterfaceLost { asked, planned },
            Cut::Capture => Reason::CaptureCut,
            Cut::Link => Reason::LinkLost,
        }
    }

    /// The reason with what to do about it, as one sentence without a capital or a full stop.
    pub fn say(&self, language: Language) -> String {
        match self {
            Reason::NothingAsked => language
                .pick(
                    "no address was asked for: only what the capture shows was judged",
                    "aucune adresse n'a été interrogée : seul le contenu de la capture a été jugé",
                )
                .to_owned(),
            Reason::NoCardOfOurs => language
                .pick(
                    "the capture does not say which address is the laptop's",
                    "la capture ne dit pas quelle adresse est celle du portable",
                )
                .to_owned(),
            Reason::NoAddressOfOurs => {
                language.pick("the interface has no address of its own", "l'interface n'a pas d'adresse").to_owned()
            }
            Reason::NoIpv4Here => language
                .pick(
                    "no IPv4 address here: the interface has IPv6 only",
                    "pas d'adresse IPv4 ici : l'interface n'a que de l'IPv6",
                )
                .to_owned(),
            Reason::NoIpv6Here => language
                .pick("no IPv6 address here: the interface has IPv4 only", "pas d'adresse IPv6 ici : l'interface n'a que de l'IPv4")
                .to_owned(),
            Reason::RoutersNotAwaited => language
                .pick(
                    "it was stopped, maybe before every IPv6 router had answered: run it again to the end",
                    "arrêt, peut-être avant que tous les routeurs IPv6 aient répondu : relancez jusqu'au bout",
                )
                .to_owned(),
            Reason::Stopped { asked, planned } => language.pick(
                format!("stopped after {asked} of {planned} addresses: run it again to the end"),
                format!("arrêté après {asked} adresses sur {planned} : relancez jusqu'au bout"),
            ),
            Reason::OutOfTime { asked, planned } if asked == planned => {
                language.pick("out of time: run it again with a longer --budget", "temps écoulé : relancez avec un --budget plus long").to_owned()
            }
            Reason::OutOfTime { asked, planned } => language.pick(
                format!("out of time, with {asked} of {planned} addresses asked: run it again with a longer --budget"),
                format!("temps écoulé, {asked} adresses interrogées sur {planned} : relancez avec un --budget plus long"),
            ),
            Reason::InterfaceLost { asked, planned } => language.pick(
                format!("the interface went down after {asked} of {planned} addresses: check the cable and run it again"),
                format!("l'interface est tombée après {asked} adresses sur {planned} : vérifiez le cordon et relancez"),
            ),
            Reason::LinkLost => language
                .pick(
                    "the link was lost in the middle (see L1-flapping): mend the cable and run it again",
                    "le lien a été perdu en cours de route (voir L1-flapping) : réparez le câble et relancez",
                )
                .to_owned(),
            Reason::CaptureCut => language
                .pick(
                    "the capture ends in the middle of a frame: take it again, or ask for the whole file",
                    "la capture s'arrête au milieu d'une trame : refaites-la ou demandez le fichier entier",
                )
                .to_owned(),
            Reason::DhcpNotAsked => language
                .pick(
                    "no DHCP server was asked: only what the capture shows was judged",
                    "aucun serveur DHCP n'a été interrogé : seul le contenu de la capture a été jugé",
                )
                .to_owned(),
            Reason::OffersNotProbed => language
                .pick(
                    "nobody asked by ARP whether the addresses offered are free: run trousse dhcp again",
                    "personne n'a demandé par ARP si les adresses proposées sont libres : relancez trousse dhcp",
                )
                .to_owned(),
            Reason::NotListenedOut => language
                .pick(
                    "it ended before slow DHCP servers could answer: run it again to the end",
                    "arrêt avant que les serveurs DHCP lents aient pu répondre : relancez jusqu'au bout",
                )
                .to_owned(),
            Reason::Flooded => language
                .pick(
                    "more addresses were claimed than any real network holds: find the device that forges them and run it again",
                    "plus d'adresses revendiquées que n'en porte aucun vrai réseau : trouvez l'appareil qui les forge et relancez",
                )
                .to_owned(),
            Reason::NoLeases => language
                .pick("no lease file was given: add --leases FILE", "aucun fichier de baux donné : ajoutez --leases FICHIER")
                .to_owned(),
            Reason::NoRanges => language
                .pick(
                    "no range is known: add --pool FILE, or write the server's ranges under [[dhcp]] in the plan",
                    "aucune plage connue : ajoutez --pool FICHIER, ou écrivez celles du serveur sous [[dhcp]] dans le plan",
                )
                .to_owned(),
            Reason::NoLink => language.pick("no link: see L1-no-carrier", "pas de lien : voir L1-no-carrier").to_owned(),
            Reason::LinkUnknown => {
                language.pick("the card's driver does not tell of its link", "le pilote de la carte ne dit rien du lien").to_owned()
            }
            Reason::NotWatchedOut => language
                .pick(
                    "it ended before the card was watched to the end: run it again to the end",
                    "arrêt avant la fin de l'observation de la carte : relancez jusqu'au bout",
                )
                .to_owned(),
            Reason::CardSilent { silence } => silence.say(language),
            Reason::CountersUnread => {
                language.pick("the card's counters cannot be read", "les compteurs de la carte sont illisibles").to_owned()
            }
            Reason::NothingReceived { watched_ms } => {
                let seconds = watched_ms.div_ceil(1000);
                language.pick(
                    format!("nothing arrived in {seconds} s, so nothing could arrive broken"),
                    format!("rien n'est arrivé en {seconds} s, donc rien ne pouvait arriver abîmé"),
                )
            }
            Reason::NoSpanningTree => language
                .pick(
                    "no switch speaks of a spanning tree here: it has none, or keeps it from this port",
                    "aucun commutateur ne parle de spanning tree ici : il n'y en a pas, ou ce port n'en laisse rien passer",
                )
                .to_owned(),
            Reason::NothingBroadcast { watched_ms } => {
                let seconds = watched_ms.div_ceil(1000);
                language.pick(
                    format!("nobody sent a broadcast in {seconds} s, so none could go round: run trousse diagnose, which sends some"),
                    format!("aucune diffusion en {seconds} s, donc rien ne pouvait tourner en rond : lancez trousse diagnose, qui en émet"),
                )
            }
            Reason::CableNotTested => language
                .pick("the cable was not tested: add --cable-test", "le câble n'a pas été testé : ajoutez --cable-test")
                .to_owned(),
            Reason::PairsUntold { pairs } => {
                let pins = pairs.iter().map(|pair| pair.pins()).collect::<Vec<_>>().join(", ");
                language.pick(
                    format!("the test says nothing certain of pair {pins}: unplug the far end and test again"),
                    format!("le test ne dit rien de sûr de la paire {pins} : débranchez l'autre bout et refaites le test"),
                )
            }
            Reason::NoNeighbour { listened_ms: 0 } => language
                .pick(
                    "nobody listened to the other end: run trousse link without --listen 0",
                    "l'autre bout n'a pas été écouté : lancez trousse link sans --listen 0",
                )
                .to_owned(),
            Reason::NoNeighbour { listened_ms } => {
                let seconds = listened_ms / 1000;
                language.pick(
                    format!(
                        "nobody at the other end said what it is (LLDP, CDP) in {seconds} s: an unmanaged switch, or one that keeps silent"
                    ),
                    format!(
                        "personne à l'autre bout n'a dit qui il est (LLDP, CDP) en {seconds} s : un commutateur non administrable, ou muet"
                    ),
                )
            }
            Reason::SeveralNeighbours => language
                .pick(
                    "several switches are heard here: something between hands on what they say",
                    "plusieurs commutateurs sont entendus ici : quelque chose relaie leurs annonces",
                )
                .to_owned(),
            Reason::NeighbourSilent => language
                .pick("the switch at the other end does not tell", "le commutateur à l'autre bout ne le dit pas")
                .to_owned(),
            Reason::NotPlanned => language
                .pick(
                    "the plan says nothing of it: add [[switch]] and [[outlet]], and name the outlet by --outlet",
                    "le plan n'en dit rien : ajoutez [[switch]] et [[outlet]], et nommez la prise par --outlet",
                )
                .to_owned(),
            Reason::PowerNotAsked => language
                .pick("no switch was asked: add --switch ADDRESS", "aucun commutateur interrogé : ajoutez --switch ADRESSE")
                .to_owned(),
            Reason::PowerUnanswered { switch, unanswered } => {
                let why = unanswered.say(language);
                language.pick(format!("the switch {switch}: {why}"), format!("le commutateur {switch} : {why}"))
            }
            Reason::PowerUntold { switch } => language.pick(
                format!("the switch {switch} tells nothing of this over SNMP: look at its own pages"),
                format!("le commutateur {switch} n'en dit rien en SNMP : voyez ses propres pages"),
            ),
            Reason::PowerPartly { switch } => language.pick(
                format!("the switch {switch} did not tell its tables to their end: run it again"),
                format!("le commutateur {switch} n'a pas donné ses tables jusqu'au bout : relancez"),
            ),
            Reason::BudgetUntold { switch } => language.pick(
                format!("the switch {switch} does not tell what its supply can give: look at its data sheet"),
                format!("le commutateur {switch} ne dit pas ce que son alimentation peut fournir : voyez sa fiche technique"),
            ),
            Reason::SmallPingsOnly => language
                .pick("only very small pings are answered: they are limited", "seuls de très petits pings ont une réponse : ils sont limités")
                .to_owned(),
            Reason::NoPingAnswered => language.pick("no ping was answered", "aucun ping n'a eu de réponse").to_owned(),
            Reason::NoGateway => language
                .pick(
                    "no gateway within reach is known: add it to the plan (gateways under [[network]])",
                    "aucune passerelle connue à portée : ajoutez-la au plan (gateways sous [[network]])",
                )
                .to_owned(),
            Reason::GatewaySilent => language
                .pick(
                    "the gateway does not answer: see L3-gateway-silent",
                    "la passerelle ne répond pas : voir L3-gateway-silent",
                )
                .to_owned(),
            Reason::NoDnsServer => language
                .pick(
                    "no DNS server is known: add it to the plan (dns under [[network]])",
                    "aucun serveur DNS connu : ajoutez-le au plan (dns sous [[network]])",
                )
                .to_owned(),
            Reason::NoService => language
                .pick("the plan names none: add [[service]]", "le plan n'en nomme aucun : ajoutez [[service]]")
                .to_owned(),
            Reason::NoDevicePlanned => language
                .pick("the plan names no device there: add [[fixed]]", "le plan n'y nomme aucun appareil : ajoutez [[fixed]]")
                .to_owned(),
            Reason::NoNetworkElsewhere => language
                .pick(
                    "the plan has no other network to reach: add routed = true to its [[network]]",
                    "le plan n'a pas d'autre réseau à joindre : ajoutez routed = true à son [[network]]",
                )
                .to_owned(),
            Reason::PlannedNotAsked { count: 1 } => language
                .pick(
                    "one device of the plan was not asked for twice, so its silence proves nothing: run it on the whole network, without --quick",
                    "un appareil du plan n'a pas été demandé deux fois, son silence ne prouve rien : relancez sur tout le réseau, sans --quick",
                )
                .to_owned(),
            Reason::PlannedNotAsked { count } => language.pick(
                format!("{count} devices of the plan were not asked for twice, so their silence proves nothing: run it on the whole network, without --quick"),
                format!("{count} appareils du plan n'ont pas été demandés deux fois, leur silence ne prouve rien : relancez sur tout le réseau, sans --quick"),
            ),
            Reason::NetworkNotAsked { network } => language.pick(
                format!("only a part of {network} was asked twice: run it on the whole network, without --quick"),
                format!("seule une partie de {network} a été demandée deux fois : relancez sur tout le réseau, sans --quick"),
            ),
            Reason::ServiceNotAsked { service } => language.pick(
                format!("there was no time left for “{service}”: run it again with a longer --budget, or name fewer services"),
                format!("plus de temps pour « {service} » : relancez avec un --budget plus long, ou nommez moins de services"),
            ),
            Reason::ServiceNotSent { service } => language.pick(
                format!("this laptop could not ask “{service}”: no route by this interface, or a firewall of its own"),
                format!("ce portable n'a pas pu interroger « {service} » : pas de route par cette interface, ou son propre pare-feu"),
            ),
            Reason::ServiceUnreached { service } => language.pick(
                format!("“{service}” did not get that far: see its finding"),
                format!("« {service} » n'en est pas arrivé là : voir son anomalie"),
            ),
            Reason::ServiceUndecided { service } => language.pick(
                format!("“{service}” answered, and its answer could not be judged: it was cut, or who signs is not known here"),
                format!("« {service} » a répondu, sans qu'on puisse juger sa réponse : coupée, ou signataire inconnu ici"),
            ),
            Reason::BarrierUnresolved { barrier } => language.pick(
                format!("“{barrier}”: its name has no address here, so nothing was tried: name an address in the plan"),
                format!("« {barrier} » : son nom n'a pas d'adresse ici, rien n'a été essayé : indiquez une adresse dans le plan"),
            ),
            Reason::ThroughputNotAgreed { service } => language.pick(
                format!("the line to “{service}” was not filled, because nobody agreed to that: add --deep"),
                format!("la ligne vers « {service} » n'a pas été remplie, faute d'accord : ajoutez --deep"),
            ),
            Reason::NoIperf3 { service } => language.pick(
                format!("“{service}” is measured by iperf3, which is not on this laptop: sudo apt install iperf3, or your system's package"),
                format!("« {service} » se mesure avec iperf3, absent de ce portable : sudo apt install iperf3, ou le paquet de votre système"),
            ),
            Reason::ServiceBusy { service } => language.pick(
                format!("the server of “{service}” was busy with another test: run it again"),
                format!("le serveur de « {service} » était occupé par un autre test : relancez"),
            ),
            Reason::LaptopLimits { service } => language.pick(
                format!("this laptop is too slow to say what the line to “{service}” carries: close other programs, or take a faster one"),
                format!("ce portable est trop lent pour dire ce que porte la ligne vers « {service} » : fermez d'autres programmes, ou prenez-en un plus rapide"),
            ),
            Reason::NoSwitch => language
                .pick(
                    "no switch was asked: add --switch ADDRESS, or snmp under [[switch]] in the plan",
                    "aucun commutateur interrogé : ajoutez --switch ADRESSE, ou snmp sous [[switch]] dans le plan",
                )
                .to_owned(),
            Reason::SwitchNotAsked { switch } => language.pick(
                format!("it ended before the switch {switch} was asked: run it again to the end"),
                format!("arrêt avant que le commutateur {switch} soit interrogé : relancez jusqu'au bout"),
            ),
            Reason::SwitchSilent { switch, because } => {
                let because = because.say(language);
                language.pick(
                    format!("the switch {switch}: {because}; check the address, the community or user, and that it allows SNMP from here"),
                    format!("commutateur {switch} : {because} ; vérifiez l'adresse, la communauté ou l'utilisateur, et qu'il autorise SNMP depuis ce poste"),
                )
            }
            Reason::WalkCut { switch, cut } => {
                let cut = cut.say(language);
                language.pick(format!("the switch {switch}: {cut}"), format!("commutateur {switch} : {cut}"))
            }
            Reason::NotLearned => language
                .pick(
                    "no switch that was asked has learned the card: make it send something, or name the switch it hangs on",
                    "aucun commutateur interrogé n'a appris la carte : faites-la émettre, ou indiquez le commutateur où elle est branchée",
                )
                .to_owned(),
            Reason::NoHolder => language
                .pick(
                    "nobody answers for the address, so its card is not known",
                    "personne ne répond pour l'adresse : sa carte n'est pas connue",
                )
                .to_owned(),
            Reason::OneWitness => language
                .pick(
                    "the card or the switch tells neither speed nor duplex of the port",
                    "la carte ou le commutateur n'indique ni la vitesse ni le duplex du port",
                )
                .to_owned(),
            Reason::NotSent => language
                .pick(
                    "this machine could not ask: no route to it, or a firewall of its own",
                    "ce portable n'a pas pu interroger : pas de route, ou son propre pare-feu",
                )
                .to_owned(),
            Reason::NoPools => language
                .pick(
                    "no configuration of a DHCP server to compare: add --pool FILE",
                    "aucune configuration de serveur DHCP à comparer : ajoutez --pool FICHIER",
                )
                .to_owned(),
            Reason::NothingOffered { server } => language.pick(
                format!("{server} answers INFORM and offers no address: its range may be exhausted (possible); add --leases FILE"),
                format!("{server} répond à INFORM et ne propose aucune adresse : sa plage est peut-être épuisée (possible) ; ajoutez --leases FICHIER"),
            ),
            Reason::FramesLost { count } => language.pick(
                format!("{count} frames were lost before they could be read: run it again (a scan: with a lower --rate)"),
                format!("{count} trames perdues avant lecture : relancez (un scan : avec un --rate plus bas)"),
            ),
            Reason::OtherTargets { targets } => {
                let asked = targets.join(", ");
                match targets.as_slice() {
                    [] => language.pick("no address was asked for", "aucune adresse n'a été interrogée").to_owned(),
                    _ => language.pick(format!("only {asked} was asked"), format!("seul {asked} a été interrogé")),
                }
            }
            Reason::CheckNotMade => language
                .pick("the visit did not make this check", "l'intervention ne comportait pas ce contrôle")
                .to_owned(),
            Reason::LessPatience => language
                .pick("late owners were not listened for: run it without --quick", "les détenteurs tardifs n'ont pas été attendus : relancez sans --quick")
                .to_owned(),
        }
    }
}
