//! Raises every lab of `tests/labs` and runs the kit in it: it must find exactly what is there.

#![cfg(target_os = "linux")]

use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use trousse::edge::lab::{self, Lab};
use trousse::language::Language;

/// How long a thing that must happen may take.
const SOON: Duration = Duration::from_secs(10);

fn trousse() -> Command {
    Command::new(env!("CARGO_BIN_EXE_trousse"))
}

fn known(name: &str) -> Lab {
    lab::find(name).unwrap_or_else(|fault| panic!("{fault}"))
}

/// Whether this lab can be raised here. Where it cannot, says why; that is a failure where labs are required.
fn can_run(lab: &Lab) -> bool {
    let why = match lab::missing(lab) {
        Some(fault) => fault.say(Language::En),
        None => {
            let tried = trousse().args(["lab", "own-address", "--", "true"]).output().expect("the program starts");
            if tried.status.success() {
                return true;
            }
            String::from_utf8_lossy(&tried.stderr).into_owned()
        }
    };
    let why = why.lines().next().unwrap_or_default();
    eprintln!("not run: needs {}", why.split_once(" needs ").map_or(why, |(_, what)| what));
    assert_ne!(std::env::var("TROUSSE_REQUIRE_LABS").as_deref(), Ok("1"), "labs are required here");
    false
}

