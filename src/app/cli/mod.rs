//! The command line.

mod import;

use std::{
    io::{IsTerminal, Write},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::Context;
use chrono::{DateTime, FixedOffset, Utc};
use clap::{Args, Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::{
    app::{demo, router, run},
    features::accounts,
    kernel::clock::{self, Clock},
    platform::{
        config::{Config, Settings},
        signing::Vault,
    },
};

/// Declares foreigners' temporary stays to the Vietnamese police and lets the police answer.
#[derive(Debug, Parser)]
#[command(
    name = "tamtru",
    version,
    max_term_width = 110,
    after_help = "Settings come from flags, then from the environment, then from the file named by --config, then from the defaults.\nWithout a command the server is started (serve)."
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// File with settings in TOML; its keys are the long flags with underscores
    #[arg(long, env = "TAMTRU_CONFIG", value_name = "PATH", global = true)]
    config: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve on an empty or existing database (the default)
    Serve,
    /// Serve a demo world of invented people, to try everything
    Demo(DemoArgs),
    /// Bring the database up to date and stop
    Migrate,
    /// Print a one-time token for the first administrator's account
    Setup,
    /// Print the OpenAPI document
    Openapi,
    /// Read a guest file like POST /api/v1/imports and show the verdict on each row
    Import(import::ImportArgs),
}

#[derive(Args, Debug)]
struct DemoArgs {
    /// Print one JSON object for scripts instead of text for people
    #[arg(long)]
    json: bool,
    /// Start the demo's clock here (RFC 3339); it runs on from there
    #[arg(long, value_name = "INSTANT")]
    now: Option<DateTime<FixedOffset>>,
}

/// Parses the arguments, loads the settings and runs the command.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.into()),
    };
    match runtime.block_on(run_command(cli)) {
        Ok(code) => code,
        Err(error) => fail(&error),
    }
}

/// One sentence with its causes.
fn fail(error: &anyhow::Error) -> ExitCode {
    // Some errors repeat their source in their own words, some draw pictures over several lines.
    let mut sentence = String::new();
    for cause in error.chain().map(|cause| cause.to_string().split_whitespace().collect::<Vec<_>>().join(" ")) {
        if !sentence.contains(&cause) {
            sentence.push_str(if sentence.is_empty() { "" } else { ": " });
            sentence.push_str(&cause);
        }
    }
    let _unprintable = writeln!(std::io::stderr(), "tamtru: {sentence}");
    ExitCode::FAILURE
}

async fn run_command(cli: Cli) -> anyhow::Result<ExitCode> {
    let mut settings = cli.settings;
    let is_demo = matches!(cli.command, Some(Command::Demo(_)));
    if is_demo {
        settings.database = settings.database.or_else(|| Some("sqlite:tamtru-demo.sqlite".to_owned()));
        // Making the world would fill the screen before the text that people came for.
        settings.log = settings.log.or_else(|| Some("warn".to_owned()));
    }
    let config = settings.resolve(cli.config.as_ref())?;
    start_logging(&config);
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => serve(config).await?,
        Command::Demo(args) => serve_demo(config, &args).await?,
        Command::Migrate => {
            run::prepare(config, None, Clock::system()).await?;
        }
        Command::Setup => setup(config).await?,
        Command::Openapi => print(&router::document().to_pretty_json().context("the document cannot be written")?)?,
        Command::Import(args) => return import::run(config, args).await,
    }
    Ok(ExitCode::SUCCESS)
}

/// Logs go to standard error: standard output is for answers.
fn start_logging(config: &Config) {
    let filter = EnvFilter::try_new(&config.log).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = if config.log_json {
        builder.json().flatten_event(true).try_init()
    } else {
        builder.with_ansi(std::io::stderr().is_terminal()).try_init()
    };
    if let Err(error) = started {
        let _unprintable = writeln!(std::io::stderr(), "tamtru: logging is off: {error}");
    }
}

/// A line of an answer on standard output.
pub(super) fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}

async fn serve(config: Config) -> anyhow::Result<()> {
    let stop = run::stop_on_signal()?;
    let (listener, address) = run::bind(&config).await?;
    let state = run::prepare(config, None, Clock::system()).await?;
    if let Some(token) = accounts::issue_setup_token(&state).await? {
        let url = &state.config.public_url;
        print(&format!(
            "There is no administrator yet. Within 24 hours, create the first one with this one-time token:\n\n  \
             curl {url}/api/v1/auth/setup -H 'Content-Type: application/json' \\\n    \
             -d '{{\"token\":\"{token}\",\"email\":\"\",\"full_name\":\"\",\"password\":\"\"}}'\n\n\
             Fill in your e-mail address, your name and a password of at least 12 characters.\n"
        ))?;
    }
    tracing::info!(%address, "listening");
    run::serve(state, listener, stop).await
}

async fn serve_demo(mut config: Config, args: &DemoArgs) -> anyhow::Result<()> {
    let stop = run::stop_on_signal()?;
    let clock = args.now.map_or_else(Clock::system, |start| Clock::starting_at(start.with_timezone(&Utc)));
    let (listener, address) = run::bind(&config).await?;
    if config.public_url.ends_with(":0") || config.listen.port() == 0 {
        config.public_url = format!("http://{address}");
    }
    let url = config.public_url.clone();
    let state = run::prepare(config, Some(Vault::from_secret(demo::SECRET)?), clock.clone()).await?;
    // Of several demos on one empty database, one makes the world.
    let start = state.db.lock_start().await?;
    let world = demo::seed(&state).await?;
    start.release().await?;
    if args.json {
        print(&demo::as_json(&url, &world).to_string())?;
    } else {
        print(&demo::as_text(&url, &world, clock::local_day(clock.now())))?;
    }
    tracing::info!(%address, "listening");
    run::serve(state, listener, stop).await
}

async fn setup(config: Config) -> anyhow::Result<()> {
    let state = run::prepare(config, None, Clock::system()).await?;
    match accounts::issue_setup_token(&state).await? {
        Some(token) => print(&token),
        None => anyhow::bail!("there is an administrator already"),
    }
}
