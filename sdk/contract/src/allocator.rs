//! Memory of a contract: handed out once and never taken back, because an instance lives for one
//! call. What the linker left of the first page is free; more is grown.

use core::{
    alloc::{GlobalAlloc, Layout},
    cell::Cell,
    mem::MaybeUninit,
};

struct Bump {
    /// Where free memory starts; 0 before the first allocation.
    next: Cell<usize>,
}

#[global_allocator]
static ALLOCATOR: Bump = Bump { next: Cell::new(0) };

// SAFETY: a contract has one thread.
unsafe impl Sync for Bump {}

unsafe extern "C" {
    /// The end of the linker's data; its address is what counts.
    static __heap_base: u8;
}

/// Bytes of a page of memory.
const PAGE: usize = 65_536;

impl Bump {
    /// `size` bytes at a multiple of `align`, or address 0 where memory is exhausted.
    fn take(&self, size: usize, align: usize) -> usize {
        let mut start = self.next.get();
        if start == 0 {
            start = &raw const __heap_base as usize;
        }
        // Memory ends at 4 MiB and alignments are small, so only `size` can make a sum wrap around.
        start = start.wrapping_add(align.wrapping_sub(1)) & align.wrapping_neg();
        let end = start.saturating_add(size);
        let have = core::arch::wasm32::memory_size(0).wrapping_mul(PAGE);
        if end > have {
            let pages = (end.wrapping_sub(have)).div_ceil(PAGE);
            if core::arch::wasm32::memory_grow(0, pages) == usize::MAX {
                return 0;
            }
        }
        self.next.set(end);
        start
    }
}

// SAFETY: each allocation lies behind the last one, inside memory that exists.
unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.take(layout.size(), layout.align()) as *mut u8
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

/// `length` bytes for the rest of the frame.
pub(crate) fn leak(length: usize) -> &'static mut [MaybeUninit<u8>] {
    let start = ALLOCATOR.take(length, 1);
    if start == 0 {
        core::arch::wasm32::unreachable();
    }
    // SAFETY: the bytes exist, and nobody else has them.
    unsafe { core::slice::from_raw_parts_mut(start as *mut MaybeUninit<u8>, length) }
}
