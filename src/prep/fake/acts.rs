//! What can be done to the PC that is none.

use super::*;

impl Act for Fake {
    fn write(&mut self, path: &str, contents: &Contents, mode: Mode) -> Result<()> {
        let bytes = match contents {
            Contents::Text(text) => text.clone().into_bytes(),
            Contents::Payload(name) => self.payloads[name].clone(),
        };
        self.act(format!("write {path}"), |pc| drop(pc.files.insert(path.to_owned(), (bytes, mode))));
        Ok(())
    }

    fn set_mode(&mut self, path: &str, mode: Mode) -> Result<()> {
        self.act(format!("mode {path}"), |pc| {
            pc.files.entry(path.to_owned()).and_modify(|file| file.1 = mode);
        });
        Ok(())
    }

    /// What comes after the product code in a program's text is what it does: `lies`, `restart`, `pending`, `busy`, `another`,
    /// `firmware`.
    fn install(&mut self, payload: &str, arguments: &[String], _: u32) -> Result<Ended> {
        let Package { name, version, product_code, .. } = self.payload_package(payload)?;
        let text = String::from_utf8_lossy(&self.payloads[payload]).into_owned();
        let manner = text.split_whitespace().nth(4).unwrap_or_default().to_owned();
        let told = [&["install".to_owned(), payload.to_owned()], arguments].concat().join(" ");
        let code = self.act(told, |pc| match (product_code, manner.as_str()) {
            (None, _) => {
                pc.packages.insert(name, version);
                0
            }
            (_, "lies") => 0,
            (_, "firmware") => {
                pc.next_firmware = Some(version);
                0
            }
            (_, "another") => 1638,
            (_, "busy") if pc.busy > 0 => {
                pc.busy -= 1;
                1618
            }
            (Some(key), manner) => {
                pc.programs.retain(|program| program.key != key);
                pc.programs.push(Program { key, name, version: Some(version), ..Program::default() });
                // It says nothing, and the system does.
                pc.pending |= manner == "pending";
                if manner == "restart" { 3010 } else { 0 }
            }
        });
        Ok(Ended { how: How::Code(code), output: String::new() })
    }

    fn run(&mut self, command: &Command) -> Result<Ended> {
        let text = self.lines(&command.lines);
        let mut ended = self.act(format!("run {text}"), |pc| pc.obey(&text));
        if let ("echo", Some(input)) = (text.as_str(), &command.input) {
            ended.output = input.reveal().to_owned();
        }
        Ok(ended)
    }

    fn add_account(&mut self, login: &str) -> Result<()> {
        self.act(format!("account {login}"), |pc| drop(pc.accounts.insert(login.to_owned(), Account::default())));
        Ok(())
    }

    fn set_full_name(&mut self, login: &str, full_name: &str) -> Result<()> {
        self.act(format!("full name {login}"), |pc| {
            pc.accounts.entry(login.to_owned()).and_modify(|account| account.full_name = full_name.to_owned());
        });
        Ok(())
    }

    fn join_group(&mut self, login: &str, group: &str) -> Result<()> {
        self.act(format!("group {login} {group}"), |pc| {
            pc.accounts.entry(login.to_owned()).and_modify(|account| account.groups.push(group.to_owned()));
        });
        Ok(())
    }

    fn set_password(&mut self, login: &str, _: &Secret) -> Result<()> {
        self.act(format!("password {login}"), |pc| {
            pc.passwords.insert(login.to_owned());
        });
        Ok(())
    }

    fn secret(&self, name: &str) -> Option<Secret> {
        self.secrets.get(name).cloned()
    }

    fn set_host_name(&mut self, name: &str) -> Result<()> {
        self.act(format!("name {name}"), |pc| match pc.renames_at_start {
            true => pc.next_name = Some(name.to_owned()),
            false => pc.name = name.to_owned(),
        });
        Ok(())
    }

    fn set_power(&mut self, source: Source, setting: Setting, value: u32) -> Result<()> {
        self.act(format!("power {source:?} {setting:?} {value}"), |pc| {
            pc.power.insert((source, setting), value);
        });
        Ok(())
    }

    fn let_hibernate(&mut self, on: bool) -> Result<()> {
        self.act(format!("hibernation {on}"), |pc| pc.hibernates = on);
        Ok(())
    }

    fn set_service_start(&mut self, name: &str, start: Start) -> Result<()> {
        self.act(format!("start {name} {}", start.word()), |pc| {
            pc.services.entry(name.to_owned()).and_modify(|service| service.start = start);
        });
        Ok(())
    }

    fn set_service_running(&mut self, name: &str, runs: bool, _: u32) -> Result<()> {
        let stays = runs && !self.crashing.iter().any(|crashing| crashing == name);
        self.act(format!("runs {name} {runs}"), |pc| {
            pc.services.entry(name.to_owned()).and_modify(|service| service.runs = stays);
        });
        Ok(())
    }

