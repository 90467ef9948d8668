//! `tamtru import`: the same road as the API's, with a bar that moves and a table of refused rows.

use std::{
    io::IsTerminal,
    path::{Path, PathBuf},
    process::ExitCode,
};

use ::entity::guest_import::{Mode, Status};
use anyhow::{Context, bail};
use clap::Args;
use comfy_table::{ContentArrangement, Table, presets::UTF8_HORIZONTAL_ONLY};
use indicatif::{ProgressBar, ProgressStyle};
use uuid::Uuid;

use crate::{
    app::{cli::print, run},
    features::{
        accounts::Scope,
        declarations::{
            dto_import::ImportOut,
            import::Limits,
            service::importing::{self, Upload},
        },
    },
    kernel::{
        clock::Clock,
        finding::Severity,
        ids::{self, EstablishmentId, ImportId},
    },
    platform::{
        config::Config,
        events::Actor,
        http::{ProblemKind, idempotency::Idempotency},
        jobs::JobError,
        lang::Lang,
        state::AppState,
    },
};

/// Arguments of the command.
#[derive(Args, Debug)]
pub(super) struct ImportArgs {
    /// The file: KHAI_BAO_TAM_TRU XML, a guest list (.xlsx, .xls, CSV, HTML) or the JSON of the national interface
    file: PathBuf,
    /// Id of the establishment where the guests stay
    #[arg(long, value_name = "ID")]
    establishment: Uuid,
    /// File the accepted rows; without it nothing is filed
    #[arg(long)]
    commit: bool,
    /// Language of the findings
    #[arg(long, default_value = "vi", value_parser = ["vi", "en"])]
    lang: String,
}

/// Width of the table, in columns.
const WIDTH: u16 = 110;
/// How many tenths of a second a step may take that somebody else runs.
const PATIENCE: u32 = 600;

/// Exit code 0: all rows good; 2: some rows or the file refused.
pub(super) async fn run(config: Config, args: ImportArgs) -> anyhow::Result<ExitCode> {
    let lang = if args.lang == "en" { Lang::En } else { Lang::Vi };
    let bytes = read(&args.file)?;
    let state = run::prepare(config, None, Clock::system()).await?;
    let actor = Actor::system(format!("cli-{}", ids::fresh(state.clock.now())));
    let upload = Upload {
        establishment_id: EstablishmentId(args.establishment),
        mode: Mode::Preview,
        file_name: args.file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        bytes,
    };
    let bar = bar();
    let answer = importing::create(&state, &actor, &Scope::Everything, upload, &Idempotency::none()).await.map_err(
        |problem| match problem.kind() {
            ProblemKind::NotFound => anyhow::anyhow!("there is no establishment {}", args.establishment),
            kind => anyhow::anyhow!("the file is not taken: {}", kind.code()),
        },
    )?;
    let id = answer.body["id"].as_str().and_then(|id| id.parse().ok()).map(ImportId).context("the id of the import")?;

    let mut import = follow(&state, id, &bar, importing::read_file(&state, id)).await?;
    if args.commit && import.status == Status::Ready && import.accepted > 0 {
        importing::commit(&state, &actor, &Scope::Everything, id, &Idempotency::none())
            .await
            .map_err(|problem| anyhow::anyhow!("the rows are not filed: {}", problem.kind().code()))?;
        import = follow(&state, id, &bar, importing::commit_file(&state, id)).await?;
    }
    bar.finish_and_clear();
    report(&state, &import, lang).await?;
    state.db.close().await?;
    Ok(if import.status == Status::Refused || import.rejected > 0 { ExitCode::from(2) } else { ExitCode::SUCCESS })
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let name = path.display();
    let size = std::fs::metadata(path).with_context(|| format!("{name} cannot be read"))?.len();
    let most = Limits::default().file_bytes;
    if size > most as u64 {
        bail!("{name} is larger than {most} bytes");
    }
    std::fs::read(path).with_context(|| format!("{name} cannot be read"))
}

fn bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(100);
    if let Ok(style) = ProgressStyle::with_template("{msg:12} {wide_bar} {pos:>3} %") {
        bar.set_style(style);
    }
    bar
}

/// Runs a step and shows how far it is, as everybody sees it in the database.
async fn follow(
    state: &AppState,
    id: ImportId,
    bar: &ProgressBar,
    step: impl Future<Output = Result<(), JobError>>,
) -> anyhow::Result<ImportOut> {
    let mut step = std::pin::pin!(step);
    let mut tick = tokio::time::interval(std::time::Duration::from_millis(100));
    loop {
        tokio::select! {
            outcome = &mut step => {
                match outcome {
                    // A server on the same database may have taken the step up first: then it is watched.
                    Ok(()) | Err(JobError::Retry(_)) => break,
                    Err(JobError::GiveUp(why)) => bail!("the import stopped: {why}"),
                }
            }
            _ = tick.tick() => show(bar, &look(state, id).await?),
        }
    }
    for _ in 0..PATIENCE {
        let import = look(state, id).await?;
        show(bar, &import);
        if !matches!(import.status, Status::Queued | Status::Reading | Status::Committing) {
            return Ok(import);
        }
        tick.tick().await;
    }
    bail!("the import is still {}", importing::status_name(look(state, id).await?.status))
}

async fn look(state: &AppState, id: ImportId) -> anyhow::Result<ImportOut> {
    importing::get(state, &Scope::Everything, id)
        .await
        .map_err(|problem| anyhow::anyhow!("the import cannot be read: {}", problem.kind().code()))
}

fn show(bar: &ProgressBar, import: &ImportOut) {
    bar.set_message(importing::status_name(import.status));
    bar.set_position(u64::try_from(import.progress).unwrap_or(0));
}

async fn report(state: &AppState, import: &ImportOut, lang: Lang) -> anyhow::Result<()> {
    if import.status == Status::Refused {
        let place = import.location.as_deref().map_or_else(String::new, |place| format!(" ({place})"));
        let reason = import.reason.as_deref().unwrap_or("unknown_format");
        print(&format!("refused: {reason}{place}: {}", lang.plain(&format!("file.{reason}"))))?;
        return match import.advice.as_deref() {
            Some(advice) => print(&lang.plain(&format!("file.advice.{advice}"))),
            None => Ok(()),
        };
    }
    let rejected = importing::rejected_rows(state, import.id, lang).await?;
    if !rejected.is_empty() {
        let mut table = Table::new();
        table.load_preset(UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
        table.set_header(["row", "rule", "where", "what", "how to mend it"]);
        for row in &rejected {
            for finding in row.findings.iter().filter(|finding| finding.severity == Severity::Block) {
                table.add_row([
                    row.reference.as_str(),
                    finding.rule.as_str(),
                    finding.pointer.as_str(),
                    finding.message.as_str(),
                    finding.suggestion.as_deref().unwrap_or_default(),
                ]);
            }
        }
        print(&table.to_string())?;
    }
    print(&format!(
        "{}: {} rows read = {} accepted + {} rejected + {} ignored",
        importing::status_name(import.status),
        import.rows_read,
        import.accepted,
        import.rejected,
        import.ignored
    ))?;
    if import.status == Status::Ready && import.accepted > 0 {
        print("nothing is filed yet: run it again with --commit")?;
    }
    for declaration in &import.declarations {
        print(&format!("filed {} ({} stays)", declaration.reference_code, declaration.stay_count))?;
    }
    Ok(())
}
