//! What is looked at on Windows: WMI and the registry. wmic is gone from 24H2, so that WMI is asked by COM.

use super::{Answer, What, not, unknown};
use crate::fault::Result;
use crate::prep::look::registry::Key;
use crate::prep::look::{Look, Row};

/// What Windows calls itself among the products with a licence (SoftwareLicensingProduct.ApplicationID).
const WINDOWS: &str = "55c92734-d682-4d71-983e-d6ec3f16059f";
/// Office 2013 and later; Office 2010.
const OFFICES: [&str; 2] = ["0ff1ce15-a989-479d-af46-f275c6370663", "59a52881-a989-479d-af46-f275c6370663"];
/// Where an Office that was installed by Click-to-Run says what it is.
const CLICK_TO_RUN: &str = "SOFTWARE\\Microsoft\\Office\\ClickToRun\\Configuration";
/// How Windows was started.
const SECURE_BOOT: &str = "SYSTEM\\CurrentControlSet\\Control\\SecureBoot\\State";
/// A disk on USB is not the PC's (MSFT_PhysicalDisk.BusType).
const USB: i64 = 7;

pub(super) fn answer(what: What, pc: &dyn Look) -> Result<Answer> {
    Ok(match what {
        What::Activation => licences(&products(pc, WINDOWS)?)
            .unwrap_or_else(|| not("Windows has no product key", "Windows n'a pas de clé de produit")),
        What::OfficeLicence => office(pc)?,
        What::Antivirus => antivirus(&pc.wmi("root\\SecurityCenter2", "SELECT * FROM AntiVirusProduct")?),
        What::Encryption => encryption(&volumes(pc)?),
        What::Tpm => tpm(&pc.wmi("root\\cimv2\\Security\\MicrosoftTpm", "SELECT * FROM Win32_Tpm")?),
        What::SecureBoot => secure_boot(pc)?,
        What::DiskHealth => disks(&pc.wmi("root\\Microsoft\\Windows\\Storage", "SELECT * FROM MSFT_PhysicalDisk")?),
        What::NoPendingRestart | What::Command => unknown("it is looked at elsewhere", "c'est examiné ailleurs"),
    })
}

fn text<'a>(row: &'a Row, name: &str) -> &'a str {
    row.get(name).map(String::as_str).unwrap_or_default()
}

fn number(row: &Row, name: &str) -> Option<i64> {
    text(row, name).parse().ok()
}

/// The products of a kind that a key was given for.
fn products(pc: &dyn Look, application: &str) -> Result<Vec<Row>> {
    let columns = "Name, LicenseStatus, PartialProductKey";
    let of = format!("ApplicationID = '{application}' AND PartialProductKey IS NOT NULL");
    pc.wmi("root\\cimv2", &format!("SELECT {columns} FROM SoftwareLicensingProduct WHERE {of}"))
}

/// One of them has its licence; nothing where there is none of them.
fn licences(rows: &[Row]) -> Option<Answer> {
    let licensed = rows.iter().any(|row| number(row, "LicenseStatus") == Some(1));
    let first = rows.first()?;
    if licensed {
        return Some(Answer::So);
    }
    // SoftwareLicensingProduct.LicenseStatus.
    let (english, french) = match number(first, "LicenseStatus") {
        Some(0) => ("not licensed", "sans licence"),
        Some(2) => ("not activated yet, within the time after the installation", "pas encore activé, dans le délai après l'installation"),
        Some(3) => ("not activated any more, within the time after a change of the PC", "plus activé, dans le délai après un changement du PC"),
        Some(4) => ("found not to be genuine", "reconnu non authentique"),
        Some(5) => ("not activated, and the time is over", "non activé, et le délai est écoulé"),
        Some(6) => ("not activated yet, within a longer time", "pas encore activé, dans un délai prolongé"),
        _ => return Some(unknown("Windows does not tell its state", "Windows ne dit pas son état")),
    };
    let name = text(first, "Name");
    Some(not(format!("{name}: {english}"), format!("{name} : {french}")))
}

