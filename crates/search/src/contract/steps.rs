//! What can happen to an account.

use domain::ids::{ChangeNumber, MentionId};
use domain::mention::Mention;
use domain::testing::any_mention;
use proptest::prelude::*;

/// One thing that happens.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// Mentions come, change and go. Versions that are older than known are among them.
    Apply {
        upsert: Vec<Mention>,
        delete: Vec<MentionId>,
    },
    /// The engine's housekeeping.
    Maintain,
    /// The engine is written to disk, forgotten and read again.
    Restart,
    /// The index is built anew from the mentions.
    Rebuild,
}

/// Things that happen one after another; `more` are those beside changes and housekeeping.
pub(crate) fn any_steps(more: &'static [Step]) -> impl Strategy<Value = Vec<Step>> {
    let apply = (
        prop::collection::vec((any_mention(), prop::bool::weighted(0.15)), 0..10),
        prop::collection::vec(0_i64..8, 0..3),
    );
    let step = prop_oneof![
        6 => apply.prop_map(Some),
        2 => Just(None),
    ];
    let special = prop::sample::select(more.to_vec());
    prop::collection::vec((step, prop::option::weighted(0.3, special)), 1..6).prop_map(|steps| {
        let mut version = 0;
        let mut all = Vec::new();
        for (step, special) in steps {
            all.push(match step {
                None => Step::Maintain,
                Some((mentions, delete)) => Step::Apply {
                    upsert: mentions
                        .into_iter()
                        .map(|(mut mention, is_stale)| {
                            version += 1;
                            let back = if is_stale { 20 } else { 0 };
                            mention.changed_by = ChangeNumber((version - back).max(1));
                            mention
                        })
                        .collect(),
                    delete: delete
                        .into_iter()
                        .map(|number| MentionId(43_769_000_000_000_000 + number))
                        .collect(),
                },
            });
            all.extend(special);
        }
        all
    })
}
