//! `doctor`: what is wrong with this installation, in the order in which it should be mended.

use std::path::Path;
use std::process::Command;

use domain::checksum::Checksum;
use domain::ids::AccountId;
use domain::time::{Clock as _, SystemClock, UnixMillis};
use engine::error::in_full;
use search::{Holding, Loaded, Search, SearchOptions};
use serde_json::json;
use store::{Db, StoreError};

use crate::config::Config;
use crate::output::{Output, Silent};
use crate::wiring;

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Fine,
    Warning,
    Broken,
}

impl Verdict {
    const fn word(self) -> &'static str {
        match self {
            Self::Fine => "ok",
            Self::Warning => "warning",
            Self::Broken => "broken",
        }
    }
}

/// What was found.
#[derive(Debug, Default)]
struct Findings(Vec<(&'static str, Verdict, String)>);

impl Findings {
    fn add(&mut self, what: &'static str, verdict: Verdict, detail: impl Into<String>) {
        self.0.push((what, verdict, detail.into()));
    }

    fn is_broken(&self) -> bool {
        self.0
            .iter()
            .any(|(_, verdict, _)| *verdict == Verdict::Broken)
    }
}

/// Checks everything that can be checked; changes nothing.
pub(super) async fn run(config: &Config, output: Output) -> anyhow::Result<()> {
    let mut findings = Findings::default();
    findings.add("settings", Verdict::Fine, "they make sense");
    certificate(config, &mut findings);
    if directory(config, &mut findings) {
        disk(&config.data, &mut findings);
        secret(config, &mut findings);
        reports(config, &mut findings);
        database(config, &mut findings).await;
    }

    let text: Vec<String> = findings
        .0
        .iter()
        .map(|(what, verdict, detail)| format!("{:<8} {what:<12} {detail}", verdict.word()))
        .collect();
    let checks: Vec<_> = findings
        .0
        .iter()
        .map(|(what, verdict, detail)| {
            json!({ "check": what, "status": verdict.word(), "detail": detail })
        })
        .collect();
    let is_broken = findings.is_broken();
    output.print(
        &text.join("\n"),
        &json!({ "healthy": !is_broken, "checks": checks }),
    );
    if !is_broken {
        return Ok(());
    }
    if output.is_json {
        return Err(Silent.into());
    }
    anyhow::bail!("something is broken, see the report")
}

fn certificate(config: &Config, findings: &mut Findings) {
    if config.tls.is_on() {
        match crate::listen::acceptor(&config.tls.certificate, &config.tls.key) {
            Ok(_) => findings.add("certificate", Verdict::Fine, "it can be used"),
            Err(error) => {
                findings.add("certificate", Verdict::Broken, in_full(error.as_ref()));
            }
        }
    } else if config.public_url.starts_with("http://") {
        findings.add(
            "certificate",
            Verdict::Warning,
            "public_url is not https: passwords and tokens travel in the open",
        );
    }
}

/// Whether there is a data directory to look into.
fn directory(config: &Config, findings: &mut Findings) -> bool {
    let path = &config.data;
    let Ok(metadata) = std::fs::metadata(path) else {
        findings.add(
            "directory",
            Verdict::Broken,
            format!("{} does not exist; run `switchboard init`", path.display()),
        );
        return false;
    };
    if !metadata.is_dir() {
        findings.add(
            "directory",
            Verdict::Broken,
            format!("{} is not a directory", path.display()),
        );
        return false;
    }
    if let Err(error) = tempfile::tempfile_in(path) {
        findings.add(
            "directory",
            Verdict::Broken,
            format!("{} cannot be written to: {error}", path.display()),
        );
        return false;
    }
    let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions());
    let is_private = mode.trailing_zeros() >= 6;
    if is_private {
        findings.add(
            "directory",
            Verdict::Fine,
            format!("{} is writable and private", path.display()),
        );
    } else {
        findings.add(
            "directory",
            Verdict::Warning,
            format!(
                "{} can be read by other users of this machine; `chmod 700` helps",
                path.display()
            ),
        );
    }
    true
}

/// Whether what signs cursors and seals the secrets of connections can be read.
fn secret(config: &Config, findings: &mut Findings) {
    let path = wiring::secret_file(config);
    let shown = path.display();
    let (verdict, detail) = match wiring::read_secret(&path) {
        Ok(_) => (Verdict::Fine, "it is there".to_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => (
            Verdict::Warning,
            format!(
                "{shown} is missing; the next start makes another, with which no address of a \
                 feed that is sealed can be read: restore it from a backup"
            ),
        ),
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
            (Verdict::Broken, error.to_string())
        }
        Err(error) => (Verdict::Broken, format!("{shown} cannot be read: {error}")),
    };
    findings.add("secret", verdict, detail);
}

/// Whether the secret is the one of this database.
async fn addresses(config: &Config, db: &Db, findings: &mut Findings) {
    let path = wiring::secret_file(config);
    let Ok(secret) = wiring::read_secret(&path) else {
        return;
    };
    match engine::nodes::opens_addresses(db, &secret).await {
        Ok(true) => {}
        Ok(false) => findings.add(
            "addresses",
            Verdict::Broken,
            format!(
                "{} is not the one with which the addresses of feeds were sealed; restore it from \
                 a backup",
                path.display()
            ),
        ),
        Err(error) => findings.add("addresses", Verdict::Broken, in_full(&error)),
    }
}

/// Less free space than this is worth a warning, and a tenth of it is too little to work.
const LOW_KIB: u64 = 2 * 1024 * 1024;

fn disk(path: &Path, findings: &mut Findings) {
    match free_kib(path) {
        None => findings.add("disk", Verdict::Warning, "free space cannot be told here"),
        Some(free) => {
            let verdict = match free {
                0..=209_715 => Verdict::Broken,
                209_716..LOW_KIB => Verdict::Warning,
                _ => Verdict::Fine,
            };
            findings.add("disk", verdict, format!("{} MiB are free", free / 1024));
        }
    }
}

/// Whether reports can be written, and whether those of other servers can be found.
fn reports(config: &Config, findings: &mut Findings) {
    let path = config.reports_directory();
    let shown = path.display();
    let is_shared = config.sqlite_file().is_none();
    let (verdict, detail) = match std::fs::metadata(&path) {
        // It is made with the first report, where its parent can be written to.
        Err(_) if config.reports.directory.as_os_str().is_empty() => {
            (Verdict::Fine, "there are none yet".to_owned())
        }
        Err(error) => (Verdict::Broken, format!("{shown} cannot be read: {error}")),
        Ok(_) => match tempfile::tempfile_in(&path) {
            Err(error) => (
                Verdict::Broken,
                format!("{shown} cannot be written to: {error}"),
            ),
            Ok(_) if is_shared => (
                Verdict::Fine,
                format!("{shown}, which all servers on this database must share"),
            ),
            Ok(_) => (Verdict::Fine, format!("{shown} is writable")),
        },
    };
    findings.add("reports", verdict, detail);
}

/// Free space as POSIX `df` tells it; the standard library has no call for it.
fn free_kib(path: &Path) -> Option<u64> {
    let output = Command::new("df").arg("-Pk").arg(path).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()
}

async fn database(config: &Config, findings: &mut Findings) {
    if let Some(file) = config.sqlite_file()
        && !file.exists()
    {
        findings.add(
            "database",
            Verdict::Broken,
            format!("{} does not exist; run `switchboard init`", file.display()),
        );
        return;
    }
    let db = match Db::open(&wiring::db_options(config)).await {
        Ok(db) => db,
        Err(error) => {
            findings.add("database", Verdict::Broken, in_full(&error));
            return;
        }
    };
    match store::health::damage(&db).await {
        Ok(damage) if damage.is_empty() => {
            findings.add("database", Verdict::Fine, "it is sound");
        }
        Ok(damage) => findings.add(
            "database",
            Verdict::Broken,
            format!("restore a backup: {}", damage.join("; ")),
        ),
        Err(error) => findings.add("database", Verdict::Broken, in_full(&error)),
    }
    match store::health::schema_versions(&db).await {
        Ok(versions) if versions.found == versions.known => {
            findings.add(
                "schema",
                Verdict::Fine,
                format!("version {}", versions.found),
            );
            addresses(config, &db, findings).await;
            clock(&db, findings).await;
            index(config, &db, findings).await;
        }
        Ok(versions) if versions.found < versions.known => findings.add(
            "schema",
            Verdict::Broken,
            format!(
                "version {} of {}; run `switchboard migrate`",
                versions.found, versions.known
            ),
        ),
        Ok(versions) => findings.add(
            "schema",
            Verdict::Broken,
            format!(
                "version {} is newer than this program, which knows {}",
                versions.found, versions.known
            ),
        ),
        Err(error) => findings.add("schema", Verdict::Broken, in_full(&error)),
    }
    db.close().await;
}

/// A clock that stands before what is stored already would give new mentions old times.
async fn clock(db: &Db, findings: &mut Findings) {
    const TOLERATED_MS: i64 = 60_000;
    let asked = SystemClock.steady();
    let (now, shared) = match store::health::now(db).await {
        Ok(Some(shared)) => (SystemClock.now(), Some(shared)),
        _ => (SystemClock.now(), None),
    };
    let took_ms = SystemClock.steady().since(asked);
    let mut newest = UnixMillis::default();
    for account in store::accounts::list(db).await.unwrap_or_default() {
        let head = store::changes::head(db, account.id)
            .await
            .unwrap_or_default();
        let before = domain::ids::ChangeNumber(head.0.saturating_sub(1));
        if let Ok(last) = store::changes::since(db, account.id, before, 1).await {
            newest = last.iter().map(|change| change.at).fold(newest, Ord::max);
        }
    }
    if now.plus_ms(TOLERATED_MS) < newest {
        findings.add(
            "clock",
            Verdict::Broken,
            format!("it says {now}, but something was stored at {newest}"),
        );
    } else if let Some(shared) = shared
        && now.since(shared).abs() > engine::clock::TOLD_SKEW_MS.saturating_add(took_ms)
    {
        findings.add(
            "clock",
            Verdict::Warning,
            format!("it is {}", engine::clock::in_words(now.since(shared))),
        );
    } else {
        findings.add("clock", Verdict::Fine, now.to_string());
    }
}

/// Rows read at once.
const ROWS: usize = 20_000;

/// Compares the index with the database, where no server has it open.
async fn index(config: &Config, db: &Db, findings: &mut Findings) {
    let Ok(_lock) = wiring::lock(config) else {
        findings.add(
            "index",
            Verdict::Fine,
            "a server is using it; /readyz says how it is",
        );
        return;
    };
    let directory = config.index_directory();
    if !directory.exists() {
        findings.add("index", Verdict::Fine, "none yet; the server makes it");
        return;
    }
    let options = SearchOptions {
        directory: Some(directory),
    };
    let search = match tokio::task::spawn_blocking(move || Search::open(&options)).await {
        Ok(Ok(search)) => search,
        Ok(Err(error)) => {
            findings.add("index", Verdict::Warning, rebuilt(&in_full(&error)));
            return;
        }
        Err(error) => {
            findings.add("index", Verdict::Warning, rebuilt(&error.to_string()));
            return;
        }
    };
    for account in store::accounts::list(db).await.unwrap_or_default() {
        let id = account.id;
        let reader = search.clone();
        let loaded = tokio::task::spawn_blocking(move || reader.load(id)).await;
        let head = store::changes::newest(db, id).await.unwrap_or_default();
        let (verdict, detail) = match loaded {
            Ok(Loaded::Ready { through, mark }) if through == head.number => {
                match count(db, id).await {
                    Ok(_) if mark.zip(head.mark).is_some_and(|(one, other)| one != other) => (
                        Verdict::Warning,
                        rebuilt("it holds changes that the database has lost"),
                    ),
                    Ok(counted) => agreement(search.holding(id), counted, head.checksum),
                    Err(error) => (Verdict::Broken, in_full(&error)),
                }
            }
            Ok(Loaded::Ready { through, .. }) if through < head.number => (
                Verdict::Fine,
                format!(
                    "at change {through} of {}; the server catches up",
                    head.number
                ),
            ),
            Ok(Loaded::Ready { .. }) => (Verdict::Warning, rebuilt("it is ahead of the database")),
            Ok(Loaded::Missing) => (Verdict::Fine, "none yet; the server makes it".to_owned()),
            Ok(Loaded::Damaged(reason)) => (Verdict::Warning, rebuilt(&reason)),
            Err(error) => (Verdict::Warning, rebuilt(&error.to_string())),
        };
        findings.add("index", verdict, format!("account {id}: {detail}"));
    }
}

/// What the mentions of an account come to, row by row.
async fn count(db: &Db, id: AccountId) -> Result<Checksum, StoreError> {
    let mut sum = Checksum::default();
    let mut after = None;
    loop {
        let page = store::mentions::versions_after(db, id, after, ROWS).await?;
        let Some((last, _)) = page.last() else {
            return Ok(sum);
        };
        after = Some(*last);
        for (mention, version) in page {
            sum.add(mention, version);
        }
    }
}

/// Compares the versions of mentions in the index with those in the database, and what the database
/// keeps for such comparisons with what is in it.
fn agreement(held: Option<Holding>, counted: Checksum, kept: Checksum) -> (Verdict, String) {
    let indexed = held.map(|held| held.checksum).unwrap_or_default();
    if indexed != counted {
        let detail = if indexed.mentions == counted.mentions {
            "other versions of them than the database"
        } else {
            "not as many as the database"
        };
        let (indexed, counted) = (indexed.mentions, counted.mentions);
        return (
            Verdict::Broken,
            format!("{indexed} mentions, {detail} ({counted}); run `switchboard index rebuild`"),
        );
    }
    if kept != counted {
        return (
            Verdict::Warning,
            "as the database, whose checksum is wrong; the server corrects it".to_owned(),
        );
    }
    (
        Verdict::Fine,
        format!("{} mentions, as in the database", indexed.mentions),
    )
}

fn rebuilt(reason: &str) -> String {
    format!("{reason}; the server rebuilds it when it starts")
}
