//! `graphgrant consent script`.
