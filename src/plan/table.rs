//! Vectors that are indexed by an id type instead of a bare number.

use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

/// A row number of one kind of table.
pub(super) trait Row: Copy {
    /// Returns the id of row `index`.
    fn at(index: usize) -> Self;

    /// Returns the row number.
    fn index(self) -> usize;
}

/// A vector with one entry per id of type `I`.
#[derive(Debug, Clone)]
pub(super) struct Table<I, T> {
    entries: Vec<T>,
    ids: PhantomData<I>,
}

impl<I: Row, T> Table<I, T> {
    /// Returns the table of the entries, in the order of the ids.
    pub(super) const fn new(entries: Vec<T>) -> Self {
        Self {
            entries,
            ids: PhantomData,
        }
    }

    /// Iterates over ids and entries in the order of the ids.
    pub(super) fn iter(&self) -> impl Iterator<Item = (I, &T)> {
        self.entries
            .iter()
            .enumerate()
            .map(|(index, entry)| (I::at(index), entry))
    }

    /// Iterates over ids and entries in the order of the ids, to change the entries.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (I, &mut T)> {
        self.entries
            .iter_mut()
            .enumerate()
            .map(|(index, entry)| (I::at(index), entry))
    }

    /// Returns the number of entries.
    pub(super) const fn len(&self) -> usize {
        self.entries.len()
    }
}

#[expect(
    clippy::indexing_slicing,
    reason = "tables of the search are made with one entry per id, and its ids come from the same count"
)]
impl<I: Row, T> Index<I> for Table<I, T> {
    type Output = T;

    fn index(&self, id: I) -> &T {
        &self.entries[id.index()]
    }
}

#[expect(
    clippy::indexing_slicing,
    reason = "tables of the search are made with one entry per id, and its ids come from the same count"
)]
impl<I: Row, T> IndexMut<I> for Table<I, T> {
    fn index_mut(&mut self, id: I) -> &mut T {
        &mut self.entries[id.index()]
    }
}
