//! A server process, and what can be done to it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use tokio::time::Instant;

use crate::client::{Client, Request};
use crate::place::Place;

/// How long anything may take that must happen; nothing is measured by it.
pub(crate) const LIMIT: Duration = Duration::from_mins(2);

/// A process that may not accept connections yet.
#[derive(Debug)]
pub(crate) struct Starting {
    child: Child,
    first_line: mpsc::Receiver<String>,
    log: String,
    since: Instant,
}

/// A server that accepts connections. It ends with this value.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    /// From the start of the process to its first ready answer.
    pub(crate) start_up: Duration,
}

impl Starting {
    pub(crate) fn spawn(place: &Place) -> Self {
        let since = Instant::now();
        let log = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&place.log)
            .unwrap();
        let mut child = place
            .command()
            .args(["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let (sender, first_line) = mpsc::channel();
        std::thread::spawn(move || {
            let mut line = String::new();
            // A closed pipe is told by the empty line.
            let _ = out.read_line(&mut line);
            let _ = sender.send(line);
        });
        Self {
            child,
            first_line,
            log: place.log.display().to_string(),
            since,
        }
    }

    /// Ends it wherever it is.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits until it listens and says that it is ready.
    pub(crate) fn ready(mut self) -> Server {
        let line = self.first_line.recv_timeout(LIMIT);
        let address = line
            .as_deref()
            .ok()
            .and_then(|line| line.trim().strip_prefix("listening on http://"))
            .and_then(|address| address.parse().ok());
        let Some(address) = address else {
            // It must not outlive the test.
            let _ = self.child.kill();
            let _ = self.child.wait();
            panic!(
                "the server does not start: {line:?}; its log is {}",
                self.log
            );
        };
        let mut server = Server {
            child: self.child,
            address,
            start_up: Duration::ZERO,
        };
        let mut client = Client::new("");
        until("the server is ready", || {
            client.ask(server.address, &Request::get("/readyz")).status == 200
        });
        server.start_up = self.since.elapsed();
        server
    }
}

impl Server {
    pub(crate) fn start(place: &Place) -> Self {
        Starting::spawn(place).ready()
    }

    /// `kill -9`.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end and waits for it.
    pub(crate) fn stop(mut self) {
        self.signal("TERM");
        let mut status = None;
        until("the server has ended", || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        assert!(
            status.unwrap().success(),
            "the server ended badly: {status:?}"
        );
    }

    /// Stops all of its threads where they are, and returns when they stand still. What it has
    /// asked of the kernel before is finished by then.
    pub(crate) fn freeze(&self) {
        self.signal("STOP");
        let tasks = format!("/proc/{}/task", self.child.id());
        until("the server stands still", || {
            fs::read_dir(&tasks).unwrap().all(|task| {
                let stat =
                    fs::read_to_string(task.unwrap().path().join("stat")).unwrap_or_default();
                let state = stat
                    .rsplit_once(") ")
                    .and_then(|(_, rest)| rest.chars().next());
                matches!(state, None | Some('T' | 'X' | 'Z'))
            })
        });
    }

    /// Open sockets of the process.
    pub(crate) fn sockets(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.child.id()))
            .unwrap()
            .filter_map(|entry| fs::read_link(entry.ok()?.path()).ok())
            .filter(|target| target.to_string_lossy().starts_with("socket:"))
            .count()
    }

    /// Memory of the process that is in use, in KiB.
    pub(crate) fn resident_kib(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.and_then(|line| line.split_whitespace().next());
        number.unwrap().parse().unwrap()
    }

    fn signal(&self, name: &str) {
        let done = Command::new("kill")
            .arg(format!("-{name}"))
            .arg(self.child.id().to_string())
            .status();
        assert!(done.unwrap().success(), "kill -{name}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks again and again until the condition holds.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let since = Instant::now();
    while !holds() {
        assert!(since.elapsed() < LIMIT, "it never came to pass that {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
