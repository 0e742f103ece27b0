//! `--config FILE`: a TOML file whose names are those of the flags. What it says is a default: flags and environment win.

use std::ffi::OsString;

use clap::CommandFactory;

use super::read_file;

/// The command line `C`, its defaults changed by the file that `--config` or `REMOTE_REFRESH_CONFIG` names, if one does.
pub(super) fn command<C: CommandFactory>() -> Result<clap::Command, String> {
    let command = C::command();
    let Some(path) =
        named(std::env::args_os()).or_else(|| std::env::var_os("REMOTE_REFRESH_CONFIG"))
    else {
        return Ok(command);
    };
    let text = read_file(path.as_ref(), "the configuration")?;
    with_defaults(command, &text).map_err(|error| format!("{}: {error}", path.to_string_lossy()))
}

fn named(mut arguments: impl Iterator<Item = OsString>) -> Option<OsString> {
    while let Some(argument) = arguments.next() {
        if argument == "--config" {
            return arguments.next();
        }
        if let Some(path) = argument
            .to_str()
            .and_then(|text| text.strip_prefix("--config="))
        {
            return Some(path.into());
        }
    }
    None
}

fn with_defaults(mut command: clap::Command, text: &str) -> Result<clap::Command, String> {
    let table: toml::Table = toml::from_str(text).map_err(|error| error.to_string())?;
    for (name, value) in table {
        let argument = command
            .get_arguments()
            .find(|argument| argument.get_long() == Some(&name));
        let id = argument
            .filter(|_| name != "config")
            .map(|argument| argument.get_id().clone());
        let id = id.ok_or_else(|| {
            format!("There is no setting \"{name}\". The settings are the flags, without --.")
        })?;
        let value = match value {
            toml::Value::String(text) => text,
            toml::Value::Integer(number) => number.to_string(),
            toml::Value::Boolean(value) => value.to_string(),
            _ => {
                return Err(format!(
                    "\"{name}\" must be a text, a whole number, true or false."
                ))
            }
        };
        command = command.mut_arg(id, |argument| argument.default_value(value));
    }
    Ok(command)
}

#[cfg(test)]
mod tests {
    use clap::{FromArgMatches, Parser};

    use super::*;

    #[derive(Parser)]
    struct Cli {
        #[arg(long, default_value_t = 1)]
        size: u64,
        #[arg(long)]
        on: bool,
        #[arg(long)]
        config: Option<String>,
    }

    fn parse(file: &str, arguments: &[&str]) -> Result<Cli, String> {
        let matches = with_defaults(Cli::command(), file)?.try_get_matches_from(arguments);
        matches
            .and_then(|matches| Cli::from_arg_matches(&matches))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn the_file_is_a_default_and_a_flag_wins() {
        let cli = parse("size = 7\non = true", &["x"]).expect("it is a good file");
        assert_eq!((cli.size, cli.on, cli.config), (7, true, None));
        assert_eq!(
            parse("size = 7", &["x", "--size", "9"]).map(|cli| cli.size),
            Ok(9)
        );
        assert_eq!(parse("", &["x"]).map(|cli| cli.size), Ok(1));
    }

    #[test]
    fn what_is_no_setting_is_refused() {
        for file in [
            "sise = 7",
            "size = [1]",
            "size = 'x'",
            "size",
            "config = 'x'",
        ] {
            assert!(parse(file, &["x"]).is_err(), "{file}");
        }
    }

    #[test]
    fn the_file_is_named_in_two_ways() {
        let find = |arguments: &[&str]| named(arguments.iter().map(OsString::from));
        assert_eq!(find(&["x", "--config", "a"]), Some("a".into()));
        assert_eq!(find(&["x", "--config=a"]), Some("a".into()));
        assert_eq!(find(&["x", "--size", "1"]), None);
    }
}