/// Runs the kit as the lab says and compares.
fn the_kit_finds_what_is_in(name: &str) {
    if can_run(&known(name)) {
        let output = trousse().args(["lab", name]).output().expect("the program starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "lab {name}: {}\n{said}", output.status);
    }
}

mod each {
    use super::the_kit_finds_what_is_in;

    include!(concat!(env!("OUT_DIR"), "/lab_tests.rs"));
}

fn within(name: &str, shell: &str) -> Option<(ExitStatus, String)> {
    can_run(&known(name)).then(|| {
        let output = trousse().args(["lab", name, "--", "sh", "-c", shell]).output().expect("the program starts");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        (output.status, said)
    })
}

#[test]
fn every_lab_reads_well_and_has_a_title_in_both_languages() {
    for (name, text) in lab::LABS {
        let lab = Lab::parse(name, text).unwrap_or_else(|fault| panic!("{fault}"));
        assert!(Language::ALL.iter().all(|&language| !lab.title(language).is_empty()), "{name}");
        assert_ne!(lab.title(Language::En), lab.title(Language::Fr), "{name}");
    }
}

#[test]
fn a_command_gives_its_exit_code_back() {
    if let Some((status, _)) = within("own-address", "exit 7") {
        assert_eq!(status.code(), Some(7));
    }
    if let Some((status, _)) = within("own-address", "kill -TERM $$") {
        assert_eq!(status.code(), Some(128 + 15));
    }
}

/// Runs the kit among real DHCP servers; gives their lease files before and after, and the reports of the visit and of its
/// replay.
fn asked_dhcp_servers(name: &str, how: &str, leases: &str) -> Option<[String; 4]> {
    let program = env!("CARGO_BIN_EXE_trousse");
    let shell = format!(
        "cd $LAB_DIR && cat {leases} 2>&1; printf '\\001'; \
         {program} dhcp -i lan0 {how} --record $HOST_DIR/visit --format json -o $HOST_DIR/live.json; \
         cat {leases} 2>&1; printf '\\001'; cat $HOST_DIR/live.json; printf '\\001'; \
         {program} replay $HOST_DIR/visit --format json"
    );
    let (_, said) = within(name, &shell)?;
    let parts: Vec<String> = said.split('\u{1}').map(str::to_owned).collect();
    Some(parts.try_into().unwrap_or_else(|parts| panic!("four parts: {parts:?}")))
}

#[test]
fn asking_dhcp_servers_leaves_no_lease_and_replays_to_the_same_report() {
    let leases = "box/dnsmasq.leases second/kea-leases4.csv";
    if let Some([before, after, live, replayed]) = asked_dhcp_servers("innocent-dhcp", "--ask-pool --ask-leases", leases) {
        assert!(before.contains("hwaddr"), "Kea keeps a lease file: {before}");
        assert_eq!(before, after);
        assert!(live.contains("10.0.0.1") && live.contains("10.0.0.3"), "{live}");
        assert_eq!(live, replayed);
    }
    let leases = "annuaire-1/dhcpd.leases annuaire-2/kea-leases4.csv box/dnsmasq.leases";
    if let Some([before, after, live, replayed]) = asked_dhcp_servers("rogue-dhcp", "", leases) {
        assert_eq!(before, after);
        assert_eq!(live, replayed);
    }
}

/// The last number of each end of the ranges that a report shows of a server.
fn ranges_found(report: &serde_json::Value, server: &str) -> Vec<(u8, u8)> {
    let rows = report["dhcp_servers"].as_array().into_iter().flatten();
    let row =
        rows.filter(|row| row["server"] == server).flat_map(|row| row["ranges_found"].as_array().cloned().unwrap_or_default());
    let ends = row.filter_map(|range| {
        let range = range.as_str()?.parse::<trousse::site::Range>().ok()?;
        Some((range.first.octets()[3], range.last.octets()[3]))
    });
    ends.collect()
}

#[test]
fn asking_three_servers_for_their_ranges_leaves_their_files_alone_and_shows_nothing_that_is_not_in_them() {
    let leases = "annuaire-1/dhcpd.leases annuaire-2/kea-leases4.csv box/dnsmasq.leases";
    let Some([before, after, live, replayed]) = asked_dhcp_servers("ask-pool", "--ask-pool --ask-leases", leases) else { return };
    assert_eq!(before, after);
    assert_eq!(live, replayed);
    let report: serde_json::Value = serde_json::from_str(&live).expect("a report");
    for (server, held, (first, last)) in
        [("10.0.0.1", 30, (20, 60)), ("10.0.0.2", 170, (150, 199)), ("10.0.0.3", 140, (100, 149))]
    {
        let found = ranges_found(&report, server);
        assert!(found.iter().all(|range| first <= range.0 && range.1 <= last), "{server}: {found:?}");
        assert!(found.iter().any(|range| range.0 < held && held < range.1), "{server}: {found:?}");
    }
    assert!(report["coverage"]["dhcp"]["wishes"].as_u64().is_some_and(|wishes| (1..=24).contains(&wishes)), "{live}");
}

#[test]
fn a_diagnosis_replays_to_the_same_report_and_takes_no_lease() {
    let program = env!("CARGO_BIN_EXE_trousse");
    for name in ["diagnose-clear", "wrong-gateway", "no-carrier", "loop", "cable-pulled"] {
        let shell = format!(
            "{program} diagnose --record $HOST_DIR/visit --format json -o $HOST_DIR/live.json -i lan0; cat $HOST_DIR/live.json; \
             printf '\\001'; {program} replay $HOST_DIR/visit --format json; printf '\\001'; cat $LAB_DIR/box/*.leases 2>/dev/null"
        );
        let Some((_, said)) = within(name, &shell) else { return };
        let parts: Vec<&str> = said.split('\u{1}').collect();
        let [live, replayed, leases] = parts[..] else { panic!("three parts: {parts:?}") };
        assert!(live.contains("L1-no-carrier"), "{live}");
        assert_eq!((live, leases), (replayed, ""), "{name}");
    }
}

#[test]
fn a_cable_is_tested_only_where_somebody_agreed_and_what_the_card_told_is_in_the_record() {
    let program = env!("CARGO_BIN_EXE_trousse");
    let shell = format!(
        "{program} --lang en link lan0 --cable-test </dev/null 2>&1; printf '\\001'; {program} link lan0 --cable-test --yes \
         --record $HOST_DIR/visit --format json -o $HOST_DIR/live.json; cat $HOST_DIR/live.json; printf '\\001'; \
         {program} replay $HOST_DIR/visit --format json"
    );
    let Some((_, said)) = within("card-knows-nothing", &shell) else { return };
    let parts: Vec<&str> = said.split('\u{1}').collect();
    let [refused, live, replayed] = parts[..] else { panic!("three parts: {parts:?}") };
    assert!(refused.contains("nobody agreed") && refused.contains("--yes"), "{refused}");
    assert!(live.contains("\"card-silent\"") && live.contains("\"not-supported\""), "{live}");
    assert_eq!(live, replayed);
}

#[test]
fn a_line_is_filled_only_where_somebody_agreed_and_a_deep_look_replays_to_the_same_report() {
    let program = env!("CARGO_BIN_EXE_trousse");
    let asked = format!("{program} --lang en diagnose -i lan0 --site plan.toml 10.0.0.2-3 --quick");
    let shell = format!(
        "cd $HOST_DIR; {asked} --deep </dev/null 2>&1; echo code $?; printf '\\001'; \
         {asked} --format json; echo code $?; printf '\\001'; \
         PATH=/nowhere {asked} --deep --yes --format json 2>/dev/null; printf '\\001'; \
         {asked} --deep --yes --record visit --format json -o live.json 2>/dev/null; cat live.json; printf '\\001'; \
         {program} replay visit --format json"
    );
    let Some((_, said)) = within("throughput", &shell) else { return };
    let parts: Vec<&str> = said.split('\u{1}').collect();
    let [refused, plain, without, live, replayed] = parts[..] else { panic!("five parts: {parts:?}") };
    assert!(refused.contains("“second building” (10.0.0.3, port 5201) is filled for 4 s"), "{refused}");
    assert!(refused.contains("nothing was sent") && refused.contains("add --yes") && refused.ends_with("code 2\n"), "{refused}");
    // The plan asks for it, so that its absence is told, and by one check alone.
    assert!(plain.ends_with("code 3\n") && plain.matches("throughput-not-agreed").count() == 1, "{plain}");
    assert!(without.contains("\"no-iperf3\"") && without.matches("\"verdict\": \"found\"").count() == 1, "{without}");
    assert!(live.contains("L4-low-throughput") && live.contains("bits_s"), "{live}");
    assert_eq!(live, replayed);
}

#[test]
fn iperf3_ends_with_the_kit_however_that_ends() {
    let plan = "[[service]]\nname = \"long\"\nhost = \"10.0.0.2\"\nkind = \"throughput\"\nseconds = 60\n";
    // The brackets keep the shell, whose own command line this is, from finding itself.
    let until = |what: &str| format!("n=0; until {what} || [ $((n+=1)) -gt 1200 ]; do sleep 0.05; done");
    let ended = |signal: &str| {
        format!(
            "{0} diagnose -i lan0 --site long.toml 10.0.0.2 --quick --deep --yes --format json -o {signal}.json 2>/dev/null & kit=$!; {1}; \
             kill -{signal} $kit; wait $kit; echo code $?; {2};",
            env!("CARGO_BIN_EXE_trousse"),
            until("pgrep -f 'iperf3 --jso[n]' >/dev/null"),
            until("! pgrep -f 'iperf3 --jso[n]' >/dev/null"),
        )
    };
    let shell = format!("cd $HOST_DIR; printf '{plan}' >long.toml; {} {} cat INT.json", ended("INT"), ended("KILL"));
    let Some((_, said)) = within("throughput", &shell) else { return };
    // Stopped is not silent, and not refused: it accuses nobody, and what was seen before stands.
    assert!(said.starts_with("code 3\ncode 137\n"), "{said}");
    assert!(said.contains("\"became\": \"stopped\"") && said.contains("service-not-asked"), "{said}");
}

#[test]
fn a_switch_tests_our_own_port_only_where_that_was_agreed_and_the_record_replays_to_the_same_report() {
    let program = env!("CARGO_BIN_EXE_trousse");
    let asked = format!("{program} --lang en link lan0 --listen 0 --cable-test --switch 10.0.0.2 --community ecriture");
    let shell = format!(
        "{asked} </dev/null 2>&1; ls $HOST_DIR/../switch/state 2>&1; printf '\\001'; {asked} --yes --record $HOST_DIR/visit --format json \
         -o $HOST_DIR/live.json; cat $HOST_DIR/live.json; printf '\\001'; {program} replay $HOST_DIR/visit --format json; \
         printf '\\001'; cat $HOST_DIR/visit/*.json*; cat $HOST_DIR/../switch/state"
    );
    let Some((_, said)) = within("switch-cable-test", &shell) else { return };
    let parts: Vec<&str> = said.split('\u{1}').collect();
    let [refused, live, replayed, record] = parts[..] else { panic!("four parts: {parts:?}") };
    assert!(refused.contains("cuts our own path") && refused.contains("--yes"), "{refused}");
    assert!(refused.contains("No such file"), "the switch was written to: {refused}");
    assert!(live.contains("\"accuracy_m\": 10"), "{live}");
    assert_eq!(live, replayed);
    assert!(record.contains("switch-tested-cable") && !record.contains("ecriture"), "{record}");
    assert!(record.trim_end().ends_with("new"), "the switch has tested, and says so where it did not before: {record}");
}

#[test]
fn the_community_is_asked_for_at_the_terminal_and_shown_neither_there_nor_in_the_record() {
    let program = env!("CARGO_BIN_EXE_trousse");
    let asked = format!("{program} --lang en link locate 02:00:00:00:00:90 -i lan0 --switch 10.0.0.2");
    // What is typed comes once the question stands there, as from somebody who reads it. Ctrl-C goes to the shell too: it goes
    // on.
    let typed = |keys: &str, command: &str, shown: &str| {
        format!(
            "cd $HOST_DIR; : >{shown}; (n=0; until grep -q 'community of the switch' {shown} || [ $((n+=1)) -gt 3000 ]; do sleep 0.02; done; \
             printf '{keys}') \
             | script -qefc '{command}' {shown} >{shown}.copy; cat {shown}"
        )
    };
    let shell = format!(
        "{}; printf '\\001'; {}; printf '\\001'; {asked} </dev/null 2>&1; printf '\\001'; cat $HOST_DIR/visit/*.json*",
        typed("lextu\\025lecture\\r", &format!("{asked} --record visit"), "located"),
        typed("lec\\003", &format!("trap : INT; {asked}; echo code $?; stty -a"), "stopped"),
    );
    let Some((_, said)) = within("switch-cable-test", &shell) else { return };
    let parts: Vec<&str> = said.split('\u{1}').collect();
    let [located, stopped, unasked, record] = parts[..] else { panic!("four parts: {parts:?}") };
    assert!(located.contains("it is not shown") && located.contains("Gi0/7"), "{located}");
    assert!(!located.contains("lecture") && !located.contains("lextu"), "{located}");
    assert!(stopped.contains("no community was given") && stopped.contains("code 2"), "{stopped}");
    assert!(stopped.contains(" echo ") && stopped.contains(" icanon ") && !stopped.contains("lec\r"), "{stopped}");
    assert!(unasked.contains("not known how the switch 10.0.0.2 is asked"), "{unasked}");
    assert!(record.contains("switch-told") && !record.contains("lecture"), "{record}");
}

#[test]
fn a_switch_asked_for_its_power_replays_to_the_same_report_and_the_record_holds_no_community() {
    let program = env!("CARGO_BIN_EXE_trousse");
    let shell = format!(
        "{program} link poe --switch 10.0.0.2 --community hotel --will-fit 4,4,4 --record $HOST_DIR/visit --format json \
         -o $HOST_DIR/live.json; cat $HOST_DIR/live.json; printf '\\001'; {program} replay $HOST_DIR/visit --format json; \
         printf '\\001'; cat $HOST_DIR/visit/*.json*"
    );
    let Some((_, said)) = within("hotel", &shell) else { return };
    let parts: Vec<&str> = said.split('\u{1}').collect();
    let [live, replayed, record] = parts[..] else { panic!("three parts: {parts:?}") };
    assert!(live.contains("\"too-little-power\"") && live.contains("L1-poe-budget"), "{live}");
    assert_eq!(live, replayed);
    assert!(record.contains("switch-told") && !record.contains("\"hotel\""), "{record}");
}

#[test]
fn a_switch_is_asked_again_by_retest_where_the_community_is_given_again() {
    let program = env!("CARGO_BIN_EXE_trousse");
    let shell = format!(
        "{program} link poe --switch 10.0.0.2 --community hotel --record $HOST_DIR/visit >/dev/null; \
         TROUSSE_SNMP_COMMUNITY=hotel {program} retest $HOST_DIR/visit --format csv; printf '\\001'; {program} retest $HOST_DIR/visit --format csv"
    );
    let Some((_, said)) = within("hotel", &shell) else { return };
    let (asked, unasked) = said.split_once('\u{1}').expect("two comparisons");
    let of = |text: &str, status: &str| text.lines().filter(|line| line.starts_with(&format!("finding,{status},L1-poe"))).count();
    assert_eq!((of(asked, "still-there"), of(asked, "closed")), (6, 0), "{asked}");
    assert_eq!((of(unasked, "not-tested-again"), of(unasked, "closed")), (6, 0), "{unasked}");
}

#[test]
fn a_record_of_switches_gives_the_same_report_and_holds_no_community_and_no_password() {
    let shell = format!(
        "cd /run/lab/kit && {0} link locate 10.0.20.50 -i lan0 --switch 10.0.20.1 --site plan.toml --record v --format json > live; \
         {0} replay v --format json > replayed; cmp live replayed && grep -rhoE 'Gi1/0/12|bureaux-lecture|battery|correct-horse' v live \
         | sort -u",
        env!("CARGO_BIN_EXE_trousse"),
    );
    if let Some((_, said)) = within("locate", &shell) {
        assert_eq!(said, "Gi1/0/12\n");
    }
}

#[test]
fn a_neighbour_of_ipv6_alone_has_the_names_that_the_server_and_itself_give_it() {
    let shell = format!("{} scan -i lan0 --format json", env!("CARGO_BIN_EXE_trousse"));
    let Some((_, said)) = within("ipv6-only", &shell) else { return };
    let report: serde_json::Value = serde_json::from_str(&said).expect("a report");
    let rows = report["hosts"].as_array().expect("the hosts");
    let pc = rows.iter().find(|row| row["ip"] == "2001:db8:1::11").unwrap_or_else(|| panic!("{said}"));
    let names = pc["names"].to_string();
    assert!(names.contains("pc.site.lan") && names.contains("accueil.local"), "{pc}");
}

#[test]
fn a_record_of_services_needs_no_file_of_the_authority_and_holds_no_key() {
    let shell = format!(
        "cd /run/lab/kit && cat ../server/authority.key >>../server/authority.pem; ask='-i lan0 10.0.0.1-10 --site plan.toml'; \
         {0} diagnose $ask --record v --format json >live; mv ../server/authority.pem ../server/gone.pem; \
         {0} replay v --format json >replayed; cmp live replayed; {0} replay v --site plan.toml --format json >named; cmp live named; \
         {0} retest v --format csv | grep -c 'still-there,L7-tls-certificate'; grep -rc 'PRIVATE' v live | sort; \
         {0} --lang en diagnose $ask 2>&1; echo $?",
        env!("CARGO_BIN_EXE_trousse"),
    );
    let Some((_, said)) = within("services-tls", &shell) else { return };
    let lines: Vec<&str> = said.lines().collect();
    let [still, holds @ .., refused, hint, code] = &lines[..] else { panic!("{said}") };
    assert_eq!((*still, *code), ("6", "2"), "{said}");
    assert!(!holds.is_empty() && holds.iter().all(|file| file.ends_with(":0")), "{said}");
    assert!(refused.contains("cannot read the authority") && refused.contains("authority.pem"), "{said}");
    assert!(hint.starts_with("hint: "), "{said}");
}

#[test]
fn a_walk_that_was_torn_off_goes_on_and_a_full_disk_loses_nothing_that_was_measured() {
    let program = env!("CARGO_BIN_EXE_trousse");
    // A key, and the end once so many outlets stand in the journal; a tmpfs of a page holds the list and no outlet more.
    let shell = format!(
        "cd $HOST_DIR; walk() {{ timeout 60 {program} --lang en link certify lan0 --prefix A --profile camera --no-sound --listen 0 \"$@\" 2>&1; }}; \
         await() {{ n=0; until \"$@\" || [ $((n+=1)) -gt 3000 ]; do sleep 0.02; done; }}; \
         whole() {{ [ $(grep -c '^{{.is.:.measured.*}}$' journal) -ge $1 ]; }}; \
         go() {{ (printf m; await whole $1; printf q) | walk --to 2 --journal journal; printf '\\001'; }}; \
         touch journal; go 1; truncate -s -2 journal; go 1; go 2; \
         {program} --lang en link certify --report journal | head -3; \
         mkdir small; mount -t tmpfs -o size=4k none small; printf '\\001'; mkfifo keys; \
         walk --to 32 --journal small/journal <keys >said & exec 3>keys; printf m >&3; await grep -q 'kept in memory' said; \
         printf q >&3; wait $!; echo \"exit $?\"; cat said"
    );
    let Some((_, said)) = within("card-knows-nothing", &shell) else { return };
    let parts: Vec<&str> = said.split('\u{1}').collect();
    let [first, again, last, report, full] = parts[..] else { panic!("five parts: {said}") };
    assert!(first.contains("A1 PASS IN PART") && first.contains("A2      –      not measured"), "{said}");
    assert!(again.contains("0 of 2 outlets are measured already") && again.contains("A1 PASS IN PART"), "{said}");
    assert!(last.contains("1 of 2 outlets are measured already") && !last.contains("→ A1"), "{said}");
    assert!(report.contains("2 outlets: 2 pass in part"), "{said}");
    assert!(full.contains("exit 2") && full.contains("cannot write the journal small/journal"), "{said}");
    assert!(full.contains("32 outlets: 1 passes in part, 31 not measured"), "{said}");
}

#[test]
fn ctrl_c_in_a_retest_loses_nothing_of_the_journal_and_gives_the_terminal_back() {
    let program = env!("CARGO_BIN_EXE_trousse");
    let look = format!("{program} --lang en visit retest --format csv -o again.csv");
    // Pressed once the retest is on its way. Ctrl-C goes to the shell too: it goes on.
    let shell = format!(
        "cd $HOST_DIR; export TROUSSE_VISIT=$HOST_DIR/visit; exec 2>&1; {program} visit start --customer Mairie >/dev/null 2>&1; \
         {program} scan -i lan0 >/dev/null 2>&1; {program} visit note 'moved the till'; \
         (n=0; until [ -e visit/look-2/visit.json ] || [ $((n+=1)) -gt 1500 ]; do sleep 0.02; done; printf '\\003') | script -qefc \
         'trap : INT; stty -a >before; {look}; echo $? >code; stty -a >after' shown >/dev/null; \
         cmp before after; cat code; printf '\\001'; cat again.csv; printf '\\001'; cp visit/journal.jsonl once; \
         {look} >/dev/null 2>&1; cat once; printf '\\001'; cat visit/journal.jsonl; printf '\\001'; {program} --lang en visit show"
    );
    let Some((_, said)) = within("own-address", &shell) else { return };
    let parts: Vec<&str> = said.split('\u{1}').collect();
    let [code, compared, once, journal, shown] = parts[..] else { panic!("five parts: {said}") };
    // The laptop's own address is asked for first: it was found again by then, or was not tested again, and never is it closed.
    let told = [("1\n", "still-there"), ("3\n", "not-tested-again")];
    let is_told =
        |(exit, status): &(&str, &str)| code == *exit && compared.contains(&format!("finding,{status},L3-own-address-taken"));
    assert!(told.iter().any(is_told), "{code}{compared}");
    let lines = |text: &str| -> Vec<serde_json::Value> {
        text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"))).collect()
    };
    // Opened, looked, did, looked again: whole, and kept as they were by what came after.
    let (once, all) = (lines(once), lines(journal));
    assert_eq!((once.len(), all.len()), (4, 5), "{said}");
    assert_eq!(all[..4], once[..]);
    assert!(shown.contains("moved the till"), "{shown}");
}

#[test]
fn the_kit_sees_its_own_card_and_nothing_of_the_machine() {
    if let Some((_, said)) =
        within("own-address", "ls /sys/class/net | sort; hostname; cat /sys/class/net/lan0/operstate /etc/resolv.conf")
    {
        assert_eq!(said.split_whitespace().collect::<Vec<_>>(), ["lan0", "lo", "kit", "up"]);
    }
}

#[test]
fn a_lab_that_nobody_wrote_is_a_fault_with_the_list() {
    let output = trousse().args(["lab", "atlantis"]).output().expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("atlantis") && said.contains("own-address"), "{said}");
}

