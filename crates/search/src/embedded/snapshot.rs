//! An account in bytes. The file around it has the checksum; see [`super::disk`].

use std::io::{self, Read, Write};
use std::sync::Arc;

use domain::checksum::Checksum;
use domain::ids::{AccountId, ChangeNumber};

use super::columns::cells::{Cells, Each};
use super::columns::fields::{BITS, CELLS, Dictionaries, NUMBERS};
use super::columns::ints::Ints;
use super::columns::mask::{Mask, WORDS};
use super::columns::numbers::Numbers;
use super::columns::page::Page;
use super::columns::rows::Rows;
use super::columns::texts::{Texts, Words};
use super::columns::{index, number};
use super::pending::{Pending, Text};
use super::view::{Span, View};
use super::words::Committed;

/// Raised whenever the bytes, a field's meaning or the cutting into words change.
const FORMAT: u32 = 4;

/// Writes a state. `mark` tells its last change from others that may come to bear its number.
pub(super) fn write(view: &View, mark: Option<i64>, out: &mut impl Write) -> io::Result<()> {
    for part in shape() {
        put(out, part)?;
    }
    out.write_all(&view.account_id.0.to_le_bytes())?;
    out.write_all(&view.applied.0.to_le_bytes())?;
    put(out, u32::from(mark.is_some()))?;
    out.write_all(&mark.unwrap_or_default().to_le_bytes())?;
    put(out, view.words.commit)?;
    put(out, number(view.spans.len()))?;
    for span in &*view.spans {
        put(out, span.first_row)?;
        put(out, span.epoch)?;
    }
    for dictionary in view.dictionaries.all() {
        let blocks = dictionary.blocks();
        put(out, number(dictionary.len()))?;
        for block in &blocks {
            put_bytes(out, block.as_bytes())?;
        }
    }
    for column in 0..CELLS {
        put(out, u32::from(view.dictionaries.has_sets(column)))?;
    }
    put(out, number(view.rows.len()))?;
    for page in (0..view.rows.pages()).filter_map(|page| view.rows.page(page)) {
        write_page(page, out)?;
    }
    put(out, number(view.pending.len()))?;
    for text in view.pending.iter() {
        put(out, text.row)?;
        out.write_all(&text.id.to_le_bytes())?;
        put(out, u32::from(text.texts.is_some()))?;
        if let Some(texts) = &text.texts {
            write_words(&texts.title, out)?;
            write_words(&texts.content, out)?;
        }
    }
    Ok(())
}

/// Reads a state and the mark of its last change; its rows from here on are numbered in a new
/// epoch.
pub(super) fn read(
    account_id: AccountId,
    words: Committed,
    from: &mut impl Read,
) -> io::Result<(View, Option<i64>)> {
    for part in shape() {
        if get(from)? != part {
            return Err(wrong("it has another format"));
        }
    }
    if get_long(from)? != account_id.0 {
        return Err(wrong("it is another account's"));
    }
    let applied = ChangeNumber(get_long(from)?);
    let has_mark = get(from)? != 0;
    let mark = Some(get_long(from)?).filter(|_| has_mark);
    let commit = get(from)?;
    if commit > words.commit {
        return Err(wrong("the word index is older"));
    }
    let mut spans = Vec::new();
    for _ in 0..get(from)? {
        spans.push(Span {
            first_row: get(from)?,
            epoch: get(from)?,
        });
    }
    let dictionaries = Dictionaries::default();
    for dictionary in dictionaries.all() {
        let len = index(get(from)?);
        dictionary.restore(len, || get_bytes(from), wrong)?;
    }
    for column in 0..CELLS {
        if get(from)? != 0 {
            dictionaries.note_sets(column);
        }
    }
    let len = get(from)?;
    let mut rows = Rows::default();
    rows.restore(index(len), || read_page(from))?;
    let pending = read_pending(from)?;
    spans.retain(|span| span.first_row != len);
    spans.push(Span {
        first_row: len,
        epoch: words.next_epoch(),
    });
    let view = View {
        account_id,
        rows,
        dictionaries: Arc::new(dictionaries),
        spans: Arc::new(spans),
        pending,
        may_hold_forgotten: commit < words.commit,
        words,
        applied,
        // Counted when an account is made of it.
        checksum: Checksum::default(),
        lacks_words: false,
    };
    Ok((view, mark))
}

/// What must be the same in the program that reads.
fn shape() -> [u32; 4] {
    [FORMAT, number(CELLS), number(NUMBERS), number(BITS)]
}

fn wrong(reason: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason)
}

fn put(out: &mut impl Write, number: u32) -> io::Result<()> {
    out.write_all(&number.to_le_bytes())
}

fn put_bytes(out: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    put(out, number(bytes.len()))?;
    out.write_all(bytes)
}

