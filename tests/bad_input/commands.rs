//! Words on the command line that mean nothing, and plans that cannot be used. Each scan names an interface that no machine has:
//! were it not refused, it would still ask nobody.

use crate::{Folder, are_refused};

#[test]
fn an_interface_that_is_not_there() {
    are_refused(&["scan", "-i", "atlantis0"], "no such interface: atlantis0", "interface inconnue : atlantis0");
}

#[test]
fn an_interface_that_is_no_ethernet() {
    are_refused(&["scan", "-i", "lo"], "lo is not an Ethernet interface", "lo n'est pas une interface Ethernet");
}

#[test]
fn targets_that_are_none() {
    for target in ["lan", "10.0.0.0/33", "10.0.0.256", "fe80::1", "10.0.0.1-"] {
        are_refused(&["scan", "-i", "atlantis0", target], &format!("\"{target}\""), &format!("« {target} »"));
    }
}

#[test]
fn a_range_that_ends_before_it_begins() {
    are_refused(&["scan", "-i", "atlantis0", "10.0.0.9-3"], "ends before it begins", "finit avant de commencer");
}

#[test]
fn a_rate_that_is_none() {
    for rate in ["0", "-5", "fast"] {
        are_refused(&["scan", "-i", "atlantis0", &format!("--rate={rate}")], &format!("\"{rate}\""), &format!("« {rate} »"));
    }
}

#[test]
fn a_budget_that_is_none_or_makes_no_sense() {
    for budget in ["soon", "-60s", "60 parsecs", "0", "4s", "25h", "99999999999999999999h"] {
        let option = format!("--budget={budget}");
        are_refused(&["diagnose", "-i", "atlantis0", &option], &format!("\"{budget}\""), &format!("« {budget} »"));
    }
    are_refused(
        &["diagnose", "-i", "atlantis0", "--budget", "60s"],
        "no such interface: atlantis0",
        "interface inconnue : atlantis0",
    );
}

#[test]
fn a_format_that_nobody_writes() {
    are_refused(&["scan", "-i", "atlantis0", "--format", "docx"], "\"docx\" is not possible", "« docx » n'est pas possible");
}

#[test]
fn a_command_an_option_and_a_code_that_are_not_there() {
    are_refused(&["atlantis"], "no such command: atlantis", "commande inconnue : atlantis");
    are_refused(&["scan", "-i", "atlantis0", "--atlantis"], "no such option: --atlantis", "option inconnue : --atlantis");
    are_refused(&["explain", "L9-atlantis"], "no such code: L9-atlantis", "code inconnu : L9-atlantis");
}

#[test]
fn a_report_that_cannot_be_written_is_refused_before_anything_is_asked() {
    are_refused(&["scan", "-i", "atlantis0", "-o", "/no/such/folder/report.json"], "cannot write", "impossible d'écrire");
}

#[test]
fn a_plan_that_is_not_there_or_cannot_be_used() {
    let folder = Folder::new();
    let overlap = "[[network]]\nprefix = \"10.0.0.0/8\"\n[[network]]\nprefix = \"10.1.0.0/16\"\n";
    let cases = [
        (folder.with("colour.toml", "site = \"x\"\ncolour = 3\n"), "line 2: unknown field `colour`"),
        (folder.with("overlap.toml", overlap), "10.0.0.0/8 and 10.1.0.0/16 overlap"),
        (folder.with("text.toml", "this is no plan"), "line 1: "),
        (folder.with("esc.toml", "\"\\u001b]0;x\\u0007\" = 1\n"), "line 1: unknown field"),
        (folder.file("missing.toml"), "cannot read the plan"),
    ];
    for (plan, said) in cases {
        let french = if said.starts_with("cannot") { "illisible" } else { "refusé" };
        are_refused(&["scan", "-i", "atlantis0", "--site", &plan], said, french);
        are_refused(&["site", "check", &plan], said, french);
    }
}

#[test]
fn an_authority_that_is_not_there_or_is_none() {
    let folder = Folder::new();
    let plan = folder
        .with("plan.toml", "[[service]]\nname = \"portal\"\nhost = \"10.0.0.2\"\nkind = \"https\"\nauthority = \"ours.pem\"\n");
    let refused = |english: &str, french: &str| {
        are_refused(&["diagnose", "-i", "atlantis0", "--site", &plan], english, french);
        are_refused(&["site", "check", &plan], english, french);
    };
    refused("the service \"portal\": cannot read the authority", "le service \"portal\" : autorité");
    folder.with("ours.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    refused("ours.pem holds no certificate", "ours.pem ne contient aucun certificat");
}

#[test]
fn a_plan_that_a_person_has_worked_on_is_never_overwritten() {
    let folder = Folder::new();
    let plan = folder.with("plan.toml", "site = \"mine\"\n");
    let visit = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/visits/vineyard");
    are_refused(&["site", "init", visit, "-o", &plan], "exists already", "existe déjà");
    assert_eq!(std::fs::read_to_string(&plan).expect("the plan"), "site = \"mine\"\n");
    are_refused(&["site", "init", "/no/such/visit"], "cannot read", "illisible");
    are_refused(&["site", "init", visit, "-o", "/no/such/folder/plan.toml"], "cannot write", "impossible d'écrire");
}
