//! From settings to running parts: directory, database, index, way out, use cases.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use channels::{SafeHttp, SafeHttpSettings};
use domain::time::{Clock, DAY_MS, HOUR_MS, SECOND_MS};
use engine::auth::{AuthConfig, LimitsConfig};
use engine::follow::IndexConfig;
use engine::live::StreamsConfig;
use engine::random::Random;
use engine::reports::ReportsConfig;
use engine::{Engine, EngineConfig};
use search::{Search, SearchOptions};
use store::{Admission, Db, DbOptions, Dialect, Presence};

use crate::config::Config;

/// Makes the data directory where it is missing, and keeps everybody but its owner out of it. One
/// that holds something else than an installation is left as it is.
///
/// # Errors
/// It cannot be made.
pub fn data_directory(config: &Config) -> anyhow::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&config.data).with_context(|| {
        format!(
            "the data directory {} cannot be made",
            config.data.display()
        )
    })?;
    #[cfg(unix)]
    close(&config.data).with_context(|| {
        format!(
            "the data directory {} can be read by others, and this cannot be changed",
            config.data.display()
        )
    })?;
    Ok(())
}

/// Takes the rights of others from a directory that is an installation's or is to become one, and
/// from the files that were made before everything was made private.
#[cfg(unix)]
fn close(directory: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;

    let mode = fs::metadata(directory)?.permissions().mode();
    let holds = |name: &str| directory.join(name).exists();
    let is_ours =
        holds("secret") || holds("switchboard.db") || fs::read_dir(directory)?.next().is_none();
    if !is_ours {
        return Ok(());
    }
    if mode & 0o077 != 0 {
        fs::set_permissions(directory, fs::Permissions::from_mode(0o700))?;
    }
    for name in ["secret", "lock"] {
        let file = directory.join(name);
        let Ok(found) = fs::metadata(&file) else {
            continue;
        };
        if found.permissions().mode() & 0o077 != 0 {
            fs::set_permissions(&file, fs::Permissions::from_mode(0o600))?;
        }
    }
    Ok(())
}

/// Where people reach a server that listens at this address: where `public_url` says, else there.
pub fn public_url(config: &Config, address: SocketAddr) -> String {
    if !config.public_url.is_empty() {
        return config.public_url.trim_end_matches('/').to_owned();
    }
    let scheme = if config.tls.is_on() { "https" } else { "http" };
    // "Any address" itself cannot be visited.
    let address = if address.ip().is_unspecified() {
        SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), address.port())
    } else {
        address
    };
    format!("{scheme}://{address}")
}

/// The same for a command, which has no listener: as far as the settings tell. Nothing when the
/// system chooses the port.
pub fn settled_url(config: &Config) -> String {
    match config.listen.address.parse::<SocketAddr>() {
        Ok(address) if address.port() != 0 || !config.public_url.is_empty() => {
            public_url(config, address)
        }
        _ => String::new(),
    }
}

/// Whether there may be an installation: on SQLite its file, and a database server may have one.
pub fn is_made(config: &Config) -> bool {
    db_options(config)
        .sqlite_path()
        .is_none_or(|file| file.exists())
}

/// How the database is opened.
pub fn db_options(config: &Config) -> DbOptions {
    let schema = &config.store.schema;
    DbOptions {
        read_connections: config.store.read_connections,
        write_connections: config.store.write_connections,
        wait_ms: config.store.lock_ms,
        statement_ms: config.store.statement_ms,
        schema: (!schema.is_empty()).then(|| schema.clone()),
        ..DbOptions::new(config.store.url.clone(), config.data.clone())
    }
}

/// Opens the database and brings its schema up to date.
///
/// # Errors
/// It cannot be reached, or is newer than this program.
pub async fn database(config: &Config) -> anyhow::Result<Db> {
    data_directory(config)?;
    let db = Db::open(&db_options(config))
        .await
        .context("the database cannot be opened")?;
    db.migrate()
        .await
        .context("the database cannot be brought to this version's schema")?;
    Ok(db)
}

/// Where the index lives while a command runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Index {
    /// In its directory; one process at a time.
    OnDisk,
    /// Nowhere: the command does not search.
    InMemory,
}

