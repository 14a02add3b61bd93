//! Logging in: by the agent, key files and a password, in this order.

use russh::client::{AuthResult, KeyboardInteractiveAuthResponse};
use russh::keys::PrivateKeyWithHashAlg;
use russh::keys::agent::AgentIdentity;
use russh::keys::agent::client::AgentClient;

use super::{Access, Session, Trouble, cut};
use crate::edge::bench::ground::is_windows;
use crate::fault::{Fault, Why};
use crate::secret::Secret;

/// Keys that are offered: sshd takes six attempts (MaxAuthTries), and a password is one too.
const MOST_KEYS: usize = 4;

impl Session {
    pub(super) async fn log_in(&mut self, user: &str, access: &Access) -> Result<(), Trouble> {
        let hash = self.handle.best_supported_rsa_hash().await.ok().flatten().flatten();
        let (mut offered, mut there) = (0, access.keys.len());
        if access.agent
            && let Ok(mut agent) = AgentClient::connect_env().await
        {
            for identity in agent.request_identities().await.unwrap_or_default() {
                let AgentIdentity::PublicKey { key, .. } = identity else { continue };
                there += 1;
                if offered == MOST_KEYS {
                    continue;
                }
                offered += 1;
                let hash = hash.filter(|_| key.algorithm().is_rsa());
                // An agent that does not sign is no reason not to try the next key.
                let tried = self.handle.authenticate_publickey_with(user, key, hash, &mut agent).await;
                if self.is_in(user, tried.ok())? {
                    return Ok(());
                }
            }
        }
        for key in access.keys.iter().take(MOST_KEYS - offered) {
            offered += 1;
            let key = PrivateKeyWithHashAlg::new(key.clone(), hash);
            let tried = self.handle.authenticate_publickey(user, key).await;
            if self.is_in(user, tried.ok())? {
                return Ok(());
            }
        }
        if let Some(password) = &access.password {
            let tried = self.handle.authenticate_password(user, password.reveal()).await.ok();
            let asks = |tried: &AuthResult| match tried {
                AuthResult::Failure { remaining_methods, .. } => {
                    remaining_methods.contains(&russh::MethodKind::KeyboardInteractive)
                }
                AuthResult::Success => false,
            };
            let interactive = tried.as_ref().is_some_and(asks);
            if self.is_in(user, tried)? {
                return Ok(());
            }
            if interactive {
                let tried = self.answers(user, password).await;
                self.still_there(user)?;
                if tried.map_err(cut)? {
                    return Ok(());
                }
            }
        }
        let why = match (&access.password, offered) {
            (Some(_), _) => {
                Why::new("the password is wrong, or it lets nobody in by one", "le mot de passe est faux, ou il n'en accepte pas")
            }
            (None, 0) => Why::new("there is no key to offer", "il n'y a aucune clé à présenter"),
            (None, _) if offered < there => Why::new(
                format!("{offered} of {there} keys were offered, and it takes none of these: --key FILE names the right one"),
                format!(
                    "{offered} clés sur {there} ont été présentées, et il n'en accepte aucune : --key FICHIER indique la bonne"
                ),
            ),
            (None, _) => Why::new("it takes none of the keys", "il n'accepte aucune des clés"),
        };
        Err(not_let_in(user, &self.identity, why))
    }

    /// Whether an attempt let us in. One that did not is no refusal where the connection is gone meanwhile: the crate has the same
    /// answer for both.
    fn is_in(&self, user: &str, tried: Option<AuthResult>) -> Result<bool, Trouble> {
        if matches!(tried, Some(AuthResult::Success)) {
            return Ok(true);
        }
        self.still_there(user).map(|()| false)
    }

    /// A PC that restarts cuts whoever logs in (pam_nologin(8)), and takes him later; one that says why it breaks off does not.
    fn still_there(&self, user: &str) -> Result<(), Trouble> {
        if !self.handle.is_closed() {
            return Ok(());
        }
        match self.parted() {
            Some(words) => {
                let why = Why::new(format!("it breaks off: {words}"), format!("il rompt : {words}"));
                Err(not_let_in(user, &self.identity, why))
            }
            None => Err(Trouble::lost(
                format!("the connection is lost while {user} logs in"),
                format!("connexion perdue pendant que {user} se connecte"),
            )),
        }
    }

