//! Shortcuts of Windows: where they lie, and what they start.

use serde::{Deserialize, Serialize};

/// Where a shortcut lies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
pub enum Place {
    /// On the desktop of everyone.
    Desktop,
    /// Among the programs of everyone's start menu.
    StartMenu,
    /// Among the programs that start when anyone logs in.
    Startup,
    /// In this folder.
    Folder(String),
}

impl From<String> for Place {
    fn from(text: String) -> Place {
        match text.as_str() {
            "desktop" => Place::Desktop,
            "start-menu" => Place::StartMenu,
            "startup" => Place::Startup,
            _ => Place::Folder(text),
        }
    }
}

impl From<Place> for String {
    fn from(place: Place) -> String {
        match place {
            Place::Desktop => "desktop".to_owned(),
            Place::StartMenu => "start-menu".to_owned(),
            Place::Startup => "startup".to_owned(),
            Place::Folder(path) => path,
        }
    }
}

/// What a shortcut holds; a text that is empty is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shortcut {
    /// The program, document or folder that it opens.
    pub target: String,
    /// What the program is told.
    pub arguments: String,
    /// The folder that the program is started in.
    pub folder: String,
    /// The file that its picture comes from, and which one in it, as in `C:\x\y.dll,3`.
    pub icon: String,
    /// What is shown when the pointer rests on it.
    pub comment: String,
}

/// A place of a picture: its file, and which one in it.
pub fn icon(text: &str) -> (&str, i32) {
    match text.rsplit_once(',').map(|(file, index)| (file, index.trim().parse())) {
        Some((file, Ok(index))) => (file, index),
        _ => (text, 0),
    }
}

/// The same place as one text.
pub fn icon_text(file: &str, index: i32) -> String {
    match (file, index) {
        ("", _) => String::new(),
        (file, 0) => file.to_owned(),
        (file, index) => format!("{file},{index}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_a_file_and_which_one_in_it() {
        assert_eq!(icon("C:\\a,b\\x.dll,-3"), ("C:\\a,b\\x.dll", -3));
        assert_eq!(icon("C:\\a,b\\x.ico"), ("C:\\a,b\\x.ico", 0));
        for text in ["C:\\x.ico", "C:\\x.dll,3", ""] {
            let (file, index) = icon(text);
            assert_eq!(icon_text(file, index), text);
        }
    }
}
