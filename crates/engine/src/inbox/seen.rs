//! What somebody sees of what others did with a mention.

use domain::mention::Action;
use domain::permission::Permission;
use domain::scope::Scope;

/// Whether an entry of a mention's history, a note above all, is shown. What others did and wrote
/// is history and needs `history.read`; what one did oneself is known.
pub fn sees_action(scope: &Scope, action: &Action) -> bool {
    let by_oneself = action.user_id.is_some() && action.user_id == scope.actor().user_id();
    by_oneself || scope.may(Permission::HistoryRead)
}

/// Whether the to-dos of notes are shown: they are written with notes, and ticked by those who may
/// write some.
pub fn sees_todos(scope: &Scope) -> bool {
    scope.may(Permission::HistoryRead) || scope.may(Permission::NoteUpdate)
}
