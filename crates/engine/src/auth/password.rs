//! Password hashes: Argon2id, off the async threads, behind a bounded gate.
//!
//! One check costs about 25 ms of a core and 19 MiB, so a flood of sign-ins would take the machine
//! away from everything else. At most one check per core but one runs at a time; who waits longer
//! than a second is told to come back.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use super::config::{AuthConfig, PasswordCost};
use crate::Error;
use crate::random::Random;

/// What a check of a password found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is not the password.
    Wrong,
    /// It is, and the stored hash is as strong as it should be.
    Right,
    /// It is, but the stored hash was made with weaker parameters and should be replaced.
    RightButWeak,
}

/// Makes and checks password hashes.
#[derive(Debug)]
pub struct Passwords {
    cost: PasswordCost,
    gate: Arc<Semaphore>,
    queue: Duration,
    computed: Arc<AtomicU64>,
}

impl Passwords {
    /// The gate and the cost that the settings ask for.
    pub fn new(config: &AuthConfig) -> Self {
        let workers = config.password_workers.unwrap_or_else(|| {
            std::thread::available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1))
        });
        Self {
            cost: config.password,
            gate: Arc::new(Semaphore::new(workers.max(1))),
            queue: Duration::from_millis(config.password_queue_ms),
            computed: Arc::new(AtomicU64::new(0)),
        }
    }

    /// A new hash as a PHC string. The exact bytes of the password count: nothing is trimmed, cut
    /// or normalised.
    pub async fn hash(&self, password: &str, random: &dyn Random) -> Result<String, Error> {
        let mut salt = [0; 16];
        random.fill(&mut salt);
        let (cost, password) = (self.cost, password.to_owned());
        self.run(move || {
            argon2(cost)?
                .hash_password_with_salt(password.as_bytes(), &salt)
                .map(|hash| hash.to_string())
                .map_err(|error| Error::internal(format!("hashing a password: {error}")))
        })
        .await
    }

    /// Checks a password against a stored hash.
    ///
    /// Without a stored hash (nobody has this e-mail address, or the user has no password) the same
    /// work is done on a made-up one, so that the time taken tells nothing.
    pub async fn verify(&self, password: &str, stored: Option<String>) -> Result<Verdict, Error> {
        let (cost, password) = (self.cost, password.to_owned());
        self.run(move || {
            let exists = stored.is_some();
            let text = stored.unwrap_or_else(|| made_up(cost));
            let hash = PasswordHash::new(&text)
                .map_err(|error| Error::internal(format!("reading a password hash: {error}")))?;
            let is_right = argon2(cost)?
                .verify_password(password.as_bytes(), &hash)
                .is_ok();
            Ok(match (exists && is_right, is_weak(&hash, cost)) {
                (false, _) => Verdict::Wrong,
                (true, false) => Verdict::Right,
                (true, true) => Verdict::RightButWeak,
            })
        })
        .await
    }

    /// Nobody gets through the gate any more, as when too many are at it.
    #[cfg(test)]
    pub(super) fn shut(&self) {
        self.gate.close();
    }

    /// How many hashes were computed since the start: two sign-ins that take the same number are
    /// the same to somebody with a stopwatch.
    pub fn computed(&self) -> u64 {
        self.computed.load(Ordering::Relaxed)
    }

    /// Looks at no password any more, as when too many wait.
    #[cfg(test)]
    pub(crate) fn close(&self) {
        self.gate.close();
    }

    async fn run<T, F>(&self, work: F) -> Result<T, Error>
    where
        F: FnOnce() -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        let waiting = Arc::clone(&self.gate).acquire_owned();
        let Ok(Ok(permit)) = tokio::time::timeout(self.queue, waiting).await else {
            return Err(Error::unavailable("too many password checks at once"));
        };
        let computed = Arc::clone(&self.computed);
        let task = tokio::task::spawn_blocking(move || {
            // Held here, not by the caller: who hangs up does not make room while the core is busy.
            let _permit = permit;
            computed.fetch_add(1, Ordering::Relaxed);
            work()
        });
        task.await
            .unwrap_or_else(|error| Err(Error::internal(format!("a password check: {error}"))))
    }
}

fn argon2(cost: PasswordCost) -> Result<Argon2<'static>, Error> {
    Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32))
        .map(|params| Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
        .map_err(|error| Error::internal(format!("parameters of Argon2: {error}")))
}

