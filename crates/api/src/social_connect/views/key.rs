//! `apikey`.

use domain::api_key::ApiKey;
use domain::time::UnixMillis;
use engine::Directory;
use engine::auth::Secret;

use crate::render::json::Object;

/// About how many bytes a key is written in.
pub const SIZE_OF_KEY: usize = 1_024;

/// A key of a program. `token` and `secret` are what the program sends as user name and password;
/// the secret is known only to the call that made it.
pub fn api_key(o: &mut Object<'_>, key: &ApiKey, directory: &Directory, secret: Option<&Secret>) {
    o.number("id", key.id.get());
    o.text("name", &key.name);
    o.text("token", &key.name);
    if let Some(secret) = secret {
        o.text("secret", secret.expose());
    }
    o.object("userrole", |o| {
        o.display("id", format_args!("{}", key.role_id));
        let title = directory.roles.get(&key.role_id);
        o.text("title", title.map_or("", |role| &role.title));
    });
    o.object("date", |o| {
        o.number("added", key.added_at.seconds());
        o.set("last_used", &key.used_at.map(UnixMillis::seconds));
    });
}
