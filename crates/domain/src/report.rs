//! Reports: the messages of a range of days as a file, made in the background.

use jiff::civil::Date;

use crate::ids::{AccountId, ProfileId, ReportId, UserId};
use crate::role::TopicAccess;
use crate::time::UnixMillis;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// Which date of a message has to lie in the range.
    #[derive(Default)]
    ReportDate {
        /// When it was published, or when it arrived where the source gave no date.
        #[default]
        Created = "created_date",
        /// When somebody last worked on it.
        Updated = "updated_date",
    }
}

vocabulary! {
    /// Kind of the file in the archive.
    #[derive(Default)]
    ReportFormat {
        /// A workbook.
        #[default]
        Workbook = "xlsx",
        /// Text with commas.
        Csv = "csv",
    }
}

vocabulary! {
    /// How far a report is.
    ReportState {
        Queued = "queued",
        Generating = "generating",
        Done = "done",
        Failed = "failed",
    }
}

/// Whose messages are reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReportSubject {
    /// All that the one who asks can reach.
    Account,
    /// Those that were found on a connected profile.
    Profile(ProfileId),
}

/// A report: what was asked for, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The tenant.
    pub account_id: AccountId,
    /// Number.
    pub id: ReportId,
    /// Name, made from the subject and the days.
    pub name: String,
    /// Whose messages.
    pub subject: ReportSubject,
    /// First day of the range, UTC.
    pub first_day: Date,
    /// Last day of the range, UTC; it belongs to it.
    pub last_day: Date,
    /// Which date has to lie in the range.
    pub by: ReportDate,
    /// Kind of file.
    pub format: ReportFormat,
    /// Topics whose messages may be in it: the reach of the one who asked, when it was asked for.
    pub topics: TopicAccess,
    /// Who asked; `None` for programs.
    pub user_id: Option<UserId>,
    /// When it was asked for.
    pub added_at: UnixMillis,
    /// When work on it began for the first time.
    pub started_at: Option<UnixMillis>,
    /// When it was ready.
    pub generated_at: Option<UnixMillis>,
    /// Why there is no file, in a sentence.
    pub failure: Option<String>,
    /// The file, as long as the report is ready.
    pub file: Option<ReportFile>,
    /// When the file was removed because of its age.
    pub removed_at: Option<UnixMillis>,
}

/// The file of a report that is ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportFile {
    /// Its name in the directory of reports.
    pub name: String,
    /// Its length.
    pub bytes: i64,
    /// Messages in it.
    pub messages: i64,
}

impl Report {
    /// How far it is.
    pub const fn state(&self) -> ReportState {
        if self.failure.is_some() {
            ReportState::Failed
        } else if self.generated_at.is_some() {
            ReportState::Done
        } else if self.started_at.is_some() {
            ReportState::Generating
        } else {
            ReportState::Queued
        }
    }

    /// The name under which the archive is offered, like
    /// `demo-messages-created-may-26-2026---jun-01-2026.zip`: the form that the vendor's exports
    /// have (seen in a recorded client).
    pub fn archive_name(&self) -> String {
        format!("{}.zip", slug(&self.name))
    }
}

/// The name of a report like `Demo messages created May 26 2026 - Jun 01 2026`.
pub fn report_name(subject: &str, by: ReportDate, first_day: Date, last_day: Date) -> String {
    let done = match by {
        ReportDate::Created => "created",
        ReportDate::Updated => "updated",
    };
    let (first, last) = (day(first_day), day(last_day));
    format!("{} messages {done} {first} - {last}", subject.trim())
}

/// A day like `May 26 2026`.
fn day(date: Date) -> String {
    let month = match date.month() {
        1 => "Jan",
        2 => "Feb",
        3 => "Mar",
        4 => "Apr",
        5 => "May",
        6 => "Jun",
        7 => "Jul",
        8 => "Aug",
        9 => "Sep",
        10 => "Oct",
        11 => "Nov",
        _ => "Dec",
    };
    format!("{month} {:02} {:04}", date.day(), date.year())
}

/// A text that is harmless in addresses, headers and file systems: ASCII letters and digits in
/// lower case, spaces as hyphens, everything else left out.
fn slug(text: &str) -> String {
    let kept: String = text
        .chars()
        .filter_map(|character| match character {
            ' ' | '-' => Some('-'),
            character if character.is_ascii_alphanumeric() => Some(character.to_ascii_lowercase()),
            _ => None,
        })
        .collect();
    kept.trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn report(subject: &str, by: ReportDate) -> Report {
        let (first_day, last_day) = (date(2026, 5, 26), date(2026, 6, 1));
        Report {
            account_id: AccountId(1001),
            id: ReportId(1001),
            name: report_name(subject, by, first_day, last_day),
            subject: ReportSubject::Account,
            first_day,
            last_day,
            by,
            format: ReportFormat::Workbook,
            topics: TopicAccess::All,
            user_id: None,
            added_at: UnixMillis(0),
            started_at: None,
            generated_at: None,
            failure: None,
            file: None,
            removed_at: None,
        }
    }

    #[test]
    fn names_say_whose_messages_of_which_days() {
        let made = report("Demo", ReportDate::Created);
        assert_eq!(made.name, "Demo messages created May 26 2026 - Jun 01 2026");
        assert_eq!(
            made.archive_name(),
            "demo-messages-created-may-26-2026---jun-01-2026.zip"
        );
        let made = report(" Café \"Größe\"\r\n/../株式会社", ReportDate::Updated);
        assert_eq!(
            made.archive_name(),
            "caf-gre-messages-updated-may-26-2026---jun-01-2026.zip"
        );
        let made = report("株式会社", ReportDate::Updated);
        assert_eq!(
            made.archive_name(),
            "messages-updated-may-26-2026---jun-01-2026.zip"
        );
    }

    #[test]
    fn a_report_is_queued_then_generating_then_done_or_failed() {
        let mut made = report("Demo", ReportDate::Created);
        assert_eq!(made.state(), ReportState::Queued);
        made.started_at = Some(UnixMillis(1));
        assert_eq!(made.state(), ReportState::Generating);
        made.generated_at = Some(UnixMillis(2));
        assert_eq!(made.state(), ReportState::Done);
        made.failure = Some("Storing the file failed.".to_owned());
        made.generated_at = None;
        assert_eq!(made.state(), ReportState::Failed);
    }
}
