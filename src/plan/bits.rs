//! Sets of small numbers as bits: what permissions open, and which permissions are chosen.

use std::cmp::Ordering;
use std::iter::repeat;

const WORD: usize = 64;

/// A set of small numbers. It grows as needed; missing words count as empty.
#[derive(Debug, Clone, Default)]
pub(super) struct Bits {
    words: Vec<u64>,
}

impl Bits {
    /// Adds a number.
    pub(super) fn insert(&mut self, bit: usize) {
        let at = bit / WORD;
        if at >= self.words.len() {
            self.words.resize(at + 1, 0);
        }
        if let Some(word) = self.words.get_mut(at) {
            *word |= 1 << (bit % WORD);
        }
    }

    /// Returns how many numbers are in the set.
    pub(super) fn len(&self) -> u64 {
        self.words
            .iter()
            .map(|word| u64::from(word.count_ones()))
            .sum()
    }

    /// Adds all numbers of another set.
    pub(super) fn add_all(&mut self, other: &Self) {
        if self.words.len() < other.words.len() {
            self.words.resize(other.words.len(), 0);
        }
        for (word, more) in self.words.iter_mut().zip(&other.words) {
            *word |= more;
        }
    }

    /// Returns the positions of the words that are not empty.
    pub(super) fn places(&self) -> Vec<usize> {
        let words = self.words.iter().enumerate();
        let filled = words.filter(|(_, word)| **word != 0);
        filled.map(|(place, _)| place).collect()
    }

    /// Returns the set with the words of these positions alone, one after the other: a small set of large
    /// numbers becomes a short one.
    pub(super) fn packed(&self, places: &[usize]) -> Self {
        let word = |place: &usize| self.words.get(*place).copied().unwrap_or(0);
        Self {
            words: places.iter().map(word).collect(),
        }
    }

    /// Returns the numbers that are in both sets.
    pub(super) fn shared_with(&self, other: &Self) -> Self {
        let words = self.words.iter().zip(&other.words);
        Self {
            words: words.map(|(mine, theirs)| mine & theirs).collect(),
        }
    }

    /// Removes all numbers of another set.
    pub(super) fn remove_all(&mut self, other: &Self) {
        for (word, less) in self.words.iter_mut().zip(&other.words) {
            *word &= !less;
        }
    }

    /// Returns how many numbers of this set the other lacks.
    pub(super) fn count_outside(&self, other: &Self) -> u64 {
        self.beside(other)
            .map(|(word, less)| u64::from((word & !less).count_ones()))
            .sum()
    }

    /// Returns how many numbers are in this set and in `wanted`, but not in `other`.
    pub(super) fn count_outside_among(&self, other: &Self, wanted: &Self) -> u64 {
        self.beside(other)
            .zip(wanted.words.iter())
            .map(|((word, less), among)| u64::from((word & !less & among).count_ones()))
            .sum()
    }

    /// Returns whether every number of this set is in one of the two others.
    pub(super) fn is_within(&self, one: &Self, two: &Self) -> bool {
        let at = |bits: &Self, place: usize| bits.words.get(place).copied().unwrap_or(0);
        let mut words = self.words.iter().enumerate();
        words.all(|(place, word)| word & !at(one, place) & !at(two, place) == 0)
    }

    /// Iterates over the numbers that the other set lacks, in ascending order.
    pub(super) fn iter_outside(&self, other: &Self) -> impl Iterator<Item = usize> {
        self.beside(other)
            .enumerate()
            .flat_map(|(at, (word, less))| Ones(word & !less).map(move |bit| at * WORD + bit))
    }

    /// Compares the sets as sorted lists of equal length: the lesser one has the lowest number that only
    /// one of them has.
    pub(super) fn compare_as_names(&self, other: &Self) -> Ordering {
        let longest = self.words.len().max(other.words.len());
        self.words
            .iter()
            .copied()
            .chain(repeat(0))
            .zip(other.words.iter().copied().chain(repeat(0)))
            .take(longest)
            .find(|(mine, theirs)| mine != theirs)
            .map_or(Ordering::Equal, |(mine, theirs)| {
                let lowest = (mine ^ theirs).trailing_zeros();
                if mine & (1 << lowest) == 0 {
                    Ordering::Greater
                } else {
                    Ordering::Less
                }
            })
    }

    fn beside(&self, other: &Self) -> impl Iterator<Item = (u64, u64)> {
        self.words
            .iter()
            .copied()
            .zip(other.words.iter().copied().chain(repeat(0)))
    }
}

impl FromIterator<usize> for Bits {
    fn from_iter<T: IntoIterator<Item = usize>>(numbers: T) -> Self {
        let mut bits = Self::default();
        for number in numbers {
            bits.insert(number);
        }
        bits
    }
}

/// The positions of the ones in a word, lowest first.
struct Ones(u64);

impl Iterator for Ones {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        if self.0 == 0 {
            return None;
        }
        let bit = self.0.trailing_zeros();
        self.0 &= self.0 - 1;
        Some(bit as usize)
    }
}
