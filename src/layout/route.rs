//! Rows become coordinates, ways become strokes.

use super::layers::{LABEL_LEFT, Line, Weave};
use super::{Point, Rect, Size, Stroke, real};

/// A box with layers, arranged.
#[derive(Debug, Clone, Default)]
pub(super) struct Routed {
    pub(super) size: Size,
    pub(super) items: Vec<Rect>,
    pub(super) strokes: Vec<Stroke>,
    /// The label of each line.
    pub(super) labels: Vec<Option<Rect>>,
}

/// Top and bottom of each row.
struct Bands(Vec<(f64, f64)>);

/// Distance between a row of items and the row of labels next to it: more where lines have far to go.
const GAP: f64 = 11.0;
const GAP_PER_WAY: f64 = 0.075;
const GAP_MOST: f64 = 46.0;
/// Distance between lines that leave one item, at most.
const PORT_GAP: f64 = 9.0;

/// Where items of these sizes lie, and the strokes of the lines between them. Coordinates begin at the origin.
pub(super) fn route(weave: &Weave, sizes: &[Size], lines: &[Line]) -> Routed {
    let bands = bands(weave);
    let left = weave.spots.iter().map(|spot| spot.x - spot.left).fold(f64::INFINITY, f64::min);
    let right = weave.spots.iter().map(|spot| spot.x + spot.right).fold(f64::NEG_INFINITY, f64::max);
    if sizes.is_empty() {
        return Routed::default();
    }
    let items: Vec<Rect> = sizes
        .iter()
        .zip(&weave.spots)
        .map(|(size, spot)| {
            let (top, bottom) = bands.0[spot.level];
            Rect {
                x: (spot.x - spot.left - left).round(),
                y: f64::midpoint(top, bottom - size.height).round(),
                width: size.width,
                height: size.height,
            }
        })
        .collect();
    let drawing = Drawing { weave, lines, bands: &bands, left, items: &items };
    let (strokes, labels) = drawing.strokes();
    let height = bands.0.last().map_or(0.0, |(_, bottom)| *bottom);
    Routed { size: Size::new((right - left).ceil(), height.ceil() + 1.0), items, strokes, labels }
}

fn bands(weave: &Weave) -> Bands {
    let mut out = Vec::with_capacity(weave.levels.len());
    let mut y = 0.0;
    for (level, row) in weave.levels.iter().enumerate() {
        let height = row.iter().map(|spot| weave.spots[*spot].height).fold(0.0, f64::max);
        out.push((y, y + height));
        let farthest = row.iter().flat_map(|spot| {
            let x = weave.spots[*spot].x;
            weave.below(*spot).iter().map(move |below| (weave.spots[*below].x - x).abs())
        });
        let farthest = farthest.fold(0.0, f64::max);
        let is_last = level + 1 == weave.levels.len();
        y += height + if is_last { 0.0 } else { (GAP + GAP_PER_WAY * farthest).min(GAP_MOST).round() };
    }
    Bands(out)
}

struct Drawing<'a> {
    weave: &'a Weave,
    lines: &'a [Line],
    bands: &'a Bands,
    left: f64,
    items: &'a [Rect],
}

