//! Memory for planes: on huge pages where there are many.
//!
//! Gates read planes from anywhere, and with pages of the usual size the processor then looks for pages longer than for
//! what is on them. Where huge pages cannot be had, a plain vector does the same more slowly.

use std::fmt;
use std::ops::{Deref, DerefMut};

use memmap2::MmapMut;

use super::lanes::Lanes;

/// A list of planes, of a length that stays.
///
/// ```
/// use linchpin::engine::{Lanes, Planes};
/// let mut planes = Planes::new(100_000, Lanes::ALL);
/// planes[99_999] = Lanes::NONE;
/// assert_eq!((planes.len(), planes[0], planes[99_999]), (100_000, Lanes::ALL, Lanes::NONE));
/// ```
pub struct Planes(Memory);

enum Memory {
    Plain(Vec<Lanes>),
    Mapped(MmapMut),
}

impl Planes {
    /// So many equal planes.
    pub fn new(n: usize, each: Lanes) -> Self {
        match mapped(n) {
            Some(memory) => {
                let mut planes = Self(Memory::Mapped(memory));
                planes.fill(each);
                planes
            }
            None => Self(Memory::Plain(vec![each; n])),
        }
    }
}

/// Memory on huge pages for so many planes, if these fill some.
fn mapped(n: usize) -> Option<MmapMut> {
    const HUGE_PAGE: usize = 2 << 20;
    let bytes = n * size_of::<Lanes>();
    if bytes < 2 * HUGE_PAGE {
        return None;
    }
    let memory = MmapMut::map_anon(bytes).ok()?;
    // Advice that is not taken costs nothing but time.
    #[cfg(target_os = "linux")]
    let _ = memory.advise(memmap2::Advice::HugePage);
    Some(memory)
}

impl Default for Planes {
    fn default() -> Self {
        Self(Memory::Plain(Vec::new()))
    }
}

impl Deref for Planes {
    type Target = [Lanes];

    fn deref(&self) -> &[Lanes] {
        match &self.0 {
            Memory::Plain(planes) => planes,
            Memory::Mapped(memory) => bytemuck::cast_slice(memory),
        }
    }
}

impl DerefMut for Planes {
    fn deref_mut(&mut self) -> &mut [Lanes] {
        match &mut self.0 {
            Memory::Plain(planes) => planes,
            Memory::Mapped(memory) => bytemuck::cast_slice_mut(memory),
        }
    }
}

impl Clone for Planes {
    fn clone(&self) -> Self {
        let mut planes = Self::new(self.len(), Lanes::NONE);
        planes.copy_from_slice(self);
        planes
    }
}

impl fmt::Debug for Planes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
