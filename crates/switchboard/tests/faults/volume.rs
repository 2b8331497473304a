//! A disk of one's own: ext4 in a sparse file in memory, mounted through a loop device.
//!
//! The file holds exactly what was flushed to the device, so a copy of it is what a power cut would
//! have left. Write-back that starts by itself would hide losses, so it is put off while a test runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A mounted file; unmounted with this value.
#[derive(Debug)]
pub(crate) struct Volume {
    image: PathBuf,
    mount: PathBuf,
}

/// A directory in memory for images, or why the machine does not allow this kind of test.
pub(crate) fn memory() -> Result<TempDir, String> {
    let status = fs::read_to_string("/proc/self/status").map_err(|error| error.to_string())?;
    let user = status
        .lines()
        .find_map(|line| line.strip_prefix("Uid:"))
        .unwrap_or_default();
    if user.split_whitespace().nth(1) != Some("0") {
        return Err("root is needed to mount volumes".to_owned());
    }
    if !Path::new("/dev/loop-control").exists() {
        return Err("there are no loop devices".to_owned());
    }
    let mounts = fs::read_to_string("/proc/mounts").map_err(|error| error.to_string())?;
    if !mounts
        .lines()
        .any(|line| line.split(' ').skip(1).take(2).eq(["/dev/shm", "tmpfs"]))
    {
        return Err("/dev/shm is not in memory".to_owned());
    }
    tempfile::Builder::new()
        .prefix("switchboard-fault-")
        .tempdir_in("/dev/shm")
        .map_err(|error| format!("/dev/shm: {error}"))
}

impl Volume {
    /// Makes an empty volume of so many MiB and mounts it.
    pub(crate) fn make(directory: &Path, name: &str, mib: u64) -> Result<Self, String> {
        let image = directory.join(format!("{name}.img"));
        let file = fs::File::create(&image).map_err(|error| error.to_string())?;
        file.set_len(mib * 1024 * 1024)
            .map_err(|error| error.to_string())?;
        // No blocks are kept for root, as whom the server runs here.
        run("mkfs.ext4", &["-q", "-F", "-m", "0"], &[&image])?;
        Self::mount(image)
    }

    fn mount(image: PathBuf) -> Result<Self, String> {
        let mount = image.with_extension("mnt");
        fs::create_dir_all(&mount).map_err(|error| error.to_string())?;
        // `commit`: the journal is not written just because five seconds have passed.
        run(
            "mount",
            &["-t", "ext4", "-o", "loop,commit=300,noinit_itable"],
            &[&image, &mount],
        )?;
        Ok(Self { image, mount })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.mount
    }

    /// The volume as it would be found after a power cut at this moment. Nobody may write to it
    /// meanwhile.
    pub(crate) fn after_power_cut(&self, name: &str) -> Result<Self, String> {
        let image = self.image.with_file_name(format!("{name}.img"));
        run("cp", &["--sparse=always"], &[&self.image, &image])?;
        Self::mount(image)
    }

    /// The name of its loop device.
    fn device(&self) -> Option<String> {
        let mounts = fs::read_to_string("/proc/mounts").ok()?;
        let mount = self.mount.to_str()?;
        let line = mounts
            .lines()
            .find(|line| line.split(' ').nth(1) == Some(mount))?;
        Some(line.split(' ').next()?.strip_prefix("/dev/")?.to_owned())
    }

    /// Lets the device hold many dirty pages before they are written. All devices together may have
    /// less than a hundred per cent.
    pub(crate) fn hold_back(&self) -> Result<Setting, String> {
        let device = self.device().ok_or("the volume is not mounted")?;
        Setting::change(format!("/sys/block/{device}/bdi/min_ratio").into(), "40")
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        // A process that was just killed may keep it busy for a moment: then it goes with the last.
        if run("umount", &[], &[&self.mount]).is_err()
            && let Err(error) = run("umount", &["--lazy"], &[&self.mount])
        {
            println!("{} stays mounted: {error}", self.mount.display());
        }
        let _ = fs::remove_file(&self.image);
    }
}

/// A setting of the kernel, put back with this value.
#[derive(Debug)]
pub(crate) struct Setting {
    file: PathBuf,
    before: String,
}

impl Setting {
    /// Dirty pages are not written just because time passes.
    pub(crate) fn no_write_back() -> Result<Self, String> {
        Self::change("/proc/sys/vm/dirty_writeback_centisecs".into(), "0")
    }

    fn change(file: PathBuf, value: &str) -> Result<Self, String> {
        let describe = |error| format!("{}: {error}", file.display());
        let before = fs::read_to_string(&file).map_err(describe)?;
        fs::write(&file, value).map_err(describe)?;
        Ok(Self {
            file,
            before: before.trim().to_owned(),
        })
    }
}

impl Drop for Setting {
    fn drop(&mut self) {
        // The file of a device that is gone is gone too.
        if self.file.exists()
            && let Err(error) = fs::write(&self.file, &self.before)
        {
            println!(
                "{} is not put back to {}: {error}",
                self.file.display(),
                self.before
            );
        }
    }
}

fn run(program: &str, flags: &[&str], paths: &[&Path]) -> Result<(), String> {
    let output = Command::new(program)
        .args(flags)
        .args(paths)
        .output()
        .map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!(
        "{program}: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    ))
}