fn office(pc: &dyn Look) -> Result<Answer> {
    let mut rows = Vec::new();
    for application in OFFICES {
        rows.extend(products(pc, application)?);
    }
    if let Some(answer) = licences(&rows) {
        return Ok(answer);
    }
    let products = pc.registry_value(&Key::machine(CLICK_TO_RUN), "ProductReleaseIds")?;
    Ok(match products.as_ref().and_then(|data| data.as_text()) {
        // Its licence belongs to whoever logs in with the subscription.
        Some(products) if products.to_lowercase().contains("o365") || products.to_lowercase().contains("m365") => unknown(
            format!("{products}: a subscription, which shows once its user has signed in"),
            format!("{products} : un abonnement, visible une fois son utilisateur connecté"),
        ),
        Some(products) => not(format!("{products}: no product key was given"), format!("{products} : aucune clé de produit saisie")),
        None => not("no Office is installed", "aucun Office n'est installé"),
    })
}

/// What an antivirus tells the Security Center. Its state is three bytes (not documented; as Microsoft's own products have it):
/// the second is 0x10 where it is switched on, the last 0x10 where its signatures are out of date.
fn antivirus(rows: &[Row]) -> Answer {
    let state = |row: &Row| number(row, "productState").map(|state| (state >> 8 & 0xf0 == 0x10, state & 0xf0 == 0));
    if rows.iter().any(|row| state(row) == Some((true, true))) {
        return Answer::So;
    }
    let Some(best) = rows.iter().max_by_key(|row| state(row).is_some_and(|(on, _)| on)) else {
        return not("none is registered", "aucun n'est déclaré");
    };
    let name = text(best, "displayName");
    match state(best) {
        Some((true, _)) => not(format!("{name} is out of date"), format!("{name} n'est pas à jour")),
        Some((false, _)) => not(format!("{name} is switched off"), format!("{name} est désactivé")),
        None => unknown(format!("{name} does not tell its state"), format!("{name} ne dit pas son état")),
    }
}

/// The volumes that BitLocker knows of.
fn volumes(pc: &dyn Look) -> Result<Vec<Row>> {
    pc.wmi("root\\cimv2\\Security\\MicrosoftVolumeEncryption", "SELECT * FROM Win32_EncryptableVolume")
}

/// Whether that of the system (0) is protected now, or one that does not tell which it is: what asks for its key after a change
/// of the firmware. Another is opened when the system runs.
pub(super) fn protected(pc: &dyn Look) -> Result<bool> {
    let is_systems = |row: &Row| number(row, "VolumeType").is_none_or(|kind| kind == 0);
    Ok(volumes(pc)?.iter().any(|row| is_systems(row) && number(row, "ProtectionStatus") == Some(1)))
}

/// Volumes of the system (0) and fixed ones (1), by Win32_EncryptableVolume; a volume without a letter holds no files of anyone.
fn encryption(rows: &[Row]) -> Answer {
    let volumes = rows.iter().filter(|row| !text(row, "DriveLetter").is_empty() && number(row, "VolumeType") != Some(2));
    let answers = volumes.map(|row| {
        let letter = text(row, "DriveLetter");
        match number(row, "ProtectionStatus") {
            Some(1) => Answer::So,
            Some(0) => not(format!("{letter} is not protected by BitLocker"), format!("{letter} n'est pas protégé par BitLocker")),
            _ => unknown(format!("{letter} is locked, or does not tell"), format!("{letter} est verrouillé, ou ne le dit pas")),
        }
    });
    Answer::all(answers).unwrap_or_else(|| unknown("BitLocker tells of no drive", "BitLocker ne connaît aucun lecteur"))
}

