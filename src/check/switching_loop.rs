//! Broadcasts go round in circles: two switches are joined twice, or a cord leads from a switch back into it.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use crate::finding::{By, Explain, Finding, Manual, Plain, Reason, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::{BroadcastsHeard, Cut, Inventory, OwnReturned};
use crate::site::Plan;

/// What came round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SwitchingLoop {
    /// How it shows.
    pub shows: Shows,
    /// Broadcasts and multicasts that arrived; `None` where they were not counted.
    pub heard: Option<BroadcastsHeard>,
    /// Those of our own that came back; `None` in somebody's capture.
    pub own: Option<OwnReturned>,
}

/// How a loop shows, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Shows {
    /// The same broadcasts arrive at a rate that chokes a network.
    Storm,
    /// Our own frames come back again and again.
    Circling,
    /// Our own frames come back, no more often than a mirror would send them.
    Reflected,
}

/// Broadcasts a second from which on a switch speaks of a storm: the default of FortiSwitch's storm control (FortiGate CLI
/// reference, `switch-controller storm-control`, rate) and of the rising threshold of the D-Link DES-3208 (user's guide,
/// broadcast storm).
const STORM: u32 = 500;
/// Copies of one frame of ours that something on the way may send back: a mirrored port, which copies what enters and what
/// leaves.
const MIRRORED: u32 = 2;

/// The frames that came back, and the busiest second.
pub fn judge(inventory: &Inventory, _plan: &Plan) -> Verdict {
    let (heard, own) = (inventory.broadcasts().heard(), inventory.broadcasts().own());
    let busiest = heard.map(|(heard, _)| heard.busiest).unwrap_or_default();
    let copies = own.map_or(0, |(own, _)| own.copies);
    let shows = match copies {
        // Half of them repeated: many who speak at once are no storm.
        _ if busiest.frames >= STORM && u64::from(busiest.repeats) * 2 >= u64::from(busiest.frames) => Some(Shows::Storm),
        0 => None,
        1..=MIRRORED => Some(Shows::Reflected),
        _ => Some(Shows::Circling),
    };
    let Some(shows) = shows else { return unproved(inventory) };
    let severity = match shows {
        Shows::Storm => Severity::Broken,
        Shows::Circling => Severity::Degraded,
        Shows::Reflected => Severity::Risk,
    };
    let came_back = own.filter(|(own, _)| own.copies > 0).map(|(_, seen)| seen.clone());
    let evidence = heard.map(|(_, seen)| seen.clone()).into_iter().chain(came_back).collect();
    let problem = SwitchingLoop { shows, heard: heard.map(|(heard, _)| *heard), own: own.map(|(own, _)| *own) };
    Verdict::Found(vec![Finding::new(severity, Problem::SwitchingLoop(problem), evidence)])
}

/// What keeps it from being clear that there is no loop.
fn unproved(inventory: &Inventory) -> Verdict {
    let Some((heard, _)) = inventory.broadcasts().heard() else {
        let no_link = inventory.path().link().is_some_and(|link| !link.carrier);
        return Verdict::NotTested(if no_link { Reason::NoLink } else { Reason::CheckNotMade });
    };
    let coverage = inventory.coverage();
    if let Some(cut) = coverage.cut_of_watch() {
        return Verdict::NotTested(match cut {
            Cut::User | Cut::Interface => Reason::NotWatchedOut,
            cut => Reason::of_cut(cut, coverage.asked, coverage.planned),
        });
    }
    if coverage.frames_lost > 0 {
        return Verdict::NotTested(Reason::FramesLost { count: coverage.frames_lost });
    }
    let sent = inventory.broadcasts().own().map_or(0, |(own, _)| own.sent);
    if heard.frames == 0 && sent == 0 {
        return Verdict::NotTested(Reason::NothingBroadcast { watched_ms: heard.watched_ms });
    }
    Verdict::Clear
}

impl SwitchingLoop {
    fn numbers(&self) -> (BroadcastsHeard, OwnReturned) {
        (self.heard.unwrap_or_default(), self.own.unwrap_or_default())
    }
}

