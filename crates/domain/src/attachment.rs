//! What hangs on a message (`mention_attachment`).

use serde::{Deserialize, Serialize};

use crate::vocabulary::vocabulary;

vocabulary! {
    /// Kind of attachment.
    AttachmentType {
        Other = "other",
        Photo = "photo",
        PhotoGifFrame = "photo_gif_frame",
        Url = "url",
        Place = "place",
        Audio = "audio",
        File = "file",
        Video = "video",
        WebUrl = "web_url",
        NpsAnswer = "nps_answer",
        NpsQuestion = "nps_question",
        CsatQuestion = "csat_question",
        CsatAnswer = "csat_answer",
        DmDeeplink = "dm_deeplink",
        RatingAnswer = "rating_answer",
        Product = "product",
        Unsupported = "unsupported",
    }
}

/// One thing that hangs on a message; which members are set depends on the kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attachment {
    /// What kind it is.
    #[serde(rename = "type")]
    pub kind: AttachmentType,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Its headline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Preview picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Longer text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Text below the picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    /// Identifier of the survey question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// Identifier of the picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<i64>,
    /// Score of an answer, variant of a question, `true` for a deep link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<serde_json::Value>,
}
