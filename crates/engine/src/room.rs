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

#[cfg(test)]
mod tests {
    use domain::account::Project;
    use domain::ids::ProjectId;
    use store::both_engines;

    use super::*;
    use crate::pipeline::tests::world::{ACCOUNT, world};
    use crate::settings;
    use crate::testing::START;

    both_engines! {
        async fn an_account_has_so_many_of_a_kind_and_one_more_names_the_limit(db: &Db) {
            let world = world(db).await;
            let scope = world.scope.clone();
            db.write(move |tx| Box::pin(async move {
                store::changes::lock(tx, &scope).await?;
                for id in 0..limits::PROJECTS - 2 {
                    let project = Project {
                        account_id: ACCOUNT,
                        id: ProjectId(100_000 + i64::try_from(id).unwrap()),
                        name: format!("Project {id}"),
                        added_at: START,
                    };
                    store::projects::create(tx, &scope, &project).await?;
                }
                Ok::<_, store::StoreError>(())
            })).await.unwrap();
            let create = async |name| settings::create_project(world.engine(), &world.scope, name).await;
            create("the last").await.unwrap();
            let refused = create("one too many").await.unwrap_err();
            let Error::Full { field, limit, .. } = &refused else { panic!("{refused:?}") };
            assert_eq!((field.as_str(), *limit), ("project", limits::PROJECTS));
            assert_eq!(refused.to_string(), "project: an account has at most 500 projects.");
            let directory = world.engine().directory(ACCOUNT).await.unwrap();
            assert_eq!(directory.projects.len(), limits::PROJECTS);
        }
    }
}