/// Puts the use cases together over an open database; the clock is the computer's but for stories
/// of the past.
///
/// # Errors
/// The index directory or the outbound settings are not usable.
pub async fn engine(
    config: &Config,
    db: Db,
    index: Index,
    public_url: String,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
) -> anyhow::Result<Engine> {
    let file = secret_file(config);
    if !file.exists() && !store::accounts::list(&db).await?.is_empty() {
        tracing::warn!(path = %file.display(), "the secret of this installation is missing and another one is made: what is sealed with it, such as addresses of feeds, cannot be read until it is restored");
    }
    let secret = secret(&file, random.as_ref())
        .context("the secret in the data directory cannot be read or made")?;
    if !engine::nodes::opens_addresses(&db, &secret).await? {
        tracing::warn!(path = %file.display(), "this is not the secret with which the addresses of feeds were sealed: none of them can be read until it is restored");
    }
    let directory = match index {
        Index::OnDisk => Some(config.index_directory()),
        Index::InMemory => None,
    };
    let search = tokio::task::spawn_blocking(move || Search::open(&SearchOptions { directory }))
        .await?
        .context("the index cannot be opened")?;
    let http = SafeHttp::new(outbound(config)).context("outbound.allow")?;
    let node = config.node;
    let config = EngineConfig {
        public_url,
        secret,
        auth: auth(config),
        polling: engine::jobs::PollingConfig::default(),
        changes_kept_ms: i64::from(config.store.changes_days).saturating_mul(DAY_MS),
        index: kept(config),
        reports: reports(config),
        streams: StreamsConfig {
            per_user: config.limits.streams_per_user,
            per_account: config.limits.streams_per_account,
        },
    };
    let engine = Engine::new(db, search, http, clock, random, node, config)
        .await
        .context("the use cases cannot start")?;
    engine::clock::agree(&engine)
        .await
        .context("the database does not tell its time")?;
    Ok(engine)
}

/// Takes this server's number among those that share the database.
///
/// # Errors
/// Another server has it, or the others have another secret.
pub async fn presence(engine: &Engine) -> anyhow::Result<Presence> {
    let secret = engine::nodes::secret_fingerprint(engine);
    let node = engine.node();
    match engine.db().presence(node, &secret).await? {
        Admission::Admitted(presence) => Ok(presence),
        Admission::Taken if engine.db().dialect() == Dialect::Sqlite => {
            anyhow::bail!("another server has the database open; SQLite serves one")
        }
        Admission::Taken => anyhow::bail!(
            "node = {node}: another server on this database has this number; \
             give each server a number of its own, from 0 to 31"
        ),
        Admission::OtherSecret => anyhow::bail!(
            "the other servers on this database have another secret: copy the file \"secret\" from \
             the data directory of one of them into this one's"
        ),
    }
}

/// How the index is kept.
fn kept(config: &Config) -> IndexConfig {
    IndexConfig {
        wait_ms: config.search.wait_ms,
        snapshot_changes: config.search.snapshot_changes.into(),
        snapshot_ms: config.search.snapshot_ms,
        ..IndexConfig::default()
    }
}

fn outbound(config: &Config) -> SafeHttpSettings {
    let outbound = &config.outbound;
    SafeHttpSettings {
        allow: outbound.allow.clone(),
        ports: outbound
            .ports
            .iter()
            .filter_map(|port| port.parse().ok())
            .collect(),
        connect_timeout_ms: outbound.connect_ms,
        total_timeout_ms: outbound.request_ms,
        max_body_bytes: outbound.body_bytes,
        ..SafeHttpSettings::default()
    }
}

fn reports(config: &Config) -> ReportsConfig {
    let reports = &config.reports;
    ReportsConfig {
        directory: config.reports_directory(),
        kept_ms: i64::from(reports.kept_days).saturating_mul(DAY_MS),
        link_ms: i64::from(reports.link_hours).saturating_mul(HOUR_MS),
        concurrent: usize::try_from(reports.concurrent).unwrap_or(usize::MAX),
    }
}

fn auth(config: &Config) -> AuthConfig {
    let (oauth, limits) = (&config.oauth, &config.limits);
    AuthConfig {
        access_token_ms: i64::from(oauth.token_days).saturating_mul(DAY_MS),
        refresh_token_ms: i64::from(oauth.refresh_days).saturating_mul(DAY_MS),
        code_ms: i64::from(oauth.code_seconds).saturating_mul(SECOND_MS),
        session_idle_ms: i64::from(oauth.session_idle_hours).saturating_mul(HOUR_MS),
        session_absolute_ms: i64::from(oauth.session_days).saturating_mul(DAY_MS),
        password_link_ms: i64::from(oauth.password_link_hours).saturating_mul(HOUR_MS),
        limits: LimitsConfig {
            enabled: limits.enabled,
            user: limits.per_user_per_hour.into(),
            console: limits.console.into(),
            address: limits.anonymous.into(),
            key: limits.per_key_per_minute.into(),
            ..LimitsConfig::default()
        },
        ..AuthConfig::default()
    }
}

/// Length of the secret.
const SECRET_BYTES: u64 = 32;

