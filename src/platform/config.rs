//! Settings: flags before environment before file before defaults. A wrong one stops the start with one sentence.

use std::{net::SocketAddr, path::PathBuf};

use clap::Args;
use serde::Deserialize;

/// Settings as given on the command line or in the environment.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub struct Settings {
    /// Where the records are kept: sqlite:PATH or postgres://USER@HOST/NAME [default: sqlite:tamtru.sqlite, in the demo sqlite:tamtru-demo.sqlite]
    #[arg(long, env = "DATABASE_URL", value_name = "URL", global = true, hide_env_values = true)]
    pub database: Option<String>,
    /// Address to listen on [default: 127.0.0.1:8080]
    #[arg(long, env = "TAMTRU_LISTEN", value_name = "ADDRESS", global = true)]
    pub listen: Option<SocketAddr>,
    /// How the outside reaches us, without a slash at the end; goes into receipts [default: http://LISTEN]
    #[arg(long, env = "TAMTRU_PUBLIC_URL", value_name = "URL", global = true)]
    pub public_url: Option<String>,
    /// File with the secret that seals keys in the database; made if absent, the same on all instances
    /// [default: tamtru.key]
    #[arg(long, env = "TAMTRU_SECRET_FILE", value_name = "PATH", global = true)]
    pub secret_file: Option<PathBuf>,
    /// First part of reference codes [default: TT]
    #[arg(long, env = "TAMTRU_CODE_PREFIX", value_name = "LETTERS", global = true)]
    pub code_prefix: Option<String>,
    /// Connections to the database [default: 12]
    #[arg(long, env = "TAMTRU_DATABASE_CONNECTIONS", value_name = "N", global = true)]
    pub database_connections: Option<u32>,
    /// Connections from clients in all [default: 2048]
    #[arg(long, env = "TAMTRU_MAX_CONNECTIONS", value_name = "N", global = true)]
    pub max_connections: Option<usize>,
    /// Connections from one address; set it high behind a proxy [default: 512]
    #[arg(long, env = "TAMTRU_MAX_CONNECTIONS_PER_ADDRESS", value_name = "N", global = true)]
    pub max_connections_per_address: Option<usize>,
    /// Requests per second of one signed-in caller, 0 for no limit [default: 5000]
    #[arg(long, env = "TAMTRU_RATE_LIMIT", value_name = "N", global = true)]
    pub rate_limit: Option<u32>,
    /// Requests per second of one address that has not signed in, 0 for no limit [default: 50]
    #[arg(long, env = "TAMTRU_ANONYMOUS_RATE_LIMIT", value_name = "N", global = true)]
    pub anonymous_rate_limit: Option<u32>,
    /// What is logged, as in tracing's EnvFilter [default: info]
    #[arg(long, env = "TAMTRU_LOG", value_name = "FILTER", global = true)]
    pub log: Option<String>,
    /// How log lines look: text or json [default: text]
    #[arg(long, env = "TAMTRU_LOG_FORMAT", value_name = "FORMAT", global = true)]
    pub log_format: Option<String>,
}

/// Settings that were checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// Database URL.
    pub database: String,
    /// Address to listen on.
    pub listen: SocketAddr,
    /// How the outside reaches us, without a slash at the end.
    pub public_url: String,
    /// File with the secret.
    pub secret_file: PathBuf,
    /// First part of reference codes.
    pub code_prefix: String,
    /// Connections to the database.
    pub database_connections: u32,
    /// Connections from clients in all.
    pub max_connections: usize,
    /// Connections from one address.
    pub max_connections_per_address: usize,
    /// Requests per second of a signed-in caller; 0 for no limit.
    pub rate_limit: u32,
    /// Requests per second of an address; 0 for no limit.
    pub anonymous_rate_limit: u32,
    /// Log filter.
    pub log: String,
    /// Whether log lines are JSON.
    pub log_json: bool,
}

/// One sentence about a wrong setting.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(String);

