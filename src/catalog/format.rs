//! The container of a compiled catalog: tables of records at known offsets, nothing decoded up front.
//!
//! ```text
//! magic "graphgrant\0"  version u16  SHA-256 of all that follows (32 bytes)
//! per table: row count u32, length of its rows in bytes u32
//! per table: end offset of each row u32, then the rows (postcard)
//! ```
//!
//! All integers are little endian. Opening reads the directory (one entry per table) and touches no
//! row, so a command pays for the rows that it looks at and for nothing else.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

const MAGIC: &[u8; 11] = b"graphgrant\0";
const HEAD: usize = MAGIC.len() + 2 + 32;

/// Raised whenever a record changes shape: an older program must refuse a newer catalog.
pub const VERSION: u16 = 2;

/// The tables, in the order of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(usize)]
pub enum Table {
    /// One [`super::record::SourceRecord`].
    Source,
    /// [`super::record::PermissionRecord`] by permission id.
    Permissions,
    /// [`super::record::StoredOpens`], three rows per permission: by scheme.
    Opens,
    /// [`super::record::Above`] by permission id.
    Above,
    /// [`super::record::PathRecord`] by path id.
    Paths,
    /// [`super::record::OperationRecord`] by operation id.
    Operations,
    /// [`super::record::NodeRecord`]; row 0 is the root of the path index.
    Nodes,
    /// [`super::record::Edge`]: of one node after another.
    Edges,
    /// [`super::record::ConditionRecord`].
    Conditions,
    /// [`super::record::NoteRecord`].
    Notes,
    /// [`super::record::Evidence`] of the facts in `operations.yaml`.
    OperationFacts,
    /// [`super::record::PermissionNoteRecord`].
    PermissionNotes,
    /// [`super::record::RouteRecord`].
    Routes,
    /// [`super::record::CloudRecord`].
    Clouds,
    /// [`super::record::ResourceRecord`].
    Resources,
    /// [`super::record::RepairRecord`]: what the import mended.
    Repairs,
    /// [`super::record::RepairRecord`]: overlay entries that are unnecessary or name something unknown.
    Complaints,
}

impl Table {
    /// All tables, in the order of the file.
    pub const ALL: [Self; 17] = [
        Self::Source,
        Self::Permissions,
        Self::Opens,
        Self::Above,
        Self::Paths,
        Self::Operations,
        Self::Nodes,
        Self::Edges,
        Self::Conditions,
        Self::Notes,
        Self::OperationFacts,
        Self::PermissionNotes,
        Self::Routes,
        Self::Clouds,
        Self::Resources,
        Self::Repairs,
        Self::Complaints,
    ];
}

/// Why bytes are no compiled catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// They do not begin as one.
    #[error("this is no compiled catalog")]
    NoCatalog,
    /// Another version of the program made it.
    #[error("the catalog has format {found}, this program reads {VERSION}")]
    OtherVersion {
        /// The version in the file.
        found: u16,
    },
    /// They end too early, or an offset points outside.
    #[error("the catalog is truncated or damaged")]
    Damaged,
    /// They were changed after they were written.
    #[error("the catalog's checksum does not match its content")]
    Checksum,
}

/// Collects rows and writes the container.
#[derive(Debug, Default)]
pub struct Writer {
    tables: [Rows; Table::ALL.len()],
}

#[derive(Debug, Default)]
struct Rows {
    ends: Vec<u32>,
    bytes: Vec<u8>,
}

impl Writer {
    /// Appends a row to a table.
    ///
    /// # Errors
    /// When the record cannot be encoded or the table grows past 4 GiB.
    pub fn push(&mut self, table: Table, record: &impl Serialize) -> Result<(), FormatError> {
        let encoded = postcard::to_allocvec(record).map_err(|_| FormatError::Damaged)?;
        let rows = self
            .tables
            .get_mut(table as usize)
            .ok_or(FormatError::Damaged)?;
        rows.bytes.extend_from_slice(&encoded);
        rows.ends
            .push(u32::try_from(rows.bytes.len()).map_err(|_| FormatError::Damaged)?);
        Ok(())
    }

    /// Returns the bytes of the catalog.
    ///
    /// # Errors
    /// When a table has more than `u32::MAX` rows.
    pub fn finish(self) -> Result<Vec<u8>, FormatError> {
        let mut body = Vec::new();
        for rows in &self.tables {
            let count = u32::try_from(rows.ends.len()).map_err(|_| FormatError::Damaged)?;
            let length = u32::try_from(rows.bytes.len()).map_err(|_| FormatError::Damaged)?;
            body.extend_from_slice(&count.to_le_bytes());
            body.extend_from_slice(&length.to_le_bytes());
        }
        for rows in &self.tables {
            for end in &rows.ends {
                body.extend_from_slice(&end.to_le_bytes());
            }
            body.extend_from_slice(&rows.bytes);
        }
        let mut out = MAGIC.to_vec();
        out.extend_from_slice(&VERSION.to_le_bytes());
        out.extend_from_slice(&Sha256::digest(&body));
        out.extend_from_slice(&body);
        Ok(out)
    }
}

/// Where the tables of a container stand.
#[derive(Debug, Clone, Copy)]
pub struct Directory {
    tables: [Place; Table::ALL.len()],
}

