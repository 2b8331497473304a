//! Arguments in the order in which they were written, each as often as it was.

/// Names and values of a query string or a form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pairs {
    entries: Vec<(String, String)>,
}

impl Pairs {
    /// The arguments of a query string or a form; those without a name are dropped.
    pub fn from_query(query: &str) -> Self {
        let entries = form_urlencoded::parse(query.as_bytes())
            // PostgreSQL's text cannot hold NUL, and nobody means it.
            .map(|(name, value)| {
                (
                    name.replace(['\0', '\u{feff}'], ""),
                    value.replace('\0', ""),
                )
            })
            .filter(|(name, _)| !name.is_empty())
            .collect();
        Self { entries }
    }

    /// All arguments in their order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, &str)> {
        self.entries
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// All values of an argument.
    pub fn all<'a>(&'a self, name: &'a str) -> impl DoubleEndedIterator<Item = &'a str> {
        self.iter()
            .filter(move |(known, _)| *known == name)
            .map(|(_, value)| value)
    }

    /// The last value of an argument that is not empty.
    pub fn last(&self, name: &str) -> Option<&str> {
        self.iter()
            .rfind(|(known, value)| *known == name && !value.trim().is_empty())
            .map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_order_and_number() {
        let pairs = Pairs::from_query("id=6&name=a%2Cb&id=14&=x&id=&plain=null&flag");
        assert_eq!(pairs.all("id").collect::<Vec<_>>(), ["6", "14", ""]);
        assert_eq!(pairs.last("id"), Some("14"));
        assert_eq!(pairs.last("name"), Some("a,b"));
        assert_eq!(pairs.last("plain"), Some("null"));
        assert_eq!(pairs.last("flag"), None);
        assert_eq!(pairs.iter().count(), 6);
    }
}
