//! Which things a list keeps: arguments named like fields.
//!
//! The same argument given several times keeps what fits any of its values; different arguments
//! keep what fits all of them. Arguments that are no field are ignored, as unknown names in
//! `fields` are (inference), and so are those without a value.

use super::fields::{Field, View};
use super::values::{Bound, Cell, Comparison, Kind, Wanted, read_bound, read_flag, read_wanted};
use crate::http::pairs::Pairs;
use engine::Error;

/// What one argument asks of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    /// Equal to any of these.
    OneOf(Vec<Wanted>),
    /// Beyond any of these.
    Beyond(Vec<Bound>),
    /// Whether there may be no value, and whether there may be one.
    IsNull(Vec<bool>),
}

impl Test {
    fn fits(&self, cell: &Cell) -> bool {
        match self {
            Self::OneOf(wanted) => wanted.iter().any(|wanted| wanted.fits(cell)),
            Self::Beyond(bounds) => bounds.iter().any(|bound| bound.fits(cell)),
            Self::IsNull(either) => either.contains(&(*cell == Cell::Null)),
        }
    }
}

/// What a list is asked to keep.
#[derive(Debug)]
pub struct Filters<T: 'static> {
    tests: Vec<(&'static Field<T>, Test)>,
}

impl<T> Filters<T> {
    /// Reads the arguments that concern the fields of a table.
    ///
    /// # Errors
    /// A value is not of its field's kind.
    pub fn of(pairs: &Pairs, table: &'static [Field<T>]) -> Result<Self, Error> {
        let mut tests = Vec::new();
        for field in table {
            for name in std::iter::once(&field.name).chain(field.aliases) {
                for test in tests_of(pairs, field, name)? {
                    tests.push((field, test));
                }
            }
        }
        Ok(Self { tests })
    }

    /// Whether they look at a field.
    pub fn concern(&self, name: &str) -> bool {
        self.tests.iter().any(|(field, _)| field.name == name)
    }

    /// Whether a thing fits.
    pub fn keep(&self, item: &T, view: &View<'_>) -> bool {
        self.tests
            .iter()
            .all(|(field, test)| test.fits(&(field.value)(item, view)))
    }
}

fn tests_of<T>(pairs: &Pairs, field: &Field<T>, name: &str) -> Result<Vec<Test>, Error> {
    let mut tests = Vec::new();
    if field.filters {
        let wanted = each(pairs, name, |param, text| {
            read_wanted(field.kind, param, text)
        })?;
        tests.extend(wanted.map(Test::OneOf));
    }
    if field.filters && field.kind.is_ordered() {
        for (ending, comparison) in Comparison::ENDINGS {
            let bounds = each(pairs, &format!("{name}{ending}"), |param, text| {
                read_bound(field.kind, comparison, param, text)
            })?;
            tests.extend(bounds.map(Test::Beyond));
        }
    }
    let either = each(pairs, &format!("{name}_isnull"), read_flag)?;
    tests.extend(either.map(Test::IsNull));
    Ok(tests)
}

/// The values of an argument, each read; `None` when it is not there.
///
/// # Errors
/// As `read`.
pub fn each<V>(
    pairs: &Pairs,
    name: &str,
    read: impl Fn(&str, &str) -> Result<V, Error>,
) -> Result<Option<Vec<V>>, Error> {
    let values = pairs
        .all(name)
        .filter(|text| !text.trim().is_empty())
        .map(|text| read(name, text))
        .collect::<Result<Vec<V>, Error>>()?;
    Ok(Some(values).filter(|values| !values.is_empty()))
}

/// The arguments that select by a field, for the documents.
pub fn arguments<T>(field: &Field<T>) -> Vec<(String, Kind)> {
    let mut arguments = Vec::new();
    if field.filters {
        arguments.push((field.name.to_owned(), field.kind));
        if field.kind.is_ordered() {
            for (ending, _) in Comparison::ENDINGS {
                arguments.push((format!("{}{ending}", field.name), field.kind));
            }
        }
    }
    arguments.push((format!("{}_isnull", field.name), Kind::Flag));
    arguments
}