#[derive(Debug, Clone, Copy, Default)]
struct Place {
    /// Where the row ends stand.
    ends: usize,
    /// How many rows there are.
    count: usize,
    /// Where the rows stand.
    rows: usize,
}

impl Directory {
    /// Reads the head of `bytes`. The checksum is not looked at: that would read everything.
    ///
    /// # Errors
    /// When the bytes are no catalog of this version, or too short.
    pub fn read(bytes: &[u8]) -> Result<Self, FormatError> {
        if !bytes.starts_with(MAGIC) {
            return Err(FormatError::NoCatalog);
        }
        let version = bytes
            .get(MAGIC.len()..MAGIC.len() + 2)
            .ok_or(FormatError::Damaged)?;
        let found = u16::from_le_bytes([
            version.first().copied().unwrap_or(0),
            version.get(1).copied().unwrap_or(0),
        ]);
        if found != VERSION {
            return Err(FormatError::OtherVersion { found });
        }
        let mut tables = [Place::default(); Table::ALL.len()];
        let mut at = HEAD + tables.len() * 8;
        for (index, place) in tables.iter_mut().enumerate() {
            let count = u32_at(bytes, HEAD + index * 8).ok_or(FormatError::Damaged)? as usize;
            let length = u32_at(bytes, HEAD + index * 8 + 4).ok_or(FormatError::Damaged)? as usize;
            let rows = at
                .checked_add(count.checked_mul(4).ok_or(FormatError::Damaged)?)
                .ok_or(FormatError::Damaged)?;
            *place = Place {
                ends: at,
                count,
                rows,
            };
            at = rows.checked_add(length).ok_or(FormatError::Damaged)?;
        }
        if at == bytes.len() {
            Ok(Self { tables })
        } else {
            Err(FormatError::Damaged)
        }
    }

    /// Returns the number of rows of a table.
    pub fn count(&self, table: Table) -> usize {
        self.tables
            .get(table as usize)
            .map_or(0, |place| place.count)
    }

    /// Returns the encoded row, or `None` when there is none.
    pub fn row<'a>(&self, bytes: &'a [u8], table: Table, row: usize) -> Option<&'a [u8]> {
        let place = self.tables.get(table as usize)?;
        if row >= place.count {
            return None;
        }
        let end = u32_at(bytes, place.ends + row * 4)? as usize;
        let start = match row.checked_sub(1) {
            Some(before) => u32_at(bytes, place.ends + before * 4)? as usize,
            None => 0,
        };
        bytes.get(place.rows.checked_add(start)?..place.rows.checked_add(end)?)
    }

    /// Decodes a row, or returns `None` when there is none or it is damaged.
    pub fn decode<'a, T: Deserialize<'a>>(
        &self,
        bytes: &'a [u8],
        table: Table,
        row: usize,
    ) -> Option<T> {
        postcard::from_bytes(self.row(bytes, table, row)?).ok()
    }
}

/// Checks that nobody changed the bytes after they were written.
///
/// # Errors
/// When they were changed, or are too short to tell.
pub fn verify(bytes: &[u8]) -> Result<(), FormatError> {
    let stored = bytes
        .get(MAGIC.len() + 2..HEAD)
        .ok_or(FormatError::Damaged)?;
    let body = bytes.get(HEAD..).ok_or(FormatError::Damaged)?;
    if Sha256::digest(body).as_slice() == stored {
        Ok(())
    } else {
        Err(FormatError::Checksum)
    }
}

/// Returns bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes
        .get(at..at.checked_add(4)?)?
        .try_into()
        .ok()
        .map(u32::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample() -> Vec<u8> {
        let mut writer = Writer::default();
        for row in ["a", "bc", ""] {
            writer.push(Table::Notes, &row).unwrap();
        }
        writer.push(Table::Complaints, &7u32).unwrap();
        writer.finish().unwrap()
    }

    #[test]
    fn rows_come_back() {
        let bytes = sample();
        let directory = Directory::read(&bytes).unwrap();
        let rows: Vec<Option<&str>> = (0..4)
            .map(|row| directory.decode(&bytes, Table::Notes, row))
            .collect();
        assert_eq!(rows, [Some("a"), Some("bc"), Some(""), None]);
        assert_eq!(directory.decode(&bytes, Table::Complaints, 0), Some(7u32));
        assert_eq!(directory.count(Table::Paths), 0);
        assert_eq!(verify(&bytes), Ok(()));
    }

    #[test]
    fn what_is_no_catalog_is_refused() {
        let bytes = sample();
        assert_eq!(Directory::read(b"{}").unwrap_err(), FormatError::NoCatalog);
        assert_eq!(
            Directory::read(&bytes[..60]).unwrap_err(),
            FormatError::Damaged
        );
        let mut newer = bytes.clone();
        newer[MAGIC.len()] = 9;
        assert_eq!(
            Directory::read(&newer).unwrap_err(),
            FormatError::OtherVersion { found: 9 }
        );
        let mut changed = bytes;
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(verify(&changed), Err(FormatError::Checksum));
    }

    proptest! {
        #[test]
        fn damaged_bytes_never_panic(at in 0usize..300, value: u8) {
            let mut bytes = sample();
            let length = bytes.len();
            bytes[at % length] = value;
            if let Ok(directory) = Directory::read(&bytes) {
                for table in Table::ALL {
                    for row in 0..4 {
                        let _ = directory.decode::<&str>(&bytes, table, row);
                    }
                }
            }
        }
    }
}