    /// The password where the server asks for it as a question (RFC 4256): to the first one alone.
    async fn answers(&mut self, user: &str, password: &Secret) -> Result<bool, russh::Error> {
        let mut answer = self.handle.authenticate_keyboard_interactive_start(user, None::<String>).await?;
        let mut given = false;
        loop {
            let answers = match answer {
                KeyboardInteractiveAuthResponse::Success => return Ok(true),
                KeyboardInteractiveAuthResponse::Failure { .. } => return Ok(false),
                KeyboardInteractiveAuthResponse::InfoRequest { prompts, .. } => match prompts.len() {
                    0 => Vec::new(),
                    1 if !given => {
                        given = true;
                        vec![password.reveal().to_owned()]
                    }
                    _ => return Ok(false),
                },
            };
            answer = self.handle.authenticate_keyboard_interactive_respond(answers).await?;
        }
    }
}

/// By what its server says of itself, the way out is another.
fn not_let_in(user: &str, identity: &str, why: Why) -> Trouble {
    let fault = Fault::because(format!("{user} is not let in"), format!("{user} n'est pas admis"), why);
    // S-1-5-18 is SYSTEM and S-1-5-32-544 Administrators, whatever these are called there.
    let hinted = match is_windows(identity) {
        true => fault.hint(
            "its sshd takes keys of administrators from %ProgramData%\\ssh\\administrators_authorized_keys, and only once \
             icacls FILE /inheritance:r /grant *S-1-5-18:F /grant *S-1-5-32-544:F was run on it; --key FILE names one; \
             --ask-password asks for a password",
            "son sshd prend les clés des administrateurs dans %ProgramData%\\ssh\\administrators_authorized_keys, et seulement une \
             fois que icacls FICHIER /inheritance:r /grant *S-1-5-18:F /grant *S-1-5-32-544:F y a été lancé ; --key FICHIER en indique une ; \
             --ask-password demande un mot de passe",
        ),
        false => fault.hint(
            "ssh-copy-id puts a key there; --key FILE names one; --ask-password asks for a password",
            "ssh-copy-id y dépose une clé ; --key FICHIER en indique une ; --ask-password demande un mot de passe",
        ),
    };
    Trouble::refused(&hinted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::bench::ssh::Hop;
    use crate::edge::bench::ssh::server::{Manner, access, key, opened};
    use crate::language::Language;
    use crate::prep::outcome::Failure;

    /// What comes of logging in with so many keys.
    fn tried(manner: Manner, keys: u8) -> Trouble {
        let folder = tempfile::tempdir().expect("a folder");
        let mut access = access(&folder.path().join("known_hosts"));
        access.keys = (1..=keys).map(|seed| std::sync::Arc::new(key(seed))).collect();
        opened(manner, access, async |session: Result<Session, Trouble>, _: Hop| session.err()).expect("it lets nobody in")
    }

    fn said(why: &Failure) -> String {
        why.say(Language::En)
    }

    #[test]
    fn a_pc_that_cuts_whoever_logs_in_is_tried_again_and_one_that_takes_no_key_is_not() {
        let cut = tried(Manner::Cuts, 1);
        assert!(matches!(&cut, Trouble::Lost(why) if said(why).contains("while root logs in")), "{cut:?}");
        let refuses = tried(Manner::Refuses, 1);
        assert!(matches!(&refuses, Trouble::Refused(why) if said(why).contains("none of the keys")), "{refuses:?}");
        assert!(matches!(&refuses, Trouble::Refused(why) if said(why).contains("ssh-copy-id")), "{refuses:?}");
    }

    #[test]
    fn that_some_keys_were_not_offered_is_told() {
        for (keys, part) in [(4, "it takes none of the keys"), (7, "4 of 7 keys were offered")] {
            let refuses = tried(Manner::RefusesAsWindows, keys);
            assert!(matches!(&refuses, Trouble::Refused(why) if said(why).contains(part)), "{part}: {refuses:?}");
        }
    }

    #[test]
    fn the_way_out_is_that_of_its_own_system() {
        let refuses = tried(Manner::RefusesAsWindows, 1);
        let Trouble::Refused(why) = &refuses else { panic!("{refuses:?}") };
        for language in Language::ALL {
            let said = why.say(language);
            assert!(said.contains("administrators_authorized_keys") && said.contains("icacls"), "{said}");
            assert!(!said.contains("ssh-copy-id"), "{said}");
        }
    }

    #[test]
    fn one_that_breaks_off_after_too_many_keys_is_told_in_its_own_words() {
        let broken = tried(Manner::Refuses, 3);
        assert!(matches!(&broken, Trouble::Refused(why) if said(why).contains("Too many authentication")), "{broken:?}");
    }
}
