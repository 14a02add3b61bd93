//! A server that tells PCs what to start from the network, and gives no address: not a second DHCP server.

use std::net::{IpAddr, Ipv4Addr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::served::Served;
use super::{Problem, dhcp_clear_or_gap};
use crate::finding::{Explain, Finding, Manual, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::Inventory;
use crate::site::Plan;

/// The server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BootServer {
    /// Its address.
    pub ip: Ipv4Addr,
    /// What is known of it.
    pub server: Served,
}

/// Answers of the class PXEClient without an address (PXE 2.1, 2.2.2).
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    let servers = inventory.dhcp_servers();
    let findings = servers.iter().filter(|server| server.boot_only).map(|server| {
        let problem = BootServer { ip: server.id(), server: Served::of(inventory, plan, server) };
        Finding::new(Severity::Note, Problem::BootServer(problem), server.evidence.clone())
    });
    Verdict::of(findings.collect(), dhcp_clear_or_gap(inventory))
}

impl BootServer {
    fn file(&self) -> Option<&str> {
        self.server.settings.boot_file.as_deref()
    }
}

impl Explain for BootServer {
    fn english(&self) -> Wording {
        let server = self.server.say(Language::En);
        let file = self.file().map(|file| format!(" It names the file “{file}”.")).unwrap_or_default();
        Wording {
            title: format!("{} lets PCs start from the network", self.ip),
            why: format!("{server} answers PCs that start from the network (proxyDHCP), and gives no address: it is no second DHCP server.{file}"),
            remedy: vec!["Nothing, if PCs are installed from here. Else find it: a PC that starts from it may be reinstalled.".to_owned()],
        }
    }

    fn french(&self) -> Wording {
        let server = self.server.say(Language::Fr);
        let file = self.file().map(|file| format!(" Il indique le fichier « {file} ».")).unwrap_or_default();
        Wording {
            title: format!("{} fait démarrer des PC par le réseau", self.ip),
            why: format!("{server} répond aux PC qui démarrent par le réseau (proxyDHCP) et ne donne pas d'adresse : ce n'est pas un second serveur DHCP.{file}"),
            remedy: vec!["Rien, si des PC sont installés d'ici. Sinon, retrouvez-le : un PC qui démarre dessus peut être réinstallé.".to_owned()],
        }
    }

    fn concerns(&self, ip: IpAddr, mac: Mac) -> bool {
        self.server.concerns(ip, mac)
    }

    fn subject(&self) -> Subject {
        self.server.subject()
    }
}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "Network boot server",
            meaning: "A server answers PCs that start from the network and tells them which file to load. Addresses come from another.",
            seen: "A DISCOVER of the class PXEClient (option 60), as a PC sends that starts from the network (PXE 2.1, 2.2), answered \
                   with that class and without an address.",
            lookalikes: "A DHCP server that gives addresses and boot files alike: it is in the table of servers and counts as one.",
            remedy: "Nothing where PCs are installed from the network on purpose.",
        },
        Manual {
            title: "Serveur de démarrage réseau",
            meaning: "Un serveur répond aux PC qui démarrent par le réseau et leur dit quel fichier charger. Les adresses viennent \
                      d'un autre.",
            seen: "Un DISCOVER de classe PXEClient (option 60), tel que l'envoie un PC qui démarre par le réseau (PXE 2.1, 2.2), \
                   suivi d'une réponse de cette classe sans adresse.",
            lookalikes: "Un serveur DHCP qui donne à la fois adresses et fichiers de démarrage : il figure au tableau des serveurs et \
                         compte comme tel.",
            remedy: "Rien si des PC sont volontairement installés par le réseau.",
        },
    )
}
