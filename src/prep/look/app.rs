//! Apps of Windows' Store.

/// An app as Windows lists it (PackageManager, Windows.Management.Deployment).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    /// Its name: `Microsoft.XboxApp`.
    pub name: String,
    /// Its name, version, processor and publisher, as Windows knows it.
    pub full_name: String,
    /// What is the same for all its versions and processors: what Windows gives to those who come.
    pub family: String,
    /// Its version.
    pub version: String,
    /// Windows gives it to whoever logs in for the first time; otherwise an account of this PC has it.
    pub provisioned: bool,
}
