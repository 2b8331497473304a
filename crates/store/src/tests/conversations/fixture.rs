//! What these tests store.

use domain::conversation::{Conversation, Share};
use domain::ids::{ConversationId, MentionId};
use domain::mention::{Mention, Status};
use domain::time::UnixMillis;

use crate::conversations::{SideShifts, save, shift_sides};
use crate::tests::fixtures::{NOW, mention, scope, write};
use crate::{Db, changes};

/// A conversation of one mention with this number.
pub(super) fn conversation(id: i64, key: Option<&str>) -> Conversation {
    let mention = mention(id, None);
    let mut conversation = Conversation::open(&mention, key.map(Into::into));
    conversation.sum(&[Share::of(&mention)]);
    conversation
}

/// The same with this status, date (in seconds after the fixture's) and urgency.
pub(super) fn queued(id: i64, status: Status, seconds: i64, is_urgent: bool) -> Conversation {
    let mut conversation = conversation(id, None);
    let mut share = Share::of(&mention(id, None));
    share.status = status;
    share.at = at(seconds);
    share.is_urgent = is_urgent;
    conversation.sum(&[share]);
    conversation
}

pub(super) fn at(seconds: i64) -> UnixMillis {
    UnixMillis::from_seconds(NOW.seconds()).plus_ms(seconds * 1_000)
}

pub(super) async fn saved(db: &Db, rows: Vec<Conversation>) {
    write(db, move |tx| {
        Box::pin(async move {
            changes::lock(tx, &scope()).await?;
            save(tx, &scope(), &rows).await
        })
    })
    .await;
}

pub(super) async fn shifted(db: &Db, shifts: SideShifts) {
    write(db, move |tx| {
        Box::pin(async move { shift_sides(tx, &scope(), &shifts).await })
    })
    .await;
}

/// A mention of this conversation.
pub(super) fn member(id: i64, conversation: i64) -> Mention {
    let mut mention = mention(id, Some(&id.to_string()));
    mention.id = MentionId(id);
    mention.conversation_id = ConversationId(conversation);
    mention
}
