//! What kind of message a mention is (`message.type`).

use crate::vocabulary::vocabulary;

vocabulary! {
    /// Kind of message.
    MessageType {
        Post = "post",
        Privatemessage = "privatemessage",
        Video = "video",
        Checkin = "checkin",
        Photo = "photo",
        Text = "text",
        Quote = "quote",
        Link = "link",
        Chat = "chat",
        Audio = "audio",
        Email = "email",
        Review = "review",
        Applause = "applause",
        Like = "like",
        Retweet = "retweet",
        Shared = "shared",
        Repin = "repin",
        UserFavorite = "user_favorite",
        Reblog = "reblog",
        Engagement = "engagement",
        Comment = "comment",
        Reply = "reply",
        Tips = "tips",
        Question = "question",
        Answer = "answer",
        Postcard = "postcard",
        Listed = "listed",
        Case = "case",
        LiveChat = "live_chat",
        Document = "document",
        UserTweet = "user_tweet",
        UserMention = "user_mention",
        Normal = "normal",
        Other = "other",
    }
}

impl MessageType {
    /// Seen by the two parties only.
    pub const fn is_private(self) -> bool {
        matches!(
            self,
            Self::Privatemessage | Self::Chat | Self::LiveChat | Self::Email
        )
    }
}
