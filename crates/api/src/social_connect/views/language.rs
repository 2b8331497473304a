//! `language`.

use domain::language::Language;

use crate::render::json::Object;

/// A language: code and English name. Both are empty when the language is unknown.
pub fn language(o: &mut Object<'_>, language: Option<Language>) {
    o.text("code", language.as_ref().map_or("", Language::as_str));
    o.text("name", language.map_or("", Language::name));
}
