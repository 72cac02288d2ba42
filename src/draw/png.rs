//! SVG as pixels, with a font of our own, so that no text is ever missing.

use std::fmt;
use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

/// Pixels for each unit, and the most in each direction: what is larger is drawn smaller.
const SCALE: f32 = 2.0;
const MOST: f32 = 16_000.0;

/// Why there are no pixels.
#[derive(Debug)]
pub struct Error(String);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot turn the picture into pixels: {}", self.0)
    }
}

impl std::error::Error for Error {}

/// A picture as PNG, twice as large as its SVG is in pixels.
///
/// # Errors
/// If the picture is no SVG, or there is no memory for so many pixels.
pub fn png(svg: &str) -> Result<Vec<u8>, Error> {
    let mut options = Options { font_family: "Linchpin Sans".to_owned(), ..Options::default() };
    let fonts = Arc::make_mut(&mut options.fontdb);
    fonts.load_font_data(include_bytes!("font/LinchpinSans-Regular.ttf").to_vec());
    fonts.load_font_data(include_bytes!("font/LinchpinSans-Bold.ttf").to_vec());
    let tree = Tree::from_str(svg, &options).map_err(|error| Error(error.to_string()))?;
    let size = tree.size();
    let scale = SCALE.min(MOST / size.width()).min(MOST / size.height());
    let pixels = size.to_int_size().scale_by(scale);
    let pixmap = pixels.and_then(|pixels| Pixmap::new(pixels.width(), pixels.height()));
    let mut pixmap = pixmap.ok_or_else(|| Error("it is too large".to_owned()))?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    pixmap.encode_png().map_err(|error| Error(error.to_string()))
}
