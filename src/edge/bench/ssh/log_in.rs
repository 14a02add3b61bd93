//! Logging in: by the agent, key files and a password, in this order.

use russh::client::{AuthResult, KeyboardInteractiveAuthResponse};
use russh::keys::PrivateKeyWithHashAlg;
use russh::keys::agent::client::AgentClient;

use super::{Access, Session, Trouble, cut};
use crate::fault::{Fault, Why};
use crate::secret::Secret;

/// Keys that are offered: sshd takes six attempts (MaxAuthTries), and a password is one too.
const MOST_KEYS: usize = 4;

impl Session {
    pub(super) async fn log_in(&mut self, user: &str, access: &Access) -> Result<(), Trouble> {
        let hash = self.handle.best_supported_rsa_hash().await.ok().flatten().flatten();
        let mut offered = 0;
        let mut interactive = false;
        let mut seen = |result: AuthResult| match result {
            AuthResult::Success => true,
            AuthResult::Failure { remaining_methods, .. } => {
                interactive = remaining_methods.contains(&russh::MethodKind::KeyboardInteractive);
                false
            }
        };
        if access.agent
            && let Ok(mut agent) = AgentClient::connect_env().await
        {
            for identity in agent.request_identities().await.unwrap_or_default() {
                let russh::keys::agent::AgentIdentity::PublicKey { key, .. } = identity else { continue };
                if offered == MOST_KEYS {
                    break;
                }
                offered += 1;
                let hash = hash.filter(|_| key.algorithm().is_rsa());
                // An agent that does not sign is no reason not to try the next key.
                if let Ok(result) = self.handle.authenticate_publickey_with(user, key, hash, &mut agent).await
                    && seen(result)
                {
                    return Ok(());
                }
            }
        }
        for key in access.keys.iter().take(MOST_KEYS - offered) {
            offered += 1;
            let key = PrivateKeyWithHashAlg::new(key.clone(), hash);
            if seen(self.handle.authenticate_publickey(user, key).await.map_err(cut)?) {
                return Ok(());
            }
        }
        if let Some(password) = &access.password {
            if seen(self.handle.authenticate_password(user, password.reveal()).await.map_err(cut)?) {
                return Ok(());
            }
            if interactive && self.answers(user, password).await.map_err(cut)? {
                return Ok(());
            }
        }
        // One that is cut off after so many attempts says so in no other way.
        let (english, french) = match (&access.password, offered) {
            (Some(_), _) => {
                ("the password is wrong, or it lets nobody in by one", "le mot de passe est faux, ou il n'en accepte pas")
            }
            (None, 0) => ("there is no key to offer", "il n'y a aucune clé à présenter"),
            (None, _) => ("it takes none of the keys", "il n'accepte aucune des clés"),
        };
        let fault = Fault::because(format!("{user} is not let in"), format!("{user} n'est pas admis"), Why::new(english, french));
        Err(Trouble::refused(&fault.hint(
            "ssh-copy-id puts a key there; --key FILE names one; --ask-password asks for a password",
            "ssh-copy-id y dépose une clé ; --key FICHIER en indique une ; --ask-password demande un mot de passe",
        )))
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
