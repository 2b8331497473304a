//! What the pages look like. No script; every value is escaped by the template.

use axum::response::{Html, IntoResponse, Response};
use domain::user::User;
use engine::auth::authorize::Authorization;
use engine::auth::{ApiScope, ScopeSet};
use http::{HeaderValue, StatusCode, header};
use maud::{DOCTYPE, Markup, html};

/// A page with the headers that all of them have.
pub(super) fn page(status: StatusCode, title: &str, content: &Markup, posts_to: &str) -> Response {
    let document = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (title) " – Switchboard" }
                link rel="stylesheet" href=(super::STYLE);
            }
            body { main { (content) } }
        }
    };
    let policy = format!(
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action {posts_to}"
    );
    let mut response = (status, Html(document.into_string())).into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
        // Not `no-referrer`: with it browsers send `Origin: null` with our own forms.
        (header::REFERRER_POLICY, "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Something is wrong that only a person can be told.
pub(super) fn problem(status: StatusCode, title: &str, text: &str) -> Response {
    let content = html! {
        h1 { (title) }
        p { (text) }
    };
    page(status, title, &content, "'none'")
}

/// The link of an application is wrong.
pub(super) fn wrong_link(text: &str) -> Response {
    let content = html! {
        h1 { "This link does not work" }
        p { (text) }
        p { "Nothing was shared. Tell the people who run the application about it." }
    };
    page(
        StatusCode::BAD_REQUEST,
        "This link does not work",
        &content,
        "'none'",
    )
}

/// Somebody has to sign in first, to go on to an application or to what they have here.
pub(super) fn sign_in(
    status: StatusCode,
    application: Option<&str>,
    token: &str,
    email: &str,
    error: Option<&str>,
) -> Response {
    let content = html! {
        h1 { "Sign in to Switchboard" }
        @if let Some(application) = application {
            p { "to go on to " span.name { (application) } "." }
        }
        @if let Some(error) = error {
            p.error role="alert" id="problem" { (error) }
        }
        form method="post" {
            input type="hidden" name="form_token" value=(token);
            label for="email" { "E-mail address" }
            input id="email" name="email" type="email" autocomplete="username" required
                autofocus[email.is_empty()] value=(email)
                aria-describedby=[error.map(|_| "problem")];
            label for="password" { "Password" }
            input id="password" name="password" type="password" autocomplete="current-password"
                required autofocus[!email.is_empty()];
            div.choice {
                button.primary type="submit" name="action" value="sign_in" { "Sign in" }
            }
        }
    };
    page(status, "Sign in", &content, "'self'")
}

/// The user is asked whether an application may act for them.
pub(super) fn consent(authorization: &Authorization, user: &User, token: &str) -> Response {
    let content = html! {
        h1 {
            span.name { (authorization.application_name) }
            " wants to use Switchboard in your name"
        }
        p { "It asks to be allowed to:" }
        ul {
            @for words in in_plain_words(authorization.scopes) {
                li { (words) }
            }
        }
        p {
            "It never gets more than you have yourself, and never your password. If you allow it, you are taken to "
            span.name { (authorization.destination()) } "."
        }
        form method="post" {
            input type="hidden" name="form_token" value=(token);
            div.choice {
                button.primary type="submit" name="action" value="allow" { "Allow" }
                button type="submit" name="action" value="refuse" { "Refuse" }
            }
            p.quiet {
                "You are signed in as " span.name { (user.name) } " (" (user.email) "). "
                button.plain type="submit" name="action" value="sign_out" {
                    "Sign in as somebody else"
                }
            }
        }
    };
    // Browsers apply the policy also to where the answer to the form leads, which is the
    // application's site and from there wherever that leads; so it names schemes, not hosts.
    let posts_to = match authorization.destination_scheme() {
        "https" => "'self' https:".to_owned(),
        other => format!("'self' https: {other}:"),
    };
    page(StatusCode::OK, "Allow access", &content, &posts_to)
}

pub(super) fn in_plain_words(scopes: ScopeSet) -> impl Iterator<Item = &'static str> {
    scopes.iter().map(|scope| match scope {
        ApiScope::Identify => "see who you are: your name and your number",
        ApiScope::AccountsRead => {
            "read everything that you can see in your accounts: messages, contacts, statistics, settings"
        }
        ApiScope::AccountsWrite => {
            "change things in your accounts as you can: answer, tag, assign, delete"
        }
        ApiScope::Socialprofiles => "see the social profiles that are connected in your name",
        ApiScope::Email => "see e-mail addresses: yours and those of your colleagues",
        ApiScope::AccountsHandover => "hand conversations over to and from automatic assistants",
    })
}

/// Somebody is asked whether to sign out, or told that nobody is signed in.
pub(super) fn sign_out(user: Option<(&User, &str)>) -> Response {
    let content = if let Some((user, token)) = user {
        html! {
            h1 { "Sign out?" }
            p { "You are signed in as " span.name { (user.name) } " (" (user.email) ")." }
            form method="post" {
                input type="hidden" name="form_token" value=(token);
                div.choice { button.primary type="submit" { "Sign out" } }
            }
        }
    } else {
        html! {
            h1 { "You are signed out" }
            p { "Nobody is signed in to Switchboard in this browser." }
        }
    };
    page(StatusCode::OK, "Sign out", &content, "'self'")
}
