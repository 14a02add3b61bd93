//! What is looked at on Linux: sysfs, lsblk(8), smartctl(8).

use serde::Deserialize;

use super::{Answer, What, not, unknown};
use crate::fault::Result;
use crate::prep::look::{Command, Contents, Look};
use crate::prep::step::Scene;

/// The variable that tells whether Secure Boot is on (UEFI 2.10, 3.3), behind its four bytes of attributes (efivarfs).
const SECURE_BOOT: &str = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";
/// Seconds that a question may take: a disk that is about to fail answers late.
const ANSWER_S: u32 = 60;
/// Before util-linux 2.37 it knows one mount point of each device alone, and refuses the question about all. Its warnings are no
/// part of the answer.
const LSBLK: &str = "lsblk --json --output NAME,FSTYPE,MOUNTPOINTS 2>/dev/null || \
                     lsblk --json --output NAME,FSTYPE,MOUNTPOINT 2>/dev/null";
/// The drives that the kernel makes up, and those with a tray.
const NO_DISKS: &[&str] = &["loop", "ram", "zram", "dm-", "md", "sr", "fd", "nbd"];

pub(super) fn answer(what: What, pc: &dyn Look, scene: &Scene<'_>) -> Result<Answer> {
    Ok(match what {
        What::Encryption => encryption(pc, scene)?,
        What::Tpm => tpm(pc)?,
        What::SecureBoot => secure_boot(pc)?,
        What::DiskHealth => disks(pc, scene)?,
        _ => unknown("that is asked of Windows alone", "cela ne concerne que Windows"),
    })
}

fn ask(pc: &dyn Look, scene: &Scene<'_>, text: String) -> Result<crate::prep::look::Ended> {
    pc.ask(&Command { lines: Contents::Text(text), variables: Default::default(), input: None, timeout_s: scene.timeout_s.min(ANSWER_S) })
}

/// What lsblk tells of a device, and of those that are made from it.
#[derive(Debug, Deserialize)]
struct Device {
    #[serde(default)]
    fstype: Option<String>,
    #[serde(default)]
    mountpoints: Vec<Option<String>>,
    /// As lsblk told it before util-linux 2.37: one of them.
    #[serde(default)]
    mountpoint: Option<String>,
    #[serde(default)]
    children: Vec<Device>,
}

#[derive(Debug, Deserialize)]
struct Devices {
    blockdevices: Vec<Device>,
}

impl Device {
    /// Whether what is mounted as `/` lies on it, and behind a device that is encrypted.
    fn root(&self, encrypted: bool) -> Option<bool> {
        let encrypted = encrypted || self.fstype.as_deref() == Some("crypto_LUKS");
        if self.mountpoints.iter().flatten().chain(&self.mountpoint).any(|path| path == "/") {
            return Some(encrypted);
        }
        self.children.iter().find_map(|child| child.root(encrypted))
    }
}

fn encryption(pc: &dyn Look, scene: &Scene<'_>) -> Result<Answer> {
    let ended = ask(pc, scene, LSBLK.to_owned())?;
    let devices: Option<Devices> = serde_json::from_str(&ended.output).ok().filter(|_| ended.well());
    let root = devices.and_then(|devices| devices.blockdevices.iter().find_map(|device| device.root(false)));
    Ok(match root {
        Some(true) => Answer::So,
        Some(false) => not("the system lies on a disk that is not encrypted", "le système est sur un disque non chiffré"),
        None => unknown("lsblk does not tell where the system lies", "lsblk ne dit pas où se trouve le système"),
    })
}

/// The major version of the TPM (Documentation/ABI/stable/sysfs-class-tpm).
fn tpm(pc: &dyn Look) -> Result<Answer> {
    let Some(name) = pc.folder("/sys/class/tpm")?.into_iter().find(|name| name.starts_with("tpm")) else {
        return Ok(not("none is there, or it is switched off in the firmware", "absent, ou désactivé dans le firmware"));
    };
    let version = pc.small_file(&format!("/sys/class/tpm/{name}/tpm_version_major"))?;
    Ok(match version.as_deref().map(<[u8]>::trim_ascii) {
        Some(b"2") => Answer::So,
        Some(b"1") => not("it is a TPM 1.2", "c'est un TPM 1.2"),
        _ => unknown("the kernel does not tell its version", "le noyau ne dit pas sa version"),
    })
}

