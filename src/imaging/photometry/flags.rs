//! What may be wrong with a measurement.

/// A set of remarks on one measurement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags(u8);

impl Flags {
    /// A saturated pixel lay in the measured area and was left out.
    pub const SATURATED: Self = Self(1);
    /// The measured area reaches over the edge of the stamp.
    pub const EDGE: Self = Self(2);
    /// A pixel without a value lay in the measured area and was left out.
    pub const MISSING: Self = Self(4);
    /// The width of the point-spread function was assumed: nothing tells it.
    pub const WIDTH_ASSUMED: Self = Self(8);

    const NAMED: [(Self, &'static str); 4] = [
        (Self::SATURATED, "saturated"),
        (Self::EDGE, "edge"),
        (Self::MISSING, "missing"),
        (Self::WIDTH_ASSUMED, "width_assumed"),
    ];

    /// True where all of `other` are set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Sets these too.
    pub const fn insert(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// True where nothing is set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl std::fmt::Display for Flags {
    /// Their names, joined by `;`; nothing where none is set.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let set = Self::NAMED.iter().filter(|(flag, _)| self.contains(*flag));
        let names: Vec<_> = set.map(|(_, name)| *name).collect();
        f.write_str(&names.join(";"))
    }
}

#[cfg(test)]
mod tests {
    use super::Flags;

    #[test]
    fn flags_are_written_by_name() {
        let mut flags = Flags::default();
        assert!(flags.is_empty());
        flags.insert(Flags::EDGE);
        flags.insert(Flags::SATURATED);
        assert_eq!(flags.to_string(), "saturated;edge");
        assert!(flags.contains(Flags::EDGE) && !flags.contains(Flags::MISSING));
    }
}
