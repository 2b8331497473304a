//! `user`.

use domain::user::User;
use engine::directory::Member;

use super::View;
use crate::render::json::Object;

/// A user outside of any account.
pub fn user(o: &mut Object<'_>, user: &User, shows_email: bool) {
    o.number("id", user.id.get());
    o.text("name", &user.name);
    if shows_email {
        o.text("email", &user.email);
    }
    o.maybe_text("avatar", user.avatar.as_deref());
    o.set("status", &user.presence);
}

/// About how many bytes a user within an account is written in.
pub const SIZE_OF_MEMBER: usize = 1_024;

/// A user within an account, with role.
pub fn member(o: &mut Object<'_>, member: &Member, view: &View<'_>) {
    let person = &member.user;
    o.number("id", person.id.get());
    o.text("name", &person.name);
    if view.shows_email {
        o.text("email", &person.email);
    }
    o.maybe_text("avatar", person.avatar.as_deref());
    if let Some(role) = view.directory.roles.get(&member.membership.role_id) {
        o.text("account_role", &role.title);
        // Not in the original: without it a role given by `settings/user` is read back by a title
        // alone, which may change.
        o.display("account_role_id", format_args!("{}", role.id));
    }
    o.set("status", &person.presence);
    // Not in the original, where disabling a user is a matter of its web application.
    o.set("membership", &member.membership.state);
}
