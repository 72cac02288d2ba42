//! Builds a model in code, without TOML, and lists what it is made of.

#![expect(clippy::print_stdout, reason = "an example shows what it finds")]

use linchpin::model::Model;
use linchpin::model::decl::{
    CapabilityDecl, Declarations, ProviderDecl, RegionDecl, ServiceDecl, StandbyDecl, ZoneDecl,
};

fn main() -> Result<(), String> {
    let zone = |name: &str| ZoneDecl { name: name.into(), ..Default::default() };
    let north = RegionDecl { name: "north".into(), zones: vec![zone("a"), zone("b")], ..Default::default() };
    let declared = Declarations {
        name: Some("shop".into()),
        providers: vec![ProviderDecl { name: "cloud".into(), regions: vec![north], ..Default::default() }],
        services: vec![
            ServiceDecl {
                name: "web".into(),
                placed: vec!["cloud/north/*".into()],
                needs: vec!["database".into()],
                ..Default::default()
            },
            ServiceDecl {
                name: "database".into(),
                placed: vec!["cloud/north/a".into()],
                standby: vec![StandbyDecl { at: "cloud/north/b".into(), ..Default::default() }],
                ..Default::default()
            },
        ],
        capabilities: vec![CapabilityDecl {
            name: "shop".into(),
            needs: vec!["web".into()],
            ..Default::default()
        }],
        ..Default::default()
    };
    let model = Model::resolve(declared)
        .map_err(|problems| problems.iter().map(|p| p.message.as_str()).collect::<Vec<_>>().join("\n"))?;
    for (_, element) in model.elements() {
        println!("{:10} {}", element.kind_name(), element.name);
    }
    Ok(())
}
