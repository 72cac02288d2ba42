//! `serve`: the report as a live page on this machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::super::args::ServeArgs;
use super::super::exit::{Exit, Failure};
use super::super::load::{load, locate};
use super::super::output::Talk;
use super::super::serve::{Shared, Site};
use super::super::watch::Watch;
use super::{ask, report};

pub(super) fn run(args: &ServeArgs, talk: &Talk) -> Result<Exit, Failure> {
    let path = locate(args.model.model.as_deref())?;
    let as_of = ask::as_of(&args.as_of);
    let page = || {
        let built = load(Some(&path), talk).and_then(|loaded| report::build(&loaded, as_of, true));
        built.map_err(|failure| anstream::adapter::strip_str(&failure.to_string()).to_string())
    };
    // Watching begins before the first page is built, so that no change falls between.
    let watch = Watch::new(&path, None)?;
    let shared = Arc::new(Shared::default());
    let site = Site::open(args.port, Arc::clone(&shared))
        .map_err(|why| Failure::new(why).hint("take another --port, or 0 for any that is free"))?;
    let ended = Arc::new(AtomicBool::new(false));
    let end = Arc::clone(&ended);
    ctrlc::set_handler(move || end.store(true, Ordering::SeqCst))
        .map_err(|error| Failure::new(format!("cannot listen for Ctrl-C: {error}")))?;
    let is_over = &|| ended.load(Ordering::SeqCst);
    std::thread::scope(|threads| {
        let (shared, site, page) = (&shared, &site, &page);
        threads.spawn(move || {
            let first = page();
            // The page says it too, and whatever is wrong later.
            if let Err(why) = &first {
                talk.say(why);
            }
            shared.show(first);
            talk.say(&format!("the page is live at {} (Ctrl-C ends it)", site.address()));
            while watch.next(is_over) {
                shared.show(page());
            }
        });
        site.run(is_over);
    });
    Ok(Exit::Ok)
}
