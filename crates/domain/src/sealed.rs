//! A secret that is kept so that only the server itself can read it.

/// The sealed form of a secret: what is stored and handed around. Printing it shows nothing, and
/// only the engine, which has the key, opens it.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

impl Sealed {
    /// Takes over bytes that were sealed before.
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The sealed bytes, for storing them.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealed(…)")
    }
}
