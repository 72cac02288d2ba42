//! Shapes of cut sets in words.

use super::Detail;
use super::lines::listed;
use crate::report::{PartReport, ShapeReport};

/// So many members of a part are named.
const MOST: usize = 4;

/// "any zone of aws/us-east-1 and any 2 of b, c, d".
pub fn shape_in_words(shape: &ShapeReport, detail: Detail) -> String {
    if shape.parts.is_empty() {
        return "nothing needs to fail".to_owned();
    }
    let parts: Vec<String> = shape.parts.iter().map(|part| words(part, detail)).collect();
    parts.join(" and ")
}

fn words(part: &PartReport, detail: Detail) -> String {
    let named = || listed(&part.members, MOST, detail);
    let any = if part.choose == 1 { "any".to_owned() } else { format!("any {}", part.choose) };
    let Some(kind) = part.kind.as_ref().filter(|kind| kind.all && !kind.what.is_empty()) else {
        return match &part.members[..] {
            [only] => only.clone(),
            [one, other] if part.choose == 1 => format!("({one} or {other})"),
            _ => format!("{any} of ({})", named()),
        };
    };
    let what = if part.choose == 1 { kind.what.clone() } else { format!("{}s", kind.what) };
    match &kind.of {
        Some(of) => format!("{any} {what} of {of}"),
        None => format!("{any} {what}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::shapes;
    use crate::diag::Sources;
    use crate::model::Model;

    const MODEL: &str = "[provider.aws.region.east]\nzones = ['a', 'b', 'c']\n[provider.gcp.region.west]\nzones = ['x']\n\
        [provider.aws.product.ebs]\nscope = 'zone'\n[provider.gcp.product.gce]\nscope = 'region'\n\
        [service.s]\nplaced = ['aws/east/*']\n[service.t]\nplaced = ['gcp/west/x']\n[capability.k]\nneeds = ['s', 't']\n";

    fn lines(sets: &[&[&str]]) -> Vec<String> {
        let mut sources = Sources::default();
        sources.add("m.toml", MODEL);
        let model = Model::read(&sources, "m").unwrap_or_else(|problems| panic!("{problems:?}"));
        let id = |name: &&str| model.find(name).unwrap_or_else(|_| panic!("there is no {name}"));
        let set = |set: &&[&str]| {
            let mut set: Vec<_> = set.iter().map(id).collect();
            set.sort_unstable();
            set
        };
        let sets: Vec<_> = sets.iter().map(set).collect();
        let shapes = shapes(&model, &sets);
        shapes.iter().map(|shape| shape_in_words(&ShapeReport::new(&model, shape), Detail::Normal)).collect()
    }

    #[test]
    fn pairs_of_two_kinds_are_one_line() {
        let zones = ["aws/east/a", "aws/east/b", "aws/east/c"];
        let gcp = ["gcp", "gcp/west", "gcp/west#gce"];
        let pairs: Vec<[&str; 2]> = zones.iter().flat_map(|zone| gcp.map(|gcp| [*zone, gcp])).collect();
        let pairs: Vec<&[&str]> = pairs.iter().map(|pair| &pair[..]).collect();
        assert_eq!(lines(&pairs), ["any zone of aws/east and any of (gcp, gcp/west, gcp/west#gce)"]);
        // One short of all: no line says more than there is.
        assert_eq!(
            lines(&pairs[1..]),
            ["any zone of aws/east and (gcp/west or gcp/west#gce)", "(aws/east/b or aws/east/c) and gcp",]
        );
    }

    #[test]
    fn some_of_a_kind_are_counted() {
        let sets: [&[&str]; 4] = [
            &["aws/east/a", "aws/east/b"],
            &["aws/east/a", "aws/east/c"],
            &["aws/east/b", "aws/east/c"],
            &["aws"],
        ];
        assert_eq!(lines(&sets), ["any 2 zones of aws/east", "aws"]);
        assert_eq!(
            lines(&[&["aws/east/a#ebs"], &["s"], &["aws/east/b#ebs"], &["t"], &["aws/east/c#ebs"]]),
            ["any ebs of a zone of aws", "s", "t"]
        );
        assert_eq!(
            lines(&[&["s@aws/east/a", "t"], &["s@aws/east/b", "t"]]),
            ["(s@aws/east/a or s@aws/east/b) and t"]
        );
        assert_eq!(lines(&[&[]]), ["nothing needs to fail"]);
    }
}