impl Explain for SwitchingLoop {
    fn english(&self) -> Wording {
        let (heard, own) = self.numbers();
        let (frames, repeats, most) = (heard.busiest.frames, heard.busiest.repeats, heard.busiest.copies);
        let copies = own.copies;
        let came_back = match copies {
            0 => String::new(),
            _ => format!(" Of this laptop's own broadcasts, one came back {copies} times for each time it was sent."),
        };
        let (title, why) = match self.shows {
            Shows::Storm => (
                format!("A storm of broadcasts: {frames} in one second"),
                format!(
                    "{repeats} of them repeat what was said at least twice within the same second; one frame came {most} times. No \
                     device says a thing so often: a loop between switches sends it round.{came_back} Every device must read each \
                     copy, so everything on this network is slow or dead."
                ),
            ),
            Shows::Circling => (
                "Our own broadcasts come back again and again: there is a loop".to_owned(),
                format!(
                    "One frame that this laptop sent came back {copies} times for each time it was sent. Only a loop between switches \
                     does that. It is no storm yet ({frames} broadcasts in the busiest second): a switch limits it, or few speak. \
                     Switches learn devices at the wrong port, and what is addressed to them gets lost."
                ),
            ),
            Shows::Reflected => (
                "Our own broadcasts come back to us".to_owned(),
                format!(
                    "Of {} broadcasts that this laptop sent, copies came back {} times, at most {copies} of one. A sound network never \
                     sends a frame back to where it came from: it is a loop that a switch keeps in check, or something that mirrors.",
                    own.sent, own.returned
                ),
            ),
        };
        let mut remedy = vec![
            "Look for a cord that was plugged in last: both ends in one switch or wall outlets, or a second cord between two switches, \
             or a telephone with both its sockets plugged into the wall."
                .to_owned(),
            "Unplug cords between switches one at a time and run trousse scan after each: the one that ends it closes the loop. \
             Where the lights of a switch all blink together, it is in the loop."
                .to_owned(),
            "Switch spanning tree (RSTP) on where switches have it, and loop protection on small ones, so that the next such cord is \
             shut off by itself."
                .to_owned(),
        ];
        if self.shows == Shows::Reflected {
            remedy.insert(
                0,
                "Rule out what mirrors: a switch port that copies others (SPAN), a Wi-Fi access point, two cards of this laptop in one \
                 bridge or bond."
                    .to_owned(),
            );
        }
        Wording { title, why, remedy }
    }

