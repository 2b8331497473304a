//! A report as a workbook.
//!
//! Rows go to a temporary file without a name as they come, texts stand in their cells instead of
//! in a table of their own: the memory needed does not grow with the rows.

use std::io::{self, Write};
use std::path::Path;

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::rows::{COLUMNS, Cell, HEADINGS};

/// Rows of a sheet below its headings; the format has room for one more.
const SHEET_ROWS: u32 = 1_048_575;
/// Bytes after which a further sheet is begun: archives in workbooks are read by programs that
/// take no more than 4 GiB for one entry.
const SHEET_BYTES: u64 = 3 << 30;
/// Characters of a cell, counted as the format counts: in UTF-16.
const CELL_UNITS: usize = 32_767;
/// Bytes of a cell around its content, generously.
const CELL_BYTES: usize = 64;

/// Collects rows.
pub(super) struct WorkbookFile {
    workbook: Workbook,
    sheet: Worksheet,
    sheets: u32,
    /// The row of the sheet that is next.
    next: u32,
    /// Bytes of the sheet so far, roughly.
    bytes: u64,
    formats: Formats,
}

struct Formats {
    heading: Format,
    day: Format,
    time: Format,
    moment: Format,
}

impl WorkbookFile {
    /// Begins with the headings; temporary files go to this directory.
    pub(super) fn new(temporary: &Path) -> io::Result<Self> {
        let mut workbook = Workbook::new();
        workbook.set_tempdir(temporary).map_err(broken)?;
        let formats = Formats {
            heading: Format::new().set_bold(),
            day: Format::new().set_num_format("yyyy-mm-dd"),
            time: Format::new().set_num_format("hh:mm:ss"),
            moment: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
        };
        let sheet = sheet(&mut workbook, &formats, 1).map_err(broken)?;
        Ok(Self {
            workbook,
            sheet,
            sheets: 1,
            next: 1,
            bytes: 0,
            formats,
        })
    }

