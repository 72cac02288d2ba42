//! One file a command: arguments in, a result out.

mod ask;
mod availability;
mod backups;
mod blast;
mod briefing;
mod catalog;
mod check;
mod coldstart;
mod cuts;
mod diff;
mod draw;
mod explain;
mod export;
mod fmt;
mod generate;
mod import;
mod init;
mod outages;
mod replay;
mod report;
#[cfg(feature = "serve")]
mod serve;
mod survive;
mod sweep;
mod tools;

use super::args::{Command, ExplainCodeArgs, Format, OutputArgs};
use super::exit::{Exit, Failure};
use super::load::Loaded;
use super::output::{Talk, width_of};
use super::progress::Progress;
use crate::diag::{Code, nearest};
use crate::render::{self, Detail};

/// Runs a command.
pub(super) fn run(command: Command, talk: &Talk) -> Result<Exit, Failure> {
    match command {
        Command::Check(args) => check::run(&args, talk),
        Command::Survive(args) => survive::run(&args, talk),
        Command::Blast(args) => blast::run(&args, talk),
        Command::Sweep(args) => sweep::run(&args, talk),
        Command::Explain(args) => explain::run(&args, talk),
        Command::Cuts(args) => cuts::run(&args, talk),
        Command::Availability(args) => availability::run(&args, talk),
        Command::Diff(args) => diff::run(&args, talk),
        Command::Coldstart(args) => coldstart::run(&args, talk),
        Command::Backups(args) => backups::run(&args, talk),
        Command::Briefing(args) => briefing::run(&args, talk),
        Command::Replay(args) => replay::run(&args, talk),
        Command::Outages(args) => outages::run(&args, talk),
        Command::Catalog(args) => catalog::run(&args, talk),
        Command::Draw(args) => draw::run(&args, talk),
        Command::Report(args) => report::run(&args, talk),
        #[cfg(feature = "serve")]
        Command::Serve(args) => serve::run(&args, talk),
        Command::Export(args) => export::run(&args, talk),
        Command::Import(args) => import::run(&args, talk),
        Command::Init(args) => init::run(&args, talk),
        Command::ExplainCode(args) => explain_code(&args, talk),
        Command::Fmt(args) => fmt::run(&args, talk),
        Command::Schema(args) => tools::schema(&args),
        Command::Completions(args) => tools::completions(&args),
        Command::Man(args) => tools::man(&args),
        Command::Generate(args) => generate::run(&args, talk),
    }
}

/// Gives a report in the format asked for.
fn give<R: serde::Serialize>(
    report: &R,
    text: impl FnOnce(&R) -> String,
    output: &OutputArgs,
    talk: &Talk,
) -> Result<(), Failure> {
    let result = match output.format {
        Format::Text => Talk::shown(text(report), output.output.as_deref()),
        Format::Json => render::json(report),
    };
    talk.give(result.as_bytes(), output.output.as_deref())
}

/// Does something that may take a while; a terminal then shows that it does.
fn working<T>(talk: &Talk, on: &'static str, work: impl FnOnce() -> T) -> T {
    let _progress = Progress::new(talk, on);
    work()
}

/// `check` shows warnings about the model; other questions only say that there are some.
fn mention_warnings(loaded: &Loaded, talk: &Talk) {
    let n = loaded.warnings.len();
    if n == 0 || talk.detail == Detail::Quiet {
        return;
    }
    if talk.detail == Detail::Verbose {
        talk.say(&render::warnings(&loaded.warnings, &loaded.sources, talk.detail));
    } else {
        let warnings = if n == 1 { "warning" } else { "warnings" };
        talk.say(&format!("the model has {n} {warnings}: `linchpin check` or -v shows them"));
    }
}

fn explain_code(args: &ExplainCodeArgs, talk: &Talk) -> Result<Exit, Failure> {
    let text = match &args.code {
        None => render::codes(width_of(None)),
        Some(name) => {
            let known = || Code::ALL.iter().map(|code| code.name());
            let code = Code::from_name(name).ok_or_else(|| {
                let failure = Failure::new(format!("there is no code `{name}`"));
                failure.hint(match nearest(name, known()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "`linchpin explain-code` lists them all".to_owned(),
                })
            })?;
            render::explain_code(code, width_of(None).min(100))
        }
    };
    talk.give(text.as_bytes(), None)?;
    Ok(Exit::Ok)
}
