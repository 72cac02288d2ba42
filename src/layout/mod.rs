//! Layout: where nested boxes stand and how lines run between them, in numbers only.
//!
//! Stands beside the pipeline and knows nothing of what boxes stand for. A [`Plan`] is a tree of items with lines between
//! them; [`arrange`] gives every item a [`Rect`] and every line its strokes. The same plan gives the same numbers, and
//! time is close to linear in what is to be placed.
//!
//! Lines are routed in one kind of box only, [`Inside::Layers`]: its items stand in rows, and a line passes a row only where
//! room was kept for it. So a line never crosses a box that it does not belong to, and never a label, by construction:
//! boxes and labels stand in rows, lines bend between rows.

mod layers;
mod nest;
mod order;
mod place;
mod ranks;
mod route;

/// Width and height.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Size {
    /// To the right.
    pub width: f64,
    /// Downwards.
    pub height: f64,
}

impl Size {
    /// A size.
    pub const fn new(width: f64, height: f64) -> Self {
        Self { width, height }
    }

    /// Large enough for both.
    fn union(self, other: Self) -> Self {
        Self::new(self.width.max(other.width), self.height.max(other.height))
    }
}

/// A point; y grows downwards.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Point {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
}

/// A rectangle.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rect {
    /// Its left edge.
    pub x: f64,
    /// Its upper edge.
    pub y: f64,
    /// Its width.
    pub width: f64,
    /// Its height.
    pub height: f64,
}

impl Rect {
    /// Its right edge.
    pub fn right(&self) -> f64 {
        self.x + self.width
    }

    /// Its lower edge.
    pub fn bottom(&self) -> f64 {
        self.y + self.height
    }

    /// Whether they share more than an edge.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }

    /// Whether the other lies in it.
    pub fn contains(&self, other: &Self) -> bool {
        self.x <= other.x
            && self.y <= other.y
            && other.right() <= self.right()
            && other.bottom() <= self.bottom()
    }

    fn moved(self, dx: f64, dy: f64) -> Self {
        Self { x: self.x + dx, y: self.y + dy, ..self }
    }
}

/// How the items in an item are arranged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Inside {
    /// There are none.
    Nothing,
    /// Below each other, each as wide as the widest.
    Stack,
    /// Beside each other, in a new shelf where the given width is used up.
    Flow {
        /// The width of a shelf; a single item may be wider.
        width: f64,
    },
    /// Beside each other, on as many shelves as make the whole about so many times as wide as high.
    Pack {
        /// Width by height.
        aspect: f64,
    },
    /// Leaves below each other, boxes beside each other. Leaves of one kin stand at one height wherever they are in it, at
    /// any depth.
    Columns,
    /// In rows along the lines: who points stands above whom it points to.
    Layers,
}

/// What is placed.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The item that it lies in, which comes before it.
    pub parent: Option<usize>,
    /// Of a leaf, its size; of a box, the least width and the height of its heading.
    pub size: Size,
    /// What is in it.
    pub inside: Inside,
    /// Leaves of one kin line up; kins stand in the order of their numbers where there is a choice.
    pub kin: Option<usize>,
    /// Whether it stands in the first row of layers.
    pub first: bool,
    /// Distance between its border and what is in it, and between these.
    pub padding: f64,
}

impl Item {
    /// A leaf.
    pub fn leaf(parent: Option<usize>, size: Size) -> Self {
        Self { parent, size, inside: Inside::Nothing, kin: None, first: false, padding: 0.0 }
    }

    /// A box.
    pub fn around(parent: Option<usize>, heading: Size, inside: Inside, padding: f64) -> Self {
        Self { parent, size: heading, inside, kin: None, first: false, padding }
    }
}

/// A line from one item to another that both lie in one box with layers, perhaps deeper.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Link {
    /// Where it starts.
    pub from: usize,
    /// Where its arrowhead is.
    pub to: usize,
    /// Lines of one class to one item are bundled.
    pub class: usize,
    /// The size of its label.
    pub label: Option<Size>,
}

/// What is to be arranged.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// Items, each after the one that it lies in; the first is the root.
    pub items: Vec<Item>,
    /// Lines.
    pub links: Vec<Link>,
}

/// A piece of line. Between two neighbouring points it is straight where these stand above each other; else it leaves the
/// one and reaches the other vertically.
#[derive(Debug, Clone, PartialEq)]
pub struct Stroke {
    /// From its start to its end.
    pub points: Vec<Point>,
    /// The links that run along it; those of a bundle share a stroke.
    pub links: Vec<usize>,
    /// Whether there is an arrowhead at its end.
    pub arrow: bool,
}

/// Where everything is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Layout {
    /// The rectangle of each item.
    pub rects: Vec<Rect>,
    /// All lines.
    pub strokes: Vec<Stroke>,
    /// Where the label of each link stands, where it has one and the link is drawn.
    pub labels: Vec<Option<Rect>>,
}

/// Arranges a plan. Links from an item to itself, or between items that share no box with layers, are not drawn.
///
/// ```
/// use linchpin::layout::{Inside, Item, Link, Plan, Size, arrange};
/// let root = Item::around(None, Size::default(), Inside::Layers, 10.0);
/// let leaf = Item::leaf(Some(0), Size::new(60.0, 20.0));
/// let link = Link { from: 1, to: 2, class: 0, label: None };
/// let layout = arrange(&Plan { items: vec![root, leaf.clone(), leaf], links: vec![link] });
/// assert!(layout.rects[1].bottom() < layout.rects[2].y);
/// assert!(layout.strokes[0].arrow);
/// ```
pub fn arrange(plan: &Plan) -> Layout {
    nest::arrange(plan)
}

/// A count as a measure.
fn real(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}
