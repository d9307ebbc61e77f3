//! A decision tree: questions about features, and at each end how often each class came there.

use std::io::{self, Read, Write};

/// Byte that stands for a leaf where a feature could stand.
const LEAF: u8 = u8::MAX;
/// Deeper trees than this are not read: no forest of ours is.
const DEEPEST: usize = 64;

/// One place of a tree; the one for "at most" stands right behind its question.
#[derive(Clone, Debug, PartialEq)]
enum Node {
    /// Feature, threshold, and the place to go to where the feature is above it.
    Question(u8, f32, u32),
    /// Share of each class in 255ths of the largest.
    Leaf(Box<[u8]>),
}

/// A tree, in the order of a walk that takes "at most" first.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    nodes: Vec<Node>,
    classes: usize,
}

/// A tree as it was grown, before its leaves are filled.
#[derive(Clone, Debug)]
pub(super) enum Grown {
    Question(u8, f32, Box<[Self; 2]>),
    Leaf,
}

impl Tree {
    /// The tree, with leaves that hold the shares of the classes among these rows: features and
    /// class. Each class counts one more `1 / classes`th, so that nothing is impossible
    /// (Laplace's rule, shrunk: our choice).
    pub(super) fn filled<'a>(
        grown: &Grown,
        classes: usize,
        rows: impl Iterator<Item = (&'a [f32], u8)>,
    ) -> Self {
        let mut tree = Self {
            nodes: Vec::new(),
            classes,
        };
        tree.lay(grown);
        let mut counts = vec![0_u32; tree.nodes.len() * classes];
        for (features, class) in rows {
            counts[tree.leaf(features) * classes + usize::from(class)] += 1;
        }
        for (node, counts) in tree.nodes.iter_mut().zip(counts.chunks(classes)) {
            if let Node::Leaf(shares) = node {
                let with_rule = |count: &u32| f64::from(*count) + 1.0 / classes as f64;
                let most = counts.iter().map(with_rule).fold(0.0, f64::max);
                let share = |count: &u32| (255.0 * with_rule(count) / most).round() as u8;
                *shares = counts.iter().map(share).collect();
            }
        }
        tree
    }

    fn lay(&mut self, grown: &Grown) {
        match grown {
            Grown::Leaf => self.nodes.push(Node::Leaf(vec![1; self.classes].into())),
            Grown::Question(feature, threshold, children) => {
                let at = self.nodes.len();
                self.nodes.push(Node::Question(*feature, *threshold, 0));
                self.lay(&children[0]);
                let above = self.nodes.len() as u32;
                self.nodes[at] = Node::Question(*feature, *threshold, above);
                self.lay(&children[1]);
            }
        }
    }

    /// Number of places.
    pub const fn len(&self) -> usize {
        self.nodes.len()
    }

    /// True for a tree that says nothing.
    pub const fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The largest feature that is asked for; none in a tree without questions.
    pub fn last_feature(&self) -> Option<usize> {
        let asked = self.nodes.iter().filter_map(|node| match node {
            Node::Question(feature, ..) => Some(usize::from(*feature)),
            Node::Leaf(_) => None,
        });
        asked.max()
    }

    /// The leaf that these features lead to. A feature that is missing leads to "at most".
    fn leaf(&self, features: &[f32]) -> usize {
        let mut at = 0;
        while let Some(Node::Question(feature, threshold, above)) = self.nodes.get(at) {
            let value = features.get(usize::from(*feature));
            at = match value {
                Some(value) if value > threshold => *above as usize,
                _ => at + 1,
            };
        }
        at
    }

    /// Adds the probability of each class.
    pub fn vote(&self, features: &[f32], votes: &mut [f32]) {
        if let Some(Node::Leaf(shares)) = self.nodes.get(self.leaf(features)) {
            let sum: f32 = shares.iter().map(|share| f32::from(*share)).sum();
            for (vote, share) in votes.iter_mut().zip(shares) {
                *vote += f32::from(*share) / sum.max(1.0);
            }
        }
    }

