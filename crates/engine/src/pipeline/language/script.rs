//! Which writing system a text is in.

/// A writing system, or the one language that uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Script {
    /// Used by one language.
    One(&'static str),
    /// Chinese characters and kana.
    Han,
    Latin,
    Cyrillic,
    Arabic,
    Devanagari,
    Hebrew,
}

/// How often each writing system occurs.
#[derive(Debug, Default)]
pub(super) struct Tally {
    counts: Vec<(Script, usize)>,
    letters: usize,
    kana: usize,
    han: usize,
}

impl Tally {
    pub(super) fn of(text: &str) -> Self {
        let mut tally = Self::default();
        for c in text.chars().filter(|c| c.is_alphabetic()) {
            let Some(script) = script(c) else { continue };
            let weight = match script {
                Script::Han | Script::One("ko") => 3,
                _ => 1,
            };
            if is_kana(c) {
                tally.kana += 1;
            } else if script == Script::Han {
                tally.han += 1;
            }
            tally.letters += weight;
            match tally.counts.iter_mut().find(|(known, _)| *known == script) {
                Some((_, count)) => *count += weight,
                None => tally.counts.push((script, weight)),
            }
        }
        tally
    }

    /// Letters of a known script; a character that stands for a syllable counts threefold.
    pub(super) const fn letters(&self) -> usize {
        self.letters
    }

    /// The script of most letters.
    pub(super) fn main_script(&self) -> Option<Script> {
        self.counts
            .iter()
            .max_by_key(|(script, count)| (*count, *script))
            .map(|(script, _)| *script)
    }

    /// More than stray kana: Chinese texts quote single ones.
    pub(super) const fn has_kana(&self) -> bool {
        self.kana.saturating_mul(10) >= self.han && self.kana > 0
    }
}

const fn is_kana(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{ff66}'..='\u{ff9d}')
}

const fn script(c: char) -> Option<Script> {
    Some(match c {
        'a'..='z'
        | 'A'..='Z'
        | '\u{aa}'
        | '\u{ba}'
        | '\u{c0}'..='\u{24f}'
        | '\u{1e00}'..='\u{1eff}'
        | '\u{ff21}'..='\u{ff5a}' => Script::Latin,
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Script::One("el"),
        '\u{400}'..='\u{52f}' | '\u{1c80}'..='\u{1c88}' | '\u{2de0}'..='\u{2dff}' => {
            Script::Cyrillic
        }
        '\u{530}'..='\u{58f}' => Script::One("hy"),
        '\u{590}'..='\u{5ff}' | '\u{fb1d}'..='\u{fb4f}' => Script::Hebrew,
        '\u{600}'..='\u{6ff}'
        | '\u{750}'..='\u{77f}'
        | '\u{8a0}'..='\u{8ff}'
        | '\u{fb50}'..='\u{fdff}'
        | '\u{fe70}'..='\u{fefc}' => Script::Arabic,
        '\u{780}'..='\u{7bf}' => Script::One("dv"),
        '\u{900}'..='\u{97f}' => Script::Devanagari,
        '\u{980}'..='\u{9ff}' => Script::One("bn"),
        '\u{a00}'..='\u{a7f}' => Script::One("pa"),
        '\u{a80}'..='\u{aff}' => Script::One("gu"),
        '\u{b00}'..='\u{b7f}' => Script::One("or"),
        '\u{b80}'..='\u{bff}' => Script::One("ta"),
        '\u{c00}'..='\u{c7f}' => Script::One("te"),
        '\u{c80}'..='\u{cff}' => Script::One("kn"),
        '\u{d00}'..='\u{d7f}' => Script::One("ml"),
        '\u{d80}'..='\u{dff}' => Script::One("si"),
        '\u{e00}'..='\u{e7f}' => Script::One("th"),
        '\u{e80}'..='\u{eff}' => Script::One("lo"),
        '\u{f00}'..='\u{fff}' => Script::One("bo"),
        '\u{1000}'..='\u{109f}' => Script::One("my"),
        '\u{10a0}'..='\u{10ff}' | '\u{1c90}'..='\u{1cbf}' => Script::One("ka"),
        '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' | '\u{ac00}'..='\u{d7af}' => {
            Script::One("ko")
        }
        '\u{1200}'..='\u{139f}' => Script::One("am"),
        '\u{1780}'..='\u{17ff}' => Script::One("km"),
        '\u{1800}'..='\u{18af}' => Script::One("mn"),
        '\u{3041}'..='\u{30ff}'
        | '\u{31f0}'..='\u{31ff}'
        | '\u{ff66}'..='\u{ff9d}'
        | '\u{3005}'
        | '\u{3007}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}' => Script::Han,
        _ => return None,
    })
}
