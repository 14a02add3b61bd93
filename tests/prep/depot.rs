//! A preparation whose files come from a depot: refused before anything is touched where one is not as it was put there, and gone
//! on with where the share vanishes in the middle.

use super::kiosk::{code, deb, outcomes, said};
use super::throw_away::ThrowAway;

const DEPOT: &str = "/mnt/depot";

/// A PC with a share that holds a package and a file. What is on the share outlives that it is taken away.
fn pc() -> Option<ThrowAway> {
    let pc = ThrowAway::new()?;
    pc.write("/root/in/kioskd.deb", deb("2.10-1"));
    pc.write("/root/in/large", vec![7; 300_000]);
    pc.shell("mkdir -p /srv/share /mnt/depot; mount -t tmpfs share /srv/share");
    mounted(&pc);
    let out = pc.trousse(&["depot", "add", "/root/in/kioskd.deb", "/root/in/large", "--depot", DEPOT]);
    assert_eq!(code(&out), 0, "{}", said(&out));
    Some(pc)
}

fn mounted(pc: &ThrowAway) {
    let said = pc.shell("mount --bind /srv/share /mnt/depot");
    assert_eq!(said, "");
}

/// A step that takes the share away, then steps that need what was on it, and one that does not.
const PROFILE: &str = r#"
title = "t"
version = "1"
[depot]
path = "../mnt/depot"
[[step]]
name = "the share goes"
kind = "script"
run = "umount --lazy /mnt/depot; mkdir -p /var/out; touch /var/out/gone"
done_when = { file = "/var/out/gone" }
[[step]]
name = "package"
kind = "package"
file = "kioskd.deb"
[[step]]
name = "file"
kind = "file"
path = "/var/out/large"
from = "large"
[[step]]
name = "other"
kind = "file"
path = "/var/out/other"
text = "x"
"#;

#[test]
fn what_was_copied_to_the_pc_goes_on_when_the_share_vanishes() {
    let Some(pc) = pc() else { return };
    pc.write("/root/p.toml", PROFILE);
    let out = pc.trousse(&["prep", "run", "/root/p.toml", "--format", "json"]);
    assert_eq!(code(&out), 0, "{}", said(&out));
    assert!(outcomes(&out).values().all(|outcome| outcome == "changed"), "{}", said(&out));
    assert_eq!(pc.shell("ls /mnt/depot"), "", "the share is gone");
    assert_eq!(pc.shell("stat -c %s /var/out/large; cat /opt/kioskd/version"), "300000\n2.10-1");
    // Without the share, nothing is known of its files any more.
    let out = pc.trousse(&["prep", "verify", "/root/p.toml"]);
    assert_eq!(code(&out), 30, "{}", said(&out));
    mounted(&pc);
    let out = pc.trousse(&["prep", "verify", "/root/p.toml"]);
    assert_eq!(code(&out), 0, "{}", said(&out));
}

#[test]
fn what_could_not_be_copied_fails_whole_when_the_share_vanishes_and_is_done_when_it_is_back() {
    let Some(pc) = pc() else { return };
    pc.write("/root/p.toml", PROFILE);
    // The program itself does not fit there: nothing is kept on the PC.
    pc.shell("mkdir -p /var/small; mount -t tmpfs -o size=256k small /var/small");
    let run = ["prep", "run", "/root/p.toml", "--state", "/var/small/state", "--format", "json"];
    let out = pc.trousse(&run);
    assert_eq!(code(&out), 20, "{}", said(&out));
    let came_to = outcomes(&out);
    let word = |name: &str| came_to.get(name).map(String::as_str).unwrap_or_default();
    assert_eq!(
        [word("the share goes"), word("package"), word("file"), word("other")],
        ["changed", "failed", "failed", "changed"],
        "{}",
        said(&out)
    );
    assert!(said(&out).contains("/mnt/depot/"), "which file is told: {}", said(&out));
    assert_eq!(pc.shell("ls -A /var/out"), "gone\nother\n", "nothing is half there");
    assert_eq!(pc.shell("dpkg-query --show kioskd 2>/dev/null"), "");
    mounted(&pc);
    let out = pc.trousse(&run);
    assert_eq!(code(&out), 0, "{}", said(&out));
    assert_eq!(pc.shell("stat -c %s /var/out/large; cat /opt/kioskd/version"), "300000\n2.10-1");
}

