use domain::ids::MentionId;
use search::{Sort, SortField};
use store::both_engines;

use super::{Cursor, ListMentions, MentionPage, list_within};
use crate::inbox::weight;
use crate::pipeline::item;
use crate::pipeline::tests::world::{EVERYTHING, World, new_item, world};

/// A page that has room for ten small mentions.
async fn page(world: &World, cursor: Option<Cursor>) -> MentionPage {
    let request = ListMentions {
        filter: None,
        from: None,
        to: None,
        topics: None,
        sort: Sort {
            field: SortField::Added,
            is_descending: true,
        },
        limit: 100,
        cursor,
        partial: false,
    };
    list_within(world.engine(), &world.scope, &request, 90_000)
        .await
        .unwrap()
}

fn ids(page: &MentionPage) -> Vec<MentionId> {
    page.mentions.iter().map(|mention| mention.id).collect()
}

both_engines! {
    async fn a_page_of_large_mentions_ends_early_and_says_that_there_is_more(db: &Db) {
        let world = world(db).await;
        let items = (0..25).map(|at| new_item(EVERYTHING, Some(&at.to_string()), "a message"));
        item::add(world.engine(), &world.scope, items.collect()).await.unwrap();
        let mut all: Vec<MentionId> = world.stored().await.iter().map(|mention| mention.id).collect();
        all.reverse();
        let (mut seen, mut cursor, mut pages) = (Vec::new(), None, Vec::new());
        loop {
            let page = page(&world, cursor).await;
            assert_eq!(page.total, 25);
            let weights = page.mentions.iter().map(weight);
            assert!(weights.sum::<usize>() <= 90_000 && page.mentions.len() <= 10);
            seen.extend(ids(&page));
            cursor = page.next;
            pages.push(page);
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, all);
        assert_eq!(pages.len(), 3);
        let (mut back, mut cursor) = (ids(&pages[2]), pages[2].previous);
        while let Some(at) = cursor {
            let page = page(&world, Some(at)).await;
            let mut before = ids(&page);
            before.append(&mut back);
            back = before;
            cursor = page.previous;
        }
        assert_eq!(back, all);
    }
}
