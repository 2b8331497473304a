//! `tag`.

use domain::filter::tag_filter;
use domain::tag::Tag;

use super::View;
use crate::render::json::Object;
use crate::social_connect::versions::TAG_STATUS;

/// About how many bytes a tag is written in.
pub const SIZE_OF_TAG: usize = 512;

/// A tag with its ready-made filter.
pub fn tag(o: &mut Object<'_>, tag: &Tag, view: &View<'_>) {
    o.number("id", tag.id.get());
    o.text("tag", &tag.name);
    o.text("filter", &tag_filter(&tag.name));
    o.maybe_text("color_code", tag.color.as_deref());
    if let Some(parent) = tag.parent_id {
        o.display("parent_id", format_args!("{parent}"));
    }
    o.flag("visible", tag.is_visible);
    o.flag("category_model_tag", false);
    if view.version.has(&TAG_STATUS) {
        o.set("status", &tag.status);
    }
}