    /// Adds one row.
    pub(super) fn add(&mut self, row: &[Cell<'_>; COLUMNS]) -> io::Result<()> {
        if self.next > SHEET_ROWS || self.bytes > SHEET_BYTES {
            self.sheets += 1;
            let next = sheet(&mut self.workbook, &self.formats, self.sheets).map_err(broken)?;
            let full = std::mem::replace(&mut self.sheet, next);
            self.workbook.push_worksheet(full);
            (self.next, self.bytes) = (1, 0);
        }
        for (column, cell) in (0_u16..).zip(row) {
            self.bytes = self
                .bytes
                .saturating_add(self.put(column, cell).map_err(broken)?);
        }
        self.next += 1;
        Ok(())
    }

    /// Writes one cell; gives about how many bytes it takes.
    fn put(&mut self, column: u16, cell: &Cell<'_>) -> Result<u64, XlsxError> {
        let (sheet, formats, row) = (&mut self.sheet, &self.formats, self.next);
        let mut bytes = CELL_BYTES;
        match cell {
            Cell::Empty => return Ok(0),
            Cell::Text(text) => {
                let text = shortened(text);
                bytes += written_length(text);
                sheet.write_string(row, column, text)?;
            }
            Cell::Number(number) => {
                if let Ok(small) = i32::try_from(*number) {
                    sheet.write_number(row, column, small)?;
                } else {
                    // A number of the format has 53 bits; as text it stays exact.
                    sheet.write_string(row, column, number.to_string())?;
                }
            }
            // Dates begin with 1900; earlier ones are shown as text.
            Cell::Day(day) => match excel_day(*day) {
                Some(serial) => {
                    sheet.write_number_with_format(row, column, serial, &formats.day)?;
                }
                None => {
                    sheet.write_string(row, column, day.to_string())?;
                }
            },
            Cell::Time(time) => {
                let serial = excel_time(*time);
                sheet.write_number_with_format(row, column, serial, &formats.time)?;
            }
            Cell::Moment(at) => match excel_day(at.date()) {
                Some(serial) => {
                    let serial = serial + excel_time(at.time());
                    sheet.write_number_with_format(row, column, serial, &formats.moment)?;
                }
                None => {
                    sheet.write_string(row, column, format!("{} {}", at.date(), at.time()))?;
                }
            },
        }
        Ok(u64::try_from(bytes).unwrap_or(u64::MAX))
    }

    /// Writes the workbook.
    pub(super) fn finish(mut self, to: impl Write + Send) -> io::Result<()> {
        self.workbook.push_worksheet(self.sheet);
        self.workbook.save_to_writer(to).map_err(broken)
    }
}

fn sheet(workbook: &mut Workbook, formats: &Formats, number: u32) -> Result<Worksheet, XlsxError> {
    let mut sheet = workbook.new_worksheet_with_constant_memory()?;
    sheet.set_name(match number {
        1 => "Inbound".to_owned(),
        number => format!("Inbound {number}"),
    })?;
    sheet.set_freeze_panes(1, 0)?;
    for (column, (heading, width)) in (0_u16..).zip(HEADINGS) {
        sheet.set_column_width(column, width)?;
        sheet.write_string_with_format(0, column, heading, &formats.heading)?;
    }
    Ok(sheet)
}

fn broken(error: XlsxError) -> io::Error {
    match error {
        XlsxError::IoError(error) => error,
        error => io::Error::other(error),
    }
}

/// Days as the format counts them: 1900-03-01 is 61, for it believes in 1900-02-29.
fn excel_day(day: jiff::civil::Date) -> Option<f64> {
    let first = jiff::civil::date(1900, 3, 1);
    let days = first.until(day).ok()?.get_days();
    (days >= 0).then(|| f64::from(days + 61))
}

/// A time of day as the part of a day that has passed.
fn excel_time(time: jiff::civil::Time) -> f64 {
    let seconds =
        i32::from(time.hour()) * 3_600 + i32::from(time.minute()) * 60 + i32::from(time.second());
    f64::from(seconds) / 86_400.0
}

/// As much of a text as a cell can hold.
fn shortened(text: &str) -> &str {
    if text.len() <= CELL_UNITS {
        return text;
    }
    let mut units = 0;
    for (at, character) in text.char_indices() {
        units += character.len_utf16();
        if units > CELL_UNITS {
            return text.get(..at).unwrap_or_default();
        }
    }
    text
}

/// Bytes of a text in the sheet, where some characters are written as words of up to 7 bytes.
fn written_length(text: &str) -> usize {
    let special = text
        .bytes()
        .filter(|byte| matches!(byte, b'&' | b'<' | b'>' | b'_') || *byte < b' ')
        .count();
    text.len() + special * 6
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, time};

    #[test]
    fn days_and_times_are_those_of_spreadsheets() {
        assert_eq!(excel_day(date(2026, 5, 26)), Some(46_168.0));
        assert_eq!(excel_day(date(1900, 3, 1)), Some(61.0));
        assert_eq!(excel_day(date(1900, 2, 28)), None);
        assert!((excel_time(time(18, 0, 0, 0)) - 0.75).abs() < f64::EPSILON);
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(shortened("short"), "short");
        assert_eq!(shortened(&"é".repeat(20_000)).len(), 40_000);
        assert_eq!(shortened(&"x".repeat(40_000)).len(), CELL_UNITS);
        // Each takes two units, so that half a one would fit.
        assert_eq!(shortened(&"😀".repeat(20_000)).chars().count(), 16_383);
    }

    #[test]
    fn a_full_sheet_is_followed_by_another() {
        let directory = tempfile::tempdir().unwrap();
        let mut file = WorkbookFile::new(directory.path()).unwrap();
        let row = [const { Cell::Number(7) }; COLUMNS];
        file.add(&row).unwrap();
        file.bytes = SHEET_BYTES + 1;
        file.add(&row).unwrap();
        file.next = SHEET_ROWS + 1;
        file.add(&row).unwrap();
        let mut bytes = Vec::new();
        file.finish(&mut bytes).unwrap();
        let mut archive = zip::ZipArchive::new(io::Cursor::new(bytes)).unwrap();
        let mut text = String::new();
        let mut part = archive.by_name("xl/workbook.xml").unwrap();
        io::Read::read_to_string(&mut part, &mut text).unwrap();
        for name in ["\"Inbound\"", "\"Inbound 2\"", "\"Inbound 3\""] {
            assert!(text.contains(name), "{text}");
        }
    }
}
