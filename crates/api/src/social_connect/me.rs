//! `/me`: the user behind the token, the user's accounts and profiles.

use domain::topic::Profile;

use super::call::Call;
use super::reply::{Answer, Reply};
use super::views;

/// Defaults and bounds of the lists: ten, as the recorded client takes for granted; another one
/// sends `limit=99999` and expects everything.
const PAGE: (usize, std::ops::RangeInclusive<usize>) = (10, 0..=100_000);

/// `GET /me`.
pub async fn get(call: Call) -> Answer {
    let shows_email = call.identity.scopes.contains(engine::auth::ApiScope::Email);
    Ok(Reply::object(|o| {
        views::user(o, &call.identity.user, shows_email);
    }))
}

/// `GET /me/accounts`.
pub async fn accounts(call: Call) -> Answer {
    let accounts = engine::settings::accounts_of(&call.engine, &call.identity).await?;
    let directories = accounts.iter().map(|(directory, _)| &**directory);
    let about = directories.map(views::size_of_account).sum();
    call.write(about, move |call| {
        let page = call.short_page(
            &accounts,
            |(directory, _)| directory.account.id.get(),
            PAGE,
            |a, (directory, scope)| {
                let view = call.view(directory, scope);
                a.object(|o| views::account(o, &view));
            },
        )?;
        Ok(Reply::page(page))
    })
    .await
}

/// `GET /me/permissions`.
pub async fn permissions(call: Call) -> Answer {
    Ok(Reply::list(|a| {
        for scope in call.identity.scopes.iter() {
            a.push(scope.as_str());
        }
    }))
}

/// `GET /me/connectedprofiles`.
pub async fn connected_profiles(call: Call) -> Answer {
    let accounts = engine::settings::accounts_of(&call.engine, &call.identity).await?;
    let directories = accounts.iter().map(|(directory, _)| &**directory);
    let about = directories.map(views::size_of_profiles).sum();
    call.write(about, move |call| {
        let mut profiles: Vec<(&Profile, usize)> = Vec::new();
        for (index, (directory, scope)) in accounts.iter().enumerate() {
            let reached = directory
                .profiles_within(scope)
                .filter(|profile| profile.is_connected());
            profiles.extend(reached.map(|profile| (profile, index)));
        }
        profiles.sort_by_key(|(profile, _)| profile.id);
        let page = call.short_page(
            &profiles,
            |(profile, _)| profile.id.get(),
            PAGE,
            |a, (profile, index)| {
                if let Some((directory, scope)) = accounts.get(*index) {
                    let view = call.view(directory, scope);
                    a.object(|o| views::connected_profile(o, profile, &view));
                }
            },
        )?;
        Ok(Reply::page(page))
    })
    .await
}
