//! The words of each reason.

use super::Reason;
use crate::language::Language;

impl Reason {
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