    fn french(&self) -> Wording {
        let (heard, own) = self.numbers();
        let (frames, repeats, most) = (heard.busiest.frames, heard.busiest.repeats, heard.busiest.copies);
        let copies = own.copies;
        let came_back = match copies {
            0 => String::new(),
            _ => format!(" Parmi les diffusions de ce portable, une est revenue {copies} fois par envoi."),
        };
        let (title, why) = match self.shows {
            Shows::Storm => (
                format!("Tempête de diffusions : {frames} en une seconde"),
                format!(
                    "{repeats} d'entre elles répètent ce qui avait déjà été dit au moins deux fois dans la même seconde ; une trame est \
                     arrivée {most} fois. Aucun appareil ne se répète autant : une boucle entre commutateurs la fait tourner.{came_back} \
                     Chaque appareil doit lire chaque copie : tout ce réseau est lent ou mort."
                ),
            ),
            Shows::Circling => (
                "Nos propres diffusions reviennent sans cesse : il y a une boucle".to_owned(),
                format!(
                    "Une trame émise par ce portable est revenue {copies} fois par envoi. Seule une boucle entre commutateurs fait cela. \
                     Ce n'est pas encore une tempête ({frames} diffusions dans la seconde la plus chargée) : un commutateur la limite, ou \
                     peu d'appareils parlent. Les commutateurs apprennent les appareils sur le mauvais port, et ce qui leur est adressé se \
                     perd."
                ),
            ),
            Shows::Reflected => (
                "Nos propres diffusions nous reviennent".to_owned(),
                format!(
                    "Pour {} diffusions émises par ce portable, des copies sont revenues {} fois, au plus {copies} d'une même trame. Un \
                     réseau sain ne renvoie jamais une trame d'où elle vient : c'est une boucle qu'un commutateur contient, ou quelque \
                     chose qui fait miroir.",
                    own.sent, own.returned
                ),
            ),
        };
        let mut remedy = vec![
            "Cherchez le dernier cordon branché : les deux bouts dans le même commutateur ou dans deux prises murales, un second cordon \
             entre deux commutateurs, ou un téléphone dont les deux prises vont au mur."
                .to_owned(),
            "Débranchez un à un les cordons entre commutateurs et relancez trousse scan après chacun : celui qui y met fin ferme la \
             boucle. Un commutateur dont tous les voyants clignotent ensemble est dans la boucle."
                .to_owned(),
            "Activez le spanning tree (RSTP) sur les commutateurs qui l'ont, et la protection contre les boucles sur les petits : le \
             prochain cordon de ce genre sera coupé tout seul."
                .to_owned(),
        ];
        if self.shows == Shows::Reflected {
            remedy.insert(
                0,
                "Écartez d'abord ce qui fait miroir : un port de commutateur qui en recopie d'autres (SPAN), un point d'accès Wi-Fi, deux \
                 cartes de ce portable dans un même pont ou agrégat."
                    .to_owned(),
            );
        }
        Wording { title, why, remedy }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "A cable joins the network to itself: messages go round without end and everything slows down or stops.",
                "Find that cable and unplug it.",
            ],
            french: [
                "Un câble relie le réseau à lui-même : les messages tournent sans fin, tout ralentit ou s'arrête.",
                "Trouver ce câble et le débrancher.",
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
            title: "Loop between switches",
            meaning: "Frames to everybody go round in circles between switches and are copied to every port at each turn. A small \
                      unmanaged switch does nothing against it. The whole network becomes slow, then dies, though every device is sound.",
            seen: "Two signs. A storm: in some second at least 500 broadcasts and multicasts arrive, and at least half of them are the \
                   third or a later copy of a frame within that second. 500 a second is the default from which FortiSwitch's storm \
                   control acts and the D-Link DES-3208 raises its alarm; protocols that repeat themselves say a thing three times at \
                   most (SSDP). Our own frames: a broadcast that this laptop sent arrives with its own address as the sender. More than \
                   two copies for each time it was sent is a loop (degraded, even without a storm); one or two is told as a risk. In \
                   somebody's capture only the storm can be seen, because it is not known whose laptop it was.",
            lookalikes: "Many devices that speak at once, or a colleague who scans: their frames differ, or come twice. A mirrored port \
                         (SPAN) sends our frames back once or twice. A Wi-Fi access point sends every broadcast of a station out again, \
                         to the station too; Linux drops that copy before it is counted, other systems may not. Two cards of the laptop in \
                         one bridge or bond hear each other. Televisions by multicast fill a network with frames that differ: no storm \
                         here, though IGMP snooping may be missing.",
            remedy: "Find the cord that closes the circle: the last one that was plugged in. Then spanning tree, or loop protection.",
        },
        Manual {
            title: "Boucle entre commutateurs",
            meaning: "Les trames adressées à tous tournent en rond entre commutateurs et sont recopiées sur chaque port à chaque tour. Un \
                      petit commutateur non administrable n'y peut rien. Tout le réseau ralentit puis meurt, alors que chaque appareil est \
                      sain.",
            seen: "Deux signes. Une tempête : en une seconde arrivent au moins 500 diffusions et multidiffusions, dont la moitié au moins \
                   sont la troisième copie d'une trame dans cette seconde, ou une suivante. 500 par seconde est le seuil par défaut où \
                   agit le « storm control » de FortiSwitch et où le D-Link DES-3208 donne l'alarme ; les protocoles qui se répètent \
                   disent une chose trois fois au plus (SSDP). Nos propres trames : une diffusion émise par ce portable arrive avec sa \
                   propre adresse comme émetteur. Plus de deux copies par envoi, c'est une boucle (dégradé, même sans tempête) ; une ou \
                   deux sont signalées comme un risque. Dans la capture d'un tiers, seule la tempête se voit, car on ne sait pas quel \
                   portable c'était.",
            lookalikes: "Beaucoup d'appareils qui parlent en même temps, ou un collègue qui analyse le réseau : leurs trames diffèrent, ou \
                         viennent deux fois. Un port miroir (SPAN) renvoie nos trames une ou deux fois. Un point d'accès Wi-Fi réémet toute \
                         diffusion d'une station, y compris vers elle ; Linux jette cette copie avant qu'elle soit comptée, d'autres \
                         systèmes peut-être pas. Deux cartes du portable dans un même pont ou agrégat s'entendent l'une l'autre. La \
                         télévision en multidiffusion remplit un réseau de trames toutes différentes : ce n'est pas une tempête ici, même \
                         si l'IGMP snooping manque peut-être.",
            remedy: "Trouvez le cordon qui ferme le cercle : le dernier branché. Ensuite spanning tree, ou protection contre les boucles.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::Scene;
    use crate::observe::{Busiest, Fact, Part};

    fn heard(frames: u32, repeats: u32, copies: u32) -> Fact {
        Fact::BroadcastsHeard(BroadcastsHeard {
            busiest: Busiest { frames, repeats, copies },
            frames: frames.into(),
            watched_ms: 4_000,
        })
    }

    fn own(copies: u32, sent: u64) -> Fact {
        Fact::OwnReturned(OwnReturned { copies, returned: copies.into(), sent })
    }

    fn severity(scene: &Scene) -> Option<Severity> {
        match scene.verdict(judge) {
            Verdict::Found(found) => Some(found[0].severity),
            _ => None,
        }
    }

    #[test]
    fn a_storm_is_many_and_mostly_the_same() {
        assert_eq!(severity(&Scene::default().fact(heard(500, 250, 240))), Some(Severity::Broken));
        assert_eq!(severity(&Scene::default().fact(heard(499, 499, 499))), None);
        // A colleague's sweep: many, and none a third time.
        assert_eq!(severity(&Scene::default().fact(heard(60_000, 0, 2))), None);
        assert_eq!(severity(&Scene::default().fact(heard(1_000, 499, 90))), None);
    }

    #[test]
    fn our_own_frames_tell_a_loop_from_a_mirror_by_how_often_they_come_back() {
        let scene = |copies| Scene::default().fact(heard(40, 20, 9)).fact(own(copies, 254));
        assert_eq!(severity(&scene(3)), Some(Severity::Degraded));
        assert_eq!(severity(&scene(2)), Some(Severity::Risk));
        assert_eq!(scene(0).verdict(judge), Verdict::Clear);
        let words = scene(1).found(judge)[0].problem.explain().words(Language::En);
        assert!(words.remedy[0].contains("SPAN"), "{words:?}");
    }

    #[test]
    fn what_was_not_listened_to_is_not_clear() {
        let quiet = Scene::default().fact(heard(0, 0, 0));
        assert_eq!(quiet.clone().verdict(judge), Verdict::NotTested(Reason::NothingBroadcast { watched_ms: 4_000 }));
        assert_eq!(quiet.clone().fact(own(0, 1)).verdict(judge), Verdict::Clear);
        assert_eq!(quiet.clone().fact(own(0, 1)).cut(Cut::User).verdict(judge), Verdict::NotTested(Reason::NotWatchedOut));
        let hurried = |part| quiet.clone().fact(own(0, 1)).out_of_time(&[part]).verdict(judge);
        assert_eq!(hurried(Part::Addresses), Verdict::NotTested(Reason::OutOfTime { asked: 0, planned: 0 }));
        assert_eq!(hurried(Part::Services), Verdict::Clear);
        assert_eq!(Scene::swept().verdict(judge), Verdict::NotTested(Reason::CheckNotMade));
        let lost = Scene::default().fact(heard(9, 0, 1)).fact(Fact::FramesLost { count: 7 });
        assert_eq!(lost.verdict(judge), Verdict::NotTested(Reason::FramesLost { count: 7 }));
    }
}
