//! A report as text with commas (RFC 4180): UTF-8 with a byte order mark, which spreadsheets need
//! to see that it is UTF-8.

use std::borrow::Cow;
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
                Cell::Text(text) => self.to.write_field(harmless(text).as_bytes())?,
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

/// A text that no spreadsheet takes for a formula, for what strangers wrote must not be run: an
/// apostrophe stands in front of what could begin one.
///
/// Not only the start of the text counts. Where the list separator of the country is a semicolon,
/// programs split the text there, or at a tab, and then the quotes around the text mean nothing to
/// them, so that a new line begins a new row.
fn harmless(text: &str) -> Cow<'_, str> {
    const SEPARATORS: [char; 4] = [';', '\t', '\r', '\n'];
    const STARTS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    let mut places = Vec::new();
    if text.starts_with(['\t', '\r', '\n']) {
        places.push(0);
    }
    let mut may_start = true;
    for (at, character) in text.char_indices() {
        if SEPARATORS.contains(&character) {
            may_start = true;
        } else if may_start && STARTS.contains(&character) {
            places.push(at);
            may_start = false;
        } else if character != '"' && !character.is_whitespace() {
            may_start = false;
        }
    }
    if places.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + places.len());
    let mut from = 0;
    for at in places {
        safe.push_str(text.get(from..at).unwrap_or_default());
        safe.push('\'');
        from = at;
    }
    safe.push_str(text.get(from..).unwrap_or_default());
    Cow::Owned(safe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_apostrophe_stands_before_whatever_may_begin_a_formula() {
        for (text, written) in [
            ("=1+2", "'=1+2"),
            (" =1", " '=1"),
            ("\"=1", "\"'=1"),
            ("hello;=HYPERLINK(1)", "hello;'=HYPERLINK(1)"),
            ("hello; \u{a0}+1;-2", "hello; \u{a0}'+1;'-2"),
            ("a\t@b", "a\t'@b"),
            ("a\n=b\r\n-c", "a\n'=b\r\n'-c"),
            ("＝1；＋2", "'＝1；＋2"),
            ("a;＋1\t－2;＠b", "a;'＋1\t'－2;'＠b"),
            ("\n", "'\n"),
            ("\t=1", "'\t'=1"),
            (";=;=", ";'=;'="),
        ] {
            assert_eq!(harmless(text), written, "{text:?}");
        }
        for text in [
            "",
            "x=1",
            "a - b; c = d",
            "it's 1+1, =2",
            "me@x.example;you",
            "a,=1",
        ] {
            assert_eq!(harmless(text), text);
        }
    }

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