fn tpm(rows: &[Row]) -> Answer {
    let Some(row) = rows.first() else {
        return not("none is there, or it is switched off in the firmware", "absent, ou désactivé dans le firmware");
    };
    let version = text(row, "SpecVersion").split(',').next().unwrap_or_default().trim();
    match (text(row, "IsEnabled_InitialValue"), text(row, "IsActivated_InitialValue"), version) {
        ("false", _, _) | (_, "false", _) => not("it is there and not switched on", "présent mais pas activé"),
        ("true", "true", "2.0") => Answer::So,
        ("true", "true", version) if !version.is_empty() => not(format!("it is a TPM {version}"), format!("c'est un TPM {version}")),
        _ => unknown("Windows does not tell its state", "Windows ne dit pas son état"),
    }
}

fn secure_boot(pc: &dyn Look) -> Result<Answer> {
    let on = pc.registry_value(&Key::machine(SECURE_BOOT), "UEFISecureBootEnabled")?;
    Ok(match on.map(|data| data.as_number()) {
        Some(Some(1)) => Answer::So,
        Some(Some(0)) => not("it is switched off", "désactivé"),
        Some(_) => unknown("Windows does not tell", "Windows ne le dit pas"),
        None => not("the PC was started the old way (BIOS)", "le PC a démarré à l'ancienne (BIOS)"),
    })
}

fn disks(rows: &[Row]) -> Answer {
    let answers = rows.iter().filter(|row| number(row, "BusType") != Some(USB)).map(|row| {
        let name = text(row, "FriendlyName");
        // MSFT_PhysicalDisk.HealthStatus.
        match number(row, "HealthStatus") {
            Some(0) => Answer::So,
            Some(1) => not(format!("{name} gives a warning"), format!("{name} donne un avertissement")),
            Some(2) => not(format!("{name} foretells its failure"), format!("{name} annonce sa panne")),
            _ => unknown(format!("{name} tells nothing of its health"), format!("{name} ne dit rien de sa santé")),
        }
    });
    Answer::all(answers).unwrap_or_else(|| unknown("no disk was found", "aucun disque trouvé"))
}

#[cfg(test)]
mod tests {
    use super::super::tests::seen;
    use super::*;
    use crate::prep::fake::Fake;
    use crate::prep::look::System;
    use crate::prep::look::registry::Data;
    use crate::prep::look::Act as _;

    fn rows(rows: &[&[(&str, &str)]]) -> Vec<Row> {
        rows.iter().map(|row| row.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()).collect()
    }

