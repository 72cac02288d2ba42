//! `init`: a first model.

use std::fs;
use std::io::{ErrorKind, Write};

use super::super::args::InitArgs;
use super::super::exit::{Exit, Failure};
use super::super::output::Talk;
use crate::render::Detail;

const TEMPLATE: &str = include_str!("init.toml");

pub(super) fn run(args: &InitArgs, talk: &Talk) -> Result<Exit, Failure> {
    let shown = args.file.display();
    let file = fs::OpenOptions::new().write(true).create_new(true).open(&args.file);
    let mut file = file.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Failure::new(format!("{shown} exists already and is left alone"))
            .hint("name another file, as in `linchpin init shop.toml`"),
        _ => Failure::new(format!("cannot write {shown}: {error}")),
    })?;
    let written = file.write_all(TEMPLATE.as_bytes()).and_then(|()| file.sync_all());
    if let Err(error) = written {
        drop(file);
        // Nothing half-written stays behind; that it cannot be removed either adds nothing to the message.
        let _ = fs::remove_file(&args.file);
        return Err(Failure::new(format!("cannot write {shown}: {error}")));
    }
    if talk.detail != Detail::Quiet {
        talk.say(&format!(
            "wrote {shown}\n\nnext: replace its names by yours, then\n  linchpin check {shown}\n  linchpin survive {shown}"
        ));
    }
    Ok(Exit::Ok)
}
