//! What each key finds.

use super::super::*;
use super::sample::{entity, mention, text};
use crate::ids::UserId;
use crate::mention::Mention;
use crate::source::{Category, Service};
use crate::testing::vocabulary::{NOW, VocabularyNames};

fn finds(filter: &str, mention: &Mention) -> bool {
    let context = Context {
        now: NOW,
        me: Some(UserId(5)),
        names: &VocabularyNames,
    };
    let query = parse(filter).unwrap_or_else(|error| panic!("{filter}: {error}"));
    let predicate = compile(&query, &context).unwrap_or_else(|error| panic!("{filter}: {error}"));
    matches(&predicate, mention)
}

fn check(found: &[&str], not_found: &[&str]) {
    let mention = mention();
    for filter in found {
        assert!(finds(filter, &mention), "{filter}");
        assert!(!finds(&format!("-({filter})"), &mention), "{filter}");
    }
    for filter in not_found {
        assert!(!finds(filter, &mention), "{filter}");
    }
}

#[test]
fn filters_known_from_clients_mean_what_they_meant() {
    check(
        &[
            "(source:twitter)",
            "source:news",
            "language:nl",
            "sentiment:positive",
            "profile:48016",
            "content:delhaize",
            "content:Guy Verhofstadt",
            "(profile:48016 OR content:Guy Verhofstadt) AND sentiment:positive",
            "(profile:1 OR content:Guy Verhofstadt) AND sentiment:positive",
            "status:alldone AND action_date_age:[0 TO 90]",
        ],
        &[
            "source:social",
            "source:blogs",
            "source:forums",
            "sentiment:negative",
            "content:Word",
            "status:alldone AND action_date_age:[0 TO 89]",
            "contacttag:yourtagname",
        ],
    );
}

#[test]
fn blank_filters_find_everything() {
    assert!(finds("", &mention()) && finds("  \n\t", &mention()));
}

#[test]
fn words_are_found_whole_in_title_and_content_whatever_their_case() {
    check(
        &[
            "VERHOFSTADT",
            "cafe",
            "news",
            "\"guy verhofstadt\"",
            "title:day",
            "delhaize",
            "Delhaize's",
            "#promo",
            "promo",
            "東京",
            "京",
            "👍",
            "verhof*",
            "*stadt",
            "g?y",
            "\"of the day\"",
            "content:*",
            "title:*",
            "verhof* delhaize*",
            "guy\\ verhof*",
            "message.content:cafe",
            "東京*",
            "https://example.com OR news",
            "12:30 OR news",
            "and OR news",
            "*",
        ],
        &[
            "verhof",
            "\"verhofstadt guy\"",
            "title:delhaize",
            "content:news",
            "#delhaize",
            "x*",
            "\"day meeting\"",
            "delhaize and",
            "\"verhof*\"",
            "https://example.com",
        ],
    );
}

#[test]
fn not_binds_tighter_than_and_and_and_tighter_than_or() {
    check(
        &[
            "x AND x OR guy",
            "guy OR x AND x",
            "NOT x AND guy",
            "NOT x guy",
            "-x guy",
            "NOT NOT guy",
            "-(x OR y) guy",
        ],
        &[
            "(guy OR x) AND x",
            "NOT (guy OR x)",
            "NOT guy OR x",
            "guy -verhofstadt",
        ],
    );
}

#[test]
fn a_key_before_a_group_holds_for_each_value_in_it() {
    check(
        &[
            "status:(new OR done)",
            "tag:(urgent AND \"very important\")",
            "tag:(urgent \"very important\")",
            "rating:([5 TO 9] OR >3)",
            "status:(new OR language:nl)",
            "status:(NOT new)",
            "status: done",
        ],
        &[
            "status:(new OR pending)",
            "tag:(urgent Réclame)",
            "status:(-done)",
        ],
    );
}

#[test]
fn words_of_closed_lists_have_no_case_and_may_have_wildcards() {
    check(
        &[
            "LANGUAGE:NL",
            "Sentiment:POSITIVE",
            "type:PrivateMessage",
            "service:t*",
            "provider:searchprovidertwitter",
            "category:news_local",
            "source:twitter.com",
            "source:SearchProviderTwitter",
            "source:news_*",
            "language:*",
            "message.type:privatemessage",
            "source.service:twitter",
            "source.category:news_local",
            "source.type:SearchProviderTwitter",
            "source.domain:twitter.com",
            "handledby:bot",
            "handled_by.type:bot",
            "action:note",
            "actions.type:reply",
            "status:done",
            "status:alldone",
            "status:d*",
        ],
        &[
            "language:en",
            "category:news",
            "service:facebook",
            "type:post",
            "status:new",
            "status:pending",
            "status:alltodo",
            "action:tag",
            "handledby:flow",
            "source:facebook",
            "source:example.com",
        ],
    );
}

