//! How a switch is asked over SNMP. None of it is written into a record or a report.

use std::collections::BTreeMap;
use std::net::IpAddr;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::fault::Why;
use crate::secret::Secret;
use crate::site::Plan;

/// The port of SNMP (RFC 3417, 3.1).
const PORT: u16 = 161;

/// How a switch is asked over SNMP: with a community (versions 1 and 2c), or as a user (version 3).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Snmp {
    /// The version; without one, `3` where there is a user, else `2c`.
    pub version: Option<Version>,
    /// The community, of versions 1 and 2c.
    pub community: Option<Secret>,
    /// The user, of version 3.
    pub user: Option<String>,
    /// By what the user proves who it is.
    pub auth: Option<Authentication>,
    /// The password for that.
    pub auth_password: Option<Secret>,
    /// By what is enciphered.
    pub privacy: Option<Privacy>,
    /// The password for that.
    pub privacy_password: Option<Secret>,
    /// The UDP port, where it is not 161.
    pub port: Option<u16>,
}

/// How switches are asked, by their addresses. It stands beside the sounder and nowhere else: no record holds it.
#[derive(Clone, Debug, Default)]
pub struct Access {
    switches: BTreeMap<IpAddr, Snmp>,
    any: Option<Snmp>,
}

impl Access {
    /// As the plan says, and otherwise, `any` switch by what was given on the command line.
    pub fn new(plan: &Plan, any: Option<Snmp>) -> Access {
        let planned = plan.switches.iter().filter_map(|switch| Some((switch.address?.into(), switch.snmp.clone()?)));
        Access { switches: planned.collect(), any }
    }

    /// How that one is asked.
    pub fn to(&self, switch: IpAddr) -> Option<&Snmp> {
        self.switches.get(&switch).or(self.any.as_ref())
    }
}

/// A version of SNMP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Version {
    /// RFC 1157.
    #[serde(rename = "1")]
    V1,
    /// RFC 1901.
    #[serde(rename = "2c")]
    V2c,
    /// RFC 3410.
    #[serde(rename = "3")]
    V3,
}

/// By what a user of version 3 proves who it is (RFC 3414, RFC 7860).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Authentication {
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

/// By what version 3 enciphers (RFC 3414, RFC 3826; longer AES keys as Cisco and net-snmp derive them).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Privacy {
    Des,
    Aes128,
    Aes192,
    Aes256,
}

impl Snmp {
    /// Version 2c with a community.
    pub fn community(community: Secret) -> Snmp {
        Snmp { community: Some(community), ..Snmp::default() }
    }

    /// The version that is spoken.
    pub fn version(&self) -> Version {
        self.version.unwrap_or(if self.user.is_some() { Version::V3 } else { Version::V2c })
    }

    /// The UDP port that is asked.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(PORT)
    }

    /// What is wrong with it: a part that the others need is missing, or does not go with them.
    pub fn check(&self) -> Result<(), Why> {
        let refused = |english: &str, french: &str| Err(Why::new(english, french));
        let of_v3 = [self.auth.is_some(), self.auth_password.is_some(), self.privacy.is_some(), self.privacy_password.is_some()];
        if self.version() != Version::V3 {
            if self.community.is_none() {
                return refused(
                    "snmp needs a community, or a user for version 3",
                    "snmp demande une communauté, ou un utilisateur en version 3",
                );
            }
            if self.user.is_some() || of_v3.contains(&true) {
                return refused(
                    "snmp: a user and passwords are of version 3",
                    "snmp : un utilisateur et des mots de passe relèvent de la version 3",
                );
            }
            return Ok(());
        }
        if self.user.is_none() || self.community.is_some() {
            return refused(
                "snmp version 3 needs a user, and no community",
                "snmp version 3 demande un utilisateur, et pas de communauté",
            );
        }
        if of_v3[0] != of_v3[1] || of_v3[2] != of_v3[3] {
            return refused(
                "snmp: auth goes with auth_password, privacy with privacy_password",
                "snmp : auth va avec auth_password, privacy avec privacy_password",
            );
        }
        if of_v3[2] && !of_v3[0] {
            return refused("snmp: privacy needs auth (RFC 3414)", "snmp : privacy demande auth (RFC 3414)");
        }
        let short = |secret: &Option<Secret>| secret.as_ref().is_some_and(|secret| secret.reveal().len() < 8);
        if short(&self.auth_password) || short(&self.privacy_password) {
            return refused(
                "snmp: a password of version 3 has at least 8 characters (RFC 3414, 11.2)",
                "snmp : un mot de passe de version 3 compte au moins 8 caractères (RFC 3414, 11.2)",
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(snmp: &str) -> Result<Plan, Why> {
        Plan::parse(&format!("[[switch]]\nname = \"sw1\"\naddress = \"10.0.0.2\"\nsnmp = {{ {snmp} }}"))
    }

    #[test]
    fn neither_a_community_nor_a_password_is_written_out_again() {
        for snmp in [
            "community = \"hush-hush\"",
            "user = \"tech\", auth = \"sha256\", auth_password = \"hush-hush\", privacy = \"aes128\", privacy_password = \"hush-hush\"",
        ] {
            let plan = plan(snmp).expect("a plan");
            assert!(plan.switches[0].snmp.is_some());
            let written =
                [toml::to_string(&plan).expect("TOML"), serde_json::to_string(&plan).expect("JSON"), format!("{plan:?}")];
            assert!(written.iter().all(|text| !text.contains("hush")), "{written:?}");
            assert!(Plan::parse(&written[0]).expect("a plan").switches[0].snmp.is_none());
        }
    }

    #[test]
    fn what_does_not_go_together_is_refused() {
        let refused = |snmp: &str| plan(snmp).expect_err("a refusal").english;
        assert!(refused("version = \"2c\"").contains("needs a community"));
        assert!(refused("community = \"x\", version = \"3\"").contains("needs a user"));
        assert!(refused("user = \"t\", auth = \"md5\"").contains("auth_password"));
        assert!(refused("user = \"t\", privacy = \"des\", privacy_password = \"12345678\"").contains("needs auth"));
        assert!(refused("user = \"t\", auth = \"md5\", auth_password = \"1234567\"").contains("8 characters"));
        assert_eq!(
            plan("community = \"x\", version = \"1\"").expect("a plan").switches[0].snmp.as_ref().map(Snmp::version),
            Some(Version::V1)
        );
    }
}
