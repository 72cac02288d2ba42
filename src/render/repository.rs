//! Files as a repository knows them: relative to its root, with forward slashes.

/// Where a repository lies, as seen from where linchpin runs.
///
/// ```
/// use linchpin::render::Repository;
/// let repository = Repository::new("/work/shop", "/work/shop/ops");
/// assert_eq!(repository.path("model/places.toml"), "ops/model/places.toml");
/// assert_eq!(repository.path("../linchpin.toml"), "linchpin.toml");
/// assert_eq!(repository.path("/work/shop/ops/./a.toml"), "ops/a.toml");
/// assert_eq!(repository.uri("über uns.toml"), "ops/%C3%BCber%20uns.toml");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Repository {
    root: String,
    here: String,
}

impl Repository {
    /// A repository by its root and the working directory, both absolute.
    pub fn new(root: impl Into<String>, here: impl Into<String>) -> Self {
        Self { root: root.into(), here: here.into() }
    }

    /// A file, named as the user did, relative to the root. What lies outside stays absolute.
    pub fn path(&self, file: &str) -> String {
        // Windows writes the other slash, and its absolute paths begin with a drive.
        let slashes = |text: &str| text.replace('\\', "/");
        let (root, here) = (slashes(&self.root), slashes(&self.here));
        let file = if cfg!(windows) { slashes(file) } else { file.to_owned() };
        let is_absolute = file.starts_with('/') || file.get(1..3) == Some(":/");
        let full = if is_absolute { file } else { format!("{here}/{file}") };
        let mut parts: Vec<&str> = Vec::new();
        for part in full.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop();
                }
                part => parts.push(part),
            }
        }
        let root: Vec<&str> = root.split('/').filter(|part| !part.is_empty()).collect();
        match parts.strip_prefix(root.as_slice()) {
            Some(below) => below.join("/"),
            None if full.starts_with('/') => format!("/{}", parts.join("/")),
            None => parts.join("/"),
        }
    }

    /// The same as part of a URI: what is no plain character is escaped.
    pub fn uri(&self, file: &str) -> String {
        let mut out = String::new();
        for byte in self.path(file).bytes() {
            if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
                out.push(char::from(byte));
            } else {
                out += &format!("%{byte:02X}");
            }
        }
        // Outside the repository only the whole way names a file.
        if out.starts_with('/') { format!("file://{out}") } else { out }
    }
}
