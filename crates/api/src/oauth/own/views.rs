//! What the pages under `/account` look like.

use domain::time::UnixMillis;
use domain::user::{MembershipState, User};
use engine::auth::ListedToken;
use engine::auth::own::{GrantedApplication, OpenSession};
use engine::auth::{Place, ScopeSet};
use maud::{Markup, html};

use super::super::pages::in_plain_words;
use super::{Page, Wrong};

/// What lies around every page.
pub(super) struct Frame<'a> {
    pub(super) page: Page,
    pub(super) user: &'a User,
    pub(super) token: &'a str,
    /// What was done just now.
    pub(super) done: Option<&'static str>,
}

impl Frame<'_> {
    fn around(&self, content: &Markup) -> Markup {
        html! {
            p.who {
                span.name { (self.user.name) } " (" (self.user.email) ")"
            }
            nav aria-label="Your account" {
                @for (page, title) in [
                    (Page::Overview, "Overview"),
                    (Page::Password, "Password"),
                    (Page::Sessions, "Sessions"),
                    (Page::Access, "Access"),
                ] {
                    a href=(page.path()) aria-current=[(page == self.page).then_some("page")] {
                        (title)
                    }
                }
            }
            @if let Some(done) = self.done {
                p.done role="status" { (done) }
            }
            (content)
            form.foot method="post" action=(Page::Overview.path()) {
                input type="hidden" name="form_token" value=(self.token);
                button.plain type="submit" name="action" value="sign_out" { "Sign out" }
            }
        }
    }

    /// A button with what it acts on.
    fn button(&self, action: &str, title: &str, about: &str, of: Option<(&str, &str)>) -> Markup {
        html! {
            form method="post" {
                input type="hidden" name="form_token" value=(self.token);
                @if let Some((name, value)) = of {
                    input type="hidden" name=(name) value=(value);
                }
                button type="submit" name="action" value=(action) {
                    (title) span.aside { " " (about) }
                }
            }
        }
    }
}

/// What a word in the address says was done.
pub(super) fn done_in_words(word: &str) -> Option<&'static str> {
    Some(match word {
        "password_changed" => {
            "Your password is changed. You are signed out everywhere else, and every token and application has lost its access."
        }
        "session_ended" => "The session is ended.",
        "sessions_ended" => "You are signed out everywhere else.",
        "token_ended" => "The token is ended.",
        "application_ended" => "The application has no access any more.",
        "accepted" => "You belong to the account now.",
        "declined" => "The invitation is declined. The account learned nothing about you.",
        "invitation_gone" => "There is no such invitation any more.",
        _ => return None,
    })
}

/// A reason as a sentence.
pub(super) fn sentence(reason: &str) -> String {
    let mut chars = reason.chars();
    let first: String = chars
        .next()
        .map(|c| c.to_uppercase().collect())
        .unwrap_or_default();
    let end = if reason.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    format!("{first}{}{end}", chars.as_str())
}

/// A point in time, in UTC: the server does not know the time zone of a person outside an account.
fn when(at: UnixMillis) -> String {
    at.civil().strftime("%-d %B %Y, %H:%M UTC").to_string()
}

