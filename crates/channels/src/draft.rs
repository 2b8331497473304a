//! The neutral message: what every way in produces, before enrichment.
//!
//! A draft holds what the source said and nothing that Switchboard worked out. It is stored with
//! the raw bytes until it is processed, hence `Serialize`; it is never sent to a client.

use domain::attachment::Attachment;
use domain::language::Language;
use domain::mention::{
    Author, Button, ClickedButton, ExtraAttribute, Location, Sentiment, ServiceDetails, Source,
};
use domain::message_type::MessageType;
use domain::source::{Category, Provider, Service};
use domain::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// How the text of a draft is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TextFormat {
    /// Characters stand for themselves; `<` is a less-than sign.
    #[default]
    Plain,
    /// HTML as it came: not yet sanitised, so never to be shown as it is.
    Html,
}

/// One message as its source gave it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// Headline or subject, plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The message.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub content: String,
    /// How `content` is written.
    #[serde(default)]
    pub format: TextFormat,
    /// Who wrote it.
    #[serde(default, skip_serializing_if = "Author::is_empty")]
    pub author: Author,
    /// Who wrote what is shared here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original_author: Option<Author>,
    /// What kind of message it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_type: Option<MessageType>,
    /// Where it comes from; `source.id` is its identifier at the service.
    pub source: Source,
    /// When it was published, as far as the source says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_at: Option<UnixMillis>,
    /// When it was last changed, as far as the source says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<UnixMillis>,
    /// The language the source claims.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// The tone the source claims.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sentiment: Option<Sentiment>,
    /// Where it was written.
    #[serde(default, skip_serializing_if = "Location::is_empty")]
    pub location: Location,
    /// What hangs on it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// Names of tags to set at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Stars or score, in the source's own scale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<f64>,
    /// Free fields.
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

impl Draft {
    /// An empty message from this kind of source.
    pub fn new(service: Service, provider: Provider, category: Category) -> Self {
        Self {
            title: None,
            content: String::new(),
            format: TextFormat::Plain,
            author: Author::default(),
            original_author: None,
            message_type: None,
            source: Source {
                category,
                service,
                provider,
                id: None,
                in_reply_to: None,
                thread_id: None,
                domain: String::new(),
                url: None,
                application: None,
                profile: None,
                profile_name: None,
                sender: None,
            },
            published_at: None,
            updated_at: None,
            language: None,
            sentiment: None,
            location: Location::default(),
            attachments: Vec::new(),
            tags: Vec::new(),
            rating: None,
            extra_attributes: Vec::new(),
            buttons: Vec::new(),
            clicked_buttons: Vec::new(),
            service_details: None,
        }
    }
}
