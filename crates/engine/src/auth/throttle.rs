//! How many failed sign-ins are taken, so that passwords cannot be tried out.
//!
//! Failures are counted per e-mail address and network address together, per e-mail address, and
//! per network address. A browser from which the user signed in before has a count of its own and
//! is not held up by the others: who attacks an account cannot lock its owner out. Every lock
//! ends by itself.

use std::net::IpAddr;

use domain::ids::UserId;
use domain::time::UnixMillis;
use store::throttle::Failures;
use store::{StoreError, Tx};

use super::config::ThrottleConfig;
use super::limits::network;
use super::secret::{fingerprint, hex};

/// The counts that one attempt to sign in touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Buckets {
    /// In the order of their names, with the failures each takes.
    names: Vec<(String, i64)>,
    /// Those a success clears.
    cleared: Vec<String>,
    /// The one a success gives its attempt back to.
    address: Option<String>,
}

impl Buckets {
    /// For a browser that is not known. E-mail addresses that nobody has are counted like others,
    /// so that a lock tells nothing. The addresses are hashed: they may be mistyped passwords.
    pub(super) fn of_stranger(email: &str, address: IpAddr, config: &ThrottleConfig) -> Self {
        let person = hex(&fingerprint(email));
        let network = network(address);
        let email = format!("email:{person}");
        let pair = format!("pair:{person}:{network}");
        let address = format!("address:{network}");
        let mut names = vec![
            (address.clone(), config.address_failures),
            (email.clone(), config.email_failures),
            (pair.clone(), config.pair_failures),
        ];
        names.sort();
        Self {
            names,
            cleared: vec![email, pair],
            address: Some(address),
        }
    }

    /// For a signed-in person who is asked for the password once more.
    pub(super) fn of_signed_in(id: UserId, config: &ThrottleConfig) -> Self {
        let person = format!("person:{id}");
        Self {
            names: vec![(person.clone(), config.device_failures)],
            cleared: vec![person],
            address: None,
        }
    }

    /// For a browser from which this user signed in before.
    pub(super) fn of_known_device(device_hash: &[u8], config: &ThrottleConfig) -> Self {
        let device = format!("device:{}", hex(device_hash));
        Self {
            names: vec![(device.clone(), config.device_failures)],
            cleared: vec![device],
            address: None,
        }
    }
}

/// Whether an attempt may go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attempt {
    /// It is counted as a failure until [`succeed`] says otherwise, so that many attempts at once
    /// are not more than many in a row. `locks` when a failure of this one begins a lock.
    Taken { locks: bool },
    /// It is not looked at before that time.
    Locked { until: UnixMillis },
}

/// Takes an attempt, or refuses it.
pub(super) async fn take(
    tx: &mut Tx,
    buckets: &Buckets,
    now: UnixMillis,
    config: &ThrottleConfig,
) -> Result<Attempt, StoreError> {
    let mut taken = Vec::with_capacity(buckets.names.len());
    let mut until = UnixMillis::default();
    for (name, limit) in &buckets.names {
        let failures = believable(store::throttle::lock(tx, name).await?, now, config);
        if failures.locked_until > now {
            until = until.max(failures.locked_until);
        }
        taken.push((name, one_more(failures, *limit, now, config)));
    }
    if until > now {
        return Ok(Attempt::Locked { until });
    }
    let mut locks = false;
    for (name, failures) in taken {
        locks |= failures.locked_until > now;
        store::throttle::update(tx, name, failures).await?;
    }
    Ok(Attempt::Taken { locks })
}

/// What a clock that stood in the future for a moment left behind is no lock and no failure: no
/// lock is longer than the longest.
fn believable(found: Failures, now: UnixMillis, config: &ThrottleConfig) -> Failures {
    if found.locked_until.since(now) > config.longest_lock_ms {
        Failures::default()
    } else {
        found
    }
}

fn one_more(before: Failures, limit: i64, now: UnixMillis, config: &ThrottleConfig) -> Failures {
    let is_old = now.since(before.failed_at.max(before.locked_until)) > config.window_ms;
    let count = if is_old {
        1
    } else {
        before.count.saturating_add(1)
    };
    // The first lock comes with the last failure taken; each failure after a lock doubles it.
    let beyond = count.saturating_sub(limit);
    let locked_until = if beyond < 0 {
        UnixMillis::default()
    } else {
        let doubled = u32::try_from(beyond)
            .ok()
            .and_then(|power| 2_i64.checked_pow(power))
            .and_then(|factor| config.lock_ms.checked_mul(factor))
            .unwrap_or(config.longest_lock_ms);
        now.plus_ms(doubled.min(config.longest_lock_ms))
    };
    Failures {
        count,
        failed_at: now,
        locked_until,
    }
}

