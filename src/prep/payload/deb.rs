//! A package of Debian: deb(5), an archive of ar(5) whose second member is a tar with the fields of deb-control(5).

use std::io::Read;

use super::{About, Form, Source, bytes, cut_off, length, said};
use crate::fault::Why;

/// Bytes of the mark at the beginning.
const MARK: u64 = 8;
/// Bytes before each member: ar(5).
const HEADER: usize = 60;
/// Members: deb(5) knows three, and lets tools add some.
const MEMBERS: usize = 100;
/// Bytes of the control member, packed and unpacked: the largest of Debian 12 unpacks to 5 MB.
const CONTROL: u64 = 32 << 20;
/// Bytes of the fields.
const FIELDS: u64 = 1 << 20;
/// KiB that unpacking may take: dpkg packs with 64 MiB at most.
const MEMORY_KIB: u32 = 128 << 10;

/// A member of the archive.
struct Member {
    name: String,
    at: u64,
    size: u64,
}

/// Reads a package.
pub(super) fn read(file: &mut impl Source) -> Result<About, Why> {
    let members = members(file)?;
    let has = |start: &str| members.iter().find(|member| member.name.starts_with(start));
    let (Some(_), Some(control), Some(_)) = (has("debian-binary"), has("control.tar"), has("data.tar")) else {
        return Err(Why::new("a part of it is missing", "il en manque une partie"));
    };
    if control.size > CONTROL {
        return Err(too_large());
    }
    let packed = bytes(file, control.at, control.size).map_err(|error| Why::from(&error))?;
    let fields = match control.name.as_str() {
        "control.tar" => fields(&packed[..]),
        "control.tar.gz" => fields(flate2::read::GzDecoder::new(&packed[..])),
        "control.tar.xz" => fields(lzma_rust2::XzReader::new_mem_limit(&packed[..], true, MEMORY_KIB)),
        "control.tar.zst" => match ruzstd::decoding::StreamingDecoder::new(&packed[..]) {
            Ok(unpacked) => fields(unpacked),
            Err(error) => Err(Why::new(error.to_string(), error.to_string())),
        },
        other => {
            Err(Why::new(format!("{other:?} is packed in no way that deb(5) knows"), format!("{other:?} : compression inconnue")))
        }
    }?;
    let field = |name: &str| {
        let value = fields.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then_some(value)
        });
        value.and_then(said)
    };
    let (product, version) = (field("Package"), field("Version"));
    if product.is_none() || version.is_none() {
        return Err(Why::new("it tells no name or no version", "il ne dit pas son nom ou sa version"));
    }
    Ok(About { product, version, publisher: field("Maintainer"), ..About::of(Form::Deb) })
}

fn too_large() -> Why {
    Why::new("its control part is too large", "sa partie control est trop grande")
}

/// The members, each of which is there to its end.
fn members(file: &mut impl Source) -> Result<Vec<Member>, Why> {
    let end = length(file)?;
    let mut members = Vec::new();
    let mut at = MARK;
    while at < end {
        let header = bytes(file, at, HEADER as u64).map_err(|error| Why::from(&error))?;
        let text = |from: usize, to: usize| {
            header.get(from..to).map(|bytes| String::from_utf8_lossy(bytes).trim_end().trim_end_matches('/').to_owned())
        };
        let (Some(name), Some(size), Some(b"`\n")) = (text(0, 16), text(48, 58), header.get(58..60)) else {
            return Err(cut_off());
        };
        let size: u64 = size.parse().map_err(|_| cut_off())?;
        let begins = at + HEADER as u64;
        // The end of a member is within the file, or it was cut off there.
        at = begins.checked_add(size).filter(|at| *at <= end).ok_or_else(cut_off)?;
        members.push(Member { name, at: begins, size });
        if members.len() > MEMBERS {
            return Err(Why::new("more parts than any package has", "plus de parties qu'aucun paquet"));
        }
        // Each begins at an even place.
        at += at % 2;
    }
    Ok(members)
}

