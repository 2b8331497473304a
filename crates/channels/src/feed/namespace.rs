//! Which vocabulary an element belongs to. Feeds spell namespaces in many ways and forget them
//! in more.

/// A vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Ns {
    /// RSS in all its versions, Atom in both, CDF, and whatever has no namespace.
    Feed,
    /// Dublin Core, both generations.
    Dc,
    /// `content:encoded`.
    Content,
    /// Media RSS.
    Media,
    /// Podcasts.
    Itunes,
    /// `sy:updatePeriod`.
    Syndication,
    /// Replies.
    Thread,
    /// `rdf:about`.
    Rdf,
    /// XHTML.
    Xhtml,
    /// `xml:base`, `xml:lang`.
    Xml,
    /// Anything else.
    Other,
}

/// The vocabulary of a namespace name; `None` when it is not known.
pub(super) fn by_name(name: &str) -> Option<Ns> {
    let name = name.trim().to_ascii_lowercase();
    let name = name
        .strip_prefix("https://")
        .or_else(|| name.strip_prefix("http://"))
        .unwrap_or(&name)
        .trim_end_matches(['/', '#']);
    Some(match name {
        "" => Ns::Feed,
        "www.w3.org/2005/atom"
        | "purl.org/atom/ns"
        | "backend.userland.com/rss"
        | "backend.userland.com/rss2"
        | "blogs.law.harvard.edu/tech/rss"
        | "purl.org/rss/1.0"
        | "my.netscape.com/rdf/simple/0.9" => Ns::Feed,
        "purl.org/dc/elements/1.0" | "purl.org/dc/elements/1.1" | "purl.org/dc/terms" => Ns::Dc,
        "purl.org/rss/1.0/modules/content" => Ns::Content,
        "search.yahoo.com/mrss" | "video.search.yahoo.com/mrss" | "www.rssboard.org/media-rss" => {
            Ns::Media
        }
        "www.itunes.com/dtds/podcast-1.0.dtd" => Ns::Itunes,
        "purl.org/rss/1.0/modules/syndication" => Ns::Syndication,
        "purl.org/syndication/thread/1.0" => Ns::Thread,
        "www.w3.org/1999/02/22-rdf-syntax-ns" => Ns::Rdf,
        "www.w3.org/1999/xhtml" => Ns::Xhtml,
        "www.w3.org/xml/1998/namespace" => Ns::Xml,
        _ => return None,
    })
}

/// The vocabulary that a prefix stands for by custom, where nothing declares it.
pub(super) fn by_prefix(prefix: &str) -> Ns {
    match prefix.to_ascii_lowercase().as_str() {
        "" | "atom" | "atom10" | "a10" | "rss" => Ns::Feed,
        "dc" | "dcterms" => Ns::Dc,
        "content" => Ns::Content,
        "media" => Ns::Media,
        "itunes" => Ns::Itunes,
        "sy" => Ns::Syndication,
        "thr" => Ns::Thread,
        "rdf" => Ns::Rdf,
        "xhtml" => Ns::Xhtml,
        "xml" => Ns::Xml,
        _ => Ns::Other,
    }
}

/// The bindings in force while a document is read.
#[derive(Debug, Default)]
pub(super) struct Scope {
    bindings: Vec<Binding>,
}

#[derive(Debug)]
struct Binding {
    depth: usize,
    prefix: String,
    ns: Ns,
}

/// More bindings than this in force at once are an attack on the look-up.
const MAX_BINDINGS: usize = 256;

impl Scope {
    /// Notes that from this depth on a prefix means a namespace.
    pub(super) fn bind(&mut self, depth: usize, prefix: &str, name: &str) {
        if self.bindings.len() >= MAX_BINDINGS {
            return;
        }
        // Without prefix an unknown namespace is taken for a dialect of RSS.
        let fallback = if prefix.is_empty() {
            Ns::Feed
        } else {
            Ns::Other
        };
        self.bindings.push(Binding {
            depth,
            prefix: prefix.to_owned(),
            ns: by_name(name).unwrap_or(fallback),
        });
    }

    /// Forgets what was bound at this depth or below it.
    pub(super) fn leave(&mut self, depth: usize) {
        while self
            .bindings
            .last()
            .is_some_and(|binding| binding.depth >= depth)
        {
            self.bindings.pop();
        }
    }

    /// What a prefix means now.
    pub(super) fn find(&self, prefix: &str) -> Ns {
        self.bindings
            .iter()
            .rev()
            .find(|binding| binding.prefix == prefix)
            .map_or_else(|| by_prefix(prefix), |binding| binding.ns)
    }
}