fn secure_boot(pc: &dyn Look) -> Result<Answer> {
    if !pc.is_there("/sys/firmware/efi")? {
        return Ok(not("the PC was started the old way (BIOS)", "le PC a démarré à l'ancienne (BIOS)"));
    }
    Ok(match pc.small_file(SECURE_BOOT)?.as_deref() {
        Some([_, _, _, _, 1]) => Answer::So,
        Some([_, _, _, _, 0]) => not("it is switched off", "désactivé"),
        _ => unknown("the firmware does not tell", "le firmware ne le dit pas"),
    })
}

/// What smartctl tells of a disk.
#[derive(Debug, Deserialize)]
struct Smart {
    #[serde(default)]
    smart_status: Option<Status>,
    #[serde(default)]
    model_name: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Status {
    passed: bool,
}

fn disks(pc: &dyn Look, scene: &Scene<'_>) -> Result<Answer> {
    let mut answers = Vec::new();
    for name in pc.folder("/sys/block")? {
        let plain = name.chars().all(|c| c.is_ascii_alphanumeric());
        let removable = pc.small_file(&format!("/sys/block/{name}/removable"))?;
        if !plain || NO_DISKS.iter().any(|made_up| name.starts_with(made_up)) || removable.as_deref().map(<[u8]>::trim_ascii) == Some(b"1") {
            continue;
        }
        // Its exit code is a set of bits; what it has to say of the disk stands in what it writes (smartctl(8), EXIT STATUS).
        let ended = ask(pc, scene, format!("smartctl --json --info --health /dev/{name} 2>/dev/null"))?;
        answers.push(smart(&name, &ended.output));
    }
    Ok(Answer::all(answers).unwrap_or_else(|| unknown("no disk was found", "aucun disque trouvé")))
}

fn smart(name: &str, told: &str) -> Answer {
    let Ok(Smart { smart_status, model_name }) = serde_json::from_str(told) else {
        return unknown(
            format!("smartctl (package smartmontools) does not tell of {name}"),
            format!("smartctl (paquet smartmontools) ne renseigne pas sur {name}"),
        );
    };
    let model = model_name.unwrap_or_else(|| "?".to_owned());
    match smart_status {
        Some(Status { passed: true }) => Answer::So,
        Some(Status { passed: false }) => {
            not(format!("{name} ({model}) foretells its failure"), format!("{name} ({model}) annonce sa panne"))
        }
        None => unknown(format!("{name} ({model}) tells nothing of its health"), format!("{name} ({model}) ne dit rien de sa santé")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::seen;
    use crate::prep::fake::Fake;
    use crate::prep::look::Mode;

    fn with(files: &[(&str, &[u8])]) -> Fake {
        let mut pc = Fake::default();
        pc.files.extend(files.iter().map(|(path, bytes)| ((*path).to_owned(), (bytes.to_vec(), Mode(0o444)))));
        pc
    }

    fn fails(what: &str, pc: &Fake, part: &str) {
        let seen = seen(what, pc);
        assert!(seen.as_ref().is_ok_and(|seen| seen.as_ref().is_some_and(|[english, _]| english.contains(part))), "{seen:?}");
    }

    fn untold(what: &str, pc: &Fake, part: &str) {
        let seen = seen(what, pc);
        assert!(seen.as_ref().is_err_and(|why| why.contains("not tested: ") && why.contains(part)), "{seen:?}");
    }

    #[test]
    fn a_tpm_is_one_of_version_2() {
        fails("tpm", &with(&[]), "none is there");
        assert_eq!(seen("tpm", &with(&[("/sys/class/tpm/tpm0/tpm_version_major", b"2\n")])), Ok(None));
        fails("tpm", &with(&[("/sys/class/tpm/tpm0/tpm_version_major", b"1\n")]), "TPM 1.2");
        untold("tpm", &with(&[("/sys/class/tpm/tpm0/dev", b"10:224\n")]), "version");
    }

    #[test]
    fn secure_boot_is_what_the_firmware_says() {
        fails("secure-boot", &with(&[]), "BIOS");
        assert_eq!(seen("secure-boot", &with(&[("/sys/firmware/efi", b""), (super::SECURE_BOOT, &[6, 0, 0, 0, 1])])), Ok(None));
        fails("secure-boot", &with(&[("/sys/firmware/efi", b""), (super::SECURE_BOOT, &[6, 0, 0, 0, 0])]), "switched off");
        untold("secure-boot", &with(&[("/sys/firmware/efi", b""), (super::SECURE_BOOT, &[6, 0])]), "firmware");
        untold("secure-boot", &with(&[("/sys/firmware/efi", b"")]), "firmware");
    }

    /// Shortened from what lsblk 2.38 writes on a PC with LUKS and LVM.
    const ANSWER: &str = r#"{"blockdevices": [
        {"name":"nvme0n1","fstype":null,"mountpoints":[null],"children": [
            {"name":"nvme0n1p1","fstype":"vfat","mountpoints":["/boot/efi"]},
            {"name":"nvme0n1p3","fstype":"crypto_LUKS","mountpoints":[null],"children": [
                {"name":"luks","fstype":"LVM2_member","mountpoints":[null],"children": [
                    {"name":"vg-swap","fstype":"swap","mountpoints":["[SWAP]"]},
                    {"name":"vg-root","fstype":"ext4","mountpoints":["/"]}]}]}]}]}"#;

    /// The same by lsblk 2.36, of Debian 11.
    const OLD: &str = r#"{"blockdevices": [
        {"name":"nvme0n1", "fstype":null, "mountpoint":null, "children": [
            {"name":"nvme0n1p1", "fstype":"vfat", "mountpoint":"/boot/efi"},
            {"name":"nvme0n1p3", "fstype":"crypto_LUKS", "mountpoint":null, "children": [
                {"name":"vg-root", "fstype":"ext4", "mountpoint":"/"}]}]}]}"#;

    #[test]
    fn the_system_lies_behind_luks_or_it_does_not() {
        let told = |text: &str| {
            let mut pc = Fake::default();
            pc.told("lsblk", 0, text);
            pc
        };
        assert_eq!(seen("encryption", &told(ANSWER)), Ok(None));
        fails("encryption", &told(&ANSWER.replace("crypto_LUKS", "ext4")), "not encrypted");
        let beside = ANSWER.replace("crypto_LUKS", "ext4").replace("vfat", "crypto_LUKS");
        fails("encryption", &told(&beside), "not encrypted");
        untold("encryption", &told(&ANSWER.replace("\"/\"", "null")), "lsblk");
        assert_eq!(seen("encryption", &told(OLD)), Ok(None));
        fails("encryption", &told(&OLD.replace("crypto_LUKS", "ext4")), "not encrypted");
        untold("encryption", &told(&OLD.replace("\"/\"", "null")), "lsblk");
        untold("encryption", &told("[]"), "lsblk");
    }

    #[test]
    fn a_disk_is_sound_where_it_says_so_and_no_other_way() {
        let pc = |told: &str| {
            let mut pc = with(&[
                ("/sys/block/sda/removable", b"0\n"),
                ("/sys/block/sdb/removable", b"1\n"),
                ("/sys/block/loop0/removable", b"0\n"),
            ]);
            pc.told("smartctl --json --info --health /dev/sda", 8, told);
            pc
        };
        assert_eq!(seen("disk-health", &pc(r#"{"model_name":"X","smart_status":{"passed":true}}"#)), Ok(None));
        fails("disk-health", &pc(r#"{"model_name":"X","smart_status":{"passed":false}}"#), "sda (X) foretells its failure");
        untold("disk-health", &pc(r#"{"model_name":"QEMU"}"#), "tells nothing of its health");
        untold("disk-health", &pc("sh: 1: smartctl: not found"), "smartmontools");
        untold("disk-health", &with(&[]), "no disk");
    }

    #[test]
    fn what_linux_does_not_have_is_not_tested_and_never_clear() {
        for what in ["activation", "office-licence", "antivirus"] {
            untold(what, &Fake::default(), "Windows alone");
        }
    }
}
