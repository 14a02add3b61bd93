//! Local accounts.

/// A local account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// The name of the person.
    pub full_name: String,
    /// The groups that it is in.
    pub groups: Vec<String>,
}
