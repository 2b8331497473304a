//! Text to tree: forgives what authors get wrong, bounds what attackers send.

use super::markup::{Piece, Pieces, attributes, unescape};
use super::namespace::{Ns, Scope};
use super::tree::{Attribute, Element, Flaw, Node, is_void};

/// Elements deeper than this are left out.
const MAX_DEPTH: usize = 64;
/// Attributes of one element that are read.
const MAX_ATTRIBUTES: usize = 64;
/// Elements of one document.
const MAX_ELEMENTS: usize = 300_000;

/// Why a document is refused as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refused {
    #[error("it declares entities of its own, which is not accepted from outside")]
    Declarations,
    #[error("it has more than {MAX_ELEMENTS} elements")]
    Elements,
    #[error("it has no elements")]
    Empty,
}

/// Reads a document; the element returned has the root as its child.
pub(super) fn read(text: &str) -> Result<Element, Refused> {
    let mut builder = Builder::default();
    let mut pieces = Pieces::new(text);
    loop {
        let start = pieces.position();
        let Some(piece) = pieces.next() else { break };
        match piece {
            Piece::Text(raw) => builder.text(&unescape(raw)),
            Piece::Cdata(raw) => builder.text(raw),
            Piece::Start {
                name,
                attributes,
                is_empty,
            } => builder.start(name, attributes, is_empty, start..pieces.position())?,
            Piece::End(name) => builder.end(name, start, pieces.position()),
            Piece::Doctype { has_subset: true } => return Err(Refused::Declarations),
            Piece::Doctype { has_subset: false } | Piece::Skipped => {}
        }
    }
    builder.finish(text.len())
}

#[derive(Debug)]
struct Open {
    /// With prefix, lower case: what an end tag must say.
    written: String,
    element: Element,
}

#[derive(Debug, Default)]
struct Builder {
    open: Vec<Open>,
    done: Vec<Node>,
    scope: Scope,
    /// Open elements that were left out for their depth.
    too_deep: usize,
    elements: usize,
}

impl Builder {
    fn text(&mut self, text: &str) {
        if self.too_deep > 0 || text.is_empty() {
            return;
        }
        // Text outside of the root means nothing.
        let Some(open) = self.open.last_mut() else {
            return;
        };
        if let Some(Node::Text(before)) = open.element.children.last_mut() {
            before.push_str(text);
        } else {
            open.element.children.push(Node::Text(text.to_owned()));
        }
    }

    fn start(
        &mut self,
        name: &str,
        written: &str,
        is_empty: bool,
        span: std::ops::Range<usize>,
    ) -> Result<(), Refused> {
        self.elements += 1;
        if self.elements > MAX_ELEMENTS {
            return Err(Refused::Elements);
        }
        if self.too_deep > 0 || self.open.len() >= MAX_DEPTH {
            if let Some(open) = self.open.last_mut() {
                open.element.flaw.get_or_insert(Flaw::Depth);
            }
            if !is_empty {
                self.too_deep += 1;
            }
            return Ok(());
        }
        self.end_forgotten(name, span.start);
        let (found, has_more) = attributes(written, MAX_ATTRIBUTES);
        let depth = self.open.len();
        for (name, value) in &found {
            if *name == "xmlns" {
                self.scope.bind(depth, "", value);
            } else if let Some(prefix) = name.strip_prefix("xmlns:") {
                self.scope.bind(depth, prefix, value);
            }
        }
        let (prefix, local) = split(name);
        let element = Element {
            ns: self.scope.find(prefix),
            name: local.to_ascii_lowercase(),
            attributes: found
                .into_iter()
                .filter(|(name, _)| !name.starts_with("xmlns"))
                .map(|(name, value)| {
                    let (prefix, local) = split(name);
                    Attribute {
                        // Attributes do not inherit the default namespace.
                        ns: if prefix.is_empty() {
                            Ns::Feed
                        } else {
                            self.scope.find(prefix)
                        },
                        name: local.to_ascii_lowercase(),
                        value,
                    }
                })
                .collect(),
            children: Vec::new(),
            span,
            flaw: has_more.then_some(Flaw::Attributes),
        };
        let is_leaf = is_empty || is_void(&element.name);
        self.open.push(Open {
            written: name.to_ascii_lowercase(),
            element,
        });
        if is_leaf {
            self.close();
        }
        Ok(())
    }

    /// Ends an element whose end tag was forgotten, as far as what follows gives that away:
    /// addresses, identifiers and dates hold no elements, and no item holds another.
    fn end_forgotten(&mut self, next: &str, at: usize) {
        let Some(open) = self.open.last_mut() else {
            return;
        };
        let is_leaf = open.element.ns == Ns::Feed
            && matches!(
                open.element.name.as_str(),
                "link" | "guid" | "id" | "pubdate" | "published" | "updated"
            );
        let is_item = matches!(open.written.as_str(), "item" | "entry")
            && next.eq_ignore_ascii_case(&open.written);
        if is_leaf || is_item {
            open.element.span.end = at;
            self.close();
        }
    }

