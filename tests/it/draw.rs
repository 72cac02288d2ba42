//! Pictures: the layout's promises on random plans, what `draw` writes, and that the README's pictures are what it writes.

use std::fs;
use std::path::Path;
use std::process::Command;

use insta::assert_snapshot;
use linchpin::draw::{Options, d2, dot, mermaid, svg};
use linchpin::layout::{Inside, Item, Link, Plan, Size, arrange};
use proptest::prelude::*;

use crate::models;

/// What `draw` writes, run in the repository.
fn drawn(arguments: &str) -> Vec<u8> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_linchpin"));
    command.args(["draw", "-q"]).args(arguments.split_whitespace());
    let output = command.current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("the binary runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{arguments}: {said}");
    output.stdout
}

fn text(arguments: &str) -> String {
    String::from_utf8(drawn(arguments)).expect("text is UTF-8")
}

#[test]
fn minimal_as_svg() {
    assert_snapshot!(text("models/minimal --fail cloud/north/a"));
}

#[test]
fn minimal_as_text_for_others() {
    assert_snapshot!("mermaid", text("models/minimal --fail cloud/north/a --format mermaid"));
    assert_snapshot!("d2", text("models/minimal --fail cloud/north/a --format d2"));
}

/// To write them again: `linchpin draw models/storefront -o .github/storefront.svg`, and the same with
/// `--fail aws/us-east-1` to `.github/storefront-fails.svg`.
#[test]
fn pictures_of_the_readme_are_what_draw_writes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (file, arguments) in [
        ("storefront.svg", "models/storefront"),
        ("storefront-fails.svg", "models/storefront --fail aws/us-east-1"),
    ] {
        let kept = fs::read_to_string(root.join(".github").join(file)).expect("the picture is there");
        assert!(kept == text(arguments), ".github/{file} is not what `draw {arguments}` writes");
        let readme = fs::read_to_string(root.join("README.md")).expect("the README is there");
        assert!(readme.contains(&format!(".github/{file}")), "the README does not show {file}");
    }
}

#[test]
fn the_same_question_gives_the_same_bytes() {
    for arguments in [
        "models/storefront --fail aws",
        "models/storefront --view capability --capability checkout",
        "models/storefront --view domains --theme dark",
        "models/storefront --focus orders-db --depth 1",
        "models/storefront --collapse region --format d2",
    ] {
        assert!(drawn(arguments) == drawn(arguments), "{arguments}");
    }
}

#[test]
fn every_view_is_well_formed_in_every_format() {
    for view in ["system", "capability", "domains"] {
        let picture = text(&format!("models/storefront --fail aws --view {view}"));
        elements(&picture);
        let graph = text(&format!("models/storefront --fail aws --view {view} --format dot"));
        graphviz_rust::parse(&graph).unwrap_or_else(|error| panic!("{view}: {error}"));
        let flow = text(&format!("models/storefront --fail aws --view {view} --format mermaid"));
        let (opened, ended) = (flow.matches("subgraph ").count(), flow.matches("  end\n").count());
        assert_eq!(opened, ended, "{flow}");
        let boxes = text(&format!("models/storefront --fail aws --view {view} --format d2"));
        assert_eq!(boxes.matches('{').count(), boxes.matches('}').count(), "{boxes}");
    }
}

/// The names of all elements, read as XML.
fn elements(svg: &str) -> Vec<String> {
    let mut reader = quick_xml::Reader::from_str(svg);
    let mut names = Vec::new();
    loop {
        match reader.read_event().expect("the picture is well-formed") {
            quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag) => {
                tag.attributes().for_each(|attribute| drop(attribute.expect("attributes are well-formed")));
                names.push(tag.name().as_ref().to_owned());
            }
            quick_xml::events::Event::Eof => return names,
            _ => {}
        }
    }
}

#[test]
fn text_of_a_model_stays_text() {
    let hostile = r#"</text><script>alert(1)</script> "]; click n1 "x" ${y} \u202e end %%{init: {}}%%"#;
    let model = format!(
        "[model]\nname = '''{}'''\n[provider.p]\n[service.web]\nplaced = ['p']\n[capability.c]\nneeds = ['web']\n",
        hostile.replace("\\u202e", "\u{202e}")
    );
    let system = models::system(&model);
    let options = Options::default();
    let picture = svg(&system, None, &options);
    let names = elements(&picture);
    assert!(!names.iter().any(|name| name == "script"), "{picture}");
    for text in [picture, dot(&system, None, &options), mermaid(&system, None, &options)] {
        assert!(!text.contains('\u{202e}'), "{text}");
    }
    let boxes = d2(&system, None, &options);
    assert!(boxes.contains(r"\${y}") && !boxes.contains(" ${"), "{boxes}");
}

