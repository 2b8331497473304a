//! Settings of sign-in, tokens and limits. Durations are in milliseconds.

use domain::time::{DAY_MS, HOUR_MS, MINUTE_MS};

/// Settings of [`auth`](crate::auth).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthConfig {
    /// Cost of a password check.
    pub password: PasswordCost,
    /// Password checks at once; `None` is one less than there are processors, at least one.
    pub password_workers: Option<usize>,
    /// How long a sign-in waits for its password check before it is told to come back.
    pub password_queue_ms: u64,
    /// Life of an access token.
    pub access_token_ms: i64,
    /// Life of a refresh token, counted from the user's consent and not from its last exchange.
    pub refresh_token_ms: i64,
    /// How long an exchanged refresh token may be exchanged once more, because its answer got lost.
    pub refresh_grace_ms: i64,
    /// Life of an authorisation code.
    pub code_ms: i64,
    /// Browser session: longest time without a request.
    pub session_idle_ms: i64,
    /// Browser session: longest time since the sign-in.
    pub session_absolute_ms: i64,
    /// Life of a link to set a password or to accept an invitation with.
    pub password_link_ms: i64,
    /// How long a browser stays known after its last sign-in.
    pub device_ms: i64,
    /// Sign-in throttling.
    pub throttle: ThrottleConfig,
    /// Calls per window.
    pub limits: LimitsConfig,
}

impl Default for AuthConfig {
    fn default() -> Self {
        Self {
            password: PasswordCost::default(),
            password_workers: None,
            password_queue_ms: 1_000,
            // "At most three months", says the vendor's documentation since October 2023.
            access_token_ms: 90 * DAY_MS,
            refresh_token_ms: 365 * DAY_MS,
            refresh_grace_ms: MINUTE_MS,
            // No recorded client holds a code back: each exchanges it while it handles the
            // redirect. So the short life that RFC 9700 asks for costs nobody anything.
            code_ms: MINUTE_MS,
            session_idle_ms: 12 * HOUR_MS,
            session_absolute_ms: 7 * DAY_MS,
            password_link_ms: 72 * HOUR_MS,
            device_ms: 90 * DAY_MS,
            throttle: ThrottleConfig::default(),
            limits: LimitsConfig::default(),
        }
    }
}

/// Parameters of Argon2id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordCost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Default for PasswordCost {
    /// The floor that OWASP recommends; about 25 ms on one core of a small server.
    fn default() -> Self {
        Self {
            memory_kib: 19_456,
            passes: 2,
            lanes: 1,
        }
    }
}

/// How many failed sign-ins are taken before some time must pass. No lock is permanent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThrottleConfig {
    /// Failures for one e-mail address from one network address.
    pub pair_failures: i64,
    /// Failures for one e-mail address from anywhere, browsers it signed in from before excepted.
    pub email_failures: i64,
    /// Failures from one network address, whatever the e-mail address.
    pub address_failures: i64,
    /// Failures for one e-mail address from one browser it signed in from before.
    pub device_failures: i64,
    /// Failures older than this no longer count.
    pub window_ms: i64,
    /// First lock; each further failure after it doubles the lock.
    pub lock_ms: i64,
    /// Longest lock.
    pub longest_lock_ms: i64,
}

impl Default for ThrottleConfig {
    fn default() -> Self {
        Self {
            pair_failures: 5,
            email_failures: 30,
            address_failures: 60,
            device_failures: 10,
            window_ms: HOUR_MS,
            lock_ms: MINUTE_MS,
            longest_lock_ms: 15 * MINUTE_MS,
        }
    }
}

/// Calls per window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitsConfig {
    /// Whether calls are limited at all.
    pub enabled: bool,
    /// Calls of one user, all tokens together.
    pub user: i64,
    /// Calls of one user with tokens of the API console.
    pub console: i64,
    /// Calls without a token from one network address.
    pub address: i64,
    /// Length of the windows of users and addresses.
    pub window_ms: i64,
    /// Calls with one key.
    pub key: i64,
    /// Length of the windows of keys.
    pub key_window_ms: i64,
}

impl Default for LimitsConfig {
    /// The figures of the vendors' pages.
    fn default() -> Self {
        Self {
            enabled: true,
            user: 350,
            console: 20,
            address: 150,
            window_ms: HOUR_MS,
            // "30 requests per minute" for each name and secret (Conversocial's index page).
            key: 30,
            key_window_ms: MINUTE_MS,
        }
    }
}
