//! Whether an account has room for one more of what it may have a bounded number of.

use domain::limits;
use domain::scope::Scope;
use store::Tx;
use store::counts::Counted;

use crate::Error;

/// Refuses what was just added where there are more now than an account may have. Who adds one has
/// taken its number, and waits for those who took one before, so the count is exact.
///
/// # Errors
/// `Full` at `field`.
pub(crate) async fn check(
    tx: &mut Tx,
    scope: &Scope,
    what: Counted,
    field: &str,
) -> Result<(), Error> {
    let (things, limit) = limit(what);
    let have = store::counts::count(&mut *tx, scope, what).await?;
    if have <= limit {
        return Ok(());
    }
    Err(Error::Full {
        field: field.to_owned(),
        of: "an account",
        things,
        limit,
    })
}

const fn limit(what: Counted) -> (&'static str, usize) {
    match what {
        Counted::Projects => ("projects", limits::PROJECTS),
        Counted::Topics => ("topics", limits::TOPICS),
        Counted::Tags => ("tags", limits::TAGS),
        Counted::Roles => ("user roles", limits::ROLES),
        Counted::Profiles => ("profiles", limits::PROFILES),
        Counted::Members => ("users", limits::MEMBERS),
    }
}
