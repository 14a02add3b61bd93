//! A pack of drivers: a zip with an .inf for each, and all that these name. What a maker's page hands out in its place, an error in
//! HTML of two kilobytes, is none.

use std::collections::{BTreeSet, HashMap};
use std::io::{Read, Seek};
use std::ops::Bound;
use std::path::MAIN_SEPARATOR;

use zip::ZipArchive;

use super::inf::{self, Driver};
use crate::fault::Why;

/// Files of a pack.
const FILES: usize = 20_000;
/// Bytes of all its .inf files: the largest packs, for every model of a maker, have a hundred million.
const TEXT: u64 = 256 << 20;
/// Devices that its drivers are for, all in all.
const DEVICES: usize = 1_000_000;
/// Bytes that a pack unpacks to: those of graphics cards come to two gigabytes.
pub const UNPACKED: u64 = 8 << 30;

/// A driver of a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// Where its .inf is in the pack.
    pub inf: String,
    /// What it says of itself, without the files that it brings: they are all there.
    pub driver: Driver,
}

/// The drivers of a pack.
///
/// # Errors
/// It is no pack, it holds no driver for this Windows, or not all that its drivers name.
pub fn drivers(file: impl Read + Seek) -> Result<Vec<Packed>, Why> {
    let mut archive = archive(file)?;
    let mut there = Folders::new();
    for (last, folder) in (0..archive.len()).filter_map(|at| Some(parts(&archive.name_for_index(at)?.ok()?))) {
        there.entry(last).or_default().insert(folder);
    }
    let (mut text, mut devices) = (0, 0);
    let (mut drivers, mut why) = (Vec::new(), Why::new("there is no .inf in it", "il ne contient aucun .inf"));
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).map_err(damaged)?;
        let Some(inf) = part.enclosed_name().map(|path| path.to_string_lossy().replace(MAIN_SEPARATOR, "/")) else {
            return Err(Why::new("a file in it would lie outside of it", "un fichier dedans se placerait au-dehors"));
        };
        if !inf.to_lowercase().ends_with(".inf") {
            continue;
        }
        let (_, folder) = parts(&part.name().map_err(damaged)?);
        let mut bytes = Vec::new();
        part.by_ref().take(inf::LONGEST + 1).read_to_end(&mut bytes).map_err(|error| Why::from(&error))?;
        if bytes.len() as u64 > inf::LONGEST {
            return Err(Why::new(format!("{inf} is too long"), format!("{inf} est trop long")));
        }
        text += bytes.len() as u64;
        if text > TEXT {
            return Err(Why::new("its .inf files are too long together", "ses fichiers .inf sont trop longs au total"));
        }
        match Driver::of(&bytes) {
            Ok(mut driver) => {
                // Once they are found to be there, nobody asks for them any more.
                let files = std::mem::take(&mut driver.files);
                let missing = driver.catalogue.iter().chain(&files).find(|file| !is_below(&folder, file, &there));
                if let Some(file) = missing {
                    return Err(Why::new(
                        format!("{inf} names {file}, which is not in it"),
                        format!("{inf} cite {file}, qui n'y est pas"),
                    ));
                }
                devices += driver.models.iter().map(|models| 1 + models.devices.len()).sum::<usize>();
                if devices > DEVICES {
                    return Err(Why::new(
                        "it is for more devices than there are",
                        "il est pour plus de périphériques qu'il n'en existe",
                    ));
                }
                drivers.push(Packed { inf, driver });
            }
            // Packs hold those of other systems too.
            Err(no) => why = Why::new(format!("{inf}: {}", no.english), format!("{inf} : {}", no.french)),
        }
    }
    if drivers.is_empty() {
        return Err(why);
    }
    Ok(drivers)
}

/// The folders of a zip that a file of each name lies in.
type Folders = HashMap<String, BTreeSet<String>>;

/// A name in a zip, in small letters: the last part of it, and the folders before with a `/` behind each.
fn parts(name: &str) -> (String, String) {
    let name = name.to_lowercase().replace('\\', "/");
    let (folder, last) = name.split_at(name.rfind('/').map_or(0, |at| at + 1));
    (last.to_owned(), folder.to_owned())
}

/// Whether a file is in this folder or below it. Files are cited without the folder that they lie in, and of two drivers in one zip
/// each brings its own.
fn is_below(folder: &str, file: &str, there: &Folders) -> bool {
    let first = |folders: &BTreeSet<String>| {
        let mut from = folders.range::<str, _>((Bound::Included(folder), Bound::Unbounded));
        from.next().is_some_and(|lies_in| lies_in.starts_with(folder))
    };
    there.get(&file.to_lowercase()).is_some_and(first)
}

