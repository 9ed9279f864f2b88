//! Memory limits that V8 itself can hold: the heap, and the buffers beside it.
//!
//! The isolate is made once, in the base zygote, before anybody knows which application it will
//! serve. So it starts with the highest heap limit that there is, which its application's zygote
//! lowers. Near the limit, the process says so and ends. (Raising a low one when V8 comes near it
//! would cost: V8 asks for more only after it has collected all garbage several times.) The limits
//! are plain statics: every process here runs one isolate on one thread, and a fork copies them.

use crate::process;
use crate::sandbox;
use crate::socket;
use deno_core::v8;
use ketrics_protocol::Limit;
use ketrics_protocol::Limits;
use ketrics_protocol::frame::ABORTED_STATUS;
use ketrics_protocol::frame::OUT_OF_MEMORY_STATUS;
use ketrics_protocol::frame::ToGateway;
use rustix::process::Resource;
use std::alloc::Layout;
use std::ffi::c_void;
use std::io;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

/// The heap limit before an application's own is known; no application has a higher one.
const START_HEAP: usize = 4096 * 1024 * 1024;

/// How large the old generation may be when V8 looks for garbage in it for the first time.
const FIRST_COLLECTION: usize = 16 * 1024 * 1024;

/// The young generation at its largest. It grows with what survives in it. With twice or four times
/// as much, functions that allocate much were no faster: each new page has to be touched first.
const YOUNG_GENERATION: usize = 3 * 2 * 1024 * 1024;

/// Compiled code at its largest. V8 takes these addresses at once, and `RLIMIT_DATA` counts them.
const CODE: usize = 32 * 1024 * 1024;

static HEAP_LIMIT: AtomicUsize = AtomicUsize::new(128 * 1024 * 1024);
static BUFFER_LIMIT: AtomicUsize = AtomicUsize::new(128 * 1024 * 1024);
static BUFFERS: AtomicUsize = AtomicUsize::new(0);

/// Takes the limits of the application that this process serves from now on.
pub fn set_limits(isolate: &mut v8::OwnedIsolate, limits: &Limits) {
    let heap = usize::try_from(limits.heap_bytes).unwrap_or(usize::MAX);
    HEAP_LIMIT.store(heap, Relaxed);
    // This is how V8 lowers the limit of an isolate that it has made.
    isolate.remove_near_heap_limit_callback(near_heap_limit, heap);
    isolate.add_near_heap_limit_callback(near_heap_limit, std::ptr::null_mut());
    BUFFER_LIMIT.store(
        usize::try_from(limits.buffer_bytes).unwrap_or(usize::MAX),
        Relaxed,
    );
}

/// Memory of a process beside the V8 heap and the buffers: code, stacks, frames in flight.
const OTHER_MEMORY: u64 = 192 * 1024 * 1024;

/// Has the kernel bound this process's memory, and that of all that it will fork: what V8 does not
/// count, WebAssembly's memory for one, is bounded as well.
///
/// # Errors
/// When the kernel refuses.
pub fn limit_process(limits: &Limits) -> io::Result<()> {
    let most = limits.heap_bytes + 2 * limits.buffer_bytes + OTHER_MEMORY;
    sandbox::limit(Resource::Data, most)
}

/// Bytes of buffers that may still be made.
#[must_use]
pub fn buffers_left() -> usize {
    BUFFER_LIMIT
        .load(Relaxed)
        .saturating_sub(BUFFERS.load(Relaxed))
}

/// The application's heap limit.
#[must_use]
pub fn heap_limit() -> usize {
    HEAP_LIMIT.load(Relaxed)
}

/// How the isolate is to be made.
pub fn create_params() -> v8::CreateParams {
    v8::CreateParams::default()
        .set_max_old_generation_size_in_bytes(START_HEAP)
        .set_initial_old_generation_size_in_bytes(FIRST_COLLECTION)
        .set_max_young_generation_size_in_bytes(YOUNG_GENERATION)
        .set_code_range_size_in_bytes(CODE)
        .array_buffer_allocator(allocator())
        .allow_atomics_wait(false)
}

/// Hangs the limits into an isolate.
pub fn watch(isolate: &mut v8::OwnedIsolate) {
    isolate.add_near_heap_limit_callback(near_heap_limit, std::ptr::null_mut());
    isolate.set_oom_error_handler(out_of_memory);
}

/// Has V8 report a failed allocation of its own instead of crashing over it.
pub fn watch_fatal_errors() {
    v8::V8::set_fatal_error_handler(fatal_error);
}

unsafe extern "C" fn near_heap_limit(_: *mut c_void, current: usize, _: usize) -> usize {
    report_and_exit(Limit::Heap, current)
}

