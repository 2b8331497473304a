//! The order of a run, and each measurement.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::data::{CATEGORIES, Generator, Item, LANGUAGES, SENTIMENTS, SERVICES};
use crate::http::{Client, response};
use crate::load::{Loaded, load};
use crate::measure::{Samples, disk_bytes, fdatasync_median_ms, now, resident_bytes};
use crate::peer::Peer;
use crate::queries::{Kind, Question, draw};
use crate::report::{Report, Row};
use crate::server::{Access, Installation, Server};
use crate::{Options, say};

/// How much of everything.
struct Amounts {
    batches: usize,
    singles_per_client: usize,
    repeats: usize,
    mixed: Duration,
    pairs: usize,
    pages: usize,
}

impl Amounts {
    fn of(options: &Options) -> Self {
        if options.quick {
            Self {
                batches: 40,
                singles_per_client: 100,
                repeats: 40,
                mixed: Duration::from_secs(4),
                pairs: 500,
                pages: 2_000,
            }
        } else {
            Self {
                batches: 200,
                singles_per_client: 500,
                repeats: 200,
                mixed: Duration::from_secs(15),
                pairs: 10_000,
                pages: 20_000,
            }
        }
    }
}

/// Clients that add single mentions at once.
const SINGLE_CLIENTS: usize = 16;
/// Clients of the mixed load.
const MIXED_CLIENTS: usize = 4;

/// Runs everything.
pub(crate) async fn run(options: &Options) -> Result<Report> {
    let amounts = Amounts::of(options);
    let executable = match &options.server {
        Some(path) => path.clone(),
        None => std::env::current_exe()?.with_file_name("switchboard"),
    };
    let scratch = options.scratch.clone().unwrap_or_else(|| {
        std::env::temp_dir().join(format!("switchboard-bench-{}", std::process::id()))
    });
    std::fs::create_dir_all(&scratch)?;
    let result = measure(options, &amounts, &executable, &scratch).await;
    std::fs::remove_dir_all(&scratch)?;
    result
}

async fn measure(
    options: &Options,
    amounts: &Amounts,
    executable: &Path,
    scratch: &Path,
) -> Result<Report> {
    let mut report = Report::default();
    report.note("rows", options.rows.to_string());
    report.note(
        "fdatasync of 4 KB, median now",
        format!("{:.3} ms", fdatasync_median_ms(scratch)?),
    );
    let peer = Peer::open(&options.postgres).await?;

    let fresh = Installation {
        executable: executable.to_path_buf(),
        data: scratch.join("fresh"),
    };
    let access = fresh.init().await?;
    let server = fresh.serve().await?;
    #[expect(clippy::cast_precision_loss, reason = "megabytes for people")]
    report.add(plain(
        "memory, empty store, at rest",
        resident_bytes(server.pid())? as f64 / 1e6,
        "MB",
        "promised <= 60 MB",
    ));
    ingest(&mut report, amounts, &server, &access, &peer).await?;
    singles(&mut report, amounts, &server, &access, &peer).await?;
    report.note(
        "fdatasync of 4 KB, median after the durable part",
        format!("{:.3} ms", fdatasync_median_ms(scratch)?),
    );
    server.stop().await?;

    let full = Installation {
        executable: executable.to_path_buf(),
        data: scratch.join("full"),
    };
    let access = full.init().await?;
    say("loading");
    peer.clear().await?;
    let loaded = load(&full, &access, &peer, options.rows).await?;
    peer.settle().await?;
    starts(&mut report, &full, &access, options.rows).await?;
    let server = full.serve().await?;
    wait_complete(&server, &access, options.rows).await?;
    lists_and_facets(
        &mut report,
        amounts,
        options,
        &server,
        &access,
        &peer,
        &loaded,
    )
    .await?;
    mixed(
        &mut report,
        amounts,
        &server,
        &access,
        &peer,
        &loaded,
        options.rows,
    )
    .await?;
    pairs(&mut report, amounts, &server, &access, &loaded).await?;
    ceiling(&mut report, amounts, executable, &server, &access, &loaded).await?;
    #[expect(clippy::cast_precision_loss, reason = "megabytes for people")]
    {
        let resident = resident_bytes(server.pid())? as f64;
        report.add(plain(
            "memory, loaded, after the queries",
            resident / 1e6,
            "MB",
            &format!(
                "{:.0} bytes a mention, whole process",
                resident / options.rows as f64
            ),
        ));
        let ours = disk_bytes(full.directory())? as f64 / options.rows as f64;
        let theirs = peer.disk_bytes().await? as f64 / options.rows as f64;
        report.add(Row {
            name: "disk".into(),
            ours,
            peer: Some(theirs),
            unit: "bytes a mention",
            more_is_better: false,
            target: Some(1.0 / 0.35),
            tails: None,
            remark: "promised <= 0.35 of the peer".into(),
        });
    }
    server.stop().await?;
    Ok(report)
}