/// The text of the file `control`.
fn fields(unpacked: impl Read) -> Result<String, Why> {
    let unreadable = |error: std::io::Error| Why::new(error.to_string(), error.to_string());
    let mut tar = tar::Archive::new(unpacked.take(CONTROL));
    for entry in tar.entries().map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let path = entry.path_bytes();
        if matches!(path.as_ref(), b"./control" | b"control") {
            drop(path);
            let mut text = Vec::new();
            entry.take(FIELDS).read_to_end(&mut text).map_err(unreadable)?;
            return Ok(String::from_utf8_lossy(&text).into_owned());
        }
    }
    Err(Why::new("its control part has no fields", "sa partie control n'a pas de champs"))
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::{Cursor, Write};

    use super::*;

    fn member(name: &str, bytes: &[u8]) -> Vec<u8> {
        let header = format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 0, 100_644, bytes.len());
        [header.as_bytes(), bytes, if bytes.len() % 2 == 1 { b"\n" } else { b"" }].concat()
    }

    fn control(fields: &str) -> Vec<u8> {
        let mut tar = tar::Builder::new(Vec::new());
        let mut add = |path: &str, bytes: &[u8]| {
            let mut header = tar::Header::new_gnu();
            header.set_size(bytes.len() as u64);
            tar.append_data(&mut header, path, bytes).expect("memory takes it");
        };
        add("./md5sums", b"none");
        add("./control", fields.as_bytes());
        tar.into_inner().expect("a tar")
    }

    /// A package with these fields, packed by gzip.
    pub(crate) fn package(fields: &str) -> Vec<u8> {
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gz.write_all(&control(fields)).expect("memory takes it");
        let packed = gz.finish().expect("memory takes it");
        [b"!<arch>\n".to_vec(), member("debian-binary", b"2.0\n"), member("control.tar.gz", &packed), member("data.tar", b"odd")]
            .concat()
    }

    const FIELDS: &str = "Package: kioskd\nVersion: 1:2.10-1\nDescription: a kiosk\n Version: of a line that goes on\nMaintainer: Zoé <z@example.org>\n";

    #[test]
    fn the_fields_are_read_from_the_package() {
        let about = read(&mut Cursor::new(package(FIELDS))).expect("a package");
        assert_eq!((about.product.as_deref(), about.version.as_deref()), (Some("kioskd"), Some("1:2.10-1")));
        assert_eq!(about.publisher.as_deref(), Some("Zoé <z@example.org>"));
    }

    /// Made by Debian's own tool, in each way that it packs: Debian 12 does by xz, Ubuntu by zstd.
    #[test]
    fn what_dpkg_packs_is_read_however_it_is_packed() {
        let folder = tempfile::tempdir().expect("a folder");
        let (tree, made) = (folder.path().join("tree"), folder.path().join("made.deb"));
        std::fs::create_dir_all(tree.join("DEBIAN")).expect("ours");
        std::fs::write(tree.join("DEBIAN/control"), format!("Architecture: all\n{FIELDS}")).expect("ours");
        for packed in ["none", "gzip", "xz", "zstd"] {
            let mut dpkg = std::process::Command::new("dpkg-deb");
            dpkg.args(["--root-owner-group", "--uniform-compression", "-Z", packed, "--build"]).arg(&tree).arg(&made);
            let Ok(out) = dpkg.output() else {
                println!("not run: needs dpkg-deb");
                return;
            };
            assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
            let about = read(&mut std::fs::File::open(&made).expect("there")).unwrap_or_else(|why| panic!("{packed}: {why:?}"));
            assert_eq!((about.product.as_deref(), about.version.as_deref()), (Some("kioskd"), Some("1:2.10-1")), "{packed}");
        }
    }

    #[test]
    fn a_package_that_is_cut_off_is_refused_wherever_it_is() {
        let whole = package(FIELDS);
        // The last byte only makes the length even.
        for cut in 0..whole.len() - 1 {
            assert!(read(&mut Cursor::new(&whole[..cut])).is_err(), "cut at {cut} of {}", whole.len());
        }
    }

    #[test]
    fn a_package_without_a_name_is_none() {
        for fields in ["", "Package: a\n", "Version: 1\n", "Package:\nVersion: 1\n"] {
            assert!(read(&mut Cursor::new(package(fields))).is_err(), "{fields:?}");
        }
    }
}
