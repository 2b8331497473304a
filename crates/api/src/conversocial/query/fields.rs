//! The table of a resource's fields, and which of them an answer has.

use std::fmt::Display;

use domain::scope::Scope;
use engine::Directory;

use super::values::{Cell, Kind};
use crate::conversocial::call::Call;
use crate::conversocial::dates;
use crate::conversocial::links::Links;
use crate::http::pairs::Pairs;
use crate::render::json::Object;

/// What views look up while they write.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// Names of the account.
    pub directory: &'a Directory,
    /// Addresses in the caller's version.
    pub links: &'a Links,
    /// What the caller may see.
    pub scope: &'a Scope,
}

impl<'a> View<'a> {
    /// What views of a call look up.
    pub const fn of(call: &'a Call, directory: &'a Directory) -> Self {
        Self {
            directory,
            links: &call.links,
            scope: &call.scope,
        }
    }
}

/// When a field is in an answer that does not name the fields it wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// In lists and single objects.
    Always,
    /// In single objects.
    Alone,
    /// Never: it must be asked for.
    Asked,
}

/// Whether an answer has one thing or many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// A list.
    List,
    /// A single object.
    One,
}

/// One field of a resource: everything that is to know about it, once.
///
/// Answers, `fields`, filters, sorting and the OpenAPI documents are all made of it.
#[derive(Debug)]
pub struct Field<T: 'static> {
    /// Its name in answers and arguments.
    pub name: &'static str,
    /// What kind of value it has.
    pub kind: Kind,
    /// When it is shown without being asked for.
    pub shown: Shown,
    /// Left out as long as it has no value, unless it is asked for.
    pub is_absent_unset: bool,
    /// Things can be selected by its value.
    pub filters: bool,
    /// Other spellings of its argument.
    pub aliases: &'static [&'static str],
    /// Lists can be sorted by it.
    pub sorts: bool,
    /// One line for the documents.
    pub about: &'static str,
    /// Its value, for comparisons.
    pub value: fn(&T, &View<'_>) -> Cell,
    /// Writes it; `None` writes the value.
    pub write: Option<Write<T>>,
}

/// Writes one member of an object.
pub type Write<T> = fn(&mut Object<'_>, &'static str, &T, &View<'_>);

impl<T> Field<T> {
    /// A field that single objects show and lists only on request, and nothing can be done with.
    pub const fn new(
        name: &'static str,
        kind: Kind,
        about: &'static str,
        value: fn(&T, &View<'_>) -> Cell,
    ) -> Self {
        Self {
            name,
            kind,
            shown: Shown::Alone,
            is_absent_unset: false,
            filters: false,
            aliases: &[],
            sorts: false,
            about,
            value,
            write: None,
        }
    }

    /// Lists show it too.
    pub const fn always(mut self) -> Self {
        self.shown = Shown::Always;
        self
    }

    /// It is shown only when it is asked for.
    pub const fn asked(mut self) -> Self {
        self.shown = Shown::Asked;
        self
    }

    /// It appears with its first value.
    pub const fn absent_unset(mut self) -> Self {
        self.is_absent_unset = true;
        self
    }

    /// Things can be selected by it.
    pub const fn filtered(mut self) -> Self {
        self.filters = true;
        self
    }

    /// Its argument may also be spelled so.
    pub const fn also(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// Lists can be sorted by it.
    pub const fn sorted(mut self) -> Self {
        self.sorts = true;
        self
    }

    /// Written by a function of its own.
    pub const fn written(mut self, write: Write<T>) -> Self {
        self.write = Some(write);
        self
    }

    fn put(&self, object: &mut Object<'_>, item: &T, view: &View<'_>) {
        match self.write {
            Some(write) => write(object, self.name, item, view),
            None => put_cell(object, self.name, self.kind, &(self.value)(item, view)),
        }
    }
}

/// Writes a value as its kind looks in answers: ids are texts, dates have no zone.
fn put_cell(object: &mut Object<'_>, name: &'static str, kind: Kind, cell: &Cell) {
    match cell {
        Cell::Null => object.null(name),
        Cell::Flag(flag) => object.flag(name, *flag),
        Cell::Number(number) if kind == Kind::Id => {
            object.display(name, format_args!("{number}"));
        }
        Cell::Number(number) => object.number(name, *number),
        Cell::At(at) if kind == Kind::Day => object.text(name, &dates::day(at.day())),
        Cell::At(at) => object.text(name, &dates::seconds(*at)),
        Cell::Text(text) => object.text(name, text),
        Cell::Many(cells) => object.array(name, |array| {
            for cell in cells {
                match cell {
                    Cell::Text(text) => array.push(text),
                    Cell::Number(number) => array.push(&number.to_string()),
                    _ => {}
                }
            }
        }),
    }
}

/// The fields of an answer, in the order of the table.
#[derive(Debug)]
pub struct Selection<T: 'static> {
    fields: Vec<&'static Field<T>>,
    is_asked: bool,
}

impl<T> Selection<T> {
    /// What `fields` asks for: names separated by commas, in one argument or several. Unknown
    /// names are skipped; without the argument the table says what is shown.
    pub fn of(pairs: &Pairs, table: &'static [Field<T>], extent: Extent) -> Self {
        let asked: Vec<&str> = pairs
            .all("fields")
            .flat_map(|names| names.split(','))
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .collect();
        let is_asked = !asked.is_empty();
        let fields = table
            .iter()
            .filter(|field| {
                if is_asked {
                    asked.contains(&field.name)
                } else {
                    match field.shown {
                        Shown::Always => true,
                        Shown::Alone => extent == Extent::One,
                        Shown::Asked => false,
                    }
                }
            })
            .collect();
        Self { fields, is_asked }
    }

    /// Whether a field is in the answer.
    pub fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field.name == name)
    }

    /// Writes the members of one object.
    pub fn write(&self, object: &mut Object<'_>, item: &T, view: &View<'_>) {
        for field in &self.fields {
            let is_left_out =
                field.is_absent_unset && !self.is_asked && (field.value)(item, view) == Cell::Null;
            if !is_left_out {
                field.put(object, item, view);
            }
        }
    }
}

/// Writes a reference to another resource, or null.
pub fn put_link(
    object: &mut Object<'_>,
    name: &'static str,
    links: &Links,
    resource: &str,
    id: Option<impl Display>,
) {
    match id {
        Some(id) => object.object(name, |object| links.write(object, resource, id)),
        None => object.null(name),
    }
}
