//! The text of `outages` and `catalog`.

use super::lines::paragraph;
use super::table::{Cell, table, wrapped_table};
use super::{BOLD, DIM, styled, visible};
use crate::report::{CatalogReport, CatalogsReport, EntryReport, OutageReport, OutagesReport};

/// The column of a catalogue that says what else is known.
const MORE: usize = 3;

/// A line for each outage, or one in full.
pub fn outages(report: &OutagesReport, in_full: bool, width: usize) -> String {
    if in_full {
        return report.outages.iter().map(|of| outage(of, width)).collect::<Vec<_>>().join("\n");
    }
    let row = |outage: &OutageReport| {
        vec![Cell::new(visible(&outage.id)), Cell::new(visible(&outage.title)).style(DIM)]
    };
    let mut out = table(&report.outages.iter().map(row).collect::<Vec<_>>());
    out += &format!("{} outages; `linchpin outages ID` tells what failed in one\n", report.outages.len());
    out
}

fn outage(outage: &OutageReport, width: usize) -> String {
    let mut out =
        format!("{}  {}\n{}\n\nfailed\n", styled(BOLD, &outage.id), visible(&outage.title), outage.date);
    let rows = outage.fails.iter().map(|failed| {
        let lasts =
            if failed.lasts.is_finite() { format!("for {}", failed.lasts) } else { "no end known".into() };
        let or = failed.or.as_ref().map(|or| format!("{} where no products are told apart", visible(or)));
        let destroys = failed.destroys.then(|| "what it held was lost".to_owned());
        let more: Vec<String> = destroys.into_iter().chain(or).collect();
        vec![
            "".into(),
            Cell::new(visible(&failed.what)),
            Cell::new(lasts),
            Cell::new(more.join("; ")).style(DIM),
        ]
    });
    out += &table(&rows.collect::<Vec<_>>());
    if let Some(note) = &outage.note {
        out += "\nhow it is represented\n";
        let words: Vec<&str> = note.split_whitespace().collect();
        out += &paragraph("  ", &visible(&words.join(" ")), width);
    }
    out += "\nsources\n";
    for source in &outage.sources {
        out += &paragraph("  ", &visible(source), width);
    }
    out
}

/// A line for each catalogue, or one in full.
pub fn catalogs(report: &CatalogsReport, in_full: bool, width: usize) -> String {
    if in_full {
        return report.catalogs.iter().map(|of| catalog(of, width)).collect::<Vec<_>>().join("\n");
    }
    let title = |text: &str| Cell::new(text).style(BOLD);
    let mut rows = vec![vec![title("catalogue"), title("regions"), title("products"), title("groups")]];
    for catalog in &report.catalogs {
        let count = |kind: &str| {
            let n = catalog.entries.iter().filter(|entry| entry.kind == kind).count();
            Cell::new(if n == 0 { "-".to_owned() } else { n.to_string() }).right()
        };
        rows.push(vec![Cell::new(visible(&catalog.name)), count("region"), count("product"), count("group")]);
    }
    let mut out = table(&rows);
    out += &format!("{} catalogues; `linchpin catalog NAME` tells what one knows\n", report.catalogs.len());
    out
}

fn catalog(catalog: &CatalogReport, width: usize) -> String {
    let mut sources: Vec<(&str, Option<i64>)> = Vec::new();
    let mut rows = Vec::new();
    for entry in &catalog.entries {
        let source = (entry.source.as_deref().unwrap_or_default(), entry.seen);
        let known = sources.iter().position(|known| *known == source);
        let number = known.unwrap_or_else(|| {
            sources.push(source);
            sources.len() - 1
        });
        rows.push(vec![
            Cell::new(visible(&entry.reference)),
            Cell::new(entry.scope.unwrap_or(entry.kind)).style(DIM),
            Cell::new(entry.availability.map_or_else(String::new, |availability| availability.to_string())),
            Cell::new(visible(format!("{} [{}]", more(entry), number + 1).trim_start())),
        ]);
    }
    let mut out = format!("{}\n", styled(BOLD, &catalog.name)) + &wrapped_table(&rows, MORE, width);
    out += "\nsources\n";
    for (index, (source, seen)) in sources.iter().enumerate() {
        let seen = seen.map_or_else(String::new, |year| format!(" (seen {year})"));
        out += &paragraph(&format!("  [{}] ", index + 1), &format!("{}{seen}", visible(source)), width);
    }
    out
}

fn more(entry: &EntryReport) -> String {
    let mut parts = Vec::new();
    if !entry.zones.is_empty() {
        parts.push(format!("zones {}", entry.zones.join(" ")));
    }
    if !entry.needs.is_empty() {
        parts.push(format!("needs {}", entry.needs.join(", ")));
    }
    if !entry.aka.is_empty() {
        parts.push(format!("also {}", entry.aka.join(", ")));
    }
    parts.join("; ")
}
