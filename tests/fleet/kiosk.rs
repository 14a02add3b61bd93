//! The profile that most PCs are prepared with, and what one is like that is ready.

use std::fs;
use std::path::Path;

use super::pc::{LOGIN, Pc};
use super::site::{Site, run, well};

/// What nobody may find anywhere.
pub(super) const SECRET: &str = "correct-horse-7!";

/// A package made by Debian's own tool.
pub(super) fn deb(folder: &Path) -> Vec<u8> {
    let tree = folder.join("tree");
    fs::create_dir_all(tree.join("DEBIAN")).expect("a folder");
    fs::create_dir_all(tree.join("opt/kioskd")).expect("a folder");
    let control =
        "Package: kioskd\nVersion: 2.10-1\nArchitecture: all\nMaintainer: Nobody <nobody@example.org>\nDescription: a kiosk\n";
    fs::write(tree.join("DEBIAN/control"), control).expect("written");
    fs::write(tree.join("opt/kioskd/version"), "2.10-1").expect("written");
    let made = folder.join("kioskd.deb");
    well("dpkg-deb", &["--root-owner-group", "--build", &tree.display().to_string(), &made.display().to_string()]);
    fs::read(made).expect("a package")
}

/// The profile: a name, a file, a package, a password, a restart, and something after it that may be done once.
const KIOSK: &str = r#"
title = "Kiosk"
version = "3"

[for]
models = ["NUC11*"]

[variables]
number = ""
site = ""

[[step]]
name = "name"
kind = "rename"
to = "kiosk-{number}"

[[step]]
name = "welcome"
kind = "file"
path = "/etc/kiosk/welcome"
text = "This is kiosk {number} of {site}\n"

[[step]]
name = "background"
kind = "file"
path = "/etc/kiosk/background"
from = "background.bin"

[[step]]
name = "browser"
kind = "package"
file = "kioskd.deb"

[[step]]
name = "operator"
kind = "user"
login = "kiosk"
password_from = "KIOSK_PASSWORD"

[[step]]
name = "restart"
kind = "reboot"
needs = ["browser", "operator"]

[[step]]
name = "certificates"
kind = "script"
needs = ["restart"]
run = """
mkdir -p /opt/kiosk
echo "made for $TROUSSE_NUMBER" > /opt/kiosk/certificates
echo once >> /opt/kiosk/times
"""
done_when = { file = "/opt/kiosk/certificates", contains = "made for" }
"#;

impl Site {
    pub(super) fn profile(&self) {
        let folder = self.folder.path();
        fs::write(folder.join("kiosk.toml"), KIOSK).expect("written");
        fs::write(folder.join("kioskd.deb"), deb(folder)).expect("written");
        let background: Vec<u8> = (0..3_000_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        fs::write(folder.join("background.bin"), background).expect("written");
    }
}

/// What a PC is like that is ready.
pub(super) fn assert_ready(pc: &Pc, number: &str) {
    let address = &pc.address;
    assert_eq!(pc.read("/etc/kiosk/welcome").as_deref(), Some(format!("This is kiosk {number} of Lyon\n").as_str()), "{address}");
    assert_eq!(fs::metadata(pc.root().join("etc/kiosk/background")).map(|file| file.len()).ok(), Some(3_000_000), "{address}");
    assert_eq!(pc.read("/opt/kioskd/version").as_deref(), Some("2.10-1"), "{address}");
    assert_eq!(pc.read("/opt/kiosk/times").as_deref(), Some("once\n"), "{address}: a step was done twice");
    assert_eq!(pc.read("/var/spool/pc/starts").as_deref(), Some("start\n"), "{address}: restarted once");
    assert_eq!(pc.shell("hostname").trim(), format!("kiosk-{number}"), "{address}");
    assert!(pc.shell("getent shadow kiosk").starts_with("kiosk:$"), "{address}: the password is set");
    let left = pc.shell("ls -d /root/.trousse-bench /home/*/.trousse-bench /var/lib/trousse/bench /var/lib/trousse/prep/kept /etc/systemd/system/trousse-prep.service 2>/dev/null");
    assert_eq!(left, "", "{address}: something is left behind");
    assert_eq!(pc.shell("stat -c %a /var/lib/trousse").trim(), "755", "{address}: nobody else reads its journal");
    let upper = format!("/proc/{}/root{}", pc.first, pc.folder.join("upper").display());
    let written = run("grep", &["-rlF", "-e", SECRET, "-e", LOGIN, &upper]);
    assert_eq!(String::from_utf8_lossy(&written.stdout), "", "{address}: a secret is written somewhere");
    let found = pc.shell(&format!("grep -rlF -e '{SECRET}' -e '{LOGIN}' /tmp /run"));
    assert_eq!(found, "", "{address}: a secret is written somewhere");
}
