//! The `linchpin` command line; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    linchpin::cli::main().into()
}
