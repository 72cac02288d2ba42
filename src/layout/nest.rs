//! Boxes in boxes: sizes from the inside out, then places from the outside in.

use std::collections::BTreeMap;

use super::layers::{self, Line};
use super::route::route;
use super::{Inside, Item, Layout, Link, Plan, Point, Rect, Size, Stroke};

struct Nest<'a> {
    plan: &'a Plan,
    children: Vec<Vec<usize>>,
    /// Where each item stands in the item around it.
    rects: Vec<Rect>,
    /// Lines of each box with layers, relative to the box.
    lines: Vec<Vec<(Line, Link)>>,
    /// Strokes and labels, with the box that they are relative to.
    strokes: Vec<(usize, Stroke)>,
    labels: Vec<Option<(usize, Rect)>>,
}

pub(super) fn arrange(plan: &Plan) -> Layout {
    let mut children = vec![Vec::new(); plan.items.len()];
    for (index, item) in plan.items.iter().enumerate() {
        if let Some(parent) = item.parent {
            children[parent].push(index);
        }
    }
    let mut nest = Nest {
        plan,
        children,
        rects: vec![Rect::default(); plan.items.len()],
        lines: vec![Vec::new(); plan.items.len()],
        strokes: Vec::new(),
        labels: vec![None; plan.links.len()],
    };
    nest.lift_links();
    for item in (0..plan.items.len()).rev() {
        let size = nest.measure(item);
        (nest.rects[item].width, nest.rects[item].height) = (size.width, size.height);
    }
    nest.finish()
}

