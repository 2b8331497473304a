//! What can be typed, and what comes of typing it wrongly.

use super::process::{document, run, stderr, stdout};

#[test]
fn help_reads_well_and_every_command_has_an_example() {
    let data = tempfile::tempdir().unwrap();
    let help = run(data.path(), &["--help"]);
    assert!(help.status.success());
    insta::assert_snapshot!(stdout(&help));
    for command in [
        &["serve"][..],
        &["demo"],
        &["init"],
        &["account", "create"],
        &["account", "list"],
        &["user", "list"],
        &["user", "create"],
        &["user", "password"],
        &["user", "disable"],
        &["user", "enable"],
        &["user", "unlock"],
        &["token", "create"],
        &["token", "list"],
        &["token", "revoke"],
        &["key", "create"],
        &["key", "list"],
        &["key", "revoke"],
        &["app", "create"],
        &["app", "list"],
        &["app", "delete"],
        &["audit", "verify"],
        &["migrate"],
        &["index", "rebuild"],
        &["doctor"],
        &["openapi"],
        &["config", "check"],
        &["config", "show"],
    ] {
        let mut arguments = command.to_vec();
        arguments.push("--help");
        let help = run(data.path(), &arguments);
        assert!(help.status.success(), "{command:?}");
        let text = stdout(&help);
        let example = format!("switchboard {}", command.join(" "));
        let after = text.split("Example:").nth(1).unwrap_or_default();
        assert!(after.contains(&example), "{command:?}: {text}");
    }
}

#[test]
fn wrong_usage_is_status_2_and_says_nothing_on_standard_output() {
    let data = tempfile::tempdir().unwrap();
    for arguments in [
        &["serve", "--no-such-flag"][..],
        &["no-such-command"],
        &["init", "--account", "x"],
        &[],
    ] {
        let output = run(data.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert_eq!(stdout(&output), "", "{arguments:?}");
        assert!(!stderr(&output).is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_failure_is_status_1_with_one_line_on_standard_error() {
    let data = tempfile::tempdir().unwrap();
    let output = run(
        data.path(),
        &["token", "create", "--email", "nobody@example.com"],
    );
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stdout(&output), "");
    assert_eq!(stderr(&output).lines().count(), 1, "{}", stderr(&output));
    let output = run(
        data.path(),
        &["--json", "token", "create", "--email", "nobody@example.com"],
    );
    assert_eq!(output.status.code(), Some(1));
    assert!(document(&output)["error"].is_string());
}

#[test]
fn a_script_is_told_what_of_its_command_line_is_wrong() {
    let data = tempfile::tempdir().unwrap();
    let output = run(data.path(), &["--json", "user", "password"]);
    assert_eq!(output.status.code(), Some(2));
    let error = document(&output)["error"].as_str().unwrap().to_owned();
    assert_eq!(
        error,
        "the following required arguments were not provided: --email <E>"
    );
}

#[test]
fn the_openapi_document_is_printed() {
    let data = tempfile::tempdir().unwrap();
    let document = document(&run(data.path(), &["openapi"]));
    assert!(document["openapi"].as_str().unwrap().starts_with("3."));
}

#[test]
fn what_is_left_out_or_no_number_is_said_with_what_belongs_there() {
    let data = tempfile::tempdir().unwrap();
    for (arguments, part) in [
        (
            &["user", "password"][..],
            "Usage: switchboard user password [OPTIONS] --email <E>",
        ),
        (
            &["user", "disable"],
            "switchboard user disable [OPTIONS] --email <E>",
        ),
        (
            &["user", "enable"],
            "switchboard user enable [OPTIONS] --email <E>",
        ),
        (
            &["user", "unlock"],
            "switchboard user unlock [OPTIONS] --email <E>",
        ),
        (
            &["key", "revoke", "--account", "1001"],
            "switchboard key revoke [OPTIONS] --account <ID> --name <N>",
        ),
        (
            &["app", "delete"],
            "switchboard app delete [OPTIONS] --client-id <ID>",
        ),
        (
            &["key", "list", "--account", "abc"],
            "'abc' for '--account <ID>': a number was expected, such as 1001",
        ),
        (
            &["token", "revoke", "abc"],
            "a number was expected, such as 1001",
        ),
    ] {
        let output = run(data.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = stderr(&output);
        assert!(said.contains(part), "{arguments:?}: {said}");
    }
}
