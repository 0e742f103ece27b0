//! The browser shell of remote-refresh: the only Rust that sees JavaScript.
//! It translates between JavaScript and `remote-refresh-core`, and decides nothing.
//!
//! | module | what it holds |
//! |---|---|
//! | [`engine`] | the class that `js/app.js` drives: facts in, orders out |
//! | [`host`] | what the engine calls in JavaScript |
//! | [`snapshot`] | Firebase's `DataSnapshot` over a node of the core |
//! | [`browser`] | the page's events, a timer and the event stream over `fetch`, by way of `browser.js` |
//! | `json` | JSON as the browser reads it |
//! | `options` | what the app passes to `connect` and `createApp` |

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod browser;
pub mod engine;
pub mod host;
mod json;
mod options;
pub mod snapshot;

#[cfg(not(feature = "std"))]
mod bare {
    //! What `std` would bring.

    #[global_allocator]
    static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

    /// A panic is a bug of ours. It ends the call with a `RuntimeError`, as it does with `std` in a browser, where nobody
    /// hears the message; so nothing has to write one.
    #[panic_handler]
    fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
        core::arch::wasm32::unreachable()
    }
}
