//! One picture of two versions: what is new, what is gone.

use std::collections::{BTreeMap, BTreeSet};

use super::{Change, Link, LinkClass, Node, Scene, Shape};

/// Marks in a scene what an older one does not have, and adds, marked, what only the older one has.
pub(super) fn compare(scene: &mut Scene, old: Scene) {
    let before: BTreeSet<&str> = old.nodes.iter().map(|node| node.key.as_str()).collect();
    for node in &mut scene.nodes {
        if !node.shape.is_box_of_the_picture() && !before.contains(node.key.as_str()) {
            node.change = Change::Added;
        }
    }
    let now: BTreeMap<String, usize> =
        scene.nodes.iter().enumerate().map(|(index, node)| (node.key.clone(), index)).collect();
    // Where each old node is in the new scene. A gone node stands in the new place of what it was in.
    let mut index: Vec<usize> = Vec::with_capacity(old.nodes.len());
    let old_links = old.links;
    let old_keys: Vec<String> = old.nodes.iter().map(|node| node.key.clone()).collect();
    for node in old.nodes {
        index.push(match now.get(&node.key) {
            Some(known) => *known,
            None => {
                let parent = node.parent.map(|parent| index[parent]);
                // A box that is a leaf now can hold nothing.
                if let Some(parent) = parent
                    && !scene.nodes[parent].shape.is_box()
                {
                    scene.nodes[parent].shape = Shape::Domain(1);
                }
                let change = if node.shape.is_box_of_the_picture() { Change::None } else { Change::Removed };
                scene.nodes.push(Node { parent, change, ..node });
                scene.nodes.len() - 1
            }
        });
    }
    let key = |scene: &Scene, link: &Link| {
        (scene.nodes[link.from].key.clone(), scene.nodes[link.to].key.clone(), link.class, link.words.clone())
    };
    let old_set: BTreeSet<(String, String, LinkClass, Vec<String>)> = old_links
        .iter()
        .map(|link| (old_keys[link.from].clone(), old_keys[link.to].clone(), link.class, link.words.clone()))
        .collect();
    let new_set: BTreeSet<_> = scene.links.iter().map(|link| key(scene, link)).collect();
    let is_new: Vec<bool> = scene.links.iter().map(|link| !old_set.contains(&key(scene, link))).collect();
    for (link, is_new) in scene.links.iter_mut().zip(is_new) {
        if is_new {
            link.change = Change::Added;
        }
    }
    for link in old_links {
        let link = Link { from: index[link.from], to: index[link.to], change: Change::Removed, ..link };
        if !new_set.contains(&key(scene, &link)) {
            scene.links.push(link);
        }
    }
    scene.title.push("compared with the version before".to_owned());
}

impl Shape {
    /// Whether it is a part of the picture rather than of the system.
    fn is_box_of_the_picture(self) -> bool {
        matches!(self, Self::Lines | Self::Ground)
    }
}