/// Gives an attempt back that turned out to be right; tells whether that ended a lock of earlier
/// failures.
pub(super) async fn succeed(tx: &mut Tx, buckets: &Buckets) -> Result<bool, StoreError> {
    let mut was_locked = false;
    for (name, limit) in &buckets.names {
        if buckets.cleared.contains(name) {
            // A lock began at the limit; the present attempt is counted in.
            let before = store::throttle::delete(tx, name).await?;
            was_locked |= before.is_some_and(|before| before.count > *limit);
        } else if buckets.address.as_ref() == Some(name) {
            one_less(tx, name, *limit).await?;
        }
    }
    Ok(was_locked)
}

/// Gives an attempt back that came to no verdict: it counts neither as right nor as wrong.
pub(super) async fn give_back(tx: &mut Tx, buckets: &Buckets) -> Result<(), StoreError> {
    for (name, limit) in &buckets.names {
        one_less(tx, name, *limit).await?;
    }
    Ok(())
}

async fn one_less(tx: &mut Tx, name: &str, limit: i64) -> Result<(), StoreError> {
    let failures = store::throttle::lock(tx, name).await?;
    let count = failures.count.saturating_sub(1).max(0);
    let locked_until = if count < limit {
        UnixMillis::default()
    } else {
        failures.locked_until
    };
    let back = Failures {
        count,
        locked_until,
        ..failures
    };
    store::throttle::update(tx, name, back).await
}

/// Forgets the failures of an e-mail address, wherever they came from, for an administrator; tells
/// whether that ended a lock.
pub(super) async fn unlock(
    tx: &mut Tx,
    email: &str,
    devices: impl Iterator<Item = String>,
    id: Option<UserId>,
    now: UnixMillis,
) -> Result<bool, StoreError> {
    let person = hex(&fingerprint(email));
    let mut names = vec![format!("email:{person}")];
    names.extend(devices.map(|device| format!("device:{device}")));
    names.extend(id.map(|id| format!("person:{id}")));
    names.sort();
    let mut was_locked = false;
    for name in names {
        let before = store::throttle::delete(tx, &name).await?;
        was_locked |= before.is_some_and(|before| before.locked_until > now);
    }
    // `;` follows `:`, so these are the names that begin with the person and a colon.
    let (from, before) = (format!("pair:{person}:"), format!("pair:{person};"));
    let pairs = store::throttle::delete_range(tx, &from, &before, now).await?;
    Ok(was_locked || pairs > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMillis = UnixMillis(1_795_291_200_000);

    #[test]
    fn the_first_lock_comes_with_the_last_failure_taken_and_doubles_up_to_its_limit() {
        let config = ThrottleConfig::default();
        let mut failures = Failures::default();
        let mut now = NOW;
        let mut locks = Vec::new();
        for _ in 0..12 {
            failures = one_more(failures, 5, now, &config);
            locks.push((failures.locked_until.since(now)).max(0) / 60_000);
            now = now.max(failures.locked_until).plus_ms(1);
        }
        assert_eq!(locks, [0, 0, 0, 0, 1, 2, 4, 8, 15, 15, 15, 15]);
    }

    #[test]
    fn a_clock_that_was_ahead_for_a_moment_locks_nobody_out() {
        let config = ThrottleConfig::default();
        let ahead = NOW.plus_ms(10_000_000_000);
        let locked = (0..5).fold(Failures::default(), |before, _| {
            one_more(before, 5, ahead, &config)
        });
        assert!(locked.locked_until > ahead);
        assert_eq!(believable(locked, ahead, &config), locked);
        assert_eq!(believable(locked, NOW, &config), Failures::default());
    }

    #[test]
    fn failures_of_an_earlier_hour_do_not_count() {
        let config = ThrottleConfig::default();
        let old = Failures {
            count: 4,
            failed_at: NOW,
            locked_until: UnixMillis(0),
        };
        let later = NOW.plus_ms(config.window_ms + 1);
        assert_eq!(one_more(old, 5, later, &config).count, 1);
        assert_eq!(one_more(old, 5, NOW, &config).count, 5);
    }

    #[test]
    fn buckets_hold_no_e_mail_address_and_are_taken_in_one_order() {
        let address = "192.0.2.7".parse().unwrap();
        let buckets = Buckets::of_stranger("ines@x.example", address, &ThrottleConfig::default());
        assert!(buckets.names.is_sorted());
        assert!(!format!("{buckets:?}").contains("ines"));
    }
}
