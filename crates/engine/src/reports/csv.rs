//! A report as text with commas (RFC 4180): UTF-8 with a byte order mark, which spreadsheets need
//! to see that it is UTF-8.

use std::io::Write;

use super::rows::{COLUMNS, Cell, HEADINGS};

/// Tells spreadsheets that UTF-8 follows.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Writes rows as they come.
pub(super) struct CsvFile<W: Write> {
    to: csv::Writer<W>,
}

impl<W: Write> CsvFile<W> {
    /// Begins with the headings.
    pub(super) fn new(mut to: W) -> std::io::Result<Self> {
        to.write_all(MARK)?;
        let mut to = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer(to);
        to.write_record(HEADINGS.map(|(heading, _)| heading))?;
        Ok(Self { to })
    }

    /// Adds one row.
    pub(super) fn add(&mut self, row: &[Cell<'_>; COLUMNS]) -> std::io::Result<()> {
        for cell in row {
            match cell {
                Cell::Empty => self.to.write_field("")?,
                Cell::Text(text) if is_formula(text) => {
                    self.to.write_field(format!("'{text}"))?;
                }
                Cell::Text(text) => self.to.write_field(text.as_bytes())?,
                Cell::Number(number) => self.to.write_field(number.to_string())?,
                Cell::Day(day) => self.to.write_field(day.to_string())?,
                Cell::Time(time) => self.to.write_field(time.to_string())?,
                Cell::Moment(at) => {
                    self.to
                        .write_field(format!("{} {}", at.date(), at.time()))?;
                }
            }
        }
        Ok(self.to.write_record(None::<&[u8]>)?)
    }

    /// Ends the text and gives back what it was written to.
    pub(super) fn finish(self) -> std::io::Result<W> {
        self.to
            .into_inner()
            .map_err(csv::IntoInnerError::into_error)
    }
}

/// Whether a spreadsheet might take a text for a formula; what strangers wrote must not be run.
fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_never_formulas_and_come_back_whole() {
        let mut file = CsvFile::new(Vec::new()).unwrap();
        let mut row = [const { Cell::Empty }; COLUMNS];
        for (cell, text) in row.iter_mut().zip([
            "=1+2",
            "+1",
            "-1",
            "@SUM(A1)",
            "\tx",
            "\rx",
            "\nx",
            "a \"b\", c\r\nd = é",
            "x=1",
        ]) {
            *cell = Cell::Text(text.into());
        }
        row[12] = Cell::Number(-1);
        row[0] = Cell::Day(jiff::civil::date(2026, 5, 26));
        row[1] = Cell::Time(jiff::civil::time(7, 8, 9, 0));
        row[18] = Cell::Moment(jiff::civil::date(2026, 5, 26).at(20, 0, 0, 0));
        file.add(&row).unwrap();
        let text = String::from_utf8(file.finish().unwrap()).unwrap();
        let (headings, rows) = text.split_once("\r\n").unwrap();
        assert!(
            headings.starts_with("\u{feff}Date,Time,Channel,"),
            "{headings}"
        );
        assert_eq!(
            rows,
            "2026-05-26,07:08:09,'-1,'@SUM(A1),\"'\tx\",\"'\rx\",\"'\nx\",\
             \"a \"\"b\"\", c\r\nd = é\",x=1,,,,-1,,,,,,2026-05-26 20:00:00\r\n"
                .replace("\"'\tx\"", "'\tx")
        );
    }
}
