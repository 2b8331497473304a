//! What a message shows in its row.

use domain::action_type::ActionType;
use domain::ids::{ActionId, TagId, UserId};
use domain::mention::{Action, ActionDetail, Assignee, Mention, Priority, Sentiment, Status};
use domain::message_type::MessageType;
use domain::role::TopicAccess;
use domain::source::Service;
use domain::tag::{Tag, TagStatus};
use store::both_engines;

use super::{all, at, fetch, look, message, order, run_due, say};
use crate::Directory;
use crate::pipeline::tests::world::{ACCOUNT, EVERYTHING, world};
use crate::reports::rows::{COLUMNS, Cell, HEADINGS, row};
use crate::reports::{NewReport, ReportFormat};

/// One field by its heading, as a person reads it.
fn field(row: &[Cell<'_>; COLUMNS], heading: &str) -> String {
    let column = HEADINGS
        .iter()
        .position(|(known, _)| *known == heading)
        .unwrap();
    match &row[column] {
        Cell::Empty => String::new(),
        Cell::Text(text) => text.to_string(),
        Cell::Number(number) => format!("#{number}"),
        Cell::Day(day) => day.to_string(),
        Cell::Time(time) => time.to_string(),
        Cell::Moment(at) => at.to_string(),
    }
}

fn shown(mention: &Mention, directory: &Directory, fields: &[(&str, &str)]) {
    let row = row(mention, None, directory, &TopicAccess::All);
    for (heading, value) in fields {
        assert_eq!(field(&row, heading), *value, "{heading}");
    }
}

both_engines! {
    async fn every_column_says_what_its_heading_promises(db: &Db) {
        let world = world(db).await;
        world.connect(7, EVERYTHING, "page").await;
        say(&world, vec![message(EVERYTHING, "Where is my train?", Some("2026-05-26T08:09:10Z"))]).await;
        let mut mention = world.stored().await.remove(0);
        let mut directory = (*world.engine().directory(ACCOUNT).await.unwrap()).clone();
        shown(&mention, &directory, &[
            ("Date", "2026-05-26"), ("Time", "08:09:10"), ("Channel", ""), ("Platform", "custom"),
            ("From", ""), ("From ID", "x:custom:author-1"), ("Followers", ""),
            ("Message", "Where is my train?"), ("Link", ""), ("Private", "No"), ("Priority", "No"),
            ("Sentiment", ""), ("Tags", ""), ("Status", "unread"), ("Assigned To", ""),
            ("Handling Time", "#0"), ("Replied By", ""), ("Reply Date", ""),
        ]);

        for (id, name) in [(1, "Delay"), (2, "Berlin, \"Hbf\"")] {
            directory.tags.insert(TagId(id), Tag {
                account_id: ACCOUNT,
                id: TagId(id),
                name: name.to_owned(),
                color: None,
                parent_id: None,
                is_visible: true,
                status: TagStatus::Active,
                added_at: at("2026-01-01T00:00:00Z"),
            });
        }
        mention.published_at = Some(at("1969-12-31T23:59:59.900Z"));
        let body = &mut mention.body;
        body.message_type = Some(MessageType::Privatemessage);
        body.source.service = Service::Rss;
        body.source.profile = Some("page".to_owned());
        body.source.url = Some("https://example.com/1".to_owned());
        body.author.name = Some("jdoe".to_owned());
        body.author.fullname = Some("Jane Doe".to_owned());
        body.author.followers = Some(5_000_000_000);
        let state = &mut mention.state;
        state.status = Status::Done;
        state.priority = Priority::new(6);
        state.sentiment = Sentiment::Negative;
        state.tags = vec![TagId(1), TagId(2), TagId(99)];
        state.assignees = vec![Assignee::Team(domain::ids::TeamId(1)), Assignee::User(UserId(5))];
        state.timers.handle_ms = 90_999;
        for (id, kind, second) in [
            (1, ActionType::Note, 1), (2, ActionType::Reply, 2), (3, ActionType::Reply, 3),
        ] {
            state.actions.push(Action {
                id: ActionId(id),
                user_id: Some(UserId(id)),
                kind,
                detail: ActionDetail::default(),
                at: at("2026-05-27T10:00:00Z").plus_ms(second * 1_000),
            });
        }
        shown(&mention, &directory, &[
            ("Date", "1969-12-31"), ("Time", "23:59:59"), ("Channel", "page"), ("Platform", "rss"),
            ("Type", "private_message"), ("From", "Jane Doe"), ("From ID", "x:rss:author-1"),
            ("Followers", "#5000000000"), ("Link", "https://example.com/1"), ("Private", "Yes"),
            ("Priority", "Yes"), ("Sentiment", "#-1"), ("Tags", "Delay, Berlin, \"Hbf\""),
            ("Status", "archived"), ("Assigned To", "Former user"), ("Handling Time", "#90"),
            ("Replied By", "Former user"), ("Reply Date", "2026-05-27T10:00:02"),
        ]);
    }

    async fn a_workbook_has_values_and_no_formulas(db: &Db) {
        let world = world(db).await;
        let mut item = message(EVERYTHING, "=1+2 <b>&\u{1}", Some("2026-05-26T06:00:00Z"));
        item.draft.author.followers = Some(12);
        say(&world, vec![item]).await;
        let report = order(&world, &world.scope, NewReport {
            format: ReportFormat::Workbook,
            ..all()
        }).await;
        run_due(world.engine()).await.unwrap();
        let (member, bytes) = fetch(&world, &look(&world, &report).await).await;
        assert_eq!(member, "inbound.xlsx");
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        let mut sheet = String::new();
        let mut part = archive.by_name("xl/worksheets/sheet1.xml").unwrap();
        std::io::Read::read_to_string(&mut part, &mut sheet).unwrap();
        assert!(!sheet.contains("<f>"), "{sheet}");
        for expected in [
            ">From ID</t>",
            "<v>46168</v>",
            "<v>0.25</v>",
            ">=1+2 &lt;b&gt;&amp;",
            "<v>12</v>",
            ">x:custom:author-1</t>",
        ] {
            assert!(sheet.contains(expected), "{expected} in {sheet}");
        }
    }
}
