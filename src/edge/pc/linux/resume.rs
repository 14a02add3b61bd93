//! How a run goes on when the PC is started: by systemd, or by cron where there is no systemd.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::SYSTEMD;
use crate::edge::pc::kept::{Copies, Resume, gone};
use crate::edge::pc::payloads::Payloads;
use crate::edge::pc::{about, files};
use crate::fault::{Fault, Result};
use crate::prep::look::Mode;

/// The unit, where the administrator's are: systemd.unit(5).
const UNIT: &str = "/etc/systemd/system/trousse-prep.service";
/// The link that starts it with the PC.
const WANTED: &str = "/etc/systemd/system/multi-user.target.wants/trousse-prep.service";
/// The table of cron, where `@reboot` is known: crontab(5).
const TABLE: &str = "/etc/cron.d/trousse-prep";
/// What would read that table.
const CRONS: &[&str] = &["/usr/sbin/cron", "/usr/sbin/crond", "/usr/bin/crond"];

impl Resume {
    /// Lets the PC go on with the run when it is started.
    pub(super) fn prepare(&self, payloads: &Payloads) -> Result<()> {
        let Copies { program, profile } = self.keep(payloads)?;
        let words = [&[program.display().to_string()], &self.words[..], &[profile.display().to_string()]].concat();
        if Path::new(SYSTEMD).is_dir() {
            write(UNIT, &unit(&words))?;
            let linked =
                fs::create_dir_all(Path::new(WANTED).parent().unwrap_or(Path::new("/"))).and_then(|()| symlink(UNIT, WANTED));
            return match linked {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(about(WANTED, &error)),
                _ => Ok(()),
            };
        }
        if CRONS.iter().any(|cron| Path::new(cron).exists()) && Path::new(TABLE).parent().is_some_and(Path::is_dir) {
            return write(TABLE, &table(&words));
        }
        Err(Fault::new(
            "neither systemd nor cron is there to go on after a restart",
            "ni systemd ni cron n'est là pour continuer après un redémarrage",
        )
        .hint("restart the PC, then give the same command again", "redémarrez le PC, puis relancez la même commande"))
    }

    /// Takes that back.
    pub(super) fn forget(&self) -> Result<()> {
        for path in [WANTED, UNIT, TABLE] {
            gone(path, fs::remove_file(path))?;
        }
        let kept = self.kept();
        gone(&kept, fs::remove_dir_all(&kept))
    }
}

fn write(path: &str, text: &str) -> Result<()> {
    files::write(path, &mut text.as_bytes(), Mode(0o644)).map(drop)
}

/// The unit: systemd.service(5). It has no deadline: each step has its own. Nothing that starts with the PC waits for its end, as a
/// step may wait for that (`exec`). What it has started goes on when it is killed, as dpkg must (systemd.kill(5)).
fn unit(words: &[String]) -> String {
    let command: Vec<String> = words.iter().map(|word| systemd_word(word)).collect();
    format!(
        "[Unit]\n\
         Description=trousse prep: goes on with the preparation of this PC\n\
         After=network.target\n\
         \n\
         [Service]\n\
         Type=exec\n\
         KillMode=process\n\
         ExecStart={}\n\
         \n\
         [Install]\n\
         WantedBy=multi-user.target\n",
        command.join(" ")
    )
}

/// A word of a unit's command line, quoted: systemd.syntax(7).
fn systemd_word(word: &str) -> String {
    format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\"").replace('%', "%%").replace('$', "$$"))
}

/// The line of cron; `%` would end it.
fn table(words: &[String]) -> String {
    let word = |word: &String| format!("'{}'", word.replace('\'', "'\\''").replace('%', "\\%"));
    let command: Vec<String> = words.iter().map(word).collect();
    format!("# trousse prep goes on with the preparation of this PC.\n@reboot root {}\n", command.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_anything_in_it_stays_one_word() {
        let words = ["/a b/trousse".to_owned(), "50%".to_owned(), "it's \"$x\"".to_owned()];
        assert!(unit(&words).contains("ExecStart=\"/a b/trousse\" \"50%%\" \"it's \\\"$$x\\\"\"\n"));
        assert!(unit(&words).contains("Type=exec\n") && unit(&words).contains("KillMode=process\n"));
        assert!(table(&words).contains("@reboot root '/a b/trousse' '50\\%' 'it'\\''s \"$x\"'\n"));
    }
}
