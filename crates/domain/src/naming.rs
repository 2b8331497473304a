//! What networks, kinds of messages and stages of work are called where their vocabularies are not
//! spoken: in reports, and in the Conversocial API, which says the same of the same message.
//!
//! No list of these words was ever published; they follow the prefixes of author ids and the words
//! that recorded clients use (inference).

use crate::author::Network;
use crate::mention::Status;
use crate::message_type::MessageType;
use crate::source::Service;

/// The network of a service.
pub fn platform(service: Service) -> &'static str {
    match Network::of(service).service() {
        Service::Googleplus => "google_plus",
        Service::LinkedinCompanyV2 => "linkedin",
        Service::AppleBusinessChat => "apple",
        Service::Twilio => "sms",
        Service::Web => "webchat",
        other => other.as_str(),
    }
}

/// The kinds of messages.
pub const KINDS: [&str; 8] = [
    "post",
    "comment",
    "private_message",
    "tweet",
    "mention",
    "direct_message",
    "review",
    "message",
];

/// The kind of a message: one of [`KINDS`].
pub fn kind(service: Service, message_type: Option<MessageType>) -> &'static str {
    use MessageType as T;
    match message_type {
        Some(T::Privatemessage | T::Chat | T::LiveChat) if service == Service::Twitter => {
            "direct_message"
        }
        Some(T::Privatemessage | T::Chat | T::LiveChat) => "private_message",
        Some(T::UserTweet | T::Retweet | T::Quote) => "tweet",
        Some(T::UserMention) => "mention",
        Some(T::Comment | T::Reply | T::Answer) => "comment",
        Some(T::Review | T::Tips) => "review",
        Some(T::Post | T::Photo | T::Video | T::Link | T::Text | T::Shared) => "post",
        _ => "message",
    }
}

/// The word for a stage of work.
pub const fn stage(status: Status) -> &'static str {
    match status {
        Status::New => "unread",
        Status::Pending => "read",
        Status::Done => "archived",
    }
}

/// The stage of work that has this word.
pub fn parse_stage(word: &str) -> Option<Status> {
    let mut known = Status::ALL.iter().copied();
    known.find(|status| stage(*status) == word)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn services_of_one_network_have_one_word() {
        assert_eq!(platform(Service::Twitter), "twitter");
        assert_eq!(platform(Service::Instagram), "instagram");
        assert_eq!(platform(Service::InstagramBusinessProfile), "instagram");
        assert_eq!(platform(Service::WhatsappCloudApi), "whatsapp");
        assert_eq!(platform(Service::Googleplus), "google_plus");
        assert_eq!(platform(Service::Rss), "rss");
    }

    #[test]
    fn the_stated_kinds_are_those_that_messages_have() {
        let mut given: BTreeSet<&str> = BTreeSet::new();
        for service in [Service::Facebook, Service::Twitter] {
            given.insert(kind(service, None));
            given.extend(MessageType::ALL.iter().map(|of| kind(service, Some(*of))));
        }
        assert_eq!(given, BTreeSet::from(KINDS));
    }

    #[test]
    fn private_messages_of_one_network_are_called_direct() {
        let private = Some(MessageType::Privatemessage);
        assert_eq!(kind(Service::Twitter, private), "direct_message");
        assert_eq!(kind(Service::Facebook, private), "private_message");
        assert_eq!(kind(Service::Facebook, None), "message");
    }

    #[test]
    fn every_stage_has_a_word_that_reads_back() {
        for status in Status::ALL {
            assert_eq!(parse_stage(stage(*status)), Some(*status));
        }
        assert_eq!(parse_stage("new"), None);
    }
}