/// Where the secret is kept.
pub fn secret_file(config: &Config) -> PathBuf {
    config.data.join("secret")
}

/// The secret as it is kept. A file with more than its bytes, such as a mark of an editor before
/// them, is another one than was meant.
///
/// # Errors
/// `InvalidData` when it does not have exactly 32 bytes.
pub fn read_secret(path: &Path) -> io::Result<[u8; 32]> {
    let file = fs::File::open(path)?;
    let length = file.metadata()?.len();
    let mut bytes = Vec::new();
    file.take(SECRET_BYTES + 1).read_to_end(&mut bytes)?;
    bytes.try_into().map_err(|_| {
        let reason = format!(
            "{} has {length} bytes instead of {SECRET_BYTES}; restore it from a backup",
            path.display()
        );
        io::Error::new(io::ErrorKind::InvalidData, reason)
    })
}

/// The 32 bytes that sign cursors and forms: made once, readable by the owner only. Several nodes
/// of one installation need the same file.
fn secret(path: &Path, random: &dyn Random) -> io::Result<[u8; 32]> {
    match read_secret(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        done => return done,
    }
    let mut secret = [0; 32];
    random.fill(&mut secret);
    // Written aside and linked, so that of two first starts at once both end up with one secret.
    let mut suffix = [0; 8];
    random.fill(&mut suffix);
    let aside = path.with_extension(u64::from_ne_bytes(suffix).to_string());
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&aside)?;
    file.write_all(&secret)?;
    file.sync_all()?;
    let linked = fs::hard_link(&aside, path);
    fs::remove_file(&aside)?;
    match linked {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            secret = read_secret(path)?;
        }
        Err(error) => return Err(error),
    }
    // What is signed with it must not outlive its name.
    if let Some(directory) = path.parent() {
        fs::File::open(directory)?.sync_all()?;
    }
    Ok(secret)
}

/// Keeps a second process out of the data directory for as long as it lives.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "held for the lock on it")] fs::File);

/// Takes the data directory for a process that writes the index.
///
/// # Errors
/// Another process has it.
pub fn lock(config: &Config) -> anyhow::Result<Lock> {
    data_directory(config)?;
    let path = config.data.join("lock");
    let file = fs::OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .with_context(|| format!("{} cannot be opened", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(fs::TryLockError::WouldBlock) => {
            anyhow::bail!("another server is running on {}", config.data.display())
        }
        Err(fs::TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("{} cannot be locked", path.display()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Layers, load};
    use engine::random::{SeededRandom, SystemRandom};

    fn settled(address: &str, public_url: &str, tls: &str) -> String {
        let mut config: Config = load(&Layers::default()).unwrap().0;
        config.listen.address = address.to_owned();
        config.public_url = public_url.to_owned();
        config.tls.certificate = tls.into();
        settled_url(&config)
    }

    #[test]
    fn links_of_commands_lead_to_the_public_address_or_to_where_the_server_listens() {
        for (address, public_url, tls, expected) in [
            ("127.0.0.1:8080", "", "", "http://127.0.0.1:8080"),
            ("0.0.0.0:80", "", "", "http://127.0.0.1:80"),
            ("[::]:8443", "", "cert.pem", "https://127.0.0.1:8443"),
            ("127.0.0.1:0", "", "", ""),
            (
                "127.0.0.1:0",
                "https://care.example/",
                "",
                "https://care.example",
            ),
            (
                "127.0.0.1:8080",
                "https://care.example",
                "",
                "https://care.example",
            ),
        ] {
            assert_eq!(
                settled(address, public_url, tls),
                expected,
                "{address} {public_url}"
            );
        }
    }

    #[test]
    fn the_secret_is_made_once_and_its_owner_alone_can_read_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("secret");
        let made = secret(&path, &SeededRandom::new(1)).unwrap();
        assert_ne!(made, [0; 32]);
        assert_eq!(secret(&path, &SeededRandom::new(2)).unwrap(), made);
        let left: Vec<_> = fs::read_dir(directory.path()).unwrap().collect();
        assert_eq!(left.len(), 1, "{left:?}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn first_starts_at_once_agree_on_one_secret() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("secret");
        let made: Vec<[u8; 32]> = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| secret(&path, &SystemRandom).unwrap()))
                .collect();
            starts
                .into_iter()
                .map(|start| start.join().unwrap())
                .collect()
        });
        assert!(made.iter().all(|one| *one == made[0]));
    }

    #[test]
    fn a_secret_of_another_length_is_an_error_and_not_a_new_secret() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("secret");
        for length in [31, 33, 64] {
            fs::write(&path, vec![7; length]).unwrap();
            assert!(secret(&path, &SystemRandom).is_err(), "{length}");
        }
    }
}
