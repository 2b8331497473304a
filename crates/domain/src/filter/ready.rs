//! Filters that are handed out ready-made, with tags, hashtags, users and profiles.
//!
//! Each is a single clause or stands in parentheses, so that it can be joined to others.

use super::printer::value;
use crate::source::Service;

/// Mentions with a tag.
pub fn tag_filter(name: &str) -> String {
    format!("tag:{}", value(name))
}

/// Mentions with a hashtag, given with or without its sign.
pub fn hashtag_filter(tag: &str) -> String {
    format!("hashtag:{}", value(tag.trim_start_matches(['#', '＃'])))
}

/// Mentions of a service that name a user, given with or without sign.
pub fn user_filter(service: Service, name: &str) -> String {
    let name = value(name.trim_start_matches(['@', '＠']));
    format!("(service:{service} AND mentions:{name})")
}

/// Mentions that have to do with a profile.
pub fn profile_filter(service: Service, service_id: &str) -> String {
    format!("profile:{}", value(&format!("{service}_{service_id}")))
}

/// Mentions written by a profile.
pub fn postedby_filter(service: Service, service_id: &str) -> String {
    format!("postedby:{}", value(&format!("{service}_{service_id}")))
}

/// Mentions that others wrote on a profile.
pub fn postedin_filter(service: Service, service_id: &str) -> String {
    format!("postedin:{}", value(&format!("{service}_{service_id}")))
}
