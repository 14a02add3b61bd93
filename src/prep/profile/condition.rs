//! The PCs that a profile or a step is for.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Facts;
use crate::fault::Why;
use crate::prep::look::System;
use crate::prep::step::package::version;

/// What must hold of a PC; all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The system.
    pub system: Option<System>,
    /// One of these distributions, as `ID` of os-release(5) has them; one that is made from them is one too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub distributions: Vec<String>,
    /// One of these models: `"OptiPlex 70*"`, with or without its maker. `*` stands for any letters; upper and lower case are the
    /// same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub models: Vec<Pattern>,
    /// This version of the system or a later one, as in `"12"`; of Windows its build, as in `"22631"`.
    pub build: Option<Least>,
    /// These variables have these values.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, String>,
}

/// The least version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(into = "String", try_from = "String")]
#[schemars(with = "String")]
pub struct Least(String);

impl From<Least> for String {
    fn from(least: Least) -> String {
        least.0
    }
}

impl TryFrom<String> for Least {
    type Error = String;

    fn try_from(text: String) -> Result<Least, String> {
        let sound = version::found_in(&text) == Some(text.as_str());
        if sound { Ok(Least(text)) } else { Err(format!("{text:?} is no version: digits first, as in \"12\"")) }
    }
}

/// A text in which `*` stands for any letters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pattern(String);

impl Pattern {
    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a text is like it, upper and lower case being the same.
    pub fn is_like(&self, text: &str) -> bool {
        let (pattern, text) = (self.0.to_lowercase(), text.to_lowercase());
        let mut parts = pattern.split('*');
        let first = parts.next().unwrap_or_default();
        let Some(mut rest) = text.strip_prefix(first) else { return false };
        let parts: Vec<&str> = parts.collect();
        let Some((last, between)) = parts.split_last() else { return rest.is_empty() };
        for part in between {
            match rest.find(part) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
        rest.ends_with(last)
    }
}

impl Condition {
    /// Whether it holds.
    pub fn holds(&self, facts: &Facts) -> bool {
        self.objection(facts).is_none()
    }

    /// What does not hold, where something does not.
    pub fn objection(&self, facts: &Facts) -> Option<Why> {
        let build = &facts.build;
        let no = |is: &str, wants: &str| Some(Why::new(format!("it is {is}, not {wants}"), format!("c'est {is}, pas {wants}")));
        if let Some(wanted) = self.system.filter(|wanted| *wanted != build.system) {
            return no(&build.system.to_string(), &wanted.to_string());
        }
        if !self.distributions.is_empty() && !self.distributions.iter().any(|one| build.distributions.contains(one)) {
            return no(&build.name, &self.distributions.join(", "));
        }
        if !self.models.is_empty() {
            let model = facts.identity.model();
            let texts = [model.as_deref(), facts.identity.product.as_deref()].map(Option::unwrap_or_default);
            if !self.models.iter().any(|pattern| texts.iter().any(|text| pattern.is_like(text))) {
                let wanted: Vec<&str> = self.models.iter().map(|pattern| pattern.0.as_str()).collect();
                let wanted = wanted.join(", ");
                return match model {
                    Some(model) => no(&model, &wanted),
                    None => Some(Why::new(
                        format!("it does not tell its model, and {wanted} is wanted"),
                        format!("il ne dit pas son modèle, et il faut {wanted}"),
                    )),
                };
            }
        }
        if let Some(Least(least)) = &self.build {
            match &build.version {
                Some(version) if version::compare(version, least).is_ge() => {}
                version => {
                    let is = version.as_deref().unwrap_or("?");
                    return Some(Why::new(
                        format!("its system is version {is}, and at least {least} is wanted"),
                        format!("son système est en version {is}, et il faut au moins {least}"),
                    ));
                }
            }
        }
        let other = self.variables.iter().find(|(name, value)| facts.variables.get(*name) != Some(value));
        other.map(|(name, value)| {
            let is = facts.variables.get(name).map(String::as_str).unwrap_or_default();
            Why::new(format!("{name} is {is:?}, not {value:?}"), format!("{name} vaut {is:?}, pas {value:?}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_letters() {
        let like = |pattern: &str, text: &str| Pattern(pattern.to_owned()).is_like(text);
        for (pattern, text) in
            [("*", ""), ("NUC*", "nuc11"), ("*7010", "OptiPlex 7010"), ("o*x 70*", "OptiPlex 7010"), ("a", "A"), ("a*a", "aa")]
        {
            assert!(like(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("NUC", "nuc11"), ("*7010", "7010s"), ("a*a", "a"), ("a*b*c", "acb"), ("", "x")] {
            assert!(!like(pattern, text), "{pattern} {text}");
        }
    }
}