    /// Writes it: 5 bytes a question, one more than there are classes a leaf.
    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(&(self.nodes.len() as u32).to_le_bytes())?;
        for node in &self.nodes {
            match node {
                Node::Question(feature, threshold, _) => {
                    out.write_all(&[*feature])?;
                    out.write_all(&threshold.to_le_bytes())?;
                }
                Node::Leaf(shares) => {
                    out.write_all(&[LEAF])?;
                    out.write_all(shares)?;
                }
            }
        }
        Ok(())
    }

    /// Reads one.
    ///
    /// # Errors
    /// Where the bytes end, or are no tree.
    pub(super) fn read(bytes: &mut &[u8], classes: usize) -> io::Result<Self> {
        let mut count = [0; 4];
        bytes.read_exact(&mut count)?;
        let count = u32::from_le_bytes(count) as usize;
        let mut tree = Self {
            nodes: Vec::new(),
            classes,
        };
        tree.read_branch(bytes, 0)?;
        if tree.nodes.len() == count {
            Ok(tree)
        } else {
            Err(bad("a tree does not have as many nodes as it claims"))
        }
    }

    fn read_branch(&mut self, bytes: &mut &[u8], depth: usize) -> io::Result<()> {
        if depth > DEEPEST {
            return Err(bad("a tree is deeper than any"));
        }
        let mut feature = [0];
        bytes.read_exact(&mut feature)?;
        let [feature] = feature;
        if feature == LEAF {
            let mut shares = vec![0; self.classes];
            bytes.read_exact(&mut shares)?;
            if shares.iter().all(|share| *share == 0) {
                return Err(bad("a leaf has no class"));
            }
            self.nodes.push(Node::Leaf(shares.into()));
            return Ok(());
        }
        let mut threshold = [0; 4];
        bytes.read_exact(&mut threshold)?;
        let threshold = f32::from_le_bytes(threshold);
        if !threshold.is_finite() {
            return Err(bad("a threshold is no number"));
        }
        let at = self.nodes.len();
        self.nodes.push(Node::Question(feature, threshold, 0));
        self.read_branch(bytes, depth + 1)?;
        let above = self.nodes.len() as u32;
        self.nodes[at] = Node::Question(feature, threshold, above);
        self.read_branch(bytes, depth + 1)
    }
}

fn bad(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// x₀ ≤ 1 ? (x₂ ≤ -2 ? A : B) : C
    pub(in super::super) fn grown() -> Grown {
        let inner = Grown::Question(2, -2.0, [Grown::Leaf, Grown::Leaf].into());
        Grown::Question(0, 1.0, [inner, Grown::Leaf].into())
    }

    fn tree() -> Tree {
        let rows: [([f32; 3], u8); 5] = [
            ([0.0, 0.0, -3.0], 0),
            ([1.0, 0.0, -2.0], 0),
            ([1.0, 0.0, 0.0], 1),
            ([2.0, 0.0, 0.0], 2),
            ([9.0, 0.0, -9.0], 1),
        ];
        Tree::filled(&grown(), 3, rows.iter().map(|(x, class)| (&x[..], *class)))
    }

    #[test]
    fn votes_are_the_shares_of_the_leaf() {
        let votes = |features: [f32; 3]| {
            let mut votes = [0.0; 3];
            tree().vote(&features, &mut votes);
            votes
        };
        // Two of the first class, with a third more each: 7/9, 1/9, 1/9.
        for (found, expected) in votes([1.0, 5.0, -2.5]).into_iter().zip([7.0, 1.0, 1.0]) {
            assert!((found - expected / 9.0).abs() < 4e-3, "{found}");
        }
        // One of the second and one of the third: 1/9, 4/9, 4/9.
        for (found, expected) in votes([1.1, 5.0, -2.5]).into_iter().zip([1.0, 4.0, 4.0]) {
            assert!((found - expected / 9.0).abs() < 4e-3, "{found}");
        }
        assert_eq!(tree().last_feature(), Some(2));
    }

    #[test]
    fn bytes_give_the_tree_again_and_bad_ones_are_refused() {
        let mut bytes = Vec::new();
        tree().write(&mut bytes).unwrap();
        assert_eq!(bytes.len(), 4 + 2 * 5 + 3 * 4);
        assert_eq!(Tree::read(&mut bytes.as_slice(), 3).unwrap(), tree());
        for cut in 0..bytes.len() {
            assert!(Tree::read(&mut &bytes[..cut], 3).is_err(), "{cut}");
        }
        // Questions without end.
        let endless: Vec<u8> = [vec![255, 255, 255, 0], [1, 0, 0, 0, 0].repeat(9999)].concat();
        assert!(Tree::read(&mut endless.as_slice(), 3).is_err());
        let mut no_number = bytes.clone();
        no_number[5..9].copy_from_slice(&f32::NAN.to_le_bytes());
        assert!(Tree::read(&mut no_number.as_slice(), 3).is_err());
        let mut too_many = bytes;
        too_many[0] += 1;
        assert!(Tree::read(&mut too_many.as_slice(), 3).is_err());
    }
}
