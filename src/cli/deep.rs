//! `--deep`: what is intrusive is listed, with what it does to whom, and agreed to before anything is sent.

use std::io::{Write, stderr};

use crate::cli::agreement;
use crate::edge::linux::interface::Interface;
use crate::fault::{Fault, Result};
use crate::language::Language;
use crate::line::one_line;
use crate::service::Service;
use crate::site::Plan;

/// What a deep look does beyond a plain one.
struct Deep<'a> {
    interface: &'a str,
    /// DHCP servers are asked from where to where they lease.
    asks_pool: bool,
    /// What the site should be: the lines that are filled.
    plan: &'a Plan,
}

/// Asks for agreement to a deep look by an interface, where `yes` does not give it; whether DHCP servers are asked for their
/// ranges, which takes an address of ours.
pub fn agree(interface: Option<&str>, plan: &Plan, yes: bool, language: Language) -> Result<bool> {
    let interface = Interface::choose_whatever_its_link(interface)?;
    let asks_pool = !interface.identity.addresses.is_empty();
    Deep { interface: &interface.inner.name, asks_pool, plan }.agree(yes, language).map(|()| asks_pool)
}

/// Lines that are named one by one.
const NAMED: usize = 12;

impl Deep<'_> {
    /// Prints the list, and asks for agreement where `yes` does not give it.
    fn agree(&self, yes: bool, language: Language) -> Result<()> {
        let list = self.list(language);
        if yes || !agreement::can_ask() {
            // Who reads the log of a run without a terminal sees what it does, or would; who closed it does not want to know.
            let _ = write!(stderr(), "{list}");
        }
        if yes || agreement::given(&list, language) {
            return Ok(());
        }
        Err(Fault::new(
            "nothing was sent: --deep disturbs people and devices, and nobody agreed",
            "rien n'a été envoyé : --deep dérange des personnes et des appareils, et personne n'a donné son accord",
        )
        .hint("add --yes, or leave --deep out", "ajoutez --yes, ou retirez --deep"))
    }

    /// What is done, to what, and who notices: a line each.
    fn list(&self, language: Language) -> String {
        let interface = self.interface;
        let pool = self.asks_pool.then(|| {
            language.pick(
                format!(
                    "every DHCP server on {interface} is asked from where to where it leases: it will see up to 24 requests for an address from one \
                     card, and may hold what it offers back for some moments; no lease is taken"
                ),
                format!(
                    "chaque serveur DHCP sur {interface} est interrogé sur sa plage : il verra jusqu'à 24 demandes d'adresse d'une même carte, et \
                     peut retenir quelques instants ce qu'il propose ; aucun bail n'est pris"
                ),
            )
        });
        let filled: Vec<&Service> = self.plan.services.iter().filter(|service| service.fills()).collect();
        let lines = filled.iter().take(NAMED).map(|service| fills(service, language));
        let more = filled.len().checked_sub(NAMED + 1).map(|more| {
            let more = more + 1;
            language
                .pick(format!("the same for {more} more lines of the plan"), format!("de même pour {more} autres lignes du plan"))
        });
        let cable = language.pick(
            format!("the cable of {interface} is tested by its card, if that can: the link drops for some seconds, and cuts off who works over it"),
            format!("le câble de {interface} est testé par sa carte, si elle sait le faire : le lien tombe quelques secondes et coupe qui s'en sert"),
        );
        let head = language.pick("--deep adds what disturbs others:", "--deep ajoute ce qui dérange :");
        let items: String =
            pool.into_iter().chain(lines).chain(more).chain([cable]).map(|item| format!("  - {item}\n")).collect();
        format!("{head}\n{items}")
    }
}

fn fills(service: &Service, language: Language) -> String {
    let (name, host) = (one_line(&service.name), one_line(&service.host));
    let (port, each) = (service.port().unwrap_or_default(), service.seconds());
    let whole = usize::from(each) * service.directions().len();
    language.pick(
        format!("the line to “{name}” ({host}, port {port}) is filled for {whole} s by iperf3: whoever shares it waits"),
        format!(
            "la ligne vers « {name} » ({host}, port {port}) est remplie pendant {whole} s par iperf3 : qui la partage attend"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str, asks_pool: bool, language: Language) -> String {
        Deep { interface: "lan0", asks_pool, plan: &Plan::parse(text).expect("a plan") }.list(language)
    }

    const LINE: &str = "[[service]]\nname = \"uplink\"\nhost = \"10.0.0.7\"\nkind = \"throughput\"\n";

    #[test]
    fn each_thing_is_named_with_what_it_does_to_whom() {
        let plain = "[[service]]\nname = \"web\"\nhost = \"10.0.0.7\"\nkind = \"http\"\n";
        let said = list(&format!("{plain}{LINE}seconds = 7"), true, Language::En);
        assert!(said.contains("every DHCP server on lan0") && !said.contains("web"), "{said}");
        assert!(said.contains("“uplink” (10.0.0.7, port 5201) is filled for 14 s"), "{said}");
        let one_way = list(&format!("{LINE}direction = \"up\""), false, Language::Fr);
        assert_eq!(one_way.lines().count(), 3);
        assert!(one_way.lines().last().is_some_and(|last| last.contains("le lien tombe quelques secondes")), "{one_way}");
        assert!(one_way.contains("« uplink » (10.0.0.7, port 5201) est remplie pendant 5 s"), "{one_way}");
    }

    #[test]
    fn a_plan_of_many_lines_fits_a_screen_and_tells_how_many_more_there_are() {
        let plan = |count: usize| (0..count).map(|number| LINE.replace("uplink", &format!("line {number}"))).collect::<String>();
        let lines = |count| list(&plan(count), false, Language::En).lines().count();
        assert_eq!((lines(12), lines(13), lines(14)), (14, 15, 15));
        assert!(list(&plan(14), false, Language::En).contains("for 2 more lines"));
    }
}