    /// Ends the innermost open element of that name and all in it; an end of nothing is ignored.
    fn end(&mut self, name: &str, start: usize, end: usize) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
        let name = name.to_ascii_lowercase();
        let Some(level) = self.open.iter().rposition(|open| open.written == name) else {
            return;
        };
        while self.open.len() > level + 1 {
            if let Some(inner) = self.open.last_mut() {
                inner.element.span.end = start;
            }
            self.close();
        }
        if let Some(open) = self.open.last_mut() {
            open.element.span.end = end;
        }
        self.close();
    }

    /// Moves the innermost open element to its parent, and its flaw with it.
    fn close(&mut self) {
        let Some(Open { element, .. }) = self.open.pop() else {
            return;
        };
        self.scope.leave(self.open.len());
        let siblings = match self.open.last_mut() {
            Some(parent) => {
                if let Some(flaw) = element.flaw {
                    parent.element.flaw.get_or_insert(flaw);
                }
                &mut parent.element.children
            }
            None => &mut self.done,
        };
        siblings.push(Node::Element(element));
    }

    fn finish(mut self, length: usize) -> Result<Element, Refused> {
        while let Some(open) = self.open.last_mut() {
            open.element.span.end = length;
            open.element.flaw = Some(Flaw::Cut);
            self.close();
        }
        if self.done.is_empty() {
            return Err(Refused::Empty);
        }
        Ok(Element {
            ns: Ns::Other,
            name: String::new(),
            attributes: Vec::new(),
            children: self.done,
            span: 0..length,
            flaw: None,
        })
    }
}

fn split(name: &str) -> (&str, &str) {
    name.split_once(':').unwrap_or(("", name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(text: &str) -> Element {
        match read(text).unwrap().children.into_iter().next() {
            Some(Node::Element(element)) => element,
            other => panic!("no element but {other:?}"),
        }
    }

    #[test]
    fn text_and_markup_become_a_tree() {
        let rss = root("<rss><item><title>a &amp; <![CDATA[<b>]]></title></item></rss>");
        let item = rss.first(Ns::Feed, "item").unwrap();
        assert_eq!(
            item.first(Ns::Feed, "title").unwrap().text().unwrap(),
            "a & <b>"
        );
        assert_eq!(item.span, 5..56);
        assert_eq!(item.flaw, None);
    }

    #[test]
    fn forgotten_ends_cost_nothing_but_themselves() {
        let rss = root(
            "<rss><item><title>a</item></b><ITEM><title>b<br>c</TITLE></Item>\
             <item><link>x<title>d</title><item><title>e</title></item></rss>",
        );
        let titles: Vec<String> = rss
            .all(Ns::Feed, "item")
            .filter_map(|item| item.first(Ns::Feed, "title")?.text())
            .collect();
        assert_eq!(titles, ["a", "bc", "d", "e"]);
    }

    #[test]
    fn namespaces_are_known_by_name_by_custom_and_in_any_spelling() {
        let rss = root(
            "<rss xmlns:x='HTTP://PURL.ORG/DC/ELEMENTS/1.1/'><x:creator/><dc:date/><y:z/>\
             <a xmlns='http://www.w3.org/1999/xhtml'><b/></a><c/></rss>",
        );
        let found: Vec<(Ns, &str)> = rss
            .elements()
            .map(|element| (element.ns, element.name.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                (Ns::Dc, "creator"),
                (Ns::Dc, "date"),
                (Ns::Other, "z"),
                (Ns::Xhtml, "a"),
                (Ns::Feed, "c"),
            ]
        );
    }

    #[test]
    fn the_element_in_which_the_text_ends_is_marked() {
        let rss = root("<rss><item>1</item><item><title>2");
        let flaws: Vec<Option<Flaw>> = rss.elements().map(|item| item.flaw).collect();
        assert_eq!(flaws, [None, Some(Flaw::Cut)]);
    }

    #[test]
    fn declarations_are_refused_and_a_plain_doctype_is_not() {
        for text in [
            "<!DOCTYPE rss [<!ENTITY a 'b'>]><rss>&a;</rss>",
            "<!doctype rss [ ]><rss/>",
            "<rss><!ENTITY a SYSTEM 'file:///etc/passwd'></rss>",
        ] {
            assert!(matches!(read(text), Err(Refused::Declarations)), "{text}");
        }
        assert!(read("<!DOCTYPE rss PUBLIC 'a' 'http://b/c.dtd'><rss/>").is_ok());
    }

    #[test]
    fn attributes_depth_and_elements_are_capped() {
        let wide = format!("<rss><item {}/></rss>", "a='1' ".repeat(100_000));
        assert_eq!(
            root(&wide).first(Ns::Feed, "item").unwrap().flaw,
            Some(Flaw::Attributes)
        );
        let deep = format!(
            "<rss><item>{}x{}</item><item/></rss>",
            "<a>".repeat(100_000),
            "</a>".repeat(100_000)
        );
        let flaws: Vec<Option<Flaw>> = root(&deep).elements().map(|item| item.flaw).collect();
        assert_eq!(flaws, [Some(Flaw::Depth), None]);
        let many = format!("<rss>{}</rss>", "<a/>".repeat(MAX_ELEMENTS));
        assert!(matches!(read(&many), Err(Refused::Elements)));
    }
}
