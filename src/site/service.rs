//! The services that a plan names, and what must not be reached.

use std::collections::HashSet;

use super::Plan;
use crate::fault::Why;
use crate::service::{self, MOST};

/// Every service and every barrier can be asked, and stands once.
pub(super) fn check(plan: &Plan) -> Result<(), Why> {
    let services = plan.services.iter().map(|service| (&service.name, service.check()));
    let barriers = plan.barriers.iter().map(|barrier| (&barrier.name, barrier.check()));
    let mut seen = HashSet::new();
    for (index, (name, checked)) in services.chain(barriers).enumerate() {
        if index >= 2 * MOST {
            break;
        }
        let of = |why: Why| {
            Why::new(format!("the service {name:?}: {}", why.english), format!("le service {name:?} : {}", why.french))
        };
        service::name(name).and(checked).map_err(of)?;
        if !seen.insert(name.trim().to_lowercase()) {
            return Err(Why::new(format!("the service {name:?} stands twice"), format!("le service {name:?} figure deux fois")));
        }
    }
    let most = plan.services.len().max(plan.barriers.len());
    if most > MOST {
        return Err(Why::new(
            format!("a plan names at most {MOST} services, this one {most}"),
            format!("un plan nomme au plus {MOST} services, celui-ci {most}"),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_that_stands_twice_or_cannot_be_asked_is_refused() {
        let said = |text: &str| Plan::parse(text).expect_err("a refusal").english;
        let one = "[[service]]\nname = \"intranet\"\nhost = \"10.0.0.7\"\nkind = \"http\"\n";
        assert_eq!(said(&format!("{one}{}", one.replace("intranet", "Intranet"))), "the service \"Intranet\" stands twice");
        assert_eq!(said(&one.replace("\"http\"", "\"tcp\"")), "the service \"intranet\": it needs a port from 1 to 65535");
        assert!(
            said(&one.replace("\"http\"", "\"gopher\"")).starts_with("line 4: unknown variant `gopher`, expected one of `tcp`")
        );
        assert!(said(&format!("{one}colour = 3")).starts_with("line 5: unknown field `colour`"));
        let wall = "[[must_not_reach]]\nname = \"LAN\"\nhost = \"10.0.0.7\"\nports = [0]\n";
        assert!(said(wall).starts_with("the service \"LAN\": ports are from 1 to 65535"));
    }

    #[test]
    fn a_plan_of_ten_thousand_is_read_and_one_more_is_refused() {
        let plan = |count: usize| {
            let one = |number| format!("[[service]]\nname = \"{number}\"\nhost = \"10.0.0.7\"\nkind = \"ping\"\n");
            Plan::parse(&(0..count).map(one).collect::<String>())
        };
        assert_eq!(plan(MOST).map(|plan| plan.services.len()), Ok(MOST));
        assert!(plan(MOST + 1).expect_err("a refusal").english.starts_with("a plan names at most 10000 services"));
    }
}