/// The zip, where it is one and bounded.
pub fn archive<R: Read + Seek>(file: R) -> Result<ZipArchive<R>, Why> {
    let mut archive = ZipArchive::new(file).map_err(damaged)?;
    if archive.len() > FILES {
        return Err(Why::new(format!("more than {FILES} files in it"), format!("plus de {FILES} fichiers dedans")));
    }
    let mut whole = 0u64;
    for at in 0..archive.len() {
        whole = whole.saturating_add(archive.by_index_raw(at).map_err(damaged)?.size());
    }
    if whole > UNPACKED {
        let most = UNPACKED >> 30;
        return Err(Why::new(
            format!("it unpacks to more than {most} GiB"),
            format!("une fois décompressé, il dépasse {most} Gio"),
        ));
    }
    Ok(archive)
}

fn damaged(error: zip::result::ZipError) -> Why {
    Why::new(format!("it is no whole zip ({error})"), format!("ce n'est pas un zip complet ({error})"))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::prep::inf::tests::LAN;
    use std::io::{Cursor, Write};

    /// A pack of these files.
    pub(crate) fn pack(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            writer.start_file(*name, zip::write::SimpleFileOptions::default()).expect("a part");
            writer.write_all(bytes).expect("written");
        }
        writer.finish().expect("a zip").into_inner()
    }

    fn told(bytes: &[u8]) -> Result<Vec<Packed>, String> {
        drivers(Cursor::new(bytes)).map_err(|why| why.english)
    }

    #[test]
    fn a_pack_holds_all_that_its_drivers_name() {
        let lan = LAN.as_bytes();
        let whole = pack(&[("Net/LAN.inf", lan), ("Net/lan.cat", b"c"), ("Net/x64/Lan.sys", b"s"), ("readme.txt", b"")]);
        let drivers = told(&whole).expect("a pack");
        assert_eq!(
            (drivers.len(), drivers[0].inf.as_str(), drivers[0].driver.version.as_str()),
            (1, "Net/LAN.inf", "12.19.1.37")
        );
        let without = pack(&[("Net/lan.inf", lan), ("Net/lan.cat", b"c")]);
        assert_eq!(told(&without), Err("Net/lan.inf names lan.sys, which is not in it".into()));
        let elsewhere = pack(&[
            ("Win10/LAN.inf", lan),
            ("Win10/lan.cat", b"c"),
            ("Win11/lan.inf", lan),
            ("Win11/lan.cat", b"c"),
            ("Win11/lan.sys", b"s"),
            ("Win1/lan.sys", b"s"),
        ]);
        assert_eq!(told(&elsewhere), Err("Win10/LAN.inf names lan.sys, which is not in it".into()));
        let another = pack(&[("x86/lan.inf", LAN.replace("NTamd64", "NTx64").as_bytes())]);
        assert!(told(&another).is_err_and(|why| why.contains("64 bits")));
    }

    #[test]
    fn a_pack_of_many_files_that_many_drivers_name_is_read_at_once() {
        let names: Vec<String> = (0..5_000).map(|number| format!("part-{number:05}.sys")).collect();
        let cited: String = names.iter().map(|name| format!("{name} = 1\n")).collect();
        let inf = format!("{LAN}\n[SourceDisksFiles]\n{cited}");
        let infs: Vec<String> = (0..20).map(|number| format!("lan-{number}.inf")).collect();
        let mut files: Vec<(&str, &[u8])> = vec![("lan.cat", b"c"), ("lan.sys", b"s")];
        files.extend(names.iter().map(|name| (name.as_str(), &b""[..])));
        files.extend(infs.iter().map(|name| (name.as_str(), inf.as_bytes())));
        let drivers = told(&pack(&files)).expect("a pack");
        assert_eq!(drivers.len(), 20);
        assert!(drivers.iter().all(|packed| packed.driver.files.is_empty()), "nothing is kept that nobody asks for");
    }

    #[test]
    fn what_claims_to_be_a_pack_is_refused() {
        assert!(told(&[b'x'; 2000]).is_err_and(|why| why.contains("no whole zip")));
        assert!(told(b"").is_err_and(|why| why.contains("no whole zip")));
        assert!(told(&pack(&[("readme.txt", b"hello")])).is_err_and(|why| why.contains("no .inf")));
        let whole = pack(&[("lan.inf", LAN.as_bytes()), ("lan.cat", b"c"), ("lan.sys", b"s")]);
        assert!(told(&whole[..whole.len() - 40]).is_err_and(|why| why.contains("no whole zip")), "cut off");
        assert!(told(&pack(&[("../../windows/lan.inf", LAN.as_bytes())])).is_err_and(|why| why.contains("outside")));
    }
}
