//! The command line: arguments in, files read, results out.
//!
//! Last of the pipeline, and the only room that touches files, environment and clock (pictures that Graphviz makes
//! excepted). Commands see settings, not clap: `args` turns the one into the other.

mod args;
mod commands;
mod exit;
mod git;
mod limits;
mod load;
mod output;
mod progress;
#[cfg(feature = "serve")]
mod serve;
#[cfg(feature = "watch")]
mod watch;

pub use exit::Exit;

use clap::Parser;

/// Runs the command line of this process.
pub fn main() -> Exit {
    let cli = args::Cli::parse();
    let talk = output::Talk::new(&cli.global);
    if let Some(Err(why)) = cli.global.threads.map(|n| crate::analysis::use_threads(n.into())) {
        talk.say(&format!("error: cannot start threads: {why}"));
        return Exit::CouldNotRun;
    }
    match commands::run(cli.command, &talk) {
        Ok(exit) => exit,
        Err(failure) => {
            talk.say(&failure.to_string());
            Exit::CouldNotRun
        }
    }
}

/// The definition of the command line, from which help is made.
pub fn definition() -> clap::Command {
    <args::Cli as clap::CommandFactory>::command()
}
