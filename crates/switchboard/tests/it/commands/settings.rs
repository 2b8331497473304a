//! Where settings come from and what is said of them.

use std::process::Command;

use super::process::{document, run, stderr, stdout, switchboard};

#[test]
fn settings_are_overlaid_in_the_documented_order() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("switchboard.toml");
    std::fs::write(
        &file,
        "public_url = \"https://file.example\"\n[limits]\nenabled = false\nconsole = 7\n",
    )
    .unwrap();
    let show = |more: &mut dyn FnMut(&mut Command)| {
        let mut command = switchboard(data.path());
        command
            .args(["--json", "config", "show", "--config"])
            .arg(&file);
        more(&mut command);
        document(&command.output().unwrap())
    };
    let shown = show(&mut |_| {});
    assert_eq!(shown["public_url"], "https://file.example");
    assert_eq!(shown["limits"]["enabled"], false);
    assert_eq!(shown["limits"]["console"], 7);
    assert_eq!(shown["limits"]["per_user_per_hour"], 350);
    let shown = show(&mut |command| {
        command.env("SWITCHBOARD__LIMITS__CONSOLE", "8");
        command.env(
            "SWITCHBOARD__OUTBOUND__ALLOW",
            "127.0.0.0/8, feeds.internal",
        );
    });
    assert_eq!(shown["limits"]["console"], 8);
    assert_eq!(
        shown["outbound"]["allow"],
        serde_json::json!(["127.0.0.0/8", "feeds.internal"])
    );
}

#[test]
fn secrets_are_not_shown() {
    let data = tempfile::tempdir().unwrap();
    for form in [&["config", "show"][..], &["--json", "config", "show"]] {
        let output = switchboard(data.path())
            .args(form)
            .env(
                "SWITCHBOARD__STORE__URL",
                "postgres://me:hunter2@db/x?password=hunter3",
            )
            .env("SWITCHBOARD__METRICS__TOKEN", "hunter4")
            .output()
            .unwrap();
        assert!(output.status.success());
        let text = stdout(&output);
        assert!(!text.contains("hunter"), "{text}");
        assert!(text.contains("postgres://me:"), "{text}");
    }
}

#[test]
fn a_wrong_setting_is_named_with_its_source_and_what_is_expected() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("wrong.toml");
    std::fs::write(
        &file,
        "listn.address = \"x\"\n[limits]\nenabled = \"no\"\nconsole = -1\n[log]\nformat = \"xml\"\n",
    )
    .unwrap();
    let output = switchboard(data.path())
        .args(["--json", "config", "check", "--config"])
        .arg(&file)
        .env("SWITCHBOARD__LIMITS__IN_FLIHGT", "7")
        .env("SWITCHBOARD__PUBLIC_URL", "care.example.com")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let problems = document(&output)["problems"].clone();
    let find = |key: &str| {
        problems
            .as_array()
            .unwrap()
            .iter()
            .find(|problem| problem["key"] == key)
            .unwrap_or_else(|| panic!("{key}: {problems}"))
            .clone()
    };
    let file = file.display().to_string();
    assert_eq!(find("limits.enabled")["source"], file);
    assert_eq!(
        find("limits.enabled")["reason"],
        "expected true or false, got \"no\""
    );
    assert!(
        find("limits.console")["reason"]
            .as_str()
            .unwrap()
            .contains("whole number")
    );
    assert_eq!(find("log.format")["reason"], "expected one of text, json");
    assert!(
        find("listn.address")["reason"]
            .as_str()
            .unwrap()
            .contains("listen.address")
    );
    let typo = find("limits.in_flihgt");
    assert_eq!(typo["source"], "SWITCHBOARD__LIMITS__IN_FLIHGT");
    assert!(
        typo["reason"]
            .as_str()
            .unwrap()
            .contains("limits.in_flight")
    );
    assert_eq!(find("public_url")["source"], "SWITCHBOARD__PUBLIC_URL");
}

#[test]
fn a_file_that_is_not_toml_is_named_with_its_line() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("broken.toml");
    std::fs::write(&file, "public_url = \"\"\n[limits\n").unwrap();
    let output = switchboard(data.path())
        .args(["serve", "--config"])
        .arg(&file)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains("broken.toml: line 2: "), "{said}");
}

#[test]
fn the_manual_is_the_default_file_and_explains_every_setting() {
    let data = tempfile::tempdir().unwrap();
    let output = run(data.path(), &["config", "show", "--defaults"]);
    let manual = stdout(&output);
    assert_eq!(manual, include_str!("../../../src/config.default.toml"));
    let mut is_explained = false;
    for line in manual.lines() {
        if line.starts_with('#') {
            is_explained = true;
        } else if line.is_empty() || line.starts_with('[') {
            is_explained = false;
        } else {
            assert!(is_explained, "nothing explains {line}");
            is_explained = false;
        }
    }
    assert!(run(data.path(), &["config", "check"]).status.success());
}

#[test]
fn a_variable_with_single_underscores_is_not_passed_over() {
    let data = tempfile::tempdir().unwrap();
    for (given, meant) in [
        ("SWITCHBOARD_STORE_URL", "SWITCHBOARD__STORE__URL"),
        ("SWITCHBOARD_PUBLIC_URL", "SWITCHBOARD__PUBLIC_URL"),
        (
            "SWITCHBOARD_LISTEN__ADDRESS",
            "SWITCHBOARD__LISTEN__ADDRESS",
        ),
    ] {
        let output = switchboard(data.path())
            .args(["config", "check"])
            .env(given, "x")
            .output()
            .unwrap();
        assert!(!output.status.success(), "{given}");
        let said = format!("{given}: a variable that nothing reads; did you mean {meant}?");
        assert!(stderr(&output).contains(&said), "{}", stderr(&output));
    }
    let output = switchboard(data.path())
        .args(["config", "check"])
        .env("SWITCHBOARD_HOME", "x")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
}

#[test]
fn what_stands_in_place_of_a_section_is_not_shown() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("wrong.toml");
    std::fs::write(&file, "store = \"postgres://me:hunter2@db/x\"\n").unwrap();
    let output = switchboard(data.path())
        .args(["--json", "config", "check", "--config"])
        .arg(&file)
        .env("SWITCHBOARD__METRICS", "hunter3")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = stdout(&output) + &stderr(&output);
    assert!(!said.contains("hunter"), "{said}");
    let problems = document(&output)["problems"].to_string();
    for key in ["store", "metrics"] {
        assert!(problems.contains(key), "{problems}");
    }
    assert!(
        problems.contains("expected a section of settings"),
        "{problems}"
    );
}

#[test]
fn a_variable_that_is_not_utf_8_is_named_and_not_passed_over() {
    use std::os::unix::ffi::OsStringExt as _;

    let data = tempfile::tempdir().unwrap();
    let output = switchboard(data.path())
        .args(["--json", "config", "check"])
        .env(
            "SWITCHBOARD__STORE__URL",
            std::ffi::OsString::from_vec(b"postgres://\xff".to_vec()),
        )
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let problems = document(&output)["problems"].to_string();
    for part in [
        "SWITCHBOARD__STORE__URL",
        "store.url",
        "expected text in UTF-8",
    ] {
        assert!(problems.contains(part), "{problems}");
    }
}
