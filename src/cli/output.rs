//! Results out: to standard output, or to a file, whole or not at all.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use anstream::{AutoStream, ColorChoice};

use super::args::{Color, Global};
use super::exit::Failure;
use crate::render::{self, Detail};

/// How to talk to the user.
#[derive(Debug, Clone, Copy)]
pub(super) struct Talk {
    color: Color,
    pub(super) detail: Detail,
}

impl Talk {
    pub(super) fn new(global: &Global) -> Self {
        let detail = match (global.quiet, global.verbose) {
            (true, _) => Detail::Quiet,
            (_, true) => Detail::Verbose,
            _ => Detail::Normal,
        };
        Self { color: global.color, detail }
    }

    fn choice(self) -> ColorChoice {
        match self.color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        }
    }

    /// Says something beside the result, on standard error. That nobody listens is no failure.
    pub(super) fn say(self, text: &str) {
        let mut stderr = AutoStream::new(io::stderr(), self.choice()).lock();
        let _ = writeln!(stderr, "{text}");
    }

    /// A text for people as where it goes to can show it: a terminal whose locale knows no Unicode gets symbols of
    /// ASCII.
    pub(super) fn shown(text: String, to: Option<&Path>) -> String {
        let is_plain = to.is_none() && io::stdout().is_terminal() && knows_only_ascii();
        if is_plain { render::ascii(&text) } else { text }
    }

    /// Gives the result.
    pub(super) fn give(self, result: &[u8], to: Option<&Path>) -> Result<(), Failure> {
        match to {
            Some(path) => {
                let plain = anstream::adapter::strip_bytes(result).into_vec();
                write_whole(path, |file| file.write_all(&plain))
                    .map_err(|error| Failure::new(format!("cannot write {}: {error}", path.display())))
            }
            None => self.print(result),
        }
    }

    /// Gives a result that is not text.
    pub(super) fn give_binary(result: &[u8], to: Option<&Path>) -> Result<(), Failure> {
        match to {
            Some(path) => write_whole(path, |file| file.write_all(result))
                .map_err(|error| Failure::new(format!("cannot write {}: {error}", path.display()))),
            None => finished(io::stdout().write_all(result)),
        }
    }

    /// Gives a result piece by piece, for what is too large to be held. To a file, it is whole or not at all.
    pub(super) fn stream(
        self,
        to: Option<&Path>,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        match to {
            Some(path) => write_whole(path, |file| {
                let mut file = io::BufWriter::new(anstream::StripStream::new(file));
                write(&mut file)?;
                file.flush()
            })
            .map_err(|error| Failure::new(format!("cannot write {}: {error}", path.display()))),
            None => {
                let mut stdout = io::BufWriter::new(AutoStream::new(io::stdout(), self.choice()).lock());
                finished(write(&mut stdout).and_then(|()| stdout.flush()))
            }
        }
    }

    fn print(self, result: &[u8]) -> Result<(), Failure> {
        let mut stdout = AutoStream::new(io::stdout(), self.choice()).lock();
        finished(stdout.write_all(result).and_then(|()| stdout.flush()))
    }
}

/// A reader that has seen enough closes the pipe, as `head` does: that is success.
fn finished(written: io::Result<()>) -> Result<(), Failure> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(|error| Failure::new(format!("cannot write the result: {error}"))),
    }
}

/// Writes a file whole or not at all: to a temporary file beside it, which then takes its name. What exists and is no
/// regular file, such as a pipe, is written to directly.
fn write_whole(path: &Path, write: impl FnOnce(&mut fs::File) -> io::Result<()>) -> io::Result<()> {
    let path = &path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        return write(&mut fs::OpenOptions::new().write(true).open(path)?);
    }
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !directory.is_dir() {
        let message = format!("there is no directory {}", directory.display());
        return Err(io::Error::new(io::ErrorKind::NotFound, message));
    }
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As for any new file, the umask takes its share.
        let mode = fs::metadata(path).map_or(0o666, |old| old.permissions().mode() & 0o777);
        builder.permissions(fs::Permissions::from_mode(mode));
    }
    // The name of the temporary file would tell nobody anything.
    let mut file = builder.tempfile_in(directory).map_err(|error| io::Error::from(error.kind()))?;
    write(file.as_file_mut())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// The width to lay text out for: that of the terminal that a result goes to, or one that suits files.
pub(super) fn width_of(to: Option<&Path>) -> usize {
    const FILE_WIDTH: usize = 120;
    terminal_width(to).unwrap_or(FILE_WIDTH)
}

/// The width of the terminal that a result goes to; `None` where it goes to none.
pub(super) fn terminal_width(to: Option<&Path>) -> Option<usize> {
    if to.is_some() || !io::stdout().is_terminal() {
        return None;
    }
    terminal_size::terminal_size().map(|(width, _)| usize::from(width.0))
}

/// Whether the user's locale says that it knows no Unicode. One that says nothing knows it, as nearly all do.
fn knows_only_ascii() -> bool {
    let said =
        ["LC_ALL", "LC_CTYPE", "LANG"].iter().filter_map(std::env::var_os).find(|value| !value.is_empty());
    said.is_some_and(|locale| {
        let locale = locale.to_string_lossy().to_ascii_lowercase();
        cfg!(unix) && !locale.contains("utf-8") && !locale.contains("utf8")
    })
}