fn get_array<const N: usize>(from: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn get(from: &mut impl Read) -> io::Result<u32> {
    get_array(from).map(u32::from_le_bytes)
}

fn get_long(from: &mut impl Read) -> io::Result<i64> {
    get_array(from).map(i64::from_le_bytes)
}

/// Reads a length and as many bytes. The vector grows with what is there, not with what a number
/// says.
fn get_bytes(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let len = get(from)?;
    let mut bytes = Vec::new();
    from.take(u64::from(len)).read_to_end(&mut bytes)?;
    if bytes.len() == index(len) {
        Ok(bytes)
    } else {
        Err(wrong("it is cut off"))
    }
}

fn put_ints(out: &mut impl Write, ints: &Ints) -> io::Result<()> {
    let (width, bytes) = ints.to_bytes();
    put(out, u32::from(width))?;
    put(out, number(ints.len()))?;
    put_bytes(out, &bytes)
}

fn get_ints(from: &mut impl Read) -> io::Result<Ints> {
    let width = u8::try_from(get(from)?).map_err(|_| wrong("a column has an unknown width"))?;
    let len = index(get(from)?);
    let bytes = get_bytes(from)?;
    Ints::from_bytes(width, len, &bytes).ok_or_else(|| wrong("a column has an unknown width"))
}

fn write_page(page: &Page, out: &mut impl Write) -> io::Result<()> {
    for cells in &page.cells {
        match &**cells {
            Cells::Same(code) => {
                put(out, 0)?;
                put(out, *code)?;
            }
            Cells::Each(each) => {
                put(out, 1)?;
                put(out, each.less)?;
                put_ints(out, &each.codes)?;
            }
        }
    }
    for numbers in &page.numbers {
        put(out, u32::from(!numbers.is_empty()))?;
        if !numbers.is_empty() {
            let (present, base, above) = numbers.parts();
            write_mask(present, out)?;
            out.write_all(&base.to_le_bytes())?;
            put_ints(out, above)?;
        }
    }
    for mask in &*page.bits {
        write_mask(mask, out)?;
    }
    put(out, number(page.notes.len()))?;
    for (row, notes) in &*page.notes {
        put(out, u32::from(*row))?;
        put(out, number(notes.len()))?;
        for words in notes {
            write_words(words, out)?;
        }
    }
    Ok(())
}

fn read_page(from: &mut impl Read) -> io::Result<Page> {
    let mut page = Page::default();
    for cells in &mut page.cells {
        let is_each = get(from)? != 0;
        let first = get(from)?;
        if is_each {
            *cells = Arc::new(Cells::Each(Each::new(first, get_ints(from)?)));
        } else if first != 0 {
            *cells = Arc::new(Cells::Same(first));
        }
    }
    for numbers in &mut page.numbers {
        if get(from)? != 0 {
            let (present, base) = (read_mask(from)?, get_long(from)?);
            let read = Numbers::new(present, base, get_ints(from)?);
            *numbers = Arc::new(read.ok_or_else(|| wrong("a column has numbers of no row"))?);
        }
    }
    let mut bits = [Mask::NONE; BITS];
    for mask in &mut bits {
        *mask = read_mask(from)?;
    }
    page.bits = Arc::new(bits);
    let mut notes = Vec::new();
    for _ in 0..get(from)? {
        let row = u16::try_from(get(from)?).map_err(|_| wrong("a note has no row"))?;
        let mut texts = Vec::new();
        for _ in 0..get(from)? {
            texts.push(read_words(from)?);
        }
        notes.push((row, texts));
    }
    page.notes = Arc::new(notes);
    Ok(page)
}

fn write_mask(mask: &Mask, out: &mut impl Write) -> io::Result<()> {
    mask.0
        .iter()
        .try_for_each(|word| out.write_all(&word.to_le_bytes()))
}

fn read_mask(from: &mut impl Read) -> io::Result<Mask> {
    let mut words = [0; WORDS];
    for word in &mut words {
        *word = get_array(from).map(u64::from_le_bytes)?;
    }
    Ok(Mask(words))
}

fn write_words(words: &Words, out: &mut impl Write) -> io::Result<()> {
    put(out, number(words.len()))?;
    for (position, word) in words.iter() {
        put(out, position)?;
        put_bytes(out, word.as_bytes())?;
    }
    Ok(())
}

fn read_words(from: &mut impl Read) -> io::Result<Words> {
    let mut words = Words::default();
    for _ in 0..get(from)? {
        let position = get(from)?;
        let word = String::from_utf8(get_bytes(from)?).map_err(|_| wrong("a word is no text"))?;
        words.push(&word, position);
    }
    Ok(words)
}

fn read_pending(from: &mut impl Read) -> io::Result<Pending> {
    let mut pending = Pending::default();
    for order in 0..get(from)? {
        let row = get(from)?;
        let id = get_long(from)?;
        let texts = match get(from)? {
            0 => None,
            _ => Some(Arc::new(Texts {
                title: read_words(from)?,
                content: read_words(from)?,
            })),
        };
        pending.push(Text {
            order: u64::from(order),
            row,
            id,
            // Said so of all, because it is not written down.
            replaces: true,
            texts,
        });
    }
    Ok(pending)
}
