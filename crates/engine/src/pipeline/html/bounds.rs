//! Is this HTML cheap to parse?
//!
//! The HTML standard makes a parser repeat open formatting elements in every new block, so that a
//! few kilobytes of `<b 1><b 2>…<p><p>…` grow into millions of nodes; and every new block looks
//! through all blocks around it. Real messages open few elements at a time; what opens many is not
//! parsed but stripped.

/// Formatting elements that may be open at once.
const MAX_OPEN: usize = 48;
/// Blocks within blocks.
const MAX_DEPTH: usize = 256;
/// Tags in all.
const MAX_TAGS: usize = 20_000;

/// Elements that a parser reopens.
const FORMATTING: &[&str] = &[
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
];

/// Elements without content, and those whose end tags people leave out: they do not nest.
const FLAT: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr", "p", "li", "td", "th", "tr", "tbody", "thead", "tfoot", "dt", "dd", "option",
];

/// Whether the number of tags, their depth, and of formatting elements open at once, is that of a message.
pub(super) fn are_kept(html: &str) -> bool {
    let mut tags = 0_usize;
    let mut depth = 0_usize;
    // Elements that will stay open whatever follows, because a table or the like came between
    // them and their end tag.
    let mut stuck = 0_usize;
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once('<') {
        rest = after;
        let (is_end, name) = match after.strip_prefix('/') {
            Some(after) => (true, name(after)),
            None => (false, name(after)),
        };
        if name.is_empty() {
            continue;
        }
        tags += 1;
        if !FLAT.iter().any(|flat| flat.eq_ignore_ascii_case(name)) {
            depth = if is_end {
                depth.saturating_sub(1)
            } else {
                depth + 1
            };
        }
        match FORMATTING
            .iter()
            .find(|known| known.eq_ignore_ascii_case(name))
        {
            Some(known) if is_end => {
                if let Some(at) = open.iter().rposition(|open| open == known) {
                    open.remove(at);
                }
            }
            Some(known) => open.push(known),
            None if is_scope(name) => {
                stuck += open.len();
                open.clear();
            }
            None => {}
        }
        if tags > MAX_TAGS || depth > MAX_DEPTH || stuck + open.len() > MAX_OPEN {
            return false;
        }
    }
    true
}

/// Elements beyond which an end tag does not reach.
fn is_scope(name: &str) -> bool {
    [
        "table", "caption", "td", "th", "tr", "tbody", "thead", "tfoot", "applet", "marquee",
        "object", "template", "select", "button", "svg", "math", "frameset", "html", "body",
    ]
    .iter()
    .any(|known| known.eq_ignore_ascii_case(name))
}

fn name(after: &str) -> &str {
    let end = after
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(after.len());
    after.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::are_kept;

    #[test]
    fn ordinary_newsletters_are_parsed() {
        let row = "<tr><td><font size=2><b>Offer</b> <a href=x>now</a></font></td></tr>";
        assert!(are_kept(&format!("<table>{}</table>", row.repeat(1_000))));
        assert!(are_kept("3 < 4 and <b>bold"));
        assert!(are_kept(&format!("<ul>{}", "<li>item<br>".repeat(2_000))));
    }

    #[test]
    fn trees_that_multiply_are_not_parsed() {
        let nested: Vec<String> = (0..200).map(|i| format!("<b a={i}>")).collect();
        let nested = nested.concat();
        assert!(!are_kept(&format!("{nested}{}", "<p>x".repeat(1_000))));
        let hidden: Vec<String> = (0..200)
            .map(|i| format!("<b a={i}><table><td></b></td></table>"))
            .collect();
        assert!(!are_kept(&hidden.concat()));
        assert!(!are_kept(&"<p>".repeat(20_001)));
        assert!(!are_kept(&"<div>".repeat(300)));
    }
}