impl Nest<'_> {
    fn item(&self, item: usize) -> &Item {
        &self.plan.items[item]
    }

    fn size(&self, item: usize) -> Size {
        Size::new(self.rects[item].width, self.rects[item].height)
    }

    /// Gives each link to the innermost box around both its ends, as a line between items directly in that box.
    fn lift_links(&mut self) {
        let way_up = |item: usize| std::iter::successors(Some(item), |item| self.plan.items[*item].parent);
        let mut lifted = Vec::new();
        for (index, link) in self.plan.links.iter().enumerate() {
            let from: Vec<usize> = way_up(link.from).collect();
            let to: Vec<usize> = way_up(link.to).collect();
            let shared =
                from.iter().rev().zip(to.iter().rev()).take_while(|(one, other)| one == other).count();
            // One of them lies in the other, or is it.
            if shared == 0 || shared == from.len() || shared == to.len() {
                continue;
            }
            let around = from[from.len() - shared];
            if self.item(around).inside != Inside::Layers {
                continue;
            }
            let line = Line {
                from: from[from.len() - shared - 1],
                to: to[to.len() - shared - 1],
                link: index,
                bundle: (link.to, link.class),
                label: link.label,
                ports: [None, None],
            };
            lifted.push((around, line, *link));
        }
        for (around, line, link) in lifted {
            self.lines[around].push((line, link));
        }
    }

    /// The size of an item whose contents are measured; places these in it.
    fn measure(&mut self, item: usize) -> Size {
        let Item { size: least, padding, .. } = *self.item(item);
        match self.item(item).inside {
            Inside::Nothing => least,
            Inside::Stack => self.stack(item),
            Inside::Flow { width } => self.flow(item, width),
            Inside::Pack { aspect } => self.pack(item, aspect),
            Inside::Layers => self.layers(item),
            Inside::Columns => {
                let above = self.item(item).parent.map(|parent| self.item(parent).inside);
                // Columns in columns are arranged together with these.
                if above == Some(Inside::Columns) { least } else { Columns::new(self, item).arrange(padding) }
            }
        }
    }

    fn stack(&mut self, item: usize) -> Size {
        let Item { size: least, padding, .. } = *self.item(item);
        let children = self.children[item].clone();
        self.fill(&children);
        let widest = children.iter().map(|child| self.rects[*child].width).fold(0.0, f64::max);
        let width = (widest + 2.0 * padding).max(least.width);
        let mut y = least.height + padding;
        for child in children {
            let rect = &mut self.rects[child];
            (rect.x, rect.y) = (((width - rect.width) / 2.0).round(), y);
            y += rect.height + padding;
        }
        Size::new(width, y)
    }

    /// What is packed uses the width that something else in the same stack takes anyway.
    fn fill(&mut self, children: &[usize]) {
        let (packed, fixed): (Vec<usize>, Vec<usize>) =
            children.iter().partition(|child| matches!(self.item(**child).inside, Inside::Pack { .. }));
        let widest = fixed.iter().map(|child| self.rects[*child].width).fold(0.0, f64::max);
        for child in packed {
            if self.rects[child].width < widest {
                let Size { width, height } = self.flow(child, widest);
                (self.rects[child].width, self.rects[child].height) = (width, height);
            }
        }
    }

    fn flow(&mut self, item: usize, width: f64) -> Size {
        let Item { size: least, padding, .. } = *self.item(item);
        let (mut x, mut y, mut high, mut widest) = (padding, least.height + padding, 0.0_f64, 0.0_f64);
        for child in self.children[item].clone() {
            let rect = &mut self.rects[child];
            if x > padding && x + rect.width + padding > width {
                (x, y) = (padding, y + high + padding);
                high = 0.0;
            }
            (rect.x, rect.y) = (x, y);
            x += rect.width + padding;
            high = high.max(rect.height);
            widest = widest.max(x);
        }
        Size::new(widest, y + high + padding).union(least)
    }

    /// A flow with the width that comes nearest to the aspect.
    fn pack(&mut self, item: usize, aspect: f64) -> Size {
        let padding = self.item(item).padding;
        let sizes: Vec<Size> = self.children[item].iter().map(|child| self.size(*child)).collect();
        let area: f64 = sizes.iter().map(|size| (size.width + padding) * (size.height + padding)).sum();
        let widest = sizes.iter().map(|size| size.width).fold(0.0, f64::max) + 2.0 * padding;
        let mut best = (f64::INFINITY, widest);
        for step in 0..16 {
            let width = ((area * aspect).sqrt() * (0.6 + 0.1 * f64::from(step))).max(widest).ceil();
            let size = self.flow(item, width);
            let distance = (size.width / size.height.max(1.0) / aspect).ln().abs();
            if distance < best.0 {
                best = (distance, width);
            }
        }
        self.flow(item, best.1)
    }

    fn layers(&mut self, item: usize) -> Size {
        let Item { size: least, padding, .. } = *self.item(item);
        let children = self.children[item].clone();
        let number: BTreeMap<usize, usize> =
            children.iter().enumerate().map(|(number, child)| (*child, number)).collect();
        let lines: Vec<Line> = std::mem::take(&mut self.lines[item])
            .into_iter()
            .map(|(line, link)| Line {
                from: number[&line.from],
                to: number[&line.to],
                ports: [self.port(link.from, line.from, true), self.port(link.to, line.to, false)],
                ..line
            })
            .collect();
        let sizes: Vec<Size> = children.iter().map(|child| self.size(*child)).collect();
        let first: Vec<bool> = children.iter().map(|child| self.item(*child).first).collect();
        let routed = route(&layers::arrange(&sizes, &first, &lines), &sizes, &lines);
        let width = (routed.size.width + 2.0 * padding).max(least.width);
        let dx = ((width - routed.size.width) / 2.0).round();
        let dy = least.height + padding;
        for (child, rect) in children.iter().zip(&routed.items) {
            self.rects[*child] = rect.moved(dx, dy);
        }
        for mut stroke in routed.strokes {
            for point in &mut stroke.points {
                (point.x, point.y) = (point.x + dx, point.y + dy);
            }
            self.strokes.push((item, stroke));
        }
        for (line, label) in lines.iter().zip(routed.labels) {
            self.labels[line.link] = label.map(|label| (item, label.moved(dx, dy)));
        }
        Size::new(width, routed.size.height + least.height + 2.0 * padding)
    }

    /// Where something inside an item is in it: the middle of its lower or upper edge.
    fn port(&self, inner: usize, item: usize, is_lower: bool) -> Option<Point> {
        let (mut at, mut around) = (Point::default(), inner);
        while around != item {
            let rect = self.rects[around];
            at = Point { x: at.x + rect.x, y: at.y + rect.y };
            around = self.item(around).parent?;
        }
        let rect = self.rects[inner];
        let y = if is_lower { at.y + rect.height } else { at.y };
        (inner != item).then_some(Point { x: at.x + rect.width / 2.0, y })
    }

    fn finish(mut self) -> Layout {
        for index in 0..self.plan.items.len() {
            if let Some(parent) = self.plan.items[index].parent {
                let around = self.rects[parent];
                self.rects[index] = self.rects[index].moved(around.x, around.y);
            }
        }
        let mut strokes = Vec::with_capacity(self.strokes.len());
        for (item, mut stroke) in self.strokes {
            let origin = self.rects[item];
            for point in &mut stroke.points {
                (point.x, point.y) = (point.x + origin.x, point.y + origin.y);
            }
            strokes.push(stroke);
        }
        let labels = self
            .labels
            .into_iter()
            .map(|label| label.map(|(item, label)| label.moved(self.rects[item].x, self.rects[item].y)));
        Layout { labels: labels.collect(), strokes, rects: self.rects }
    }
}

// ---- columns -----------------------------------------------------------------------------------------------

/// A box with columns, and the boxes with columns in it.
struct Columns<'n, 'a> {
    nest: &'n mut Nest<'a>,
    root: usize,
    /// The boxes, outer before inner, and how deep below the root their contents begin.
    boxes: Vec<usize>,
    depth: BTreeMap<usize, f64>,
    /// Leaves by kin, and by which they are of their kin in their column, with their boxes.
    kins: BTreeMap<(usize, usize), Vec<(usize, usize)>>,
}

/// Distance between leaves below each other.
const ROW_GAP: f64 = 7.0;

