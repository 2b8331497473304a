//! `settings/users` and `settings/user`.

use domain::ids::{RoleId, UserId};
use engine::auth::operator::Way;
use engine::directory::Member;
use engine::settings::{self, MemberUpdate, NewMember};
use engine::{Error, What};

use super::PAGE;
use crate::social_connect::call::Call;
use crate::social_connect::params::missing;
use crate::social_connect::reply::{Answer, Reply};
use crate::social_connect::views;

/// `GET settings/users`.
pub async fn list(call: Call) -> Answer {
    let scope = call.scope()?;
    let directory = call.engine.directory(scope.account_id()).await?;
    let view = call.view(&directory, scope);
    let members: Vec<&Member> = directory.members.values().collect();
    let page = call.short_page(
        &members,
        |member| member.user.id.get(),
        PAGE,
        |a, member| a.object(|o| views::member(o, member, &view)),
    )?;
    Ok(Reply::page(page))
}

/// `POST settings/users`.
pub async fn create(call: Call) -> Answer {
    let given = call.params.required_object("user")?;
    let required = |name: &str| {
        let text = given.filled_text(name)?;
        text.ok_or_else(|| missing(&given.path_of(name)))
    };
    let new = NewMember {
        name: required("name")?,
        email: required("email")?,
        password: given.text("password")?,
        role_id: RoleId(
            given
                .integer("account_role")?
                .ok_or_else(|| missing("user.account_role"))?,
        ),
        gets_link: true,
    };
    let scope = call.scope()?;
    let added = settings::add_member(&call.engine, call.identity.trust(), scope, new).await?;
    let id = added.member.user.id;
    let plain = show(&call, id).await?;
    if added.way == Way::Open {
        return Ok(plain);
    }
    // Not in the original, which mails it. The link opens an account to a person, so it is in the
    // answer to the call that made it, and in no repetition of that answer.
    let directory = call.engine.directory(scope.account_id()).await?;
    let view = call.view(&directory, scope);
    let member = directory
        .members
        .get(&id)
        .ok_or(Error::NotFound(What::User))?;
    let shown = Reply::object(|o| {
        views::member(o, member, &view);
        match &added.way {
            Way::Open => {}
            Way::Password(link) => {
                o.text("password_link", &link.url(&call.engine));
                o.number("password_link_ends_at", link.expires_at.seconds());
            }
            Way::Invitation { link, .. } => {
                o.text("invitation_link", &link.url(&call.engine));
                o.number("invitation_link_ends_at", link.expires_at.seconds());
            }
        }
    });
    Ok(shown.repeated_as(plain))
}

/// `GET settings/user/{id}`.
pub async fn get(call: Call) -> Answer {
    let id = user_id(&call)?;
    show(&call, id).await
}

/// `POST settings/user/{id}`. The vendor takes the role as an identifier, too.
pub async fn update(call: Call) -> Answer {
    let id = user_id(&call)?;
    let updates = call.params.required_object("updates")?;
    let update = MemberUpdate {
        role_id: updates.integer("account_role")?.map(RoleId),
        is_enabled: updates.flag("enabled")?,
        // Not in the original; the other dialect shows them.
        is_expert: updates.flag("is_expert")?,
        timezone: updates
            .has("timezone")
            .then(|| updates.filled_text("timezone"))
            .transpose()?,
    };
    settings::update_member(
        &call.engine,
        call.identity.trust(),
        call.scope()?,
        id,
        update,
    )
    .await?;
    show(&call, id).await
}

/// `DELETE settings/user/{id}`.
pub async fn delete(call: Call) -> Answer {
    let id = user_id(&call)?;
    settings::remove_member(&call.engine, call.scope()?, id).await?;
    Ok(Reply::done())
}

async fn show(call: &Call, id: UserId) -> Answer {
    let scope = call.scope()?;
    let directory = call.engine.directory(scope.account_id()).await?;
    let view = call.view(&directory, scope);
    let member = directory
        .members
        .get(&id)
        .ok_or(Error::NotFound(What::User))?;
    Ok(Reply::object(|o| views::member(o, member, &view)))
}

fn user_id(call: &Call) -> Result<UserId, Error> {
    call.id("id", UserId::parse, What::User)
}
