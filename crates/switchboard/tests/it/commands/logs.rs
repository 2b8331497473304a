//! What becomes of a server whose log nobody reads.

use std::io::{PipeReader, pipe};

use super::process::{Server, init};

/// Their lines are more than a pipe holds.
const CALLS: usize = 2_000;

/// A server that writes a line for every request, and the other end of its log.
fn logging() -> (tempfile::TempDir, Server, PipeReader) {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    assert!(init(&data).status.success());
    let (reader, writer) = pipe().unwrap();
    let server = Server::start_with(&data, &[], |command| {
        command
            .env("SWITCHBOARD__LOG__REQUESTS", "all")
            .stderr(writer);
    });
    (directory, server, reader)
}

#[track_caller]
fn assert_serves_and_ends(server: Server) {
    for call in 0..CALLS {
        let answer = server.get("/livez");
        assert!(answer.starts_with("HTTP/1.1 200 "), "{call}: {answer}");
    }
    assert_eq!(server.stop().0, Some(0));
}

#[test]
fn a_reader_of_the_log_that_is_gone_ends_no_request_and_does_not_keep_the_server_from_ending() {
    let (_directory, server, reader) = logging();
    drop(reader);
    assert_serves_and_ends(server);
}

#[test]
fn a_reader_of_the_log_that_stalls_holds_up_nobody() {
    let (_directory, server, _reader) = logging();
    assert_serves_and_ends(server);
}
