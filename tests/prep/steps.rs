//! Steps with the programs of a real system: services, sleep, checks, scripts.

use super::kiosk::{code, outcomes, said};
use super::throw_away::ThrowAway;

/// Every kind of step about services, with the real `systemctl` for what it writes into files.
const SERVICES: &str = r#"
title = "Services"
version = "1"

[[step]]
name = "on"
kind = "service"
service = "kioskd.service"
state = "running"
start = "automatic"

[[step]]
name = "off"
kind = "service"
service = "telnetd.service"
state = "stopped"
start = "disabled"

[[step]]
name = "crashes"
kind = "service"
service = "crasher.service"
state = "running"

[[step]]
name = "nobody"
kind = "service"
service = "nobody.service"
state = "stopped"

[[step]]
name = "nobody, and that is fine"
kind = "service"
service = "nobody.service"
state = "stopped"
if_there = true
"#;

#[test]
fn services_are_what_systemctl_says_of_them() {
    let Some(pc) = ThrowAway::new() else { return };
    let unit = "[Service]\nExecStart=/bin/sleep 1\n[Install]\nWantedBy=multi-user.target\n";
    for name in ["kioskd", "telnetd", "crasher"] {
        pc.write(&format!("/lib/systemd/system/{name}.service"), unit);
    }
    pc.shell(
        "systemctl enable telnetd.service; systemctl start -- telnetd.service; systemctl mask kioskd.service; : > /var/asked",
    );
    pc.write("/root/p.toml", SERVICES);
    let is = |name: &str| pc.shell(&format!("systemctl is-enabled {name}; systemctl is-active -- {name}"));
    assert_eq!([is("kioskd.service"), is("telnetd.service")], ["masked\ninactive\n", "enabled\nactive\n"]);
    let out = pc.trousse(&["prep", "run", "/root/p.toml", "--format", "json"]);
    let came_to = outcomes(&out);
    let word = |name: &str| came_to.get(name).map(String::as_str).unwrap_or_default();
    assert_eq!(
        ["on", "off", "crashes", "nobody", "nobody, and that is fine"].map(word),
        ["changed", "changed", "did-not-take", "failed", "already-so"],
        "{}",
        said(&out)
    );
    assert_eq!([is("kioskd.service"), is("telnetd.service")], ["enabled\nactive\n", "masked\ninactive\n"]);
    assert!(said(&out).contains("no service is called nobody.service"), "{}", said(&out));
}

#[test]
fn a_check_tells_what_was_seen_and_never_passes_for_want_of_a_look() {
    let Some(pc) = ThrowAway::new() else { return };
    let step = |name: &str, more: &str| format!("[[step]]\nname = \"{name}\"\nkind = \"check\"\nwhat = {more}\n");
    pc.write(
        "/root/p.toml",
        format!(
            "title = \"t\"\nversion = \"1\"\n{}{}{}{}{}{}",
            step("ours", "\"command\"\ncommand = \"echo 3 of 4 fans turn; exit 1\""),
            step("fine", "\"command\"\ncommand = \"true\""),
            step("tpm", "\"tpm\""),
            step("boot", "\"secure-boot\""),
            step("disk", "\"disk-health\""),
            step("restart", "\"no-pending-restart\""),
        ),
    );
    pc.shell(
        "mkdir -p /sys/class/tpm/tpm0 /sys/block/sda /sys/firmware/efi; echo 2 > /sys/class/tpm/tpm0/tpm_version_major; \
              echo 0 > /sys/block/sda/removable; touch /run/reboot-required",
    );
    let before = pc.shell("find /sys /run /etc -newer /root/p.toml -type f | sort");
    let out = pc.trousse(&["prep", "plan", "/root/p.toml"]);
    assert_eq!(code(&out), 20, "{}", said(&out));
    for part in
        ["command: exit code 1: 3 of 4 fans turn → holds", "health of the disks: not tested: ", "Secure Boot: not tested: "]
    {
        assert!(said(&out).split_whitespace().collect::<Vec<_>>().join(" ").contains(part), "{part}: {}", said(&out));
    }
    let out = pc.trousse(&["prep", "run", "/root/p.toml", "--format", "json"]);
    assert_eq!(code(&out), 20, "{}", said(&out));
    let came_to = outcomes(&out);
    let word = |name: &str| came_to.get(name).map(String::as_str).unwrap_or_default();
    assert_eq!(
        ["ours", "fine", "tpm", "boot", "disk", "restart"].map(word),
        ["failed", "already-so", "already-so", "failed", "failed", "failed"],
        "{}",
        said(&out)
    );
    assert!(said(&out).contains("commande : code de sortie 1 : 3 of 4 fans turn"), "{}", said(&out));
    assert_eq!(
        pc.shell("find /sys /run /etc -newer /root/p.toml -type f | grep -v trousse-prep.lock | sort"),
        before,
        "it changed something"
    );
}

