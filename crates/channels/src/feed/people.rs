//! Who wrote something: RSS puts name and mail address into one line, Atom has elements.

use super::document::Person;
use super::fields::{Base, somebody};
use super::namespace::Ns;
use super::text::{self, line};
use super::tree::Element;

/// The author of an item or a channel.
pub(super) fn author(element: &Element, base: &Base) -> Option<Person> {
    let candidates = [
        (Ns::Feed, "author"),
        (Ns::Dc, "creator"),
        (Ns::Itunes, "author"),
        (Ns::Feed, "managingeditor"),
        (Ns::Dc, "author"),
        (Ns::Media, "credit"),
    ];
    candidates
        .into_iter()
        .filter_map(|(ns, name)| element.first(ns, name))
        .find_map(|found| {
            if found.has_elements() {
                of_elements(found, base)
            } else {
                of_line(&text::read(found).plain()?)
            }
        })
        .or_else(|| {
            // Items copied from another feed carry that feed's author along.
            let source = element.first(Ns::Feed, "source")?;
            of_elements(source.first(Ns::Feed, "author")?, base)
        })
}

fn of_elements(author: &Element, base: &Base) -> Option<Person> {
    let text = |name: &str| {
        author
            .elements()
            .find(|child| child.name == name)
            .and_then(Element::text)
            .map(|text| line(&text))
    };
    let url = ["uri", "url", "homepage"]
        .into_iter()
        .find_map(text)
        .map(|url| base.inside(author).resolve(&url));
    somebody(Person {
        name: text("name").or_else(|| text("email")),
        url,
        image: None,
    })
}

/// `name`, `name (address)`, `address (name)`, `name <address>`.
pub(super) fn of_line(written: &str) -> Option<Person> {
    let written = line(written);
    let parts = written
        .strip_suffix(')')
        .and_then(|rest| rest.rsplit_once('('))
        .or_else(|| {
            written
                .strip_suffix('>')
                .and_then(|rest| rest.rsplit_once('<'))
        });
    let name = match parts.map(|(before, inside)| (before.trim(), inside.trim())) {
        Some((before, inside)) if before.contains('@') && !inside.is_empty() => inside,
        Some((before, _)) if !before.is_empty() => before,
        Some((_, inside)) => inside,
        None => written.as_str(),
    };
    let name = name.trim().trim_matches('"');
    somebody(Person {
        name: (!name.is_empty()).then(|| name.to_owned()),
        url: None,
        image: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_found_in_every_form() {
        for (written, name) in [
            ("Ann Other", "Ann Other"),
            ("ann@example.com (Ann Other)", "Ann Other"),
            ("Ann Other (ann@example.com)", "Ann Other"),
            ("\"Ann Other\" <ann@example.com>", "Ann Other"),
            ("<ann@example.com>", "ann@example.com"),
            ("ann@example.com", "ann@example.com"),
            ("ann@example.com ()", "ann@example.com"),
        ] {
            assert_eq!(
                of_line(written).and_then(|person| person.name).as_deref(),
                Some(name),
                "{written}"
            );
        }
        assert_eq!(of_line("  "), None);
    }
}
