//! What can be read of the PC that is none.

use super::*;

impl Look for Fake {
    fn build(&self) -> Result<Build> {
        let (name, version, distributions) = match self.system {
            System::Linux => ("Debian GNU/Linux 12", "12", vec!["debian".to_owned()]),
            System::Windows => ("Windows 11 Pro 23H2", self.windows_build.as_str(), Vec::new()),
        };
        Ok(Build { system: self.system, name: name.to_owned(), distributions, version: Some(version.to_owned()) })
    }

    fn identity(&self) -> Result<Identity> {
        let (maker, product) = (Some("Intel".to_owned()), Some("NUC11PAHi5".to_owned()));
        Ok(Identity { maker, product, serial: self.serial.clone(), machine: Some("m".into()) })
    }

    fn boot(&self) -> Result<String> {
        Ok(self.boots.to_string())
    }

    fn restart_pending(&self) -> Result<bool> {
        Ok(self.pending)
    }

    fn cards(&self) -> Result<Vec<NetworkCard>> {
        Ok(vec![NetworkCard { name: "eth0".into(), mac: Mac([0x54, 0xb2, 0x03, 0x1c, 0x0a, 0x0b]) }])
    }

    fn host_name(&self) -> Result<HostName> {
        Ok(HostName { now: self.name.clone(), next: self.next_name.clone().unwrap_or_else(|| self.name.clone()) })
    }

    fn file(&self, path: &str) -> Result<Option<Seen>> {
        Ok(self.files.get(path).map(|(bytes, mode)| Seen { digest: Digest::of(bytes), mode: Some(*mode) }))
    }

    fn file_holds(&self, path: &str, text: &str) -> Result<bool> {
        Ok(self.files.get(path).is_some_and(|(bytes, _)| String::from_utf8_lossy(bytes).contains(text)))
    }

    fn package(&self, name: &str) -> Result<Option<String>> {
        Ok(self.packages.get(name).cloned())
    }

    fn package_remains(&self, name: &str) -> Result<Option<String>> {
        Ok(self.packages.get(name).or(self.half_there.get(name)).cloned())
    }

    fn payload(&self, name: &str) -> Result<Digest> {
        let bytes = self.payloads.get(name).ok_or_else(|| Fault::new("no such file", "fichier introuvable"))?;
        Ok(Digest::of(bytes))
    }

    fn payload_bytes(&self, name: &str, _: u64) -> Result<Vec<u8>> {
        self.payloads.get(name).cloned().ok_or_else(|| Fault::new("no such file", "fichier introuvable"))
    }

    fn payload_package(&self, name: &str) -> Result<Package> {
        let text = self.payloads.get(name).map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default();
        match text.split_whitespace().collect::<Vec<_>>()[..] {
            ["package", name, version] => {
                Ok(Package { name: name.into(), version: version.into(), product_code: None, upgrade_code: None })
            }
            ["product", name, version, code, ref more @ ..] => {
                let upgrade_code = more.iter().find_map(|word| word.strip_prefix("upgrade=")).map(str::to_owned);
                Ok(Package { name: name.into(), version: version.into(), product_code: Some(code.into()), upgrade_code })
            }
            _ => Err(Fault::new("no package", "pas un paquet")),
        }
    }

    fn payload_program(&self, name: &str) -> Result<()> {
        let program = self.payloads.get(name).is_some_and(|bytes| bytes.starts_with(b"product"));
        if program { Ok(()) } else { Err(Fault::new("no program", "pas un programme")) }
    }

    fn programs(&self) -> Result<Vec<Program>> {
        Ok(self.programs.clone())
    }

    fn related(&self, upgrade_code: &str) -> Result<Vec<String>> {
        Ok(self.related.get(upgrade_code).cloned().unwrap_or_default())
    }

    fn file_version(&self, path: &str) -> Result<Option<String>> {
        Ok(self.file_versions.get(path).cloned())
    }

    fn account(&self, login: &str) -> Result<Option<Account>> {
        Ok(self.accounts.get(login).cloned())
    }

    fn has_password(&self, login: &str) -> Result<bool> {
        self.asked_for_password.set(self.asked_for_password.get() + 1);
        Ok(self.passwords.contains(login))
    }

    fn group(&self, name: &str) -> Result<Option<String>> {
        // A French Windows.
        let name = if self.system == System::Windows && name == "Administrateurs" { "administrators" } else { name };
        let found = self.groups.iter().find(|group| group.as_str() == name);
        Ok(found.or_else(|| self.groups.iter().find(|group| group.eq_ignore_ascii_case(name))).cloned())
    }

    fn is_there(&self, path: &str) -> Result<bool> {
        Ok(self.files.contains_key(path))
    }