#[test]
fn people_profiles_and_identifiers_are_compared_as_a_whole() {
    check(
        &[
            "profile:48016",
            "profile:twitter_48016",
            "postedin:48016",
            "postedin:twitter_48016",
            "author:\"anna müller\"",
            "author:anna_m",
            "author:@anna_m",
            "author:anna*",
            "authorname:anna_m",
            "author.name:anna_m",
            "author.fullname:\"Anna Muller\"",
            "authorid:777",
            "author.id:777",
            "author:*",
            "application:\"tweetbot for ios\"",
            "inreplyto:1233",
            "thread:1200",
            "id:1234",
            "source.id:1234",
            "id:43769000000000001",
            "mention:43769000000000001",
            "unique_id:46283_43769000000000001",
            "conversation:43769000000000000",
            "conversation:1200",
            "managed:false",
        ],
        &[
            "profile:facebook_48016",
            "postedby:48016",
            "author:anna",
            "authorname:\"Anna Müller\"",
            "id:123",
            "unique_id:7_43769000000000001",
            "conversation:1",
            "managed:true",
            "author:müller",
        ],
    );
    let mut own = mention();
    own.body.author.managed = true;
    own.body.author.id = text("48016");
    assert!(finds("postedby:48016 managed:true is:managed", &own));
    assert!(!finds("postedin:48016", &own));
}

#[test]
fn tags_names_and_links_are_found_with_or_without_their_signs() {
    check(
        &[
            "hashtag:promo",
            "hashtag:#Promo",
            "hashtag:pro*",
            "hashtag:*",
            "message.entities.hashtag:promo",
            "mentions:guy_v",
            "mentions:@guy_v",
            "url:https://www.example.com/a?b=c",
            "url:example.com",
            "url:\"https://www.example.com/a?b=c\"",
            "url:*",
            "domain:example.com",
            "domain:www.example.com",
            "photo:*",
            "photo:*1.jpg",
        ],
        &[
            "hashtag:prom",
            "mentions:guy",
            "url:https://www.example.com",
            "domain:example",
            "video:*",
        ],
    );
}

#[test]
fn things_with_names_are_found_by_name_and_number() {
    check(
        &[
            "tag:URGENT",
            "tag:11",
            "tag:\"very important\"",
            "tags:urgent",
            "tag:*",
            "tag:ver*",
            "topic:brand",
            "topic:46283",
            "topic.id:46283",
            "topic:*",
            "project:Belgium",
            "project:1",
            "assigned:me",
            "assigned:5",
            "assignedto:\"anna müller\"",
            "assigned:team:3",
            "assigned:*",
            "assigned:team:*",
            "actionby:6",
            "actionby:Bob",
            "actions.user.id:me",
            "actionby:*",
        ],
        &[
            "tag:nonexistent",
            "tag:12",
            "tag:x*",
            "topic:nonexistent",
            "topic:9",
            "project:2",
            "assigned:none",
            "assigned:6",
            "assigned:nobody",
            "assigned:team:4",
            "actionby:none",
            "actionby:7",
        ],
    );
}

#[test]
fn numbers_are_found_by_value_range_and_comparison() {
    check(
        &[
            "followers:1200",
            "followers:[1000 TO 1200]",
            "followers:>=1200",
            "followers:<1201",
            "followers:[* TO *]",
            "followers:*",
            "followers:{1199 TO *]",
            "rating:3.5",
            "rating:[3.50 TO 4]",
            "rating:{3 TO 3.51}",
            "csat:4",
            "nps:>8",
            "priority:7",
            "priority:high",
            "priority:[medium TO critical]",
            "priority:>medium",
            "priority:>=high",
            "priority:<critical",
            "response_time:60",
            "timestamps.response_time:[0 TO 60]",
            "resolve_time:120",
            "response_time_during_bh:40",
            "resolve_time_during_bh:50",
            "handle_time:25",
            "assign_time:30",
            "first_action_time:10",
        ],
        &[
            "followers:[* TO 1200}",
            "followers:{1200 TO *]",
            "followers:>1200",
            "rating:3",
            "priority:low",
            "priority:>high",
            "priority:{high TO *]",
            "csat:<4",
            "response_time:>60",
            "nps:[0 TO 8]",
        ],
    );
}

#[test]
fn dates_cover_their_day_or_second_and_ages_are_minutes() {
    check(
        &[
            "dateadd:2026-11-21",
            "dateadd:[2026-11-21 TO 2026-11-21]",
            "dateadd:[2026-11-20 TO *]",
            "dateadd:1795262400",
            "dateadd:[1795262400 TO 1795262400]",
            "dateadd:2026-11-21T12:00:00Z",
            "date.added:\"2026-11-21 12:00:00\"",
            "dateadd:>=2026-11-21",
            "dateadd:<=2026-11-21",
            "dateadd:<2026-11-22",
            "dateadd:2026-11-21T13:00:00+01:00",
            "date_published:[2026-11-21T11:55 TO 2026-11-21T11:55]",
            "date_added_age:720",
            "date_added_age:[720 TO 720]",
            "date_added_age:>719",
            "date_published_age:<=725",
            "action_date_age:90",
            "action_date_age:[* TO *]",
            "action_date:2026-11-21",
            "status_date:2026-11-21",
            "reply_date:2026-11-21",
        ],
        &[
            "dateadd:>2026-11-21",
            "dateadd:<2026-11-21",
            "dateadd:{2026-11-20 TO 2026-11-21}",
            "dateadd:1795262401",
            "date_added_age:719",
            "date_added_age:[0 TO 720}",
            "action_date_age:{90 TO *]",
            "date_published_age:<725",
        ],
    );
    let mut undated = mention();
    undated.published_at = None;
    assert!(!finds("date_published:*", &undated));
}