impl<'n, 'a> Columns<'n, 'a> {
    fn new(nest: &'n mut Nest<'a>, root: usize) -> Self {
        let mut columns =
            Self { root, boxes: vec![root], depth: BTreeMap::new(), kins: BTreeMap::new(), nest };
        let mut seen = 0;
        // What has no kin stands below what has.
        let mut no_kin = usize::MAX / 2;
        while let Some(around) = columns.boxes.get(seen).copied() {
            seen += 1;
            let nest = &columns.nest;
            let item = nest.item(around);
            let above =
                if around == root { 0.0 } else { item.parent.map_or(0.0, |parent| columns.depth[&parent]) };
            columns.depth.insert(around, above + item.size.height + item.padding);
            let mut of_kin: BTreeMap<usize, usize> = BTreeMap::new();
            for child in &nest.children[around] {
                if nest.item(*child).inside == Inside::Columns {
                    columns.boxes.push(*child);
                    continue;
                }
                no_kin += 1;
                let kin = nest.item(*child).kin.unwrap_or(no_kin);
                let nth = of_kin.entry(kin).or_default();
                columns.kins.entry((kin, *nth)).or_default().push((*child, around));
                *nth += 1;
            }
        }
        columns
    }

    fn arrange(mut self, _: f64) -> Size {
        let rows = self.rows();
        let top = self.depth.values().copied().fold(0.0, f64::max);
        let n_rows = rows.values().max().map_or(0, |last| last + 1);
        let mut heights = vec![0.0_f64; n_rows];
        for (leaf, row) in &rows {
            heights[*row] = heights[*row].max(self.nest.rects[*leaf].height);
        }
        let mut tops = Vec::with_capacity(n_rows);
        let mut y = top;
        for height in &heights {
            tops.push(y);
            y += height + ROW_GAP;
        }
        self.widths_and_places(&rows, &tops, &heights);
        self.nest.size(self.root)
    }

    /// The row of each leaf: kin by kin, the first in which all of the kin find room.
    fn rows(&self) -> BTreeMap<usize, usize> {
        let mut taken: BTreeMap<usize, Vec<bool>> = BTreeMap::new();
        let mut rows = BTreeMap::new();
        for leaves in self.kins.values() {
            let is_free = |row: usize| {
                leaves.iter().all(|(_, column)| {
                    !taken.get(column).and_then(|rows| rows.get(row)).copied().unwrap_or(false)
                })
            };
            // Each kin takes one row, so that there are no more rows than kins.
            let row = (0..self.kins.len()).find(|row| is_free(*row)).unwrap_or(self.kins.len());
            for (leaf, column) in leaves {
                let rows_taken = taken.entry(*column).or_default();
                if rows_taken.len() <= row {
                    rows_taken.resize(row + 1, false);
                }
                rows_taken[row] = true;
                rows.insert(*leaf, row);
            }
        }
        rows
    }

    /// From the inside out: how wide and high each box is, and where in it things stand. Boxes beside each other end at
    /// the same height.
    fn widths_and_places(&mut self, rows: &BTreeMap<usize, usize>, tops: &[f64], heights: &[f64]) {
        // How far down each box reaches, measured from the top of the root.
        let mut bottom: BTreeMap<usize, f64> = BTreeMap::new();
        for around in self.boxes.clone().into_iter().rev() {
            let Item { size: least, padding, .. } = *self.nest.item(around);
            let children = self.nest.children[around].clone();
            let (boxes, leaves): (Vec<_>, Vec<_>) =
                children.into_iter().partition(|child| self.depth.contains_key(child));
            let mut x = padding;
            let mut lowest = self.depth[&around];
            for inner in &boxes {
                self.nest.rects[*inner].x = x;
                x += self.nest.rects[*inner].width + padding;
                lowest = lowest.max(bottom[inner]);
            }
            let column = leaves.iter().map(|leaf| self.nest.rects[*leaf].width).fold(0.0, f64::max);
            let is_wider = boxes.is_empty() && column + 2.0 * padding < least.width;
            let column = if is_wider { least.width - 2.0 * padding } else { column };
            for leaf in &leaves {
                let row = rows[leaf];
                let rect = &mut self.nest.rects[*leaf];
                (rect.x, rect.width) = (x, column);
                rect.y = tops[row] + ((heights[row] - rect.height) / 2.0).round();
                lowest = lowest.max(tops[row] + heights[row]);
            }
            if !leaves.is_empty() {
                x += column + padding;
            }
            bottom.insert(around, lowest + padding);
            self.nest.rects[around].width = x.max(least.width);
        }
        self.heights(&mut bottom);
    }

    /// From the outside in: heights, and places relative to the box around.
    fn heights(&mut self, bottom: &mut BTreeMap<usize, f64>) {
        for around in self.boxes.clone() {
            let Item { size: least, padding, .. } = *self.nest.item(around);
            let own_top = self.depth[&around] - least.height - padding;
            self.nest.rects[around].height = bottom[&around] - own_top;
            for child in self.nest.children[around].clone() {
                if self.depth.contains_key(&child) {
                    self.nest.rects[child].y = self.depth[&around] - own_top;
                    bottom.insert(child, bottom[&around] - padding);
                } else {
                    self.nest.rects[child].y -= own_top;
                }
            }
        }
    }
}