impl Drawing<'_> {
    fn strokes(&self) -> (Vec<Stroke>, Vec<Option<Rect>>) {
        let (starts, ends) = self.ports();
        let mut labels = vec![None; self.lines.len()];
        let mut strokes = Vec::new();
        let mut joined: Vec<Vec<usize>> = vec![Vec::new(); self.weave.trunks.len()];
        for way in &self.weave.ways {
            if let Some((trunk, _)) = way.joins {
                joined[trunk].push(way.line);
            }
        }
        for (index, way) in self.weave.ways.iter().enumerate() {
            let mut points = self.start(way.upper, starts[index], way.line);
            if let Some(label) = way.label {
                labels[way.line] = Some(self.label(label, way.line));
                self.pass(label, &mut points);
            }
            let shares = way.joins.is_some_and(|(trunk, _)| joined[trunk].len() > 1);
            if let Some((trunk, at)) = way.joins {
                let spots = &self.weave.trunks[trunk].spots[at..];
                if shares {
                    points.extend(spots.first().map(|spot| self.entry(*spot)));
                } else {
                    spots.iter().for_each(|spot| self.pass(*spot, &mut points));
                }
            }
            if !shares {
                points.extend(self.end(way.lower, ends[index], way.line));
            }
            if way.is_against {
                points.reverse();
            }
            let links = vec![self.lines[way.line].link];
            strokes.push(Stroke { points: tidy(points), links, arrow: !shares });
        }
        for (trunk, lines) in self.weave.trunks.iter().zip(&joined) {
            let Some(first) = lines.first().filter(|_| lines.len() > 1) else { continue };
            let Some(way) = self.weave.ways.iter().position(|way| way.line == *first) else { continue };
            let mut points = Vec::new();
            trunk.spots.iter().for_each(|spot| self.pass(*spot, &mut points));
            points.extend(self.end(self.weave.ways[way].lower, ends[way], *first));
            let links = lines.iter().map(|line| self.lines[*line].link).collect();
            strokes.push(Stroke { points: tidy(points), links, arrow: true });
        }
        (strokes, labels)
    }

    /// How far from the middle of its two items each way starts and ends: side by side, in the order of where they go.
    fn ports(&self) -> (Vec<f64>, Vec<f64>) {
        let weave = self.weave;
        let n = weave.ways.len();
        let (mut starts, mut ends) = (vec![0.0; n], vec![0.0; n]);
        let mut leaving: Vec<Vec<(f64, usize, usize)>> = vec![Vec::new(); self.items.len()];
        let mut arriving = leaving.clone();
        for (index, way) in weave.ways.iter().enumerate() {
            let (first, last) = match way.joins {
                Some((trunk, at)) => {
                    let spots = &weave.trunks[trunk].spots;
                    (spots[at], spots.last().copied().unwrap_or(way.lower))
                }
                None => (way.lower, way.label.unwrap_or(way.upper)),
            };
            let first = way.label.unwrap_or(first);
            leaving[way.upper].push((weave.spots[first].x, first, index));
            arriving[way.lower].push((weave.spots[last].x, last, index));
        }
        for (list, offsets) in [(&mut leaving, &mut starts), (&mut arriving, &mut ends)] {
            for (item, ways) in list.iter_mut().enumerate() {
                ways.sort_by(|one, other| {
                    one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)).then(one.2.cmp(&other.2))
                });
                // Ways over the same spot, as those of a trunk, have the same port.
                let mut spots: Vec<usize> = ways.iter().map(|(_, spot, _)| *spot).collect();
                spots.dedup();
                let room = (self.items[item].width - 16.0).max(0.0);
                let gap = if spots.len() > 1 { (room / real(spots.len() - 1)).min(PORT_GAP) } else { 0.0 };
                for (_, spot, way) in ways {
                    let place = spots.iter().position(|known| known == spot).unwrap_or(0);
                    offsets[*way] = gap * (real(place) - real(spots.len() - 1) / 2.0);
                }
            }
        }
        (starts, ends)
    }

    fn x(&self, spot: usize) -> f64 {
        (self.weave.spots[spot].x - self.left).round()
    }

    fn entry(&self, spot: usize) -> Point {
        Point { x: self.x(spot), y: self.bands.0[self.weave.spots[spot].level].0 }
    }

    /// Straight through a row.
    fn pass(&self, spot: usize, points: &mut Vec<Point>) {
        let (top, bottom) = self.bands.0[self.weave.spots[spot].level];
        points.push(Point { x: self.x(spot), y: top });
        points.push(Point { x: self.x(spot), y: bottom });
    }

    fn label(&self, spot: usize, line: usize) -> Rect {
        let Size { width, height } = self.lines[line].label.unwrap_or_default();
        let (top, bottom) = self.bands.0[self.weave.spots[spot].level];
        Rect { x: self.x(spot) + LABEL_LEFT, y: f64::midpoint(top, bottom - height), width, height }
    }

    fn start(&self, item: usize, shift: f64, line: usize) -> Vec<Point> {
        let (_, bottom) = self.bands.0[self.weave.spots[item].level];
        let Point { x, y } = self.port(item, shift, line, true);
        vec![Point { x, y }, Point { x, y: bottom }]
    }

    fn end(&self, item: usize, shift: f64, line: usize) -> [Point; 2] {
        let (top, _) = self.bands.0[self.weave.spots[item].level];
        let Point { x, y } = self.port(item, shift, line, false);
        [Point { x, y: top }, Point { x, y }]
    }

    /// Where a line touches an item at its lower or upper edge, or what is in it.
    fn port(&self, item: usize, shift: f64, line: usize, is_lower: bool) -> Point {
        let (rect, line) = (self.items[item], &self.lines[line]);
        let port = if line.from == item { line.ports[0] } else { line.ports[1] };
        match port {
            Some(port) => Point { x: rect.x + port.x.round(), y: rect.y + port.y },
            None => Point {
                x: (rect.x + rect.width / 2.0 + shift).round(),
                y: if is_lower { rect.bottom() } else { rect.y },
            },
        }
    }
}

/// Leaves out points that say nothing.
fn tidy(points: Vec<Point>) -> Vec<Point> {
    let mut out: Vec<Point> = Vec::with_capacity(points.len());
    for point in points {
        if out.last() == Some(&point) {
            continue;
        }
        if let [.., before, last] = out.as_slice()
            && is_level(before.x, last.x)
            && is_level(last.x, point.x)
        {
            out.pop();
        }
        out.push(point);
    }
    out
}

/// Whether two measures, both rounded, are the same.
fn is_level(one: f64, other: f64) -> bool {
    (one - other).abs() < 0.01
}
