//! Sets of small numbers as bits: what permissions open, and which permissions are chosen.
//!
//! Most permissions open a few of thousands of operations, near each other: only words with bits are kept.

use std::cmp::Ordering;

const WORD: usize = 64;

/// A set of small numbers.
#[derive(Debug, Clone, Default)]
pub(super) struct Bits {
    /// The words that are not 0, in the order of their places.
    words: Vec<Word>,
}

/// The numbers from `64 * place` to `64 * place + 63`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Word {
    place: usize,
    bits: u64,
}

impl Word {
    /// Returns the word without some of its bits, unless none is left.
    fn without(self, bits: u64) -> Option<Self> {
        let bits = self.bits & !bits;
        (bits != 0).then_some(Self { bits, ..self })
    }
}

/// Looks up words at ascending places.
struct Cursor<'a>(&'a [Word]);

impl Cursor<'_> {
    /// Returns the bits at a place, which must not be before one asked for earlier.
    fn at(&mut self, place: usize) -> u64 {
        while let Some((word, rest)) = self.0.split_first() {
            match word.place.cmp(&place) {
                Ordering::Less => self.0 = rest,
                Ordering::Equal => return word.bits,
                Ordering::Greater => break,
            }
        }
        0
    }
}

impl Bits {
    /// Adds a number. In ascending order that takes no search.
    pub(super) fn insert(&mut self, bit: usize) {
        let (place, bits) = (bit / WORD, 1 << (bit % WORD));
        match self.words.last_mut() {
            Some(last) if last.place == place => last.bits |= bits,
            Some(last) if last.place > place => {
                match self.words.binary_search_by_key(&place, |word| word.place) {
                    Ok(at) => {
                        if let Some(word) = self.words.get_mut(at) {
                            word.bits |= bits;
                        }
                    }
                    Err(at) => self.words.insert(at, Word { place, bits }),
                }
            }
            _ => self.words.push(Word { place, bits }),
        }
    }

    /// Returns how many numbers are in the set.
    pub(super) fn len(&self) -> u64 {
        count(self.words.iter().copied())
    }

    /// Adds all numbers of another set.
    pub(super) fn add_all(&mut self, other: &Self) {
        if self.words.is_empty() {
            self.words.clone_from(&other.words);
            return;
        }
        if other.words.is_empty() {
            return;
        }
        let mut all = Vec::with_capacity(self.words.len() + other.words.len());
        let mut more = Cursor(&other.words);
        for &word in &self.words {
            while let Some((next, rest)) = more.0.split_first()
                && next.place < word.place
            {
                all.push(*next);
                more.0 = rest;
            }
            all.push(Word {
                bits: word.bits | more.at(word.place),
                ..word
            });
            if let Some((next, rest)) = more.0.split_first()
                && next.place == word.place
            {
                more.0 = rest;
            }
        }
        all.extend(more.0);
        self.words = all;
    }

    /// Returns the numbers that are in both sets.
    pub(super) fn shared_with(&self, other: &Self) -> Self {
        let mut theirs = Cursor(&other.words);
        let words = self.words.iter();
        Self {
            words: words
                .filter_map(|word| word.without(!theirs.at(word.place)))
                .collect(),
        }
    }

    /// Removes all numbers of another set.
    pub(super) fn remove_all(&mut self, other: &Self) {
        let mut theirs = Cursor(&other.words);
        self.words.retain_mut(|word| {
            word.bits &= !theirs.at(word.place);
            word.bits != 0
        });
    }

    /// Returns how many numbers of this set the other lacks.
    pub(super) fn count_outside(&self, other: &Self) -> u64 {
        count(self.outside(other))
    }

    /// Returns how many numbers are in this set and in `wanted`, but not in `other`.
    pub(super) fn count_outside_among(&self, other: &Self, wanted: &Self) -> u64 {
        let mut wanted = Cursor(&wanted.words);
        count(
            self.outside(other)
                .filter_map(|word| word.without(!wanted.at(word.place))),
        )
    }

    /// Returns whether every number of this set is in one of the two others.
    pub(super) fn is_within(&self, one: &Self, two: &Self) -> bool {
        let mut two = Cursor(&two.words);
        self.outside(one)
            .all(|word| word.without(two.at(word.place)).is_none())
    }

    /// Iterates over the numbers that the other set lacks, in ascending order.
    pub(super) fn iter_outside(&self, other: &Self) -> impl Iterator<Item = usize> {
        self.outside(other)
            .flat_map(|word| Ones(word.bits).map(move |bit| word.place * WORD + bit))
    }

    /// Compares the sets as sorted lists of equal length: the lesser one has the lowest number that only
    /// one of them has.
    pub(super) fn compare_as_names(&self, other: &Self) -> Ordering {
        let same = self.words.iter().zip(&other.words);
        let same = same.take_while(|(mine, theirs)| mine == theirs).count();
        match (self.words.get(same), other.words.get(same)) {
            (None, None) => Ordering::Equal,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(mine), Some(theirs)) => mine.place.cmp(&theirs.place).then_with(|| {
                let lowest = (mine.bits ^ theirs.bits).trailing_zeros();
                if mine.bits & (1 << lowest) == 0 {
                    Ordering::Greater
                } else {
                    Ordering::Less
                }
            }),
        }
    }

    /// Iterates over the words that are left without the numbers of another set.
    fn outside(&self, other: &Self) -> impl Iterator<Item = Word> {
        let mut theirs = Cursor(&other.words);
        let words = self.words.iter();
        words.filter_map(move |word| word.without(theirs.at(word.place)))
    }
}

fn count(words: impl Iterator<Item = Word>) -> u64 {
    words.map(|word| u64::from(word.bits.count_ones())).sum()
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::collection::btree_set;
    use proptest::prelude::*;

    use super::*;

    fn set() -> impl Strategy<Value = BTreeSet<usize>> {
        btree_set(prop_oneof![0_usize..10, 60_usize..70, 0_usize..400], 0..20)
    }

    fn numbers(bits: &Bits) -> BTreeSet<usize> {
        bits.iter_outside(&Bits::default()).collect()
    }

    proptest! {
        #[test]
        fn bits_are_sets(one in set(), two in set(), three in set()) {
            let bits = |set: &BTreeSet<usize>| set.iter().copied().collect::<Bits>();
            let (a, b, c) = (bits(&one), bits(&two), bits(&three));
            let backwards: Bits = one.iter().rev().copied().collect();
            prop_assert_eq!(&backwards.words, &a.words);
            prop_assert_eq!(numbers(&a), one.clone());
            prop_assert_eq!(a.len(), one.len() as u64);
            let with = |change: fn(&mut Bits, &Bits)| {
                let mut changed = a.clone();
                change(&mut changed, &b);
                changed
            };
            prop_assert_eq!(&with(Bits::add_all).words, &bits(&(&one | &two)).words);
            prop_assert_eq!(&with(Bits::remove_all).words, &bits(&(&one - &two)).words);
            prop_assert_eq!(&a.shared_with(&b).words, &bits(&(&one & &two)).words);
            prop_assert_eq!(a.count_outside(&b), (&one - &two).len() as u64);
            prop_assert_eq!(a.count_outside_among(&b, &c), (&(&one - &two) & &three).len() as u64);
            prop_assert_eq!(a.is_within(&b, &c), one.is_subset(&(&two | &three)));
            let only_one = one.symmetric_difference(&two).min();
            let order = only_one.map_or(Ordering::Equal, |lowest| {
                if one.contains(lowest) { Ordering::Less } else { Ordering::Greater }
            });
            prop_assert_eq!(a.compare_as_names(&b), order);
        }
    }
}