fn plain(name: &str, ours: f64, unit: &'static str, remark: &str) -> Row {
    Row {
        name: name.into(),
        ours,
        peer: None,
        unit,
        more_is_better: false,
        target: None,
        tails: None,
        remark: remark.into(),
    }
}

/// The item as `inbox/add` takes it.
pub(crate) fn api_item(number: i64, item: &Item, topic_id: i64) -> Value {
    json!({
        "topic": { "id": topic_id },
        "message": { "content": item.text, "language": LANGUAGES.get(item.language), "sentiment": SENTIMENTS.get(item.sentiment), "type": "post" },
        "author": { "id": item.author.to_string(), "name": format!("author{}", item.author), "fullname": format!("Author Number {}", item.author), "url": format!("https://example.com/people/{}", item.author), "img": format!("https://img.example.com/{}/normal.jpg", item.author) },
        "source": { "id": format!("m{number}"), "category": CATEGORIES.get(item.service), "service": SERVICES.get(item.service), "domain": "example.com", "url": format!("https://example.com/posts/m{number}") },
        "tags": item.tags.iter().map(|tag| format!("tag{tag}")).collect::<Vec<_>>(),
        "status": (["new", "pending", "done"].get(item.status)),
    })
}

/// Makes a topic through the settings API.
pub(crate) async fn make_topic(client: &mut Client, access: &Access, name: &str) -> Result<i64> {
    let topic = json!({ "name": name }).to_string();
    let made = client
        .post_form(
            &format!("/{}/settings/topics", access.account_id),
            "topic",
            &topic,
        )
        .await?;
    response(&made)?
        .get("id")
        .and_then(Value::as_i64)
        .context("a topic without id")
}

async fn ingest(
    report: &mut Report,
    amounts: &Amounts,
    server: &Server,
    access: &Access,
    peer: &Peer,
) -> Result<()> {
    let mut client = Client::connect(&server.address, &access.token).await?;
    let topic_id = make_topic(&mut client, access, "Ingest").await?;
    let path = format!("/{}/inbox/add", access.account_id);
    let mut generator = Generator::new(1, 500 * amounts.batches as u64);
    let (mut ours, mut theirs) = (Samples::default(), Samples::default());
    let mut number = 0_i64;
    for _ in 0..amounts.batches {
        let items: Vec<Item> = generator.by_ref().take(500).collect();
        let mentions: Vec<Value> = items
            .iter()
            .zip(number..)
            .map(|(item, number)| api_item(number, item, topic_id))
            .collect();
        let body = Value::from(mentions).to_string();
        let begin = now();
        client.post_form(&path, "mentions", &body).await?;
        ours.add(begin.elapsed());
        let begin = now();
        peer.insert(1_000_000_000 + number, &items).await?;
        theirs.add(begin.elapsed());
        number += 500;
    }
    let counted = count(&mut client, access, &[]).await?;
    if counted != number {
        bail!("{number} mentions were acknowledged, {counted} are listed");
    }
    let rate = |samples: &Samples| 500.0 * 1_000.0 / samples.median_ms();
    report.add(Row {
        name: "ingest, batches of 500, durable and visible".into(),
        ours: rate(&ours),
        peer: Some(rate(&theirs)),
        unit: "mentions/s",
        more_is_better: true,
        target: Some(3.0),
        tails: None,
        remark: format!(
            "median of {} batches; a batch p99 {:.0} ms against {:.0} ms",
            ours.len(),
            ours.p99_ms(),
            theirs.p99_ms()
        ),
    });
    Ok(())
}

async fn count(client: &mut Client, access: &Access, more: &[(&str, String)]) -> Result<i64> {
    let mut query = vec![
        ("limit", "0".to_owned()),
        ("date_from", "2000-01-01".to_owned()),
    ];
    query.extend(more.iter().cloned());
    let answer = client
        .get(&format!("/{}/inbox/mentions", access.account_id), &query)
        .await?;
    response(&answer)?
        .get("count")
        .and_then(Value::as_i64)
        .context("a list without count")
}

