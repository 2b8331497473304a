//! Files in the directory of reports: their names, and which of them nobody needs.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use domain::ids::{AccountId, ReportId};

use crate::random::Random;

/// End of the name of a file that is complete.
const WHOLE: &str = ".zip";
/// End of the name of a file that is being written.
const PART: &str = ".part";

/// A new name for the file of a report; each attempt has one of its own, so that two servers that
/// both believe the work is theirs do not write to one file.
pub(super) fn name(random: &dyn Random, account_id: AccountId, report_id: ReportId) -> String {
    let mut bytes = [0; 8];
    random.fill(&mut bytes);
    let mark = u64::from_be_bytes(bytes);
    format!("{account_id}-{report_id}-{mark:016x}{WHOLE}")
}

/// Where a file of this name lies when it is complete, and while it is being written.
pub(super) fn places(directory: &Path, name: &str) -> (PathBuf, PathBuf) {
    let whole = directory.join(name);
    let part = whole.with_extension(PART.trim_start_matches('.'));
    (whole, part)
}

/// Where a file of this name lies; `None` for names that [`name`] does not make.
pub(super) fn path(directory: &Path, name: &str) -> Option<PathBuf> {
    belongs_to(name)
        .filter(|_| name.ends_with(WHOLE))
        .map(|_| directory.join(name))
}

/// The report that a file was made for, whether complete or not; `None` for files that are not
/// ours.
pub(super) fn belongs_to(name: &str) -> Option<(AccountId, ReportId)> {
    let stem = name
        .strip_suffix(WHOLE)
        .or_else(|| name.strip_suffix(PART))?;
    let mut parts = stem.split('-');
    let (account, report, mark) = (parts.next()?, parts.next()?, parts.next()?);
    let is_mark = mark.len() == 16 && mark.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_mark || parts.next().is_some() {
        return None;
    }
    Some((AccountId::parse(account)?, ReportId::parse(report)?))
}

/// Makes the directory of reports, for its owner's eyes only, where it is missing.
pub(super) fn make_directory(directory: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

/// Makes a file for its owner's eyes only.
pub(super) fn create(path: &Path) -> io::Result<File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Removes a file; that there is none is as good.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

/// All files in the directory that are ours, with the reports that they were made for.
pub(super) fn all(directory: &Path) -> io::Result<Vec<(String, AccountId, ReportId)>> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    for entry in entries {
        let Ok(name) = entry?.file_name().into_string() else {
            continue;
        };
        if let Some((account_id, report_id)) = belongs_to(&name) {
            found.push((name, account_id, report_id));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    #[test]
    fn only_our_names_lead_to_files() {
        let (account_id, report_id) = (AccountId(1001), ReportId(1002));
        let made = name(&SeededRandom::new(1), account_id, report_id);
        let directory = Path::new("/reports");
        let (whole, part) = places(directory, &made);
        assert_eq!(path(directory, &made), Some(whole));
        let part = part.file_name().unwrap().to_str().unwrap();
        for ours in [&*made, part] {
            assert_eq!(belongs_to(ours), Some((account_id, report_id)), "{ours}");
        }
        assert_eq!(path(directory, part), None);
        for foreign in [
            "",
            "readme.zip",
            "../1-2-0123456789abcdef.zip",
            "1-2-3.zip",
            "1-2-0123456789abcdef-4.zip",
            "1-2-0123456789abcdef.txt",
        ] {
            assert_eq!(belongs_to(foreign), None, "{foreign}");
        }
    }
}