    fn small_file(&self, path: &str) -> Result<Option<Vec<u8>>> {
        Ok(self.files.get(path).map(|(bytes, _)| bytes.clone()))
    }

    fn folder(&self, path: &str) -> Result<Vec<String>> {
        let below = self.files.keys().filter_map(|file| file.strip_prefix(path)?.strip_prefix('/'));
        let mut names: Vec<String> = below.map(|rest| rest.split('/').next().unwrap_or_default().to_owned()).collect();
        names.dedup();
        Ok(names)
    }

    fn wmi(&self, namespace: &str, question: &str) -> Result<Vec<Row>> {
        let answer = self.wmi.iter().find(|(words, _)| question.contains(words));
        // Every product with a licence is asked for by the same words.
        let none = question.contains("SoftwareLicensingProduct") && !self.wmi.is_empty();
        match answer {
            Some((_, rows)) => Ok(rows.clone()),
            None if none => Ok(Vec::new()),
            None => Err(Fault::new(format!("no namespace {namespace}"), format!("pas d'espace {namespace}"))),
        }
    }

    fn power(&self, source: Source, setting: Setting) -> Result<Option<u32>> {
        Ok(self.power.get(&(source, setting)).copied())
    }

    fn may_hibernate(&self) -> Result<bool> {
        Ok(self.hibernates)
    }

    fn service(&self, name: &str) -> Result<Option<Service>> {
        Ok(self.services.get(name).copied())
    }

    fn registry_value(&self, key: &Key, name: &str) -> Result<Option<Data>> {
        let kept = self.registry.get(&(key.folded(), name.to_lowercase()));
        Ok(kept.map(|(kind, bytes)| Data::of_raw(*kind, bytes)))
    }

    fn registry_keys(&self, key: &Key) -> Result<Vec<String>> {
        let above = format!("{}\\", key.folded().path);
        let below = self.registry.keys().filter(|(other, _)| other.hive == key.hive);
        let mut names: Vec<String> = below
            .filter_map(|(other, _)| other.path.strip_prefix(&above))
            .map(|rest| rest.split('\\').next().unwrap_or_default().to_owned())
            .collect();
        names.dedup();
        Ok(names)
    }

    fn filled(&self, text: &str) -> Result<String> {
        let folder = |name: &str| match name {
            "ProgramFiles" => Some("C:\\Program Files".to_owned()),
            "ProgramData" => Some("C:\\ProgramData".to_owned()),
            "Public" => Some("C:\\Users\\Public".to_owned()),
            _ => None,
        };
        path::filled(text, folder).map_err(|why| Fault::new(why.english, why.french))
    }

    fn shortcut(&self, place: &Place, label: &str) -> Result<Option<Shortcut>> {
        Ok(self.shortcuts.get(&(place.clone(), label.to_owned())).cloned())
    }

    fn apps(&self) -> Result<Vec<App>> {
        Ok(self.apps.clone())
    }

    fn updates(&self) -> Result<Vec<Update>> {
        Ok(self.updates.clone())
    }

    fn devices(&self) -> Result<Vec<String>> {
        Ok(self.devices.clone())
    }

    fn payload_drivers(&self, name: &str) -> Result<Vec<Packed>> {
        let bytes = self.payload_bytes(name, u64::MAX)?;
        pack::drivers(Cursor::new(bytes)).map_err(|why| Fault::new(why.english, why.french))
    }

    fn wrong_with(&self, lines: &Contents) -> Result<Option<String>> {
        Ok(self.lines(lines).contains("((").then(|| "line 1: unexpected (".to_owned()))
    }

    fn firmware(&self) -> Result<Option<String>> {
        if self.firmware_unseen.get() > 0 {
            self.firmware_unseen.set(self.firmware_unseen.get() - 1);
            return Err(Fault::new("not yet", "pas encore"));
        }
        Ok(self.firmware.clone())
    }

    fn on_mains(&self) -> Result<bool> {
        Ok(!self.on_battery)
    }

    fn ask(&self, command: &Command) -> Result<Ended> {
        let text = self.lines(&command.lines);
        if let Some((_, ended)) = self.answers.iter().find(|(words, _)| text.starts_with(words)) {
            return Ok(ended.clone());
        }
        let (code, output) = match text.split_whitespace().collect::<Vec<_>>()[..] {
            ["has", path] => (i32::from(!self.files.contains_key(path)), String::new()),
            ["version", name] => match self.packages.get(name) {
                Some(version) => (0, format!("{name} {version}")),
                None => (127, "not found".into()),
            },
            _ => (2, "what?".into()),
        };
        Ok(Ended { how: How::Code(code), output })
    }
}
