//! What arrived: text and where it comes from. It never changes but by erasure.

use serde::{Deserialize, Serialize};

use super::{Author, Entities};
use crate::attachment::Attachment;
use crate::message_type::MessageType;
use crate::source::{Category, Provider, Service};

/// What arrived from the source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Body {
    /// Who wrote it.
    #[serde(default, skip_serializing_if = "Author::is_empty")]
    pub author: Author,
    /// Who wrote what is shared here (a repost).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original_author: Option<Author>,
    /// Headline or subject, plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The message; may hold HTML, already reduced to harmless tags.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub content: String,
    /// The message as plain text; absent when `content` is plain text already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stripped_content: Option<String>,
    /// What the message speaks of.
    #[serde(default, skip_serializing_if = "Entities::is_empty")]
    pub entities: Entities,
    /// What hangs on it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// What kind of message it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_type: Option<MessageType>,
    /// Where it comes from.
    pub source: Source,
    /// Stars or score given by a review, in the source's own scale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<f64>,
    /// Free fields that came with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extra_attributes: Vec<ExtraAttribute>,
    /// Quick replies that were offered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<Button>,
    /// Quick replies that were chosen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clicked_buttons: Vec<ClickedButton>,
    /// Details of a reviewed location, product, app or shop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_details: Option<ServiceDetails>,
}

impl Body {
    /// The message as plain text.
    pub fn plain_text(&self) -> &str {
        self.stripped_content.as_deref().unwrap_or(&self.content)
    }
}

/// Where a mention comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Kind of publication.
    pub category: Category,
    /// Network or kind of channel.
    pub service: Service,
    /// Internal name of the collector (`source.type`).
    pub provider: Provider,
    /// The message's identifier at its service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The message this one answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<String>,
    /// The topmost post of the thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<String>,
    /// Host name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub domain: String,
    /// The message on its service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Client it was posted with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application: Option<String>,
    /// `service_id` of the profile it was found on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// Name of the profile, page or forum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile_name: Option<String>,
    /// Who in the company, or which flow, sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender: Option<Sender>,
}

impl Source {
    /// Where it was found: service and `service_id` of a profile; none when that was not told.
    pub fn place(&self) -> Option<(Service, &str)> {
        let profile = self.profile.as_deref().filter(|key| !key.is_empty())?;
        Some((self.service, profile))
    }
}

/// Who or what sent a message of the company (`source_sender`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    /// `user` or `flow`.
    pub kind: String,
    /// Its identifier.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A free field that came with a mention.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtraAttribute {
    /// Identifier of the field.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A quick reply that was offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    /// Identifier.
    pub id: String,
    /// Text on it.
    pub label: String,
}

/// A quick reply that was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClickedButton {
    /// Identifier.
    pub id: String,
    /// Text on it.
    pub label: String,
    /// What it stands for.
    pub payload: String,
}

/// Details of what is reviewed: a kind, and the documented fields of that kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceDetails {
    /// `location_details`, `product_details`, `app_details`, `shop_details` or `author_phone`.
    pub kind: String,
    /// Field name and value, in the documented order.
    pub fields: Vec<(String, String)>,
}
