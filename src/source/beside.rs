//! Two halves of a work at the same time.

use std::panic::resume_unwind;
use std::thread;

/// The stack of a thread, in bytes: that of a main thread, as searches recurse.
const STACK: usize = 8 << 20;

/// Does the second work in a thread beside the first, or after it where the system grants no thread.
pub fn beside<T: Send>(first: impl FnOnce() -> T, second: impl Fn() -> T + Sync) -> [T; 2] {
    thread::scope(|scope| {
        let builder = thread::Builder::new().stack_size(STACK);
        let started = builder.spawn_scoped(scope, &second);
        let first = first();
        let second = match started.map(thread::ScopedJoinHandle::join) {
            Ok(Ok(done)) => done,
            Ok(Err(panicked)) => resume_unwind(panicked),
            Err(_) => second(),
        };
        [first, second]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_done_and_keep_their_places() {
        assert_eq!(beside(|| 1, || 2), [1, 2]);
    }
}
