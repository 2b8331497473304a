//! `config check` and `config show`.

use serde_json::json;

use super::{Settings, in_one_line};
use crate::cli::Config as Command;
use crate::config::{DEFAULTS, masked, to_text};
use crate::output::Output;

/// Runs a command about settings.
pub(super) fn run(command: &Command, loaded: Settings, output: Output) -> anyhow::Result<()> {
    match (command, loaded) {
        (Command::Show { defaults: true }, _) => {
            let defaults: toml::Table = DEFAULTS.parse()?;
            output.print(DEFAULTS, &serde_json::to_value(defaults)?);
            Ok(())
        }
        (Command::Check, Ok(_)) => {
            output.print("The settings make sense.", &json!({ "problems": [] }));
            Ok(())
        }
        (Command::Check, Err(problems)) if output.is_json => {
            let problems: Vec<_> = problems
                .iter()
                .map(|problem| {
                    json!({
                        "source": problem.source,
                        "key": problem.key,
                        "reason": problem.reason,
                    })
                })
                .collect();
            output.document(&json!({ "problems": problems }));
            Err(crate::output::Silent.into())
        }
        (_, Err(problems)) => Err(anyhow::anyhow!(in_one_line(&problems))),
        (Command::Show { defaults: false }, Ok((config, origins))) => {
            let document = serde_json::to_value(masked(&config))?;
            output.print(&to_text(&config, &origins), &document);
            Ok(())
        }
    }
}
