//! Runs an installed Graphviz: DOT in, picture out, not longer than a minute.

use std::fmt;
use std::io::{ErrorKind, Read, Write};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Longer than this Graphviz may not take.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// What Graphviz draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Scalable.
    Svg,
    /// Pixels.
    Png,
}

/// Why there is no picture.
#[derive(Debug)]
pub enum Error {
    /// There is no `dot` program on the path.
    NotInstalled,
    /// It took longer than a minute and was stopped.
    TooSlow,
    /// It ended badly; what it said.
    Failed(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotInstalled => {
                f.write_str("Graphviz is not installed: there is no `dot` program on the path")
            }
            Self::TooSlow => write!(f, "Graphviz took longer than {} seconds", TIME_LIMIT.as_secs()),
            Self::Failed(said) => write!(f, "Graphviz failed: {said}"),
        }
    }
}

impl std::error::Error for Error {}

/// Draws DOT text with the `dot` program.
///
/// # Errors
/// If there is no such program, or it takes too long, or it fails.
pub fn graphviz(dot: &str, target: Target) -> Result<Vec<u8>, Error> {
    let format = match target {
        Target::Svg => "-Tsvg",
        Target::Png => "-Tpng",
    };
    let spawned = Command::new("dot")
        .arg(format)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = spawned.map_err(|error| match error.kind() {
        ErrorKind::NotFound => Error::NotInstalled,
        _ => Error::Failed(error.to_string()),
    })?;
    // Each pipe has a thread of its own, so that none fills up while another is waited for.
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let text = dot.to_owned();
    // Should dot end before it has read everything, its exit code says why.
    let feeding = thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(text.as_bytes())));
    let picture = thread::spawn(move || read_all(stdout));
    let complaints = thread::spawn(move || read_all(stderr));
    let ended = wait(&mut child);
    let _ = feeding.join();
    let picture = picture.join().unwrap_or_default();
    let complaints = complaints.join().unwrap_or_default();
    if ended? {
        Ok(picture)
    } else {
        Err(Error::Failed(String::from_utf8_lossy(&complaints).trim().to_owned()))
    }
}

fn read_all(pipe: Option<impl Read>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(mut pipe) = pipe {
        // What was read before an error is all there is; the exit code decides whether it is enough.
        let _ = pipe.read_to_end(&mut bytes);
    }
    bytes
}

/// Whether the program ended well, within the limit.
fn wait(child: &mut Child) -> Result<bool, Error> {
    let started = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status.success()),
            Ok(None) if started.elapsed() < TIME_LIMIT => thread::sleep(Duration::from_millis(5)),
            Ok(None) => {
                // It may have ended in this very moment, in which case there is nothing to kill.
                let _ = child.kill();
                let _ = child.wait();
                return Err(Error::TooSlow);
            }
            Err(error) => return Err(Error::Failed(error.to_string())),
        }
    }
}
