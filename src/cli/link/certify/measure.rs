//! One outlet measured: the link by the card, who is at the other end, and, where its profile asks for them, DHCP and the
//! gateway.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::certify::walk::Key;
use crate::certify::{Measured, Profile};
use crate::cli::leases::LeaseArgs;
use crate::cli::visit;
use crate::edge::linux::carrier::Carrier;
use crate::edge::linux::keys::Keys;
use crate::edge::look::Request;
use crate::edge::stop;
use crate::fault::{Fault, Result};
use crate::language::Language;
use crate::net::Targets;
use crate::observe::Inventory;
use crate::probe::{Asking, Errand, PowerWanted, Rate, Switching};
use crate::site::{Outlet, Plan};

/// The kernel tells of a link that went within a second (linkwatch).
const SOON: Duration = Duration::from_millis(1500);

/// How a measurement ended.
pub(super) enum Ended {
    /// Everything was measured.
    Whole(Measured),
    /// The link went meanwhile; what was measured until then.
    Lost(Measured),
    /// A key was pressed.
    Key(Key),
    /// Ctrl-C.
    Stopped,
}

/// What a measurement needs.
pub(super) struct Bench<'a> {
    pub(super) interface: &'a str,
    pub(super) plan: &'a Plan,
    pub(super) record: Option<&'a Path>,
    /// For how many seconds a neighbour is listened to that does not speak.
    pub(super) listen: u16,
    pub(super) language: Language,
}

impl Bench<'_> {
    /// Measures. Where `has_link` is false, somebody says that none comes, and only the card is asked.
    pub(super) fn measure(
        &self,
        outlet: &Outlet,
        profile: &Profile,
        has_link: bool,
        carrier: &mut Carrier,
        keys: &mut Keys,
    ) -> Result<Ended> {
        let mut measured = Measured::default();
        let wants_way_out = profile.dhcp || profile.gateway_loss_percent.is_some();
        for errand in [Errand::Link, Errand::Dhcp] {
            if errand == Errand::Dhcp && !(has_link && wants_way_out) {
                continue;
            }
            if has_link && !carrier.is_up() {
                return Ok(Ended::Lost(measured));
            }
            let mut interrupted = None;
            let looked = {
                let mut ends = |_| {
                    if interrupted.is_none() {
                        interrupted = interruption(has_link, carrier, keys, Duration::ZERO);
                    }
                    interrupted.is_some()
                };
                self.look(errand, outlet, &mut ends)
            };
            // A look that cannot begin because the link has just gone is told so before the watch is.
            let patience = if looked.is_err() { SOON } else { Duration::ZERO };
            let interrupted = interrupted.or_else(|| interruption(has_link, carrier, keys, patience));
            match (&looked, errand) {
                (Ok(inventory), Errand::Link) => measured.link(inventory),
                (Ok(inventory), _) => measured.way_out(inventory),
                (Err(_), _) => {}
            }
            match interrupted {
                Some(Ok(Ended::Lost(_))) => return Ok(Ended::Lost(measured)),
                Some(ended) => return ended,
                None if stop::pressed() => return Ok(Ended::Stopped),
                None => drop(looked?),
            }
        }
        Ok(Ended::Whole(measured))
    }

    fn look(&self, errand: Errand, outlet: &Outlet, ends: &mut dyn FnMut(crate::net::Moment) -> bool) -> Result<Inventory> {
        let request = Request {
            errand,
            interface: Some(self.interface.to_owned()),
            targets: Some(Targets::default()),
            rate: Rate::Max,
            quick: false,
            budget: None,
            agreed: false,
            cable_test: None,
            fills: false,
            asking: Asking::default(),
            switching: Switching::default(),
            snmp: None,
            power: PowerWanted::default(),
            plan: self.plan.clone(),
            // The list is compared in the certificate, outlet by outlet.
            outlet: None,
            listen_ms: u32::from(self.listen) * 1000,
        };
        let folder = self.record.map(|folder| free(folder, &outlet.label, errand)).transpose()?;
        let looked = visit::look_until(request, &LeaseArgs::default(), folder.as_deref(), self.language, ends);
        let (_, recorded, inventory) = looked?;
        recorded.map(|()| inventory)
    }
}

/// What ends a measurement early; the link is waited for at most so long.
fn interruption(has_link: bool, carrier: &mut Carrier, keys: &mut Keys, patience: Duration) -> Option<Result<Ended>> {
    match carrier.changed(patience) {
        Err(fault) => return Some(Err(fault)),
        Ok(changes) if has_link && changes.contains(&false) => return Some(Ok(Ended::Lost(Measured::default()))),
        Ok(_) => {}
    }
    // What else is pressed while it is measured is about nothing.
    let key = keys.pressed().into_iter().filter_map(Key::of).find(|key| matches!(key, Key::Skip | Key::Quit));
    key.map(|key| Ok(Ended::Key(key)))
}

/// A folder for a record that holds none yet: `A12`, `A12-dhcp`, and where it is measured again `A12-2`.
fn free(folder: &Path, label: &str, errand: Errand) -> Result<PathBuf> {
    let plain: String = label.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let kind = if errand == Errand::Dhcp { "-dhcp" } else { "" };
    let numbered = |number: u32| match number {
        1 => folder.join(format!("{plain}{kind}")),
        _ => folder.join(format!("{plain}-{number}{kind}")),
    };
    (1..=u32::from(u16::MAX)).map(numbered).find(|folder| !folder.exists()).ok_or_else(|| {
        let shown = folder.display();
        Fault::new(
            format!("{shown} holds too many records of {label}"),
            format!("{shown} contient trop d'enregistrements de {label}"),
        )
        .hint("name another folder", "indiquez un autre dossier")
    })
}
