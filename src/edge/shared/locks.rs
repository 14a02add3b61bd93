//! Whether a lock on a file of this folder is seen by other PCs. Some file systems grant one and tell nobody: two benches would
//! change one list at the same time, and each would take its own for the only one.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// What is mounted: proc_pid_mountinfo(5).
const MOUNTS: &str = "/proc/self/mountinfo";
/// Where locks of FUSE hold all the same: GlusterFS and Ceph send them to their servers, and one that lies over folders of this very
/// PC is no share.
const HOLD: &[&str] = &["fuse.glusterfs", "fuse.ceph-fuse", "fuse.fuse-overlayfs"];

/// The kind of the file system of a folder, where its locks hold on this PC alone.
pub(super) fn held_here_alone(folder: &Path) -> io::Result<Option<String>> {
    let device = fs::metadata(folder)?.dev();
    // Without a list of mounts (no /proc), nothing is known of it.
    let mounts = fs::read(MOUNTS).unwrap_or_default();
    Ok(alone(&String::from_utf8_lossy(&mounts), nix::sys::stat::major(device), nix::sys::stat::minor(device)))
}

/// The same by the list of what is mounted: `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - nfs4 server:/x rw,local_lock=none`.
fn alone(mounts: &str, major: u64, minor: u64) -> Option<String> {
    let device = format!("{major}:{minor}");
    let mount = mounts.lines().find(|line| line.split(' ').nth(2) == Some(&device))?;
    let mut told = mount.split_once(" - ")?.1.split(' ');
    let (kind, options) = (told.next()?, told.nth(1).unwrap_or_default());
    // What lies on a disk of this PC is fuseblk. The others ask a server, as sshfs does, and ask it for no locks (FUSE_FLOCK_LOCKS).
    let asks_nobody = (kind == "fuse" || kind.starts_with("fuse.")) && !HOLD.contains(&kind);
    // nfs(5), mount.cifs(8): whoever mounts it may say so.
    let is_told_to = options.split(',').any(|option| match kind {
        "nfs" | "nfs4" => matches!(option, "nolock" | "local_lock=all" | "local_lock=flock"),
        // How Linux tells of `nolock` too.
        "cifs" | "smb3" => option == "nobrl",
        _ => false,
    });
    // The shared folders of VirtualBox have no locks of their own (fs/vboxsf/file.c).
    (asks_nobody || is_told_to || kind == "vboxsf").then(|| kind.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_whose_locks_no_other_pc_sees_is_known() {
        let mounts = "22 1 254:0 / / rw - ext4 /dev/vda rw\n\
            36 22 0:40 / /mnt/ssh rw,nosuid master:1 - fuse.sshfs bench@server: rw,user_id=0\n\
            37 22 0:41 / /mnt/nfs rw shared:2 - nfs4 server:/depot rw,vers=4.2,local_lock=none,addr=10.0.0.1\n\
            38 22 0:42 / /mnt/old rw - nfs server:/depot rw,vers=3,nolock,local_lock=all\n\
            39 22 0:43 / /mnt/flock rw - nfs server:/depot rw,vers=3,local_lock=flock\n\
            40 22 8:17 / /mnt/stick rw - fuseblk /dev/sdb1 rw,user_id=0\n\
            41 22 0:44 / /mnt/gluster rw - fuse.glusterfs server:/depot rw\n\
            42 22 0:45 / /mnt/smb rw - cifs //server/depot rw,vers=3.1.1,serverino\n\
            43 22 0:46 / /mnt/some rw - fuse rclone rw\ntorn\n44 22 0:47 / /x rw\n\
            45 22 0:48 / /mnt/nobrl rw - cifs //server/depot rw,vers=3.1.1,nobrl\n\
            46 22 0:49 / /mnt/nobrl3 rw - smb3 //server/depot rw,nobrl,addr=10.0.0.1\n\
            47 22 0:50 / /mnt/box rw - vboxsf depot rw\n";
        let kind = |minor| alone(mounts, 0, minor);
        assert_eq!(kind(40).as_deref(), Some("fuse.sshfs"));
        assert_eq!([kind(42), kind(43)].map(|kind| kind.expect("told to")), ["nfs", "nfs"]);
        assert_eq!(kind(46).as_deref(), Some("fuse"));
        assert_eq!([kind(48), kind(49), kind(50)].map(|kind| kind.expect("told to")), ["cifs", "smb3", "vboxsf"]);
        assert_eq!([kind(41), kind(44), kind(45), kind(47), kind(99)], [const { None }; 5]);
        assert_eq!([alone(mounts, 254, 0), alone(mounts, 8, 17), alone("", 0, 0)], [const { None }; 3]);
        assert_eq!(held_here_alone(Path::new("/proc")).expect("there"), None);
    }
}