#[test]
fn sleep_is_what_systemd_reads() {
    let Some(pc) = ThrowAway::new() else { return };
    pc.write(
        "/etc/systemd/logind.conf.d/maker.conf",
        "[Login]\nIdleAction=suspend\nIdleActionSec=20min\nHandleLidSwitch=poweroff\n",
    );
    pc.write(
        "/root/p.toml",
        "title = \"t\"\nversion = \"1\"\n[[step]]\nname = \"awake\"\nkind = \"power\"\n\
         mains = { sleep = 0, lid = \"nothing\" }\nhibernation = false\n",
    );
    pc.write(
        "/root/screen.toml",
        "title = \"t\"\nversion = \"1\"\n[[step]]\nname = \"screen\"\nkind = \"power\"\nmains = { screen = 10 }\n",
    );
    let out = pc.trousse(&["prep", "run", "/root/screen.toml"]);
    assert!(code(&out) == 30 && said(&out).contains("account and desktop"), "{}", said(&out));
    let out = pc.trousse(&["prep", "plan", "/root/p.toml"]);
    let text = said(&out).split_whitespace().collect::<Vec<_>>().join(" ");
    for part in ["hibernation: on → off", "sleep on mains: 20 min → never", "closed lid on mains: shut down → nothing"] {
        assert!(text.contains(part), "{part}: {}", said(&out));
    }
    let out = pc.trousse(&["prep", "run", "/root/p.toml", "--format", "json"]);
    assert_eq!(outcomes(&out)["awake"], "changed", "{}", said(&out));
    let told = pc.shell("systemd-analyze cat-config systemd/logind.conf");
    assert!(told.ends_with("HandleLidSwitchExternalPower=ignore\n") && told.contains("\nIdleAction=ignore\n"), "{told}");
    // Another drop-in comes after ours, and wins: that is seen.
    pc.write("/etc/systemd/logind.conf.d/zzz.conf", "[Login]\nIdleAction=suspend\n");
    let out = pc.trousse(&["prep", "run", "/root/p.toml", "--format", "json"]);
    assert_eq!(outcomes(&out)["awake"], "did-not-take", "{}", said(&out));
}

#[test]
fn a_script_beside_a_profile_that_is_named_by_half_a_path_is_run_as_it_is() {
    let Some(pc) = ThrowAway::new() else { return };
    pc.write("/root/make.sh", "touch /opt/made\nfalse\ntouch /opt/never\n");
    pc.write(
        "/root/p.toml",
        "title = \"t\"\nversion = \"1\"\n[[step]]\nname = \"a\"\nkind = \"script\"\nfrom = \"make.sh\"\ndone_when = { file = \"/opt/made\" }\n",
    );
    let out = pc.command(&["sh", "-c", "cd /root && trousse prep run p.toml --format json"]).output().expect("a shell");
    assert_eq!((outcomes(&out)["a"].as_str(), code(&out)), ("changed", 0), "{}", said(&out));
    assert_eq!(pc.shell("ls /opt/made /opt/never 2>/dev/null"), "/opt/made\n", "the first line that fails ends it");
}

/// A profile with one step.
fn alone(keys: &str) -> String {
    format!("title = \"t\"\nversion = \"1\"\n[[step]]\nname = \"s\"\n{keys}\n")
}

/// Makes a package with a file of settings, in the system itself.
fn counterd(pc: &ThrowAway, version: &str, script: &str) {
    let control = format!(
        "Package: counterd\nVersion: {version}\nArchitecture: all\nMaintainer: Nobody <nobody@example.org>\nDescription: counts\n"
    );
    pc.write("/root/counterd/DEBIAN/control", control);
    pc.write("/root/counterd/DEBIAN/conffiles", "/etc/counterd.conf\n");
    pc.write("/root/counterd/DEBIAN/postinst", format!("#!/bin/sh\n{script}\n"));
    pc.write("/root/counterd/etc/counterd.conf", format!("of version {version}\n"));
    let made = pc.shell(
        "chmod 755 /root/counterd/DEBIAN/postinst && dpkg-deb --root-owner-group --build /root/counterd /root/counterd.deb",
    );
    assert!(made.contains("building package"), "{made}");
}

#[test]
fn a_package_whose_settings_were_changed_on_the_pc_is_updated_and_they_stay() {
    let Some(pc) = ThrowAway::new() else { return };
    pc.write("/root/p.toml", alone("kind = \"package\"\nfile = \"counterd.deb\""));
    let run = |version: &str| {
        counterd(&pc, version, "exit 0");
        let out = pc.trousse(&["prep", "run", "/root/p.toml", "--state", &format!("/root/{version}"), "--format", "json"]);
        assert_eq!((code(&out), outcomes(&out)["s"].as_str()), (0, "changed"), "{}", said(&out));
    };
    run("1.0");
    pc.write("/etc/counterd.conf", "of this PC\n");
    run("2.0");
    assert_eq!(pc.read("/etc/counterd.conf").as_deref(), Some("of this PC\n"));
    assert_eq!(pc.shell("dpkg-query --show --showformat='${db:Status-Abbrev}${Version}' counterd"), "ii 2.0");
}

#[test]
fn a_package_that_is_half_there_is_removed() {
    let Some(pc) = ThrowAway::new() else { return };
    counterd(&pc, "1.0", "exit 1");
    let state = || pc.shell("dpkg-query --show --showformat='${db:Status-Abbrev}' counterd");
    pc.shell("dpkg --install /root/counterd.deb");
    assert_eq!(state(), "iF ");
    pc.write("/root/p.toml", alone("kind = \"remove-app\"\npackages = [\"counterd\"]"));
    let out = pc.trousse(&["prep", "run", "/root/p.toml", "--format", "json"]);
    assert_eq!((code(&out), outcomes(&out)["s"].as_str()), (0, "changed"), "{}", said(&out));
    assert_eq!(state(), "rc ");
    let out = pc.trousse(&["prep", "run", "/root/p.toml", "--format", "json"]);
    assert_eq!(outcomes(&out)["s"], "already-so", "{}", said(&out));
}