#[test]
fn the_list_shows_every_lab() {
    let output = trousse().arg("lab").output().expect("the program starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(said.lines().count(), lab::LABS.len());
}

#[test]
fn nothing_outlives_a_lab_that_was_killed() {
    if !can_run(&known("own-address")) {
        return;
    }
    // The write end of the pipe is held by all that runs in the lab: its end of file says that nothing does any more.
    let mut kept = trousse();
    kept.args(["lab", "own-address", "--", "sh", "-c", "echo up; exec tail -f /dev/null"]).stdout(Stdio::piped());
    let mut lab = kept.spawn().expect("the program starts");
    let mut output = lab.stdout.take().expect("its output is piped");
    output.read_exact(&mut [0; 3]).expect("the lab comes up");
    lab.kill().expect("the lab is ours to kill");
    let killed = Instant::now();
    output.read_to_end(&mut Vec::new()).expect("the pipe ends");
    assert!(killed.elapsed() < SOON);
    assert_eq!(lab.wait().expect("it ended").signal(), Some(9));
}

#[test]
fn thousands_of_hosts_answer_each_at_its_own_address() {
    if std::env::split_paths("/usr/sbin:/usr/bin").all(|folder| !folder.join("arp-scan").is_file()) {
        eprintln!("not run: needs arp-scan");
        assert_ne!(std::env::var("TROUSSE_REQUIRE_LABS").as_deref(), Ok("1"), "labs are required here");
        return;
    }
    let scan = "arp-scan --interface=lan0 --localnet --plain --quiet --bandwidth=20M --retry=3";
    if let Some((_, said)) = within("swarm-20", scan) {
        let mut rows: Vec<&str> = said.lines().collect();
        rows.sort_unstable();
        rows.dedup();
        assert_eq!(rows.len(), 1500);
    }
}
