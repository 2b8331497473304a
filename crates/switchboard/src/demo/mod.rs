//! A made-up brand's week.
use domain::ids::AccountId;
use engine::Engine;

/// What was made.
#[derive(Debug)]
pub struct Made {
    pub account: String,
    pub account_id: AccountId,
    pub email: String,
    pub password: String,
    pub access_token: String,
    pub mentions: usize,
    pub users: usize,
    pub topics: usize,
}
pub async fn fill(_engine: &Engine) -> anyhow::Result<Made> { anyhow::bail!("x") }