/// A well-formed hash of nothing at the present cost.
fn made_up(cost: PasswordCost) -> String {
    format!(
        "$argon2id$v=19$m={},t={},p={}$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        cost.memory_kib, cost.passes, cost.lanes
    )
}

fn is_weak(hash: &PasswordHash, cost: PasswordCost) -> bool {
    hash.algorithm.as_str() != "argon2id"
        || Params::try_from(hash).map_or(true, |params| {
            params.m_cost() < cost.memory_kib
                || params.t_cost() < cost.passes
                || params.p_cost() < cost.lanes
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    const CHEAP: PasswordCost = PasswordCost {
        memory_kib: 8,
        passes: 1,
        lanes: 1,
    };

    fn passwords(cost: PasswordCost) -> Passwords {
        Passwords::new(&AuthConfig {
            password: cost,
            password_workers: Some(1),
            password_queue_ms: 20,
            ..AuthConfig::default()
        })
    }

    #[tokio::test]
    async fn a_password_matches_its_own_hash_only_and_byte_for_byte() {
        let passwords = passwords(CHEAP);
        let random = SeededRandom::new(1);
        let hash = passwords
            .hash(" Größe zählt nicht ", &random)
            .await
            .unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{hash}");
        for (password, verdict) in [
            (" Größe zählt nicht ", Verdict::Right),
            ("Größe zählt nicht", Verdict::Wrong),
            (" größe zählt nicht ", Verdict::Wrong),
            (" Gro\u{308}ße zählt nicht ", Verdict::Wrong),
            ("", Verdict::Wrong),
        ] {
            let found = passwords.verify(password, Some(hash.clone())).await;
            assert_eq!(found.unwrap(), verdict, "{password:?}");
        }
    }

    #[tokio::test]
    async fn long_passwords_are_not_cut() {
        let passwords = passwords(CHEAP);
        let long = "x".repeat(500);
        let hash = passwords.hash(&long, &SeededRandom::new(1)).await.unwrap();
        let almost = format!("{}y", "x".repeat(499));
        let found = passwords.verify(&almost, Some(hash)).await.unwrap();
        assert_eq!(found, Verdict::Wrong);
    }

    #[tokio::test]
    async fn the_same_password_gets_another_hash_each_time() {
        let passwords = passwords(CHEAP);
        let random = SeededRandom::new(1);
        let first = passwords.hash("correct horse", &random).await.unwrap();
        let second = passwords.hash("correct horse", &random).await.unwrap();
        assert_ne!(first, second);
    }

    #[tokio::test]
    async fn an_unknown_user_costs_one_hash_like_a_known_one_and_never_matches() {
        let passwords = passwords(CHEAP);
        assert_eq!(passwords.verify("", None).await.unwrap(), Verdict::Wrong);
        assert_eq!(passwords.computed(), 1);
    }

    #[tokio::test]
    async fn the_made_up_hash_has_the_present_cost() {
        for cost in [CHEAP, PasswordCost::default()] {
            let text = made_up(cost);
            let hash = PasswordHash::new(&text).unwrap();
            let params = Params::try_from(&hash).unwrap();
            assert_eq!(params.m_cost(), cost.memory_kib);
            assert_eq!(params.t_cost(), cost.passes);
            assert_eq!(hash.hash.unwrap().len(), 32);
        }
    }

    #[tokio::test]
    async fn a_hash_of_lower_cost_is_found_weak_when_the_cost_rises() {
        let hash = passwords(CHEAP)
            .hash("correct horse battery", &SeededRandom::new(1))
            .await
            .unwrap();
        let raised = passwords(PasswordCost {
            memory_kib: 16,
            ..CHEAP
        });
        let verdict = raised.verify("correct horse battery", Some(hash)).await;
        assert_eq!(verdict.unwrap(), Verdict::RightButWeak);
    }

    #[tokio::test]
    async fn who_waits_too_long_at_the_gate_is_told_to_come_back() {
        let passwords = passwords(CHEAP);
        let _busy = Arc::clone(&passwords.gate).acquire_owned().await.unwrap();
        let answer = passwords.verify("x", None).await;
        assert!(matches!(answer, Err(Error::Unavailable(_))), "{answer:?}");
        assert_eq!(passwords.computed(), 0);
    }
}