    fn pc(about: &str, answer: &[&[(&str, &str)]]) -> Fake {
        let mut pc = Fake { system: System::Windows, ..Fake::default() };
        pc.wmi.push((about.to_owned(), rows(answer)));
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
    fn windows_is_activated_where_its_product_has_a_licence() {
        let pro = |status| pc(WINDOWS, &[&[("Name", "Windows(R), Professional edition"), ("LicenseStatus", status)]]);
        assert_eq!(seen("activation", &pro("1")), Ok(None));
        fails("activation", &pro("5"), "Windows(R), Professional edition: not activated, and the time is over");
        fails("activation", &pc(WINDOWS, &[]), "no product key");
        untold("activation", &pro("77"), "does not tell");
    }

    #[test]
    fn a_subscription_of_office_cannot_be_told_before_its_user_is_there() {
        let office = |status| pc(OFFICES[0], &[&[("Name", "Office 21 Home"), ("LicenseStatus", status)]]);
        assert_eq!(seen("office-licence", &office("1")), Ok(None));
        fails("office-licence", &office("0"), "Office 21 Home: not licensed");
        let mut none = pc(OFFICES[0], &[]);
        fails("office-licence", &none, "no Office is installed");
        let key = Key::machine(CLICK_TO_RUN);
        none.set_registry_value(&key, "ProductReleaseIds", &Data::String("O365BusinessRetail".into())).expect("set");
        untold("office-licence", &none, "a subscription");
        none.set_registry_value(&key, "ProductReleaseIds", &Data::String("ProPlus2021Volume".into())).expect("set");
        fails("office-licence", &none, "no product key");
    }

    #[test]
    fn an_antivirus_is_switched_on_and_up_to_date() {
        let av = |states: &[&str]| {
            let rows: Vec<[(&str, &str); 2]> = states.iter().map(|state| [("displayName", "Defender"), ("productState", *state)]).collect();
            pc("AntiVirusProduct", &rows.iter().map(|row| &row[..]).collect::<Vec<_>>())
        };
        // 0x061100, 0x061110, 0x060100: Defender on, on and out of date, off.
        assert_eq!(seen("antivirus", &av(&["397568"])), Ok(None));
        assert_eq!(seen("antivirus", &av(&["393472", "397568"])), Ok(None), "the other one took over");
        fails("antivirus", &av(&["397584"]), "Defender is out of date");
        fails("antivirus", &av(&["393472"]), "Defender is switched off");
        fails("antivirus", &av(&[]), "none is registered");
        untold("antivirus", &av(&["on"]), "does not tell its state");
    }

    #[test]
    fn every_fixed_drive_is_protected() {
        let c = |status| [("DriveLetter", "C:"), ("VolumeType", "0"), ("ProtectionStatus", status)];
        let stick = [("DriveLetter", "E:"), ("VolumeType", "2"), ("ProtectionStatus", "0")];
        let recovery = [("DriveLetter", ""), ("VolumeType", "1"), ("ProtectionStatus", "0")];
        let about = "Win32_EncryptableVolume";
        assert_eq!(seen("encryption", &pc(about, &[&c("1"), &stick, &recovery])), Ok(None));
        fails("encryption", &pc(about, &[&c("0")]), "C: is not protected");
        untold("encryption", &pc(about, &[&c("2")]), "locked");
        untold("encryption", &pc(about, &[&stick]), "no drive");
    }

    #[test]
    fn a_tpm_is_2_0_and_ready() {
        let tpm = |enabled, version| {
            pc("Win32_Tpm", &[&[("IsEnabled_InitialValue", enabled), ("IsActivated_InitialValue", "true"), ("SpecVersion", version)]])
        };
        assert_eq!(seen("tpm", &tpm("true", "2.0, 0, 1.38")), Ok(None));
        fails("tpm", &tpm("true", "1.2, 2, 3"), "TPM 1.2");
        fails("tpm", &tpm("false", "2.0, 0, 1.38"), "not switched on");
        fails("tpm", &pc("Win32_Tpm", &[]), "none is there");
        untold("tpm", &tpm("", ""), "does not tell");
    }

    #[test]
    fn secure_boot_is_what_windows_was_started_with() {
        let mut pc = Fake { system: System::Windows, ..Fake::default() };
        fails("secure-boot", &pc, "BIOS");
        let key = Key::machine(SECURE_BOOT);
        pc.set_registry_value(&key, "UEFISecureBootEnabled", &Data::Dword(0)).expect("set");
        fails("secure-boot", &pc, "switched off");
        pc.set_registry_value(&key, "UEFISecureBootEnabled", &Data::Dword(1)).expect("set");
        assert_eq!(seen("secure-boot", &pc), Ok(None));
    }

    #[test]
    fn a_disk_that_foretells_its_failure_is_named_and_a_stick_is_nobodys() {
        let disk = |status, bus| [("FriendlyName", "Samsung 980"), ("HealthStatus", status), ("BusType", bus)];
        let about = "MSFT_PhysicalDisk";
        assert_eq!(seen("disk-health", &pc(about, &[&disk("0", "17"), &disk("2", "7")])), Ok(None));
        fails("disk-health", &pc(about, &[&disk("0", "17"), &disk("2", "17")]), "Samsung 980 foretells its failure");
        untold("disk-health", &pc(about, &[&disk("5", "17")]), "tells nothing");
        untold("disk-health", &pc(about, &[]), "no disk");
    }

    #[test]
    fn a_namespace_that_is_not_there_is_not_clear() {
        let pc = Fake { system: System::Windows, ..Fake::default() };
        for what in ["activation", "office-licence", "antivirus", "encryption", "tpm", "disk-health"] {
            assert!(seen(what, &pc).is_err(), "{what}");
        }
    }
}