unsafe extern "C" fn out_of_memory(_: *const std::ffi::c_char, details: &v8::OomDetails) {
    if details.is_heap_oom {
        report_and_exit(Limit::Heap, HEAP_LIMIT.load(Relaxed))
    }
    // A buffer that V8 cannot do without, or memory that the kernel does not give.
    report_and_exit(Limit::Memory, 0)
}

fn fatal_error(_: &str, _: i32, message: &str) {
    // V8 words a size that it cannot even ask for as a fatal error.
    if message.contains("invalid size") || message.contains("out of memory") {
        report_and_exit(Limit::Memory, 0);
    }
    let message = format!("V8: {message}");
    socket::say(&ToGateway::Crashed { message });
    process::exit(ABORTED_STATUS)
}

fn report_and_exit(limit: Limit, used: usize) -> ! {
    let used = used as u64;
    socket::say(&ToGateway::LimitReached { limit, used });
    process::exit(OUT_OF_MEMORY_STATUS)
}

struct Counted;

static COUNTED: Counted = Counted;

fn allocator() -> v8::UniqueRef<v8::Allocator> {
    static VTABLE: v8::RustAllocatorVtable<Counted> = v8::RustAllocatorVtable {
        allocate: allocate_zeroed,
        allocate_uninitialized: allocate,
        free,
        drop: keep,
    };
    // SAFETY: the handle is a static and the functions treat it as such.
    unsafe { v8::new_rust_allocator(&raw const COUNTED, &VTABLE) }
}

fn reserve(length: usize) -> Option<Layout> {
    let layout = Layout::from_size_align(length.max(1), 16).ok()?;
    let limit = BUFFER_LIMIT.load(Relaxed);
    BUFFERS
        .fetch_update(Relaxed, Relaxed, |used| {
            used.checked_add(length).filter(|sum| *sum <= limit)
        })
        .ok()
        .map(|_| layout)
}

unsafe extern "C" fn allocate_zeroed(_: &Counted, length: usize) -> *mut c_void {
    // SAFETY: the layout is not empty.
    reserve(length).map_or(std::ptr::null_mut(), |layout| unsafe {
        std::alloc::alloc_zeroed(layout).cast()
    })
}

unsafe extern "C" fn allocate(_: &Counted, length: usize) -> *mut c_void {
    // SAFETY: the layout is not empty.
    reserve(length).map_or(std::ptr::null_mut(), |layout| unsafe {
        std::alloc::alloc(layout).cast()
    })
}

unsafe extern "C" fn free(_: &Counted, data: *mut c_void, length: usize) {
    BUFFERS.fetch_sub(length, Relaxed);
    // SAFETY: V8 frees what `allocate` gave, with the same length, so the layout is the same.
    unsafe {
        std::alloc::dealloc(
            data.cast(),
            Layout::from_size_align_unchecked(length.max(1), 16),
        )
    }
}

unsafe extern "C" fn keep(_: *const Counted) {}

/// Bytes that came from elsewhere, as V8 has them, without a copy. They count like any buffer:
/// `None` when there is no room for them.
pub fn adopt<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    bytes: Vec<u8>,
) -> Option<v8::Local<'s, v8::Uint8Array>> {
    let length = bytes.len();
    reserve(length)?;
    let bytes = Box::into_raw(bytes.into_boxed_slice()).cast();
    // SAFETY: V8 gives both to `disown`, once, when nothing uses the memory any more.
    let store = unsafe {
        v8::ArrayBuffer::new_backing_store_from_ptr(bytes, length, disown, std::ptr::null_mut())
    };
    let buffer = v8::ArrayBuffer::with_backing_store(scope, &store.make_shared());
    v8::Uint8Array::new(scope, buffer, 0, length)
}

unsafe extern "C" fn disown(data: *mut c_void, length: usize, _: *mut c_void) {
    BUFFERS.fetch_sub(length, Relaxed);
    let bytes = std::ptr::slice_from_raw_parts_mut(data.cast::<u8>(), length);
    // SAFETY: `adopt` took them out of a box.
    drop(unsafe { Box::from_raw(bytes) });
}

#[cfg(test)]
mod tests {
    use super::START_HEAP;
    use ketrics_protocol::LIMITS;

    #[test]
    fn no_application_may_have_a_larger_heap_than_the_isolate_starts_with() {
        let row = LIMITS.iter().find(|row| row.name == "heap_mb");
        let most = row.map(|row| row.most * 1024 * 1024);
        assert_eq!(most, Some(START_HEAP as u64));
    }
}
