//! A package of Debian: deb(5), an archive of ar(5) whose second member is a tar with the fields of deb-control(5).

use std::io::Read;

use super::{About, Form, Source, bytes, cut_off, length, said};
use crate::fault::Why;

/// Bytes of the mark at the beginning.
const MARK: u64 = 8;
/// What the first member begins with: the major version that dpkg reads.
const VERSION: &[u8] = b"2.";
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

/// Reads a package: its members in the order that dpkg insists on (deb(5)), so that both read the same.
pub(super) fn read(file: &mut impl Source) -> Result<About, Why> {
    let members = members(file)?;
    // Tools may add members whose names begin so; dpkg passes them over.
    let mut known = members.iter().filter(|member| !member.name.starts_with('_'));
    let mut next = |start: &str| known.next().filter(|member| member.name.starts_with(start));
    let (Some(binary), Some(control), Some(_)) = (next("debian-binary"), next("control.tar"), next("data.tar")) else {
        return Err(Why::new("a part of it is missing", "il en manque une partie"));
    };
    let read = |file: &mut _, member: &Member, most: u64| {
        bytes(file, member.at, member.size.min(most)).map_err(|error| Why::from(&error))
    };
    if !read(file, binary, VERSION.len() as u64)?.starts_with(VERSION) {
        return Err(Why::new("it is of a form that dpkg does not know", "il est d'une forme que dpkg ne connaît pas"));
    }
    if control.size > CONTROL {
        return Err(too_large());
    }
    let packed = read(file, control, CONTROL)?;
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

/// The text of the file `control`. What unpacks without an end is refused, and what would lie elsewhere than it says.
fn fields(unpacked: impl Read) -> Result<String, Why> {
    let mut unpacked = unpacked.take(CONTROL + 1);
    let found = control(&mut unpacked);
    if unpacked.limit() == 0 { Err(too_large()) } else { found }
}

fn control(unpacked: impl Read) -> Result<String, Why> {
    let unreadable = |error: std::io::Error| Why::new(error.to_string(), error.to_string());
    let mut tar = tar::Archive::new(unpacked);
    let mut found = None;
    for entry in tar.entries().map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let mut parts = path.split('/').filter(|part| !matches!(*part, "" | "."));
        if path.starts_with('/') || parts.clone().any(|part| part == "..") {
            return Err(Why::new("a file in it would lie outside of it", "un fichier dedans se placerait au-dehors"));
        }
        if parts.next() != Some("control") || parts.next().is_some() {
            continue;
        }
        // Of two, dpkg would read the other one.
        if found.is_some() || !entry.header().entry_type().is_file() {
            return Err(Why::new("its fields stand in no plain file", "ses champs ne sont pas dans un fichier ordinaire"));
        }
        let mut text = Vec::new();
        entry.take(FIELDS).read_to_end(&mut text).map_err(unreadable)?;
        found = Some(String::from_utf8_lossy(&text).into_owned());
    }
    found.ok_or_else(|| Why::new("its control part has no fields", "sa partie control n'a pas de champs"))
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::{Cursor, Write};

    use super::*;

    fn member(name: &str, bytes: &[u8]) -> Vec<u8> {
        let header = format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 0, 100_644, bytes.len());
        [header.as_bytes(), bytes, if bytes.len() % 2 == 1 { b"\n" } else { b"" }].concat()
    }

    /// A tar; paths are written as they are, whatever they say.
    fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut tar = tar::Builder::new(Vec::new());
        for (path, bytes) in files {
            let mut header = tar::Header::new_gnu();
            header.set_entry_type(if path.ends_with('/') { tar::EntryType::Directory } else { tar::EntryType::Regular });
            header.set_size(bytes.len() as u64);
            header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
            header.set_cksum();
            tar.append(&header, *bytes).expect("memory takes it");
        }
        tar.into_inner().expect("a tar")
    }

    fn gzipped(bytes: &[u8]) -> Vec<u8> {
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gz.write_all(bytes).expect("memory takes it");
        gz.finish().expect("memory takes it")
    }

    fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
        let members = members.iter().map(|(name, bytes)| member(name, bytes));
        [b"!<arch>\n".to_vec()].into_iter().chain(members).collect::<Vec<_>>().concat()
    }

    /// A package whose control part is this, unpacked.
    fn packed(control: &[u8]) -> Vec<u8> {
        archive(&[("debian-binary", b"2.0\n"), ("control.tar.gz", &gzipped(control)), ("data.tar", b"odd")])
    }

    /// A package with these fields.
    pub(crate) fn package(fields: &str) -> Vec<u8> {
        packed(&tar(&[("./", b""), ("./md5sums", b"none"), ("./control", fields.as_bytes())]))
    }

    fn refused(bytes: Vec<u8>) -> String {
        let why = read(&mut Cursor::new(bytes)).expect_err("refused").english;
        assert!(!why.contains('\n'), "{why}");
        why
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
    fn what_dpkg_would_read_otherwise_is_refused() {
        let control = gzipped(&tar(&[("./control", FIELDS.as_bytes())]));
        let member = |name| (name, &control[..]);
        let (first, data) = (("debian-binary", &b"2.0\n"[..]), ("data.tar", &b"odd"[..]));
        assert!(read(&mut Cursor::new(archive(&[first, ("_origin", b"x"), member("control.tar.gz"), data]))).is_ok());
        for members in [
            vec![first, data, member("control.tar.gz")],
            vec![member("control.tar.gz"), first, data],
            vec![first, ("other", b"x"), member("control.tar.gz"), data],
            vec![first, member("control.tar.gz")],
        ] {
            assert!(refused(archive(&members)).contains("missing"), "{members:?}");
        }
        assert!(refused(archive(&[("debian-binary", b"3.0\n"), member("control.tar.gz"), data])).contains("does not know"));
        assert!(refused(archive(&[first, member("control.tar.rar"), data])).contains("no way that deb(5) knows"));
        for files in [&["./control", "././control"][..], &["control", "./control"], &["./control/"]] {
            let files: Vec<(&str, &[u8])> =
                files.iter().map(|path| (*path, if path.ends_with('/') { b"" } else { FIELDS.as_bytes() })).collect();
            assert!(refused(packed(&tar(&files))).contains("no plain file"), "{files:?}");
        }
        for path in ["../control", "./a/../../control", "/control"] {
            assert!(refused(packed(&tar(&[(path, FIELDS.as_bytes())]))).contains("outside"), "{path}");
        }
        assert!(refused(packed(&tar(&[("./a/control", FIELDS.as_bytes())]))).contains("no fields"));
    }

    #[test]
    fn a_control_part_without_an_end_is_refused() {
        // Zeros pack to a thousandth of what they are.
        let bomb = tar(&[("./md5sums", &vec![0; CONTROL as usize]), ("./control", FIELDS.as_bytes())]);
        assert!(refused(packed(&bomb)).contains("too large"));
        let huge = vec![0; CONTROL as usize + 1];
        assert!(
            refused(archive(&[("debian-binary", b"2.0\n"), ("control.tar", &huge), ("data.tar", b"")])).contains("too large")
        );
        // A member that says that it is larger than the file.
        let mut bytes = package(FIELDS);
        bytes[8 + 48..8 + 58].copy_from_slice(b"9999999999");
        assert!(refused(bytes).contains("cut off"));
    }

    #[test]
    fn a_package_without_a_name_is_none() {
        for fields in ["", "Package: a\n", "Version: 1\n", "Package:\nVersion: 1\n"] {
            assert!(read(&mut Cursor::new(package(fields))).is_err(), "{fields:?}");
        }
    }
}