#[test]
fn places_notes_and_properties_are_found() {
    check(
        &[
            "continent:eu",
            "country:BE",
            "location.country:be",
            "region:oost-vlaanderen",
            "location.city:gent",
            "note:*",
            "note:\"call back\"",
            "is:private",
            "is:reply",
            "is:assigned",
            "is:resolved",
            "is:located",
            "case:false",
            "partofcase:false",
        ],
        &[
            "country:NL",
            "note:later",
            "is:public",
            "is:retweet",
            "is:case",
            "is:unassigned",
            "is:unresolved",
            "case:true",
            "partofcase:true",
            "case:12",
            "contacttag:*",
        ],
    );
    let mut case = mention();
    case.body.source.category = Category::Case;
    assert!(finds("is:case case:true source:case", &case));
}

#[test]
fn every_key_is_found_by_some_value_where_there_is_data() {
    use proptest::strategy::{Strategy, ValueTree};
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut missing: Vec<&str> = keys::KEYS
        .iter()
        .filter(|key| key.has_data)
        .map(|key| key.name)
        .collect();
    let pair = (crate::testing::any_query(), crate::testing::any_mention()).prop_map(
        |(query, mention)| {
            (
                query.clauses().into_iter().cloned().collect::<Vec<_>>(),
                mention,
            )
        },
    );
    for _ in 0..4_000 {
        if missing.is_empty() {
            break;
        }
        let (clauses, mention) = pair.new_tree(&mut runner).unwrap().current();
        for clause in clauses {
            if let Some(key) = clause.key
                && finds(&clause.to_string(), &mention)
            {
                let denies = matches!(clause.value.plain(), Some("false"));
                assert!(key.has_data || denies, "{clause}");
                missing.retain(|name| *name != key.name);
            }
        }
    }
    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn ready_made_filters_find_what_they_were_made_for() {
    let mut mention = mention();
    for (id, name) in crate::testing::vocabulary::TAGS {
        mention.state.tags = vec![*id];
        assert!(finds(&tag_filter(name), &mention), "{name}");
        assert!(!finds(&tag_filter("other"), &mention));
    }
    for tag in ["#Promo", "東京", "a\"b", "x*", "(y)"] {
        mention.body.entities.hashtags = vec![entity(tag)];
        assert!(finds(&hashtag_filter(tag), &mention), "{tag}");
        assert!(!finds(&hashtag_filter("xy"), &mention), "{tag}");
    }
    mention.body.entities.users = vec![entity("@Guy V.")];
    assert!(finds(&user_filter(Service::Twitter, "@Guy V."), &mention));
    assert!(!finds(&user_filter(Service::Facebook, "@Guy V."), &mention));
    for id in ["48016", "a b", "http://feeds.example.com/(x)?y=*"] {
        mention.body.source.profile = text(id);
        assert!(
            finds(&profile_filter(Service::Twitter, id), &mention),
            "{id}"
        );
        assert!(
            finds(&postedin_filter(Service::Twitter, id), &mention),
            "{id}"
        );
        assert!(!finds(&profile_filter(Service::Rss, id), &mention), "{id}");
        let mut own = mention.clone();
        own.body.author.managed = true;
        own.body.author.id = text(id);
        assert!(finds(&postedby_filter(Service::Twitter, id), &own), "{id}");
    }
}

#[test]
fn filters_are_printed_in_their_shortest_form() {
    for (written, printed) in [
        ("(source:twitter)", "source:twitter"),
        (
            "message.content:Guy Verhofstadt",
            "content:Guy AND Verhofstadt",
        ),
        ("a b OR c", "a AND b OR c"),
        ("(a OR b) -c", "(a OR b) AND NOT c"),
        ("tag:(a OR \"b c\")", "tag:a OR tag:\"b c\""),
        ("rating:>=4", "rating:[4 TO *]"),
        ("\"word\"", "word"),
        ("\"AND\"", "\"AND\""),
        ("\"source:x\"", "\"source:x\""),
        ("https://example.com/", "https://example.com/"),
        ("url:https://x.y/z\\?a", "url:\"https://x.y/z?a\""),
        ("tag:vip\\ c*", "tag:vip\\ c*"),
        ("tag:a_b-c.d/e@f#g:h", "tag:a_b-c.d/e@f#g:h"),
        ("url:https://x.y/z#a=b", "url:https://x.y/z#a=b"),
        ("  ", ""),
    ] {
        assert_eq!(parse(written).unwrap().to_string(), printed, "{written}");
    }
}
