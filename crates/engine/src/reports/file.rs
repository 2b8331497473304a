//! Files in the directory of reports: their names, how they come to be there whole, and which of
//! them nobody needs.

use std::path::{Path, PathBuf};

use domain::ids::{AccountId, ReportId};

#[cfg(test)]
use crate::random::Random;

/// End of the name of a file that is complete.
const WHOLE: &str = ".zip";
/// End of the name of a file that is being written.
const PART: &str = ".part";

/// A new name for the file of a report; each attempt has one of its own, so that two servers that
/// both believe the work is theirs do not write to one file.
#[cfg(test)]
pub(super) fn name(random: &dyn Random, account_id: AccountId, report_id: ReportId) -> String {
    let mut bytes = [0; 8];
    random.fill(&mut bytes);
    let mark = u64::from_be_bytes(bytes);
    format!("{account_id}-{report_id}-{mark:016x}{WHOLE}")
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    #[test]
    fn only_our_names_lead_to_files() {
        let (account_id, report_id) = (AccountId(1001), ReportId(1002));
        let made = name(&SeededRandom::new(1), account_id, report_id);
        assert_eq!(belongs_to(&made), Some((account_id, report_id)));
        assert_eq!(
            path(Path::new("/reports"), &made),
            Some(PathBuf::from(format!("/reports/{made}")))
        );
        let part = made.replace(WHOLE, PART);
        assert_eq!(belongs_to(&part), Some((account_id, report_id)));
        assert_eq!(path(Path::new("/reports"), &part), None);
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
