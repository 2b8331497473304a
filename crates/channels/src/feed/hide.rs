//! A document without the secrets of the addresses that led to it.

use super::document::{Document, Enclosure, Entry, Person};
use super::item::hash;
use crate::secrets::Hidden;

impl Document {
    /// Takes what the addresses hide out of everything that is kept of the document: an address that
    /// tells it is dropped, for a link without its key leads nowhere; an identifier is replaced by
    /// its hash, which is the same every time; in a text it is covered. User names and passwords in
    /// addresses go in any case.
    pub(super) fn hide(&mut self, hidden: &Hidden) {
        if let Some(title) = self.title.as_mut().filter(|_| !hidden.is_empty()) {
            *title = hidden.name(title);
        }
        address(&mut self.link, hidden);
        identifier(&mut self.id, hidden);
        address(&mut self.image, hidden);
        person(&mut self.author, hidden);
        for entry in &mut self.entries {
            entry.hide(hidden);
        }
    }
}

impl Entry {
    fn hide(&mut self, hidden: &Hidden) {
        identifier(&mut self.id, hidden);
        text(&mut self.title, hidden);
        address(&mut self.link, hidden);
        person(&mut self.author, hidden);
        identifier(&mut self.in_reply_to, hidden);
        if !hidden.is_empty() {
            self.content = hidden.text(&self.content);
            for category in &mut self.categories {
                *category = hidden.text(category);
            }
        }
        self.enclosures.retain_mut(|file| enclosure(file, hidden));
    }
}

fn text(text: &mut Option<String>, hidden: &Hidden) {
    if let Some(text) = text.as_mut().filter(|_| !hidden.is_empty()) {
        *text = hidden.text(text);
    }
}

fn address(address: &mut Option<String>, hidden: &Hidden) {
    *address = address.take().and_then(|address| hidden.address(&address));
}

fn identifier(id: &mut Option<String>, hidden: &Hidden) {
    if let Some(id) = id.as_mut().filter(|id| hidden.is_told_by(id)) {
        *id = hash(&[id]);
    }
}

fn person(person: &mut Option<Person>, hidden: &Hidden) {
    if let Some(person) = person {
        text(&mut person.name, hidden);
        address(&mut person.url, hidden);
        address(&mut person.image, hidden);
    }
}

/// Whether the file is kept.
fn enclosure(file: &mut Enclosure, hidden: &Hidden) -> bool {
    text(&mut file.title, hidden);
    match hidden.address(&file.url) {
        Some(shown) => {
            file.url = shown;
            true
        }
        None => false,
    }
}