#[test]
fn what_is_new_and_gone_is_marked() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let old = directory.path().join("old.toml");
    let now = directory.path().join("now.toml");
    let places = "[provider.p]\nregions = ['r']\n";
    let rest = "[capability.c]\nneeds = ['web']\n";
    let places = places.replace("regions = ['r']\n", "");
    fs::write(
        &old,
        format!(
            "{places}[service.web]\nplaced = ['p']\nneeds = ['gone']\n[service.gone]\nplaced = ['p']\n{rest}"
        ),
    )
    .expect("writable");
    fs::write(&now, format!("{places}[service.web]\nplaced = ['p']\nneeds = ['fresh']\n[service.fresh]\nplaced = ['p']\n{rest}"))
        .expect("writable");
    let picture = text(&format!("{} --diff {}", now.display(), old.display()));
    for expected in [
        "class=\"node service added\" data-ref=\"fresh\"",
        "class=\"node service removed\" data-ref=\"gone\"",
        "class=\"line needs added\"",
        "class=\"line needs removed\"",
        "class=\"node service\" data-ref=\"web\"",
    ] {
        assert!(picture.contains(expected), "no {expected} in {picture}");
    }
}

#[test]
fn five_thousand_services_are_a_picture() {
    let shape = linchpin::generate::Shape::Cloud { providers: 3, regions: 3, zones: 3, services: 5_000 };
    let system = models::system(&linchpin::generate::generate(shape, 1));
    let picture = svg(&system, None, &Options::default());
    let nodes = picture.matches("class=\"node ").count();
    assert!((50..250).contains(&nodes), "{nodes} nodes");
}

#[cfg(feature = "png")]
#[test]
fn pixels_show_something() {
    let png = drawn("models/minimal --format png");
    let pixmap = resvg::tiny_skia::Pixmap::decode_png(&png).expect("it is PNG");
    assert!(pixmap.width() > 400 && pixmap.height() > 400);
    let mut colours: Vec<[u8; 4]> = pixmap.data().chunks_exact(4).map(|c| [c[0], c[1], c[2], c[3]]).collect();
    colours.sort_unstable();
    colours.dedup();
    assert!(colours.len() > 50, "{} colours", colours.len());
}

// ---- the layout on random plans ----------------------------------------------------------------------------

fn plans() -> impl Strategy<Value = Plan> {
    let item = (0_usize..1000, 20_u32..120, 12_u32..60, 0_u8..4, proptest::option::of(0_usize..6));
    let link = (0_usize..1000, 0_usize..1000, 0_usize..3, any::<bool>());
    (proptest::collection::vec(item, 1..40), proptest::collection::vec(link, 0..60), 0_u8..4).prop_map(
        |(items, links, root)| {
            let inside = |kind: u8| match kind {
                0 => Inside::Layers,
                1 => Inside::Columns,
                2 => Inside::Pack { aspect: 1.5 },
                _ => Inside::Stack,
            };
            let mut plan = Plan::default();
            plan.items.push(Item::around(None, Size::default(), inside(root), 8.0));
            let mut boxes = vec![0];
            for (index, (parent, width, height, kind, kin)) in items.into_iter().enumerate() {
                let parent = Some(boxes[parent % boxes.len()]);
                let size = Size::new(f64::from(width), f64::from(height));
                if index % 4 == 0 {
                    boxes.push(plan.items.len());
                    plan.items.push(Item::around(parent, size, inside(kind), 8.0));
                } else {
                    plan.items.push(Item { kin, ..Item::leaf(parent, size) });
                }
            }
            let n = plan.items.len();
            plan.links = links
                .into_iter()
                .map(|(from, to, class, has_label)| Link {
                    from: from % n,
                    to: to % n,
                    class,
                    label: has_label.then(|| Size::new(40.0, 12.0)),
                })
                .collect();
            plan
        },
    )
}

proptest! {
    #[test]
    fn items_lie_in_their_boxes_and_apart(plan in plans()) {
        let layout = arrange(&plan);
        prop_assert_eq!(&layout, &arrange(&plan));
        for (index, item) in plan.items.iter().enumerate() {
            let rect = layout.rects[index];
            if item.inside == Inside::Nothing {
                prop_assert!(rect.width >= item.size.width && rect.height >= item.size.height);
            }
            if let Some(parent) = item.parent {
                prop_assert!(layout.rects[parent].contains(&rect), "{index} sticks out of {parent}");
            }
            for other in 0..index {
                if plan.items[other].parent == item.parent {
                    prop_assert!(!rect.overlaps(&layout.rects[other]), "{index} overlaps {other}");
                }
            }
        }
        for label in layout.labels.iter().flatten() {
            let leaf = |(item, rect): (&Item, &linchpin::layout::Rect)| item.inside == Inside::Nothing && rect.overlaps(label);
            prop_assert!(!plan.items.iter().zip(&layout.rects).any(leaf), "a label lies on a leaf");
        }
    }
}
