//! Nobody gives out addresses.

use std::net::{IpAddr, Ipv4Addr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::served::serving;
use super::{Problem, dhcp_gap};
use crate::finding::{By, Explain, Finding, Manual, Plain, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::Inventory;
use crate::site::Plan;

/// Who was expected, and how long was waited.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NoDhcpServer {
    /// The servers that the plan names.
    pub planned: Vec<Ipv4Addr>,
    /// How many DISCOVERs nobody answered.
    pub discovers: u32,
    /// For how long the last was listened for, in milliseconds.
    pub listened_ms: u32,
}

/// Asked and waited, and nobody answered. A site of fixed addresses only is well: unless a server is planned, this is a note.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    if !serving(inventory).is_empty() {
        return Verdict::Clear;
    }
    if let Some(reason) = dhcp_gap(inventory) {
        return Verdict::NotTested(reason);
    }
    let asked = inventory.dhcp().coverage();
    let planned: Vec<Ipv4Addr> = plan.dhcp.iter().map(|dhcp| dhcp.server).collect();
    let severity = if planned.is_empty() { Severity::Note } else { Severity::Broken };
    let problem = NoDhcpServer { planned, discovers: asked.discovers, listened_ms: asked.listened_ms };
    Verdict::Found(vec![Finding::new(severity, Problem::NoDhcpServer(problem), Vec::new())])
}

fn join(addresses: &[Ipv4Addr]) -> String {
    addresses.iter().map(Ipv4Addr::to_string).collect::<Vec<_>>().join(", ")
}

impl Explain for NoDhcpServer {
    fn english(&self) -> Wording {
        let (count, seconds) = (self.discovers, f64::from(self.listened_ms) / 1000.0);
        let asked = format!("{count} DISCOVERs were sent, the last listened for {seconds:.1} s, and no server offered an address.");
        if self.planned.is_empty() {
            return Wording {
                title: "No DHCP server answers".to_owned(),
                why: format!("{asked} Devices here work only with fixed addresses; one set to DHCP gets none."),
                remedy: vec![
                    "If all devices here are meant to have fixed addresses, or speak IPv6 only, nothing is to be done.".to_owned(),
                    "Else check the box or the server that gives addresses, and that this outlet is in its VLAN.".to_owned(),
                ],
            };
        }
        let planned = join(&self.planned);
        Wording {
            title: "No DHCP server answers, and one is planned".to_owned(),
            why: format!("{asked} The plan names {planned}. Devices set to DHCP get no address: at their next start they are off the network."),
            remedy: vec![
                format!("Check that the DHCP service of {planned} runs and that its range has free addresses."),
                "Check that this outlet is in the right VLAN; where a router stands between, that it relays DHCP to the server.".to_owned(),
                "Where the switch has DHCP snooping, check that the server's port is a trusted one.".to_owned(),
                "Run trousse dhcp again: the server must answer.".to_owned(),
            ],
        }
    }

    fn french(&self) -> Wording {
        let (count, seconds) = (self.discovers, format!("{:.1}", f64::from(self.listened_ms) / 1000.0).replace('.', ","));
        let asked = format!("{count} DISCOVER envoyés, le dernier attendu pendant {seconds} s, et aucun serveur n'a proposé d'adresse.");
        if self.planned.is_empty() {
            return Wording {
                title: "Aucun serveur DHCP ne répond".to_owned(),
                why: format!("{asked} Ici, seuls les appareils en adresse fixe fonctionnent ; un appareil en DHCP n'en obtient pas."),
                remedy: vec![
                    "Si tous les appareils doivent être en adresse fixe, ou en IPv6 seulement, il n'y a rien à faire.".to_owned(),
                    "Sinon, vérifiez la box ou le serveur qui distribue les adresses, et que cette prise est dans son VLAN.".to_owned(),
                ],
            };
        }
        let planned = join(&self.planned);
        Wording {
            title: "Aucun serveur DHCP ne répond, alors que le plan en prévoit".to_owned(),
            why: format!("{asked} Le plan prévoit {planned}. Les appareils en DHCP n'obtiennent pas d'adresse : au prochain démarrage, ils sont hors réseau."),
            remedy: vec![
                format!("Vérifiez que le service DHCP de {planned} tourne et que sa plage a des adresses libres."),
                "Vérifiez que cette prise est dans le bon VLAN ; si un routeur est entre les deux, qu'il relaie le DHCP vers le serveur.".to_owned(),
                "Si le commutateur filtre le DHCP (DHCP snooping), vérifiez que le port du serveur est déclaré de confiance.".to_owned(),
                "Relancez trousse dhcp : le serveur doit répondre.".to_owned(),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "Nothing hands out numbers to devices: those that are switched on do not reach the network.",
                "Start again the box or the server that hands them out.",
            ],
            french: [
                "Rien ne distribue de numéros aux appareils : ceux qu'on allume n'accèdent pas au réseau.",
                "Remettre en marche la box ou le serveur qui les distribue.",
            ],
            by: By::Technician,
        })
    }

    fn concerns(&self, _: IpAddr, _: Mac) -> bool {
        false
    }

    fn subject(&self) -> Subject {
        Subject::segment()
    }
}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "No DHCP server",
            meaning: "Nobody gives out addresses on this segment. Devices with fixed addresses work; the others give themselves a \
                      169.254 address, or none, and reach nothing.",
            seen: "DISCOVERs (RFC 2131, 4.4.1), twice and in two manners, and INFORM where the laptop has an address; answers are \
                   listened for 4.5 s after the last, because some servers ping an address for 3 s before they offer it.",
            lookalikes: "A site of fixed addresses only has no DHCP server on purpose: unless the plan names one, this is a note. A \
                         server that knows its clients by their cards may ignore an unknown laptop.",
            remedy: "Check the service and its free addresses, the outlet's VLAN, the relay on the router, DHCP snooping on the \
                     switch. Then run the command again.",
        },
        Manual {
            title: "Aucun serveur DHCP",
            meaning: "Personne ne distribue d'adresses sur ce segment. Les appareils en adresse fixe fonctionnent ; les autres se \
                      donnent une adresse en 169.254, ou aucune, et ne joignent rien.",
            seen: "Des DISCOVER (RFC 2131, 4.4.1), deux fois et de deux façons, et un INFORM si le portable a une adresse ; les \
                   réponses sont attendues 4,5 s après le dernier, car certains serveurs testent l'adresse par ping pendant 3 s avant \
                   de la proposer.",
            lookalikes: "Un site entièrement en adresses fixes n'a volontairement pas de serveur DHCP : sauf si le plan en prévoit un, \
                         c'est une remarque. Un serveur qui connaît ses clients par leur carte peut ignorer un portable inconnu.",
            remedy: "Vérifiez le service et ses adresses libres, le VLAN de la prise, le relais sur le routeur, le filtrage DHCP du \
                     commutateur. Puis relancez la commande.",
        },
    )
}
