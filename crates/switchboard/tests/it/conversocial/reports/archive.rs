//! Reading the archive of a report: here, and by Python's own library as a second opinion.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _, Write as _};
use std::process::{Command, Stdio};

use serde_json::Value;

/// One member of an archive.
fn unpacked(archive: &[u8], member: &str) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    let mut bytes = Vec::new();
    archive
        .by_name(member)
        .unwrap()
        .read_to_end(&mut bytes)
        .unwrap();
    bytes
}

/// The only member of an archive, as text.
pub(crate) fn text(archive: &[u8], member: &str) -> String {
    String::from_utf8(unpacked(archive, member)).unwrap()
}

/// A member of the archive within the archive, as text.
pub(crate) fn member(archive: &[u8], outer: &str, inner: &str) -> String {
    text(&unpacked(archive, outer), inner)
}

/// The cells of the first sheet, by row and column letter; empty ones are left out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Sheet(Vec<BTreeMap<String, String>>);

impl Sheet {
    /// Reads the archive of a report.
    pub(crate) fn of_workbook(archive: &[u8]) -> Self {
        let xml = member(archive, "inbound.xlsx", "xl/worksheets/sheet1.xml");
        let row = |row: &str| row.split("<c r=\"").skip(1).map(cell).collect();
        Self(xml.split("<row ").skip(1).map(row).collect())
    }

    pub(crate) fn headings(&self) -> &BTreeMap<String, String> {
        &self.0[0]
    }

    fn letter(&self, heading: &str) -> &str {
        let found = self.headings().iter().find(|(_, known)| *known == heading);
        found.unwrap().0
    }

    /// The cells below a heading.
    pub(crate) fn column(&self, heading: &str) -> Vec<String> {
        let letter = self.letter(heading);
        let cells = self.0[1..].iter().map(|row| row.get(letter).cloned());
        cells.map(Option::unwrap_or_default).collect()
    }

    /// The row with this cell, by headings.
    pub(crate) fn row(&self, heading: &str, value: &str) -> BTreeMap<&str, String> {
        let letter = self.letter(heading);
        let row = self.0[1..]
            .iter()
            .find(|row| row.get(letter).is_some_and(|cell| cell == value));
        row.unwrap()
            .iter()
            .map(|(letter, cell)| (self.headings()[letter].as_str(), cell.clone()))
            .collect()
    }
}

/// Column letter and value of a cell, from the text after `<c r="`.
fn cell(xml: &str) -> (String, String) {
    let letter = xml.chars().take_while(char::is_ascii_uppercase).collect();
    let value = if let Some((_, rest)) = xml.split_once("<v>") {
        rest.split_once("</v>").unwrap().0.to_owned()
    } else {
        let (_, rest) = xml.split_once("<t").unwrap();
        let (_, rest) = rest.split_once('>').unwrap();
        let text = rest.split_once("</t>").unwrap().0;
        text.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&")
    };
    (letter, value)
}

/// Reads the archive from its standard input, with nothing but its own library.
const PYTHON: &str = r#"
import io, json, re, sys, zipfile
import xml.etree.ElementTree as tree
outer = zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))
assert outer.testzip() is None
inner = zipfile.ZipFile(io.BytesIO(outer.read("inbound.xlsx")))
assert inner.testzip() is None
name = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
sheet = tree.fromstring(inner.read("xl/worksheets/sheet1.xml"))
rows = []
for row in sheet.iter(name + "row"):
    cells = {}
    for cell in row.iter(name + "c"):
        column = re.match("[A-Z]+", cell.get("r")).group()
        cells[column] = "".join(cell.itertext())
    rows.append(cells)
json.dump(rows, sys.stdout)
"#;

/// What Python makes of the archive.
pub(crate) fn seen_by_python(archive: &[u8]) -> Sheet {
    let mut python = Command::new("python3")
        .args(["-c", PYTHON])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("this test needs python3, whose own library reads the workbook, too");
    python.stdin.take().unwrap().write_all(archive).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success());
    let rows: Vec<BTreeMap<String, Value>> = serde_json::from_slice(&output.stdout).unwrap();
    let texts = |row: BTreeMap<String, Value>| {
        row.into_iter()
            .map(|(column, cell)| (column, cell.as_str().unwrap().to_owned()))
            .collect()
    };
    Sheet(rows.into_iter().map(texts).collect())
}