impl Settings {
    /// Reads the file named, fills what is missing from it, then from the defaults, and checks all.
    pub fn resolve(self, file: Option<&PathBuf>) -> Result<Config, ConfigError> {
        let from_file = match file {
            None => Self::default(),
            Some(path) => config::Config::builder()
                .add_source(config::File::from(path.as_path()).format(config::FileFormat::Toml))
                .build()
                .and_then(config::Config::try_deserialize)
                .map_err(|error| ConfigError(format!("configuration file {}: {error}", path.display())))?,
        };
        let listen = self.listen.or(from_file.listen).unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080)));
        let public_url = self.public_url.or(from_file.public_url).unwrap_or_else(|| format!("http://{listen}"));
        let log_format = self.log_format.or(from_file.log_format).unwrap_or_else(|| "text".to_owned());
        let config = Config {
            database: self.database.or(from_file.database).unwrap_or_else(|| "sqlite:tamtru.sqlite".to_owned()),
            listen,
            public_url: public_url.trim_end_matches('/').to_owned(),
            secret_file: self.secret_file.or(from_file.secret_file).unwrap_or_else(|| PathBuf::from("tamtru.key")),
            code_prefix: self.code_prefix.or(from_file.code_prefix).unwrap_or_else(|| "TT".to_owned()),
            database_connections: self.database_connections.or(from_file.database_connections).unwrap_or(12),
            max_connections: self.max_connections.or(from_file.max_connections).unwrap_or(2048),
            max_connections_per_address: self
                .max_connections_per_address
                .or(from_file.max_connections_per_address)
                .unwrap_or(512),
            rate_limit: self.rate_limit.or(from_file.rate_limit).unwrap_or(5000),
            anonymous_rate_limit: self.anonymous_rate_limit.or(from_file.anonymous_rate_limit).unwrap_or(50),
            log: self.log.or(from_file.log).unwrap_or_else(|| "info".to_owned()),
            log_json: log_format == "json",
        };
        let refuse = |wrong: bool, sentence: &str| if wrong { Err(ConfigError(sentence.to_owned())) } else { Ok(()) };
        refuse(
            !["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| config.database.starts_with(scheme)),
            "database: must begin with sqlite: or postgres:",
        )?;
        refuse(
            !(config.public_url.starts_with("http://") || config.public_url.starts_with("https://")),
            "public URL: must begin with http:// or https://",
        )?;
        refuse(
            config.public_url.contains(|c: char| c.is_whitespace() || c.is_control() || "?#'\"".contains(c)),
            "public URL: must be an address without query, fragment, blanks and quotes",
        )?;
        refuse(
            tracing_subscriber::EnvFilter::try_new(&config.log).is_err(),
            "log: must be a filter such as info or tamtru=debug,warn",
        )?;
        refuse(!["text", "json"].contains(&log_format.as_str()), "log format: must be text or json")?;
        refuse(
            !(1..=8).contains(&config.code_prefix.len()) || !config.code_prefix.bytes().all(|b| b.is_ascii_uppercase()),
            "code prefix: must be 1 to 8 capital letters A to Z",
        )?;
        refuse(!(1..=500).contains(&config.database_connections), "database connections: must be 1 to 500")?;
        refuse(
            config.max_connections == 0 || config.max_connections_per_address == 0,
            "connections: must be at least 1",
        )?;
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_win_over_file_and_file_over_default() {
        let dir = tempfile::tempdir().expect("temp dir");
        let path = dir.path().join("tamtru.toml");
        std::fs::write(&path, "code_prefix = \"DN\"\nlisten = \"127.0.0.1:9\"\n").expect("written");
        let flags = Settings { listen: "127.0.0.1:7".parse().ok(), ..Settings::default() };
        let config = flags.resolve(Some(&path)).expect("good settings");
        assert_eq!((config.listen.port(), config.code_prefix.as_str()), (7, "DN"));
        assert_eq!(config.database, "sqlite:tamtru.sqlite");
    }

    #[test]
    fn wrong_settings_are_one_sentence() {
        for settings in [
            Settings { database: Some("mysql://x".into()), ..Settings::default() },
            Settings { public_url: Some("ftp://x".into()), ..Settings::default() },
            Settings { log_format: Some("xml".into()), ..Settings::default() },
            Settings { code_prefix: Some("a-b".into()), ..Settings::default() },
            Settings { database_connections: Some(0), ..Settings::default() },
        ] {
            let sentence = settings.resolve(None).expect_err("refused").to_string();
            assert!(!sentence.contains('\n') && sentence.contains(": must be"), "{sentence}");
        }
    }
}
