//! Which Windows a section of an .inf is for ("Combining Platform Extensions with Operating System Versions").

use std::fmt;

/// How Windows for 64 bits of Intel and AMD marks what is for it ("Combining Platform Extensions").
const PLATFORM: &str = "ntamd64";
/// The type of Windows that runs on PCs (VER_NT_WORKSTATION).
const WORKSTATION: u32 = 1;

/// A version of Windows, in the order of what it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Windows {
    pub(super) major: u32,
    pub(super) minor: u32,
    pub(super) build: u32,
    /// It is named as one for PCs, or of a suite: Windows prefers what is.
    pub(super) named: bool,
}

impl Windows {
    /// Windows 10 and 11, by a build such as `22631.4460`. One that tells none takes whatever there is.
    pub fn of(build: Option<&str>) -> Windows {
        let number = build.and_then(|build| build.split('.').next()?.parse().ok());
        Windows { major: 10, minor: 0, build: number.unwrap_or(u32::MAX), named: true }
    }

    /// The least Windows for which a section is marked, as in `NTamd64.10.0.1..22000`; nothing where it is not for PCs of 64
    /// bits.
    pub(super) fn marked(mark: &str) -> Option<Windows> {
        let mark = mark.trim().to_lowercase();
        let mut parts = mark.split('.').map(str::trim);
        if parts.next() != Some(PLATFORM) {
            return None;
        }
        let mut number = || match parts.next().unwrap_or_default() {
            "" => Some(0),
            text => text.strip_prefix("0x").map_or_else(|| text.parse().ok(), |digits| u32::from_str_radix(digits, 16).ok()),
        };
        let (major, minor, product, suite, build) = (number()?, number()?, number()?, number()?, number()?);
        let named = product == WORKSTATION || suite != 0;
        matches!(product, 0 | WORKSTATION).then_some(Windows { major, minor, build, named })
    }
}

impl fmt::Display for Windows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.major, self.build) {
            (10, build) if build > 0 => write!(f, "{build}"),
            (major, _) => write!(f, "{major}.{}", self.minor),
        }
    }
}