/// Where the person belongs, and who invites.
pub(super) fn overview(frame: &Frame<'_>, places: &[Place]) -> Markup {
    let (invitations, others): (Vec<_>, Vec<_>) = places
        .iter()
        .partition(|place| place.state == MembershipState::Invited);
    frame.around(&html! {
        h1 { "Your account" }
        @if !invitations.is_empty() {
            section aria-labelledby="invitations" {
                h2 id="invitations" { "Invitations" }
                p {
                    "These accounts want to take you in. To accept, open the link that whoever invited you has for you. Until then they know your address and nothing else of you."
                }
                ul.things {
                    @for place in invitations {
                        li {
                            div {
                                strong.name { (place.account) }
                                p.meta { "as " (place.role) }
                            }
                            (frame.button("decline", "Decline", &place.account, Some(("account", &place.account_id.to_string()))))
                        }
                    }
                }
            }
        }
        section aria-labelledby="accounts" {
            h2 id="accounts" { "Where you work" }
            @if others.is_empty() {
                p { "You belong to no account yet. Whoever runs one can invite you by your e-mail address, and has a link for you then with which you accept." }
            } @else {
                ul.things {
                    @for place in others {
                        li {
                            div {
                                strong.name { (place.account) }
                                p.meta {
                                    (place.role)
                                    @if place.state == MembershipState::Disabled {
                                        " · kept out at the moment"
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    })
}

/// The invitation whose link was opened.
pub(super) fn invitation(frame: &Frame<'_>, place: &Place) -> Markup {
    let account_id = place.account_id.to_string();
    let of = Some(("account", account_id.as_str()));
    frame.around(&html! {
        h1 { "Invitation to " (place.account) }
        p {
            strong.name { (place.account) } " wants to take you in as " strong { (place.role) }
            ". Until you accept it knows your address and nothing else of you. When you accept, it sees your name, and you work there in this role."
        }
        div.choice {
            (frame.button("accept", "Accept", &place.account, of))
            (frame.button("decline", "Decline", &place.account, of))
        }
    })
}

fn field(
    name: &str,
    title: &str,
    autocomplete: &str,
    hint: Option<&str>,
    wrong: Option<(&str, &str)>,
    is_first: bool,
) -> Markup {
    let error = wrong
        .filter(|(field, _)| *field == name)
        .map(|(_, why)| why);
    let (hint_id, error_id) = (format!("{name}-hint"), format!("{name}-error"));
    let described = match (hint, error) {
        (_, Some(_)) => Some(error_id.as_str()),
        (Some(_), None) => Some(hint_id.as_str()),
        (None, None) => None,
    };
    html! {
        label for=(name) { (title) }
        @if let Some(error) = error {
            p.error role="alert" id=(error_id) { (error) }
        }
        input id=(name) name=(name) type="password" autocomplete=(autocomplete) required
            autofocus[is_first] aria-describedby=[described]
            aria-invalid=[error.map(|_| "true")];
        @if let Some(hint) = hint {
            p.meta id=(hint_id) { (hint) }
        }
    }
}

const RULES: &str = "At least 15 characters. A sentence is a good choice.";

/// Changing the password.
pub(super) fn password(frame: &Frame<'_>, wrong: Option<&Wrong>) -> Markup {
    let wrong = wrong.map(|(field, why)| (field.as_str(), why.as_str()));
    frame.around(&html! {
        h1 { "Change your password" }
        p {
            "Everything that was let in with the old one ends: you are signed out in every other browser, and tokens and applications lose their access. This browser stays signed in."
        }
        form method="post" {
            input type="hidden" name="form_token" value=(frame.token);
            input.aside type="text" name="username" autocomplete="username" value=(frame.user.email)
                readonly tabindex="-1" aria-hidden="true";
            (field("current_password", "Present password", "current-password", None, wrong, wrong.is_none()))
            (field("password", "New password", "new-password", Some(RULES), wrong, false))
            (field("password_again", "New password once more", "new-password", None, wrong, false))
            div.choice {
                button.primary type="submit" name="action" value="change_password" {
                    "Change password"
                }
            }
        }
    })
}

/// Setting a password with a link.
pub(super) fn new_password(email: &str, token: &str, wrong: Option<(&str, &str)>) -> Markup {
    html! {
        h1 { "Set a password" }
        p { "for " span.name { (email) } ", to sign in to Switchboard with." }
        form method="post" {
            input type="hidden" name="form_token" value=(token);
            input.aside type="text" name="username" autocomplete="username" value=(email)
                readonly tabindex="-1" aria-hidden="true";
            (field("password", "Password", "new-password", Some(RULES), wrong, true))
            (field("password_again", "Password once more", "new-password", None, wrong, false))
            div.choice {
                button.primary type="submit" { "Set password" }
            }
        }
    }
}

/// The password is set.
pub(super) fn password_is_set() -> Markup {
    html! {
        h1 { "The password is set" }
        p { "You can sign in with it now. The link is used up." }
        div.choice { a.button href=(Page::Overview.path()) { "Sign in" } }
    }
}

/// Signed-in browsers.
pub(super) fn sessions(frame: &Frame<'_>, sessions: &[OpenSession]) -> Markup {
    frame.around(&html! {
        h1 { "Where you are signed in" }
        ul.things {
            @for session in sessions {
                li {
                    div {
                        strong.name { (browser(session.agent.as_deref())) }
                        @if session.is_present { " " span.mark { "this browser" } }
                        p.meta {
                            "from " (session.address.as_deref().unwrap_or("an unknown address"))
                            " · last used " (when(session.used_at))
                            " · signed in " (when(session.added_at))
                        }
                    }
                    @if !session.is_present {
                        (frame.button("end_session", "Sign out", "of this browser", Some(("session", &session.name))))
                    }
                }
            }
        }
        @if sessions.iter().any(|session| !session.is_present) {
            div.choice {
                (frame.button("end_other_sessions", "Sign out everywhere else", "", None))
            }
        }
        p.quiet {
            "Do you not know one of them? End it and then "
            a href=(Page::Password.path()) { "change your password" } "."
        }
    })
}

/// Tokens and applications.
pub(super) fn access(
    frame: &Frame<'_>,
    tokens: &[ListedToken],
    applications: &[GrantedApplication],
) -> Markup {
    frame.around(&html! {
        h1 { "Who acts for you" }
        section aria-labelledby="applications" {
            h2 id="applications" { "Applications" }
            @if applications.is_empty() {
                p { "You have allowed no application to act for you. When you do, you can end it here." }
            }
            ul.things {
                @for application in applications {
                    li {
                        div {
                            strong.name { (application.name) }
                            p.meta { "may " (in_words(application.scopes)) }
                            p.meta {
                                "since " (when(application.added_at))
                                @if let Some(at) = application.used_at { " · last used " (when(at)) }
                            }
                        }
                        (frame.button("end_application", "End access", &application.name, Some(("application", &application.id.to_string()))))
                    }
                }
            }
        }
        section aria-labelledby="tokens" {
            h2 id="tokens" { "Personal tokens" }
            @if tokens.is_empty() {
                p { "You have no tokens of your own. Whoever runs the server makes one with " code { "switchboard token create" } "." }
            }
            ul.things {
                @for token in tokens {
                    li {
                        div {
                            strong { "Token " (token.id) }
                            @if let Ok(scopes) = ScopeSet::parse(&token.scopes) {
                                p.meta { "may " (in_words(scopes)) }
                            }
                            p.meta {
                                "made " (when(token.added_at))
                                " · " @match token.used_at {
                                    Some(at) => { "last used " (when(at)) }
                                    None => { "not used yet" }
                                }
                                " · ends " (when(token.expires_at))
                            }
                        }
                        (frame.button("end_token", "End", &format!("token {}", token.id), Some(("token", &token.id.to_string()))))
                    }
                }
            }
        }
    })
}

fn in_words(scopes: ScopeSet) -> String {
    in_plain_words(scopes).collect::<Vec<_>>().join("; ")
}

/// A browser and a system by what the browser says of itself; others first that say they were
/// these, too.
fn browser(agent: Option<&str>) -> String {
    let Some(agent) = agent else {
        return "Unknown browser".to_owned();
    };
    let first = |known: &[(&str, &'static str)]| {
        known
            .iter()
            .find(|(sign, _)| agent.contains(sign))
            .map(|(_, name)| *name)
    };
    let name = first(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chromium/", "Chromium"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = first(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]);
    match (name, system) {
        (Some(name), Some(system)) => format!("{name} on {system}"),
        (Some(name), None) => name.to_owned(),
        (None, Some(system)) => format!("Program on {system}"),
        (None, None) => agent.chars().take(60).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_named_by_what_they_say_of_themselves() {
        for (agent, name) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                "Firefox on Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0 Safari/537.36 Edg/138.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            ("curl/8.14.1", "curl/8.14.1"),
        ] {
            assert_eq!(browser(Some(agent)), name);
        }
        assert_eq!(browser(None), "Unknown browser");
    }

    #[test]
    fn reasons_become_sentences() {
        assert_eq!(sentence("this is short"), "This is short.");
        assert_eq!(sentence("Ganz kurz."), "Ganz kurz.");
        assert_eq!(sentence(""), ".");
    }
}
