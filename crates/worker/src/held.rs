//! Memory beside V8's heap that a JavaScript object holds: V8 is told, so that its garbage collector
//! comes for documents that nothing leads to any more before they fill the process.

use deno_core::v8;
use std::cell::Cell;

thread_local! {
    /// What was freed since V8 was last told. A collection, which is when things are freed, is no
    /// time to tell it.
    static FREED: Cell<usize> = const { Cell::new(0) };
}

/// How much an object holds, as V8 knows it.
#[derive(Default)]
pub struct Held(Cell<usize>);

impl Held {
    /// Tells V8 how much it is now.
    pub fn tell(&self, isolate: &mut v8::Isolate, bytes: usize) {
        let before = self.0.replace(bytes).saturating_add(FREED.take());
        let signed = |bytes: usize| i64::try_from(bytes).unwrap_or(i64::MAX);
        isolate.adjust_amount_of_external_allocated_memory(signed(bytes) - signed(before));
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        FREED.set(FREED.get().saturating_add(self.0.get()));
    }
}
