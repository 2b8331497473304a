//! A document as a tree, as far as the caps allow.

use super::namespace::Ns;

/// An element.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) ns: Ns,
    /// Name without prefix, lower case.
    pub(super) name: String,
    pub(super) attributes: Vec<Attribute>,
    pub(super) children: Vec<Node>,
    /// Where it begins and ends in the text, in bytes.
    pub(super) span: std::ops::Range<usize>,
    /// Why it, or something in it, is not whole.
    pub(super) flaw: Option<Flaw>,
}

/// An attribute; its name without prefix, lower case.
#[derive(Debug)]
pub(super) struct Attribute {
    pub(super) ns: Ns,
    pub(super) name: String,
    pub(super) value: String,
}

/// What an element holds.
#[derive(Debug)]
pub(super) enum Node {
    Element(Element),
    Text(String),
}

/// What is wrong with an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    /// The text ends inside it.
    Cut,
    /// An element in it has too many attributes.
    Attributes,
    /// It is nested too deeply.
    Depth,
}

impl Flaw {
    /// As the end of "the item …".
    pub(super) const fn describe(self) -> &'static str {
        match self {
            Self::Cut => "is cut off in the middle",
            Self::Attributes => "has an element with too many attributes",
            Self::Depth => "is nested too deeply",
        }
    }
}

impl Element {
    /// The elements in it.
    pub(super) fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|child| match child {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The elements in it with this name.
    pub(super) fn all<'a>(
        &'a self,
        ns: Ns,
        name: &'a str,
    ) -> impl Iterator<Item = &'a Element> + 'a {
        self.elements()
            .filter(move |child| child.ns == ns && child.name == name)
    }

    /// The first element in it with this name that is not empty, or else the first at all.
    pub(super) fn first(&self, ns: Ns, name: &str) -> Option<&Element> {
        self.elements()
            .filter(|child| child.ns == ns && child.name == name)
            .find(|child| !child.children.is_empty())
            .or_else(|| {
                self.elements()
                    .find(|child| child.ns == ns && child.name == name)
            })
    }

    /// An attribute without namespace.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attribute_in(Ns::Feed, name)
    }

    /// An attribute of a vocabulary.
    pub(super) fn attribute_in(&self, ns: Ns, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|attribute| attribute.ns == ns && attribute.name == name)
            .map(|attribute| attribute.value.as_str())
    }

    /// All text in it, trimmed; empty text is none.
    pub(super) fn text(&self) -> Option<String> {
        let mut out = String::new();
        self.collect_text(&mut out);
        let text = out.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn collect_text(&self, out: &mut String) {
        for child in &self.children {
            match child {
                Node::Text(text) => out.push_str(text),
                Node::Element(element) => element.collect_text(out),
            }
        }
    }

    /// Whether it holds other elements.
    pub(super) fn has_elements(&self) -> bool {
        self.elements().next().is_some()
    }

    /// What it holds, as HTML.
    pub(super) fn inner_html(&self) -> String {
        let mut out = String::new();
        self.write_html(&mut out);
        out.trim().to_owned()
    }

    fn write_html(&self, out: &mut String) {
        for child in &self.children {
            match child {
                Node::Text(text) => escape(text, out),
                Node::Element(element) => {
                    out.push('<');
                    out.push_str(&element.name);
                    for attribute in &element.attributes {
                        if matches!(attribute.ns, Ns::Feed | Ns::Xhtml) {
                            out.push(' ');
                            out.push_str(&attribute.name);
                            out.push_str("=\"");
                            escape(&attribute.value, out);
                            out.push('"');
                        }
                    }
                    out.push('>');
                    if !is_void(&element.name) {
                        element.write_html(out);
                        out.push_str("</");
                        out.push_str(&element.name);
                        out.push('>');
                    }
                }
            }
        }
    }
}

/// HTML elements that have no end.
pub(super) fn is_void(name: &str) -> bool {
    matches!(name, "br" | "hr" | "img" | "input" | "wbr")
}

pub(super) fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
}