async fn singles(
    report: &mut Report,
    amounts: &Amounts,
    server: &Server,
    access: &Access,
    peer: &Peer,
) -> Result<()> {
    let mut client = Client::connect(&server.address, &access.token).await?;
    let topic_id = make_topic(&mut client, access, "Singles").await?;
    let next = Arc::new(AtomicI64::new(10_000_000));
    let rounds = 4;
    let share = amounts.singles_per_client / rounds;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let (mut our_samples, mut their_samples) = (Samples::default(), Samples::default());
    for round in 0..rounds {
        let begin = now();
        let mut tasks = tokio::task::JoinSet::new();
        for one in 0..SINGLE_CLIENTS {
            let (address, access, next) =
                (server.address.clone(), access.clone(), Arc::clone(&next));
            tasks.spawn(async move {
                let mut client = Client::connect(&address, &access.token).await?;
                let mut samples = Samples::default();
                for item in Generator::new(100 + one as u64 + round as u64 * 50, share as u64) {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let body = Value::from(vec![api_item(number, &item, topic_id)]).to_string();
                    let begin = now();
                    client
                        .post_form(
                            &format!("/{}/inbox/add", access.account_id),
                            "mentions",
                            &body,
                        )
                        .await?;
                    samples.add(begin.elapsed());
                }
                anyhow::Ok(samples)
            });
        }
        while let Some(done) = tasks.join_next().await {
            our_samples.merge(&done??);
        }
        ours.push(begin.elapsed());
        let begin = now();
        let mut tasks = tokio::task::JoinSet::new();
        for one in 0..SINGLE_CLIENTS {
            let (peer, next) = (peer.clone(), Arc::clone(&next));
            tasks.spawn(async move {
                let mut samples = Samples::default();
                for item in Generator::new(100 + one as u64 + round as u64 * 50, share as u64) {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let begin = now();
                    peer.insert(2_000_000_000 + number, &[item]).await?;
                    samples.add(begin.elapsed());
                }
                anyhow::Ok(samples)
            });
        }
        while let Some(done) = tasks.join_next().await {
            their_samples.merge(&done??);
        }
        theirs.push(begin.elapsed());
    }
    #[expect(clippy::cast_precision_loss, reason = "small counts")]
    let rate = |rounds: &mut Vec<Duration>| {
        rounds.sort_unstable();
        let median = rounds.get(rounds.len() / 2).copied().unwrap_or_default();
        (SINGLE_CLIENTS * share) as f64 / median.as_secs_f64()
    };
    report.add(Row {
        name: "single durable adds, 16 clients".into(),
        ours: rate(&mut ours),
        peer: Some(rate(&mut theirs)),
        unit: "adds/s",
        more_is_better: true,
        target: Some(1.5),
        tails: None,
        remark: format!(
            "one add: {:.2} ms p50, {:.1} ms p99; peer {:.2} / {:.1} ms",
            our_samples.median_ms(),
            our_samples.p99_ms(),
            their_samples.median_ms(),
            their_samples.p99_ms()
        ),
    });
    Ok(())
}

/// Start-up without and with an index on disk.
async fn starts(
    report: &mut Report,
    installation: &Installation,
    access: &Access,
    rows: u64,
) -> Result<()> {
    for (name, forget) in [
        ("start, index deleted", true),
        ("start, with snapshot", false),
    ] {
        if forget {
            let index = installation.directory().join("index");
            if index.exists() {
                std::fs::remove_dir_all(index)?;
            }
        }
        let server = installation.serve().await?;
        let listening = server.listening_after;
        let begin = now();
        wait_complete(&server, access, rows).await?;
        let complete = listening + begin.elapsed();
        report.add(plain(
            name,
            complete.as_secs_f64(),
            "s",
            &format!(
                "accepts connections after {:.2} s, complete answers after {:.2} s",
                listening.as_secs_f64(),
                complete.as_secs_f64()
            ),
        ));
        if !forget {
            #[expect(clippy::cast_precision_loss, reason = "megabytes for people")]
            report.add(plain(
                "memory, loaded, at rest",
                resident_bytes(server.pid())? as f64 / 1e6,
                "MB",
                "",
            ));
        }
        server.stop().await?;
    }
    Ok(())
}

