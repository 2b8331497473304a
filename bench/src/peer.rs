//! The same work done by PostgreSQL, with the indexes one would give it.
//!
//! The peer is asked in process over its unix socket with prepared statements, without HTTP or an
//! application in between, which is in its favour.

use anyhow::Result;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Executor, Row};

use crate::data::{CATEGORIES, DAYS, Item, LANGUAGES, SENTIMENTS, SERVICES};

/// PostgreSQL with one table of mentions.
#[derive(Clone)]
pub(crate) struct Peer {
    pub(crate) pool: PgPool,
}

impl Peer {
    /// Connects and makes the empty table with its indexes.
    pub(crate) async fn open(url: &str) -> Result<Self> {
        let options: PgConnectOptions = url.parse()?;
        let options = options
            .options([
                ("plan_cache_mode", "force_custom_plan"),
                ("synchronous_commit", "on"),
                ("jit", "off"),
                ("work_mem", "64MB"),
            ])
            .disable_statement_logging();
        let pool = PgPoolOptions::new()
            .max_connections(20)
            .connect_with(options)
            .await?;
        pool.execute(
            "DROP TABLE IF EXISTS mentions;
             CREATE TABLE mentions (
                 id bigint PRIMARY KEY, topic int NOT NULL, added bigint NOT NULL, service smallint NOT NULL,
                 category text NOT NULL, language smallint NOT NULL, sentiment smallint NOT NULL, status smallint NOT NULL,
                 assignee int, author int NOT NULL, rating smallint, tags int[] NOT NULL, words tsvector NOT NULL, body text NOT NULL
             );
             CREATE INDEX mentions_by_date ON mentions (topic, added DESC, id DESC);
             CREATE INDEX mentions_by_status ON mentions (topic, status, added DESC);
             CREATE INDEX mentions_by_word ON mentions USING gin (words);
             CREATE INDEX mentions_by_tag ON mentions USING gin (tags);",
        )
        .await?;
        Ok(Self { pool })
    }

    /// Inserts a batch in one transaction; returns when it is durable.
    pub(crate) async fn insert(&self, first_id: i64, items: &[Item]) -> Result<()> {
        let mut columns = Columns::default();
        for (item, id) in items.iter().zip(first_id..) {
            columns.id.push(id);
            columns.topic.push(i32::try_from(item.topic)?);
            columns.added.push(item.at_ms);
            columns.service.push(i16::try_from(item.service)?);
            columns
                .category
                .push(CATEGORIES.get(item.service).copied().unwrap_or_default());
            columns.language.push(i16::try_from(item.language)?);
            columns.sentiment.push(i16::try_from(item.sentiment)?);
            columns.status.push(i16::try_from(item.status)?);
            columns.author.push(i32::try_from(item.author)?);
            columns.rating.push(item.rating.map(i16::from));
            let tags: Vec<String> = item.tags.iter().map(ToString::to_string).collect();
            columns.tags.push(format!("{{{}}}", tags.join(",")));
            // The topic is a word of the text index too, so that a search needs one index only.
            columns
                .words
                .push(format!("topic{} {}", item.topic, item.text));
            columns.body.push(body(id, item));
        }
        #[expect(clippy::disallowed_methods, reason = "the peer's own SQL, not the product's")]
        sqlx::query(
            "INSERT INTO mentions (id, topic, added, service, category, language, sentiment, status, author, rating, tags, words, body)
             SELECT id, topic, added, service, category, language, sentiment, status, author, rating, tags::int[], to_tsvector('simple', words), body
             FROM unnest($1::bigint[], $2::int[], $3::bigint[], $4::smallint[], $5::text[], $6::smallint[], $7::smallint[], $8::smallint[],
                         $9::int[], $10::smallint[], $11::text[], $12::text[], $13::text[])
                  AS t (id, topic, added, service, category, language, sentiment, status, author, rating, tags, words, body)",
        )
        .bind(columns.id).bind(columns.topic).bind(columns.added).bind(columns.service).bind(columns.category).bind(columns.language).bind(columns.sentiment).bind(columns.status)
        .bind(columns.author).bind(columns.rating).bind(columns.tags).bind(columns.words).bind(columns.body)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// One durable update of status, assignee and a tag.
    pub(crate) async fn update(&self, id: i64, status: i16) -> Result<()> {
        #[expect(
            clippy::disallowed_methods,
            reason = "the peer's own SQL, not the product's"
        )]
        sqlx::query(
            "UPDATE mentions SET status = $2, assignee = 7, tags = tags || 1 WHERE id = $1",
        )
        .bind(id)
        .bind(status)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Runs a query that is composed of numbers and generated words only, and reads every row.
    pub(crate) async fn run(&self, sql: &str) -> Result<Vec<sqlx::postgres::PgRow>> {
        #[expect(
            clippy::disallowed_methods,
            reason = "the peer's own SQL, not the product's"
        )]
        Ok(sqlx::query(sqlx::AssertSqlSafe(sql.to_owned()))
            .fetch_all(&self.pool)
            .await?)
    }

    /// The single number a query gives.
    pub(crate) async fn number(&self, sql: &str) -> Result<i64> {
        let rows = self.run(sql).await?;
        Ok(rows
            .first()
            .map(|row| row.try_get(0))
            .transpose()?
            .unwrap_or_default())
    }

    /// Removes every row.
    pub(crate) async fn clear(&self) -> Result<()> {
        self.pool.execute("TRUNCATE mentions").await?;
        Ok(())
    }

    /// Gathers statistics, as autovacuum would in time.
    pub(crate) async fn settle(&self) -> Result<()> {
        self.pool.execute("VACUUM (ANALYZE) mentions").await?;
        Ok(())
    }

    /// Bytes of table and indexes.
    pub(crate) async fn disk_bytes(&self) -> Result<i64> {
        self.number("SELECT pg_total_relation_size('mentions')")
            .await
    }
}

/// One list for each column of an insertion.
#[derive(Default)]
struct Columns {
    id: Vec<i64>,
    topic: Vec<i32>,
    added: Vec<i64>,
    service: Vec<i16>,
    category: Vec<&'static str>,
    language: Vec<i16>,
    sentiment: Vec<i16>,
    status: Vec<i16>,
    author: Vec<i32>,
    rating: Vec<Option<i16>>,
    tags: Vec<String>,
    words: Vec<String>,
    body: Vec<String>,
}

/// The mention as JSON, about what a provider sends and an application stores.
pub(crate) fn body(id: i64, item: &Item) -> String {
    serde_json::json!({
        "id": id.to_string(),
        "author": { "id": item.author.to_string(), "name": format!("author{}", item.author), "fullname": format!("Author Number {}", item.author), "url": format!("https://example.com/people/{}", item.author), "img": format!("https://img.example.com/{}/normal.jpg", item.author) },
        "message": { "content": item.text, "language": LANGUAGES.get(item.language), "sentiment": SENTIMENTS.get(item.sentiment), "type": "post" },
        "source": { "category": CATEGORIES.get(item.service), "service": SERVICES.get(item.service), "type": "SearchProviderApi", "id": format!("m{id}"), "domain": "example.com", "url": format!("https://example.com/posts/m{id}") },
        "tags": item.tags.iter().map(|tag| format!("tag{tag}")).collect::<Vec<_>>(),
        "status": (["new", "pending", "done"].get(item.status)),
        "date": { "added": item.at_ms / 1_000, "published": item.at_ms / 1_000 },
        "span": DAYS,
    })
    .to_string()
}
