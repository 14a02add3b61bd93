//! Configurations that the servers themselves accept (`dnsmasq --test`, `dhcpd -t`, `kea-dhcp4 -t`), and the one of pfSense's
//! export.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};

use trousse::pool::{self, Configuration};

fn path(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

fn read(name: &str) -> Configuration {
    let read = pool::read(File::open(path(name)).expect(name), None).unwrap_or_else(|refused| panic!("{refused:?}"));
    assert_eq!(read.complaints, [], "{name}");
    read
}

/// The ranges and the reservations of a file of `tests`.
fn told(name: &str) -> (Vec<String>, Vec<String>) {
    let read = read(name);
    let reserved =
        read.reserved.iter().map(|lease| format!("{} {}", lease.ip, lease.card().map(|mac| mac.to_string()).unwrap_or_default()));
    (read.pools.iter().map(|pool| pool.range.to_string()).collect(), reserved.collect())
}

#[test]
fn what_the_servers_accept_is_read_whole() {
    let (pc, guests, till) = ("10.0.0.100-10.0.0.150", "10.0.1.10-10.0.1.200", "10.0.0.120 00:08:74:5d:70:12");
    let franking = "10.0.0.121 00:1b:00:3e:51:2c";
    let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
    assert_eq!(told("pools/dnsmasq.conf"), (owned(&[pc, guests]), owned(&[till, franking])));
    assert_eq!(told("pools/dhcpd.conf"), (owned(&[pc, "10.0.0.160-10.0.0.170", guests]), owned(&[till])));
    assert_eq!(told("pools/kea-dhcp4.conf"), (owned(&[pc, "10.0.0.192-10.0.0.207", guests]), owned(&[till])));
    assert_eq!(told("leases/pfsense-config.xml"), (owned(&[pc]), owned(&["10.0.0.12 00:08:74:5d:70:12"])));
}

/// The servers' own word that these are configurations.
#[test]
fn the_servers_accept_them() {
    let files = [("dnsmasq", "pools/dnsmasq.conf"), ("dhcpd", "pools/dhcpd.conf"), ("kea-dhcp4", "pools/kea-dhcp4.conf")];
    for (server, file) in files {
        let file = path(file);
        let mut command = Command::new(server);
        match server {
            "dnsmasq" => command.arg("--test").arg(format!("--conf-file={}", file.display())),
            "dhcpd" => command.args(["-4", "-t", "-cf"]).arg(&file),
            _ => command.arg("-t").arg(&file),
        };
        match command.env("PATH", "/usr/sbin:/usr/bin").stdout(Stdio::null()).stderr(Stdio::null()).status() {
            Ok(status) => assert!(status.success(), "{server}: {status}"),
            Err(_) => {
                eprintln!("not run: needs {server}");
                assert_ne!(std::env::var("TROUSSE_REQUIRE_LABS").as_deref(), Ok("1"), "labs are required here");
            }
        }
    }
}