async fn wait_complete(server: &Server, access: &Access, rows: u64) -> Result<()> {
    let mut client = Client::connect(&server.address, &access.token).await?;
    for _ in 0..6_000 {
        if u64::try_from(count(&mut client, access, &[]).await?)? >= rows {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    bail!("the index was not complete after five minutes")
}

/// Asks the API a question; returns how long the answer took, without what prepared it.
async fn ask(
    client: &mut Client,
    access: &Access,
    question: &Question,
    loaded: &Loaded,
) -> Result<Duration> {
    let topic = loaded
        .topics
        .get(question.topic)
        .copied()
        .unwrap_or_default();
    let mut query = vec![("topic_ids", topic.to_string())];
    if !question.filter.is_empty() {
        query.push(("filter", question.filter.clone()));
    }
    let from = question
        .days
        .map_or(loaded.start_ms, |days| loaded.end_ms - days * 86_400_000);
    query.push(("date_from", (from / 1_000).to_string()));
    let path = if let Some(facet) = &question.facet {
        query.push(("facetdefinitions", facet.to_string()));
        format!("/{}/insights/facets", access.account_id)
    } else {
        query.push(("limit", question.limit.to_string()));
        format!("/{}/inbox/mentions", access.account_id)
    };
    if let Some(at) = question.deep_at_ms {
        let token = deep_token(client, access, topic, loaded, at).await?;
        query.push(("page_token", token));
    }
    let begin = now();
    client.get(&path, &query).await?;
    Ok(begin.elapsed())
}

/// A page token in the depth of a list: that of a one-row list which ends there.
async fn deep_token(
    client: &mut Client,
    access: &Access,
    topic: i64,
    loaded: &Loaded,
    at: i64,
) -> Result<String> {
    let query = [
        ("topic_ids", topic.to_string()),
        ("limit", "1".to_owned()),
        ("date_from", (loaded.start_ms / 1_000).to_string()),
        ("date_to", ((loaded.start_ms + at) / 1_000).to_string()),
    ];
    let answer = response(
        &client
            .get(&format!("/{}/inbox/mentions", access.account_id), &query)
            .await?,
    )?;
    let Some(next) = answer.pointer("/paging/next_url").and_then(Value::as_str) else {
        return Ok(String::new());
    };
    let token = next
        .split(['?', '&'])
        .find_map(|part| part.strip_prefix("page_token="))
        .context("a next_url without page_token")?;
    Ok(percent_encoding::percent_decode_str(token)
        .decode_utf8()?
        .into_owned())
}

async fn lists_and_facets(
    report: &mut Report,
    amounts: &Amounts,
    options: &Options,
    server: &Server,
    access: &Access,
    peer: &Peer,
    loaded: &Loaded,
) -> Result<()> {
    let mut client = Client::connect(&server.address, &access.token).await?;
    let mut random = Generator::new(77, 0);
    for kind in Kind::ALL {
        let (mut ours, mut theirs) = (Samples::default(), Samples::default());
        let begin = now();
        for round in 0..amounts.repeats + 3 {
            let question = draw(kind, &mut random);
            let own = ask(&mut client, access, &question, loaded).await?;
            let start = now();
            for sql in &question.sql {
                peer.run(sql).await?;
            }
            let other = start.elapsed();
            // The first few warm both sides' caches.
            if round >= 3 {
                ours.add(own);
                theirs.add(other);
            }
            if begin.elapsed() > Duration::from_mins(1) {
                break;
            }
        }
        check_counts(&mut client, access, peer, loaded, kind).await?;
        report.add(Row {
            name: kind.title().into(),
            ours: ours.median_ms(),
            peer: Some(theirs.median_ms()),
            unit: "ms",
            more_is_better: false,
            target: Some(kind.target(options.rows >= 5_000_000)),
            tails: Some((ours.p99_ms(), Some(theirs.p99_ms()))),
            remark: format!("n={}", ours.len()),
        });
    }
    Ok(())
}

/// Both sides must count the same, or their times mean nothing.
async fn check_counts(
    client: &mut Client,
    access: &Access,
    peer: &Peer,
    loaded: &Loaded,
    kind: Kind,
) -> Result<()> {
    let mut random = Generator::new(5, 0);
    for _ in 0..3 {
        let question = draw(kind, &mut random);
        let [_, counting] = question.sql.as_slice() else {
            return Ok(());
        };
        let topic = loaded
            .topics
            .get(question.topic)
            .copied()
            .unwrap_or_default();
        let from = question
            .days
            .map_or(loaded.start_ms, |days| loaded.end_ms - days * 86_400_000);
        let ours = count_from(client, access, topic, &question.filter, from).await?;
        let theirs = peer.number(counting).await?;
        if ours != theirs {
            bail!(
                "{}: {} counts {ours}, PostgreSQL {theirs}",
                kind.title(),
                question.filter
            );
        }
    }
    Ok(())
}

async fn count_from(
    client: &mut Client,
    access: &Access,
    topic: i64,
    filter: &str,
    from_ms: i64,
) -> Result<i64> {
    let query = [
        ("limit", "0".to_owned()),
        ("topic_ids", topic.to_string()),
        ("filter", filter.to_owned()),
        ("date_from", (from_ms / 1_000).to_string()),
    ];
    let answer = client
        .get(&format!("/{}/inbox/mentions", access.account_id), &query)
        .await?;
    response(&answer)?
        .get("count")
        .and_then(Value::as_i64)
        .context("a list without count")
}

async fn mixed(
    report: &mut Report,
    amounts: &Amounts,
    server: &Server,
    access: &Access,
    peer: &Peer,
    loaded: &Loaded,
    rows: u64,
) -> Result<()> {
    const LISTS: [Kind; 6] = [Kind::L1, Kind::L2, Kind::L3, Kind::L4, Kind::L6, Kind::L7];
    const FACETS: [Kind; 3] = [Kind::F1, Kind::F2, Kind::F4];
    let ids = Arc::new(loaded.sample.clone());
    let mut totals = [0_usize; 2];
    // Two turns each, one after the other.
    for turn in 0..4_u64 {
        let is_ours = turn % 2 == 0;
        let mut tasks = tokio::task::JoinSet::new();
        for one in 0..MIXED_CLIENTS {
            let (address, access, peer, ids, loaded) = (
                server.address.clone(),
                access.clone(),
                peer.clone(),
                Arc::clone(&ids),
                loaded.clone(),
            );
            let (length, seed) = (amounts.mixed, 1_000 + one as u64 + 10 * (turn / 2));
            tasks.spawn(async move {
                let mut client = Client::connect(&address, &access.token).await?;
                let mut random = Generator::new(seed, 0);
                let begin = now();
                let mut done = 0_usize;
                while begin.elapsed() < length {
                    match random.below(100) {
                        0..10 => {
                            let (topic, id, _) = ids.get(random.below(ids.len())).copied().context("no sample")?;
                            if is_ours {
                                let status = if random.below(2) == 0 { "done" } else { "pending" };
                                let updates = json!({ "status": status, "tags": ["tag1"] }).to_string();
                                client.post_json(&format!("/{}/inbox/mention/{topic}/{id}?version=20220101", access.account_id), &json!({ "updates": updates, "options": { "tags_edit_mode": "add" } })).await?;
                            } else {
                                peer.update(i64::try_from(random.below(usize::try_from(rows)?))?, i16::try_from(random.below(2))? + 1).await?;
                            }
                        }
                        chance => {
                            let kind = if chance < 85 { LISTS.get(random.below(LISTS.len())) } else { FACETS.get(random.below(FACETS.len())) };
                            let question = draw(kind.copied().context("no kind")?, &mut random);
                            if is_ours {
                                ask(&mut client, &access, &question, &loaded).await?;
                            } else {
                                for sql in &question.sql {
                                    peer.run(sql).await?;
                                }
                            }
                        }
                    }
                    done += 1;
                }
                anyhow::Ok(done)
            });
        }
        while let Some(done) = tasks.join_next().await {
            if let Some(total) = totals.get_mut(usize::from(!is_ours)) {
                *total += done??;
            }
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "small counts")]
    let rate = |total: usize| total as f64 / (2.0 * amounts.mixed.as_secs_f64());
    report.add(Row {
        name: "mixed load, 10 % durable updates, 4 clients".into(),
        ours: rate(totals[0]),
        peer: Some(rate(totals[1])),
        unit: "operations/s",
        more_is_better: true,
        target: Some(10.0),
        tails: None,
        remark: "75 % lists with bodies, 15 % facets".into(),
    });
    Ok(())
}

/// Every acknowledged write must be in the list that starts after it.
async fn pairs(
    report: &mut Report,
    amounts: &Amounts,
    server: &Server,
    access: &Access,
    loaded: &Loaded,
) -> Result<()> {
    let mut client = Client::connect(&server.address, &access.token).await?;
    let topic = *loaded.topics.first().context("no topic")?;
    let mut samples = Samples::default();
    let mut seen = 0_usize;
    for (number, item) in Generator::new(9, amounts.pairs as u64).enumerate() {
        let id = 50_000_000 + i64::try_from(number)?;
        let body = Value::from(vec![api_item(id, &item, topic)]).to_string();
        client
            .post_form(
                &format!("/{}/inbox/add", access.account_id),
                "mentions",
                &body,
            )
            .await?;
        let begin = now();
        let found = client
            .get(
                &format!("/{}/inbox/mentions", access.account_id),
                &[("filter", format!("id:m{id}")), ("limit", "1".to_owned())],
            )
            .await?;
        samples.add(begin.elapsed());
        seen += usize::from(response(&found)?.get("count").and_then(Value::as_i64) == Some(1));
    }
    #[expect(clippy::cast_precision_loss, reason = "small counts")]
    report.add(plain(
        "a write is in the next list",
        100.0 * seen as f64 / amounts.pairs as f64,
        "%",
        &format!(
            "{seen} of {} pairs; the list takes {:.2} ms p50, {:.2} ms p99",
            amounts.pairs,
            samples.median_ms(),
            samples.p99_ms()
        ),
    ));
    if seen != amounts.pairs {
        bail!("{} writes were not in the next list", amounts.pairs - seen);
    }
    Ok(())
}

/// One mention and a page of 20 against axum's hello.
async fn ceiling(
    report: &mut Report,
    amounts: &Amounts,
    executable: &Path,
    server: &Server,
    access: &Access,
    loaded: &Loaded,
) -> Result<()> {
    use tokio::io::AsyncBufReadExt;
    let bench: PathBuf = executable.with_file_name("switchboard-bench");
    let mut hello = tokio::process::Command::new(bench)
        .args(["--postgres", "-", "--hello"])
        .stdout(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let line = tokio::io::BufReader::new(hello.stdout.take().context("no output")?)
        .lines()
        .next_line()
        .await?
        .context("no hello")?;
    let ceiling = line.trim_start_matches("listening on http://").to_owned();
    let (topic, id, _) = *loaded.sample.first().context("no sample")?;
    let single = format!("/{}/inbox/mention/{topic}/{id}", access.account_id);
    let page = format!(
        "/{}/inbox/mentions?limit=20&date_from={}",
        access.account_id,
        loaded.start_ms / 1_000
    );
    let mut rates = [0.0, 0.0, 0.0];
    let rounds = 3;
    for _ in 0..rounds {
        for (slot, (address, path, requests)) in [
            (&ceiling, "/", amounts.pages * 4),
            (&server.address, single.as_str(), amounts.pages * 2),
            (&server.address, page.as_str(), amounts.pages / 2),
        ]
        .into_iter()
        .enumerate()
        {
            let rate = throughput(address, &access.token, path, requests).await?;
            if let Some(sum) = rates.get_mut(slot) {
                *sum += rate / f64::from(rounds);
            }
        }
    }
    let [hello_rate, single_rate, page_rate] = rates;
    let row = |name: &str, ours: f64, target: f64| Row {
        name: name.into(),
        ours,
        peer: Some(hello_rate),
        unit: "requests/s",
        more_is_better: true,
        target: Some(target),
        tails: None,
        remark: "the peer is axum's hello, 16 connections, client on the same cores".into(),
    };
    report.add(row("a mention", single_rate, 0.45));
    report.add(row("a page of 20 with count", page_rate, 0.10));
    Ok(())
}

async fn throughput(address: &str, token: &str, path: &str, requests: usize) -> Result<f64> {
    let connections = 16;
    let begin = now();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..connections {
        let (address, token, path) = (address.to_owned(), token.to_owned(), path.to_owned());
        tasks.spawn(async move {
            let mut client = Client::connect(&address, &token).await?;
            for _ in 0..requests / connections {
                client.get(&path, &[]).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    #[expect(clippy::cast_precision_loss, reason = "small counts")]
    let rate = requests as f64 / begin.elapsed().as_secs_f64();
    Ok(rate)
}