#[test]
fn a_payload_that_is_not_as_it_was_is_refused_before_anything_is_touched() {
    let Some(pc) = pc() else { return };
    pc.write("/root/p.toml", PROFILE);
    let refused = |spoil: &str, part: &str| {
        pc.shell("rm -rf /srv/depot; cp -a /srv/share /srv/depot");
        assert_eq!(pc.shell(&format!("cd /srv/depot && {spoil}")), "");
        for command in ["run", "plan"] {
            let out = pc.trousse(&["prep", command, "/root/p.toml", "--depot", "/srv/depot"]);
            let text = said(&out);
            assert_eq!(code(&out), 30, "{part}: {text}");
            assert!(text.contains(part), "{part}: {text}");
            let lines: Vec<&str> = text.lines().collect();
            assert!(lines.len() == 2 && lines[0].starts_with("trousse: ") && lines[1].starts_with("hint: "), "{text}");
        }
        assert_eq!(pc.shell("ls -A /var/out /var/lib/trousse 2>/dev/null"), "", "{part}: something was touched");
    };
    refused(
        "printf X | dd of=$(ls */large) conv=notrunc bs=1 seek=1000 status=none",
        "\"large\" of the depot is not what was put there",
    );
    refused("truncate -s 200 */kioskd.deb", "\"kioskd.deb\" of the depot is cut off: 200 of");
    refused("rm */large", "\"large\" of the depot is missing");
    refused("rm depot.json", "no depot in /srv/depot");
    refused("echo '{' > depot.json", "/srv/depot/depot.json is refused: line");
    refused("sed -i 's/\"large\"/\"..\\/large\"/' depot.json", "is no name that every system takes");
    refused(
        "sed -i 's/\"large\"/\"other\"/' depot.json",
        "\"large\" is neither in /root beside the profile nor in the depot /srv/depot",
    );
    refused("p=$(echo */large); rm $p; mkfifo $p", "\"large\" of the depot is not what was put there");
    refused("rm -r ../depot", "no depot in /srv/depot");
    // Two kilobytes that claim to be a package are not let in.
    pc.write("/root/in/pack.deb", vec![b'x'; 2_000]);
    let out = pc.trousse(&["depot", "add", "/root/in/pack.deb", "--depot", DEPOT]);
    assert!(code(&out) == 2 && said(&out).contains("no whole Debian package"), "{}", said(&out));
}

#[test]
fn a_depot_on_a_disk_that_is_full_stays_as_it_was() {
    let Some(pc) = pc() else { return };
    pc.shell("mkdir /srv/full; mount -t tmpfs -o size=400k full /srv/full");
    let out = pc.trousse(&["depot", "add", "/root/in/large", "--depot", "/srv/full/depot"]);
    assert_eq!(code(&out), 0, "{}", said(&out));
    pc.write("/root/in/more", vec![8; 300_000]);
    let out = pc.trousse(&["depot", "add", "/root/in/more", "--depot", "/srv/full/depot"]);
    assert!(
        code(&out) == 2 && said(&out).contains("No space left") && said(&out).contains("the depot is as it was"),
        "{}",
        said(&out)
    );
    let out = pc.trousse(&["depot", "verify", "--depot", "/srv/full/depot"]);
    assert!(code(&out) == 0 && said(&out).contains("1 payload"), "{}", said(&out));
    assert_eq!(pc.shell("find /srv/full/depot -name '*.part'"), "");
}
