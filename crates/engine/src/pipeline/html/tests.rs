use super::*;

fn text(html: &str) -> String {
    reduce(html, None).text
}

#[test]
fn blocks_stand_on_lines_of_their_own_and_entities_are_resolved() {
    for (html, expected) in [
        ("<p>One</p><p>Two</p>", "One\nTwo"),
        ("One<br>Two<br/><br/><br>Three", "One\nTwo\n\nThree"),
        (
            "<ul><li>a</li><li>b <b>c</b></li></ul>after",
            "a\nb c\nafter",
        ),
        (
            "<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>",
            "1 2\n3",
        ),
        (
            "Fish &amp; chips &lt;3 &eacute; &#233; &#x1F600;",
            "Fish & chips <3 é é 😀",
        ),
        ("a  \n\t b&nbsp;c", "a b c"),
        ("<pre>a\n  b</pre>c", "a\n  b\nc"),
        ("<div><div><p>deep</p></div></div>", "deep"),
        ("wo<b>r</b>d", "word"),
        ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
        ("<h1>T</h1>x<hr>y", "T\nx\ny"),
        ("", ""),
        ("<p></p>", ""),
    ] {
        assert_eq!(text(html), expected, "{html}");
    }
}

#[test]
fn links_stay_and_open_without_a_way_back() {
    let reduced = reduce(
        "<a href='https://e.com/?a=1&b=\"2' onclick=x() target=_blank>go</a>",
        None,
    );
    assert_eq!(
        reduced.content,
        "<a href=\"https://e.com/?a=1&amp;b=&quot;2\" rel=\"noopener noreferrer\">go</a>"
    );
    let base = Url::parse("https://blog.example/posts/1").unwrap();
    let relative = reduce(
        "<a href='../about'>x</a><img src='/p.jpg' alt='A dog'>",
        Some(&base),
    );
    assert_eq!(
        relative.content,
        "<a href=\"https://blog.example/about\" rel=\"noopener noreferrer\">x</a>A dog"
    );
    assert_eq!(
        relative.images,
        [Image {
            url: "https://blog.example/p.jpg".into(),
            alt: Some("A dog".into())
        }]
    );
    assert_eq!(
        reduce("<a href='../about'>x</a>", None).content,
        "<a rel=\"noopener noreferrer\">x</a>"
    );
}

#[test]
fn pictures_are_listed_and_never_loaded() {
    let reduced = reduce(
        "<p>Hi <img src=https://e.com/a.png alt='the <b> cat'> <img src=https://e.com/s.png alt=🙂>\
         <img src=https://track.example/x.gif width=1 height=1 alt=pixel><img src=https://e.com/a.png>\
         <img src='data:image/png;base64,xx' alt=inline></p>",
        None,
    );
    assert!(!reduced.content.contains("<img"), "{}", reduced.content);
    assert_eq!(
        reduced.images,
        [Image {
            url: "https://e.com/a.png".into(),
            alt: Some("the <b> cat".into())
        }]
    );
    assert_eq!(reduced.text, "Hi the <b> cat 🙂inline");
    assert!(reduced.content.contains("the &lt;b&gt; cat"));
}

#[test]
fn scripts_and_styles_leave_no_text_behind() {
    for html in [
        "a<script>alert(1)</script>b",
        "a<style>p{color:red}</style>b",
        "a<title>x</title>b",
        "a<svg><text>x</text></svg>b",
        "a<math><mi>x</mi></math>b",
        "a<!-- x -->b",
        "a<template>x</template>b",
        "a<noscript>x</noscript>b",
        "a<iframe>x</iframe>b",
    ] {
        assert_eq!(text(html), "ab", "{html}");
    }
}

#[test]
fn html_that_multiplies_is_kept_as_text() {
    let nested: Vec<String> = (0..2_000).map(|i| format!("<b a={i}>")).collect();
    let nested = nested.concat();
    let reduced = reduce(
        &format!(
            "{nested}{}<script>evil()</script>&amp;",
            "<p>x".repeat(2_000)
        ),
        None,
    );
    assert!(!reduced.content.contains('<'));
    assert!(reduced.text.starts_with("x\nx\nx"));
    assert!(!reduced.text.contains("evil"));
}

#[test]
fn deep_nesting_is_read_without_overflow() {
    for depth in [200, 9_000] {
        let (open, close) = ("<div>".repeat(depth), "</div>".repeat(depth));
        assert_eq!(reduce(&format!("{open}x{close}"), None).text, "x");
    }
}
