//! The `graphgrant` program: parse, dispatch, exit code.

use clap::Parser as _;
use graphgrant::cli::Cli;
use graphgrant::command;
use graphgrant::exit::Exit;

fn main() -> Exit {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return command::misuse(error),
    };
    match command::run(cli) {
        Ok(exit) => exit,
        Err(report) => command::fail(&report),
    }
}