    fn set_registry_value(&mut self, key: &Key, name: &str, data: &Data) -> Result<()> {
        let kept = (key.folded(), name.to_lowercase());
        self.act(format!("value {key} {name}"), |pc| drop(pc.registry.insert(kept, data.raw())));
        Ok(())
    }

    fn remove_registry_value(&mut self, key: &Key, name: &str) -> Result<()> {
        let kept = (key.folded(), name.to_lowercase());
        self.act(format!("no value {key} {name}"), |pc| drop(pc.registry.remove(&kept)));
        Ok(())
    }

    fn set_shortcut(&mut self, place: &Place, label: &str, shortcut: &Shortcut) -> Result<()> {
        let at = (place.clone(), label.to_owned());
        self.act(format!("shortcut {label}"), |pc| drop(pc.shortcuts.insert(at, shortcut.clone())));
        Ok(())
    }

    fn remove_app(&mut self, app: &App, _: u32) -> Result<()> {
        self.act(format!("remove {} {}", app.full_name, app.provisioned), |pc| pc.apps.retain(|other| other != app));
        Ok(())
    }

    fn remove_package(&mut self, name: &str, _: u32) -> Result<Ended> {
        self.act(format!("remove {name}"), |pc| {
            pc.packages.remove(name);
            pc.half_there.remove(name);
        });
        Ok(Ended { how: How::Code(0), output: String::new() })
    }

    fn run_line(&mut self, line: &str, _: u32) -> Result<Ended> {
        let code = self.line_codes.pop_front().unwrap_or(0);
        self.act(format!("line {line}"), |pc| {
            let is_its_line = |program: &Program| program.uninstall.as_ref().is_some_and(|uninstall| line.starts_with(uninstall));
            // Another installation is running: nothing is removed.
            pc.removing = pc.programs.iter().position(is_its_line).filter(|_| code != 1618);
        });
        self.gone();
        Ok(Ended { how: How::Code(code), output: String::new() })
    }

    fn add_driver(&mut self, pack: &str, inf: &str, _: u32) -> Result<Ended> {
        let drivers = self.payload_drivers(pack)?;
        let Some(Packed { driver, .. }) = drivers.into_iter().find(|packed| packed.inf == inf) else {
            return Ok(Ended { how: How::Code(2), output: String::new() });
        };
        self.act(format!("driver {pack} {inf}"), |pc| {
            let models = driver.models_for(inf::Windows::of(Some(&pc.windows_build)));
            for (at, place) in pc.devices.clone().into_iter().enumerate() {
                let key = Key::machine("SYSTEM\\CurrentControlSet\\Enum").below(&place);
                let Ok(Some(Data::Multi(ids))) = pc.registry_value(&key, "HardwareID") else { continue };
                let is_for = |id: &String| models.iter().any(|models| models.devices.contains(&id.to_lowercase()));
                // What is added to a driver is none itself.
                if !driver.is_extension() && ids.iter().any(is_for) {
                    let class = format!("{}\\{at:04}", driver.class_guid);
                    let below = Key::machine("SYSTEM\\CurrentControlSet\\Control\\Class").below(&class);
                    let mut keep = |key: &Key, name: &str, text: &str| {
                        pc.registry.insert((key.folded(), name.to_lowercase()), Data::String(text.to_owned()).raw());
                    };
                    keep(&key, "Driver", &class);
                    keep(&below, "DriverVersion", &driver.version);
                    keep(&below, "ProviderName", &driver.provider);
                    if let Some([year, month, day]) = driver.day.as_ref().map(|day| day.split('-').collect::<Vec<_>>()).as_deref()
                    {
                        keep(&below, "DriverDate", &format!("{month}-{day}-{year}"));
                    }
                }
            }
        });
        Ok(Ended { how: How::Code(0), output: String::new() })
    }

    fn install_update(&mut self, id: &str, _: u32) -> Result<bool> {
        let later = self.updates_at_start;
        self.act(format!("update {id}"), |pc| match later {
            true => pc.updated.push(id.to_owned()),
            false => pc.updates.retain(|update| update.id != id),
        });
        Ok(later)
    }

    fn settle(&mut self) -> Result<()> {
        burn(&self.fuse);
        self.settled = None;
        Ok(())
    }

    fn resume_at_start(&mut self) -> Result<()> {
        if self.cannot_resume {
            return Err(Fault::new("nothing starts programs here", "rien ne lance de programmes ici"));
        }
        self.act("resume".into(), |pc| pc.resumes = true);
        Ok(())
    }

    fn forget_resume(&mut self) -> Result<()> {
        self.act("forget".into(), |pc| pc.resumes = false);
        Ok(())
    }

    fn restart(&mut self) -> Result<()> {
        self.act("restart".into(), |pc| pc.restart_asked = true);
        Ok(())
    }

    fn wait(&mut self, seconds: u32) {
        self.waited += seconds;
        self.gone();
    }
}
