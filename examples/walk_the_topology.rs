//! Walks the topology of a model: who depends on whom, and which circles there are.

#![expect(clippy::print_stdout, reason = "an example shows what it finds")]

use linchpin::diag::Sources;
use linchpin::model::Model;
use linchpin::topology::Topology;

const MODEL: &str = r#"
[provider.cloud]
[service.web]
placed = ["cloud"]
needs = ["sessions"]
[service.sessions]
placed = ["cloud"]
needs = ["web"]
[capability.shop]
needs = ["web"]
"#;

fn main() -> Result<(), String> {
    let mut sources = Sources::default();
    sources.add("example.toml", MODEL);
    let model = Model::read(&sources, "example")
        .map_err(|problems| linchpin::render::diagnostics(&problems, &sources))?;
    let topology = Topology::new(&model);
    for (id, element) in model.elements() {
        for (relation, on) in topology.dependencies(id) {
            println!("{} {relation:?} {}", element.name, model[on].name);
        }
    }
    for circle in topology.circles() {
        let names: Vec<_> = circle.iter().map(|id| model[*id].name.as_str()).collect();
        println!("circle: {}", names.join(", "));
    }
    Ok(())
}
