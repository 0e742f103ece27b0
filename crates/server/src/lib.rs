//! The feed server: speaks the Realtime Database's REST and streaming protocol over one data file.
//!
//! It exists so that remote-refresh can be tried, tested and run without a Firebase account. A write is acknowledged
//! only when it is on disk, and reaches every open stream that can see it; rules say who may read and write what.
//!
//! | module | holds |
//! |---|---|
//! | [`Config`] | what a server is told: data file, secret, limits, clock |
//! | [`FeedServer`] | the server as a value: its routes, for an app of your own or for [`run`]; in-process writes |
//! | [`notify`] | `remote_refresh(user ids, change)`: what an app calls when something of theirs changed |
//! | [`token`] | user tokens: made, and checked |
//! | `auth` | who is asking |
//! | `rules` | what they may do: the Realtime Database's rules language |
//! | `store`, `data` | the tree as rows of the data file, the one thread that writes them; looking at data place by place |
//! | `hub` | who listens where, and what each write means to them |
//! | `connection`, `idle`, `takeover` | what is spoken on one socket, when that is closed, and how little of it an event stream keeps |
//! | [`Tls`] | the certificate |
//! | `rest`, `stream` | HTTP requests and event streams |
//! | [`maintenance`], `backup` | backups, of a file or of a running server, and making the data file smaller |
//! | `etag`, `slots`, `metrics` | tags of data, limits of streams, what is counted |
//!
//! A write's way: `rest` reads and checks it → `store`'s writer resolves server values and commits a batch → the new
//! tree is published → `hub` hands one encoded event per place to that place's streams → the request is answered.
#![forbid(unsafe_code)]

mod auth;
mod backup;
mod config;
mod connection;
mod data;
mod error;
mod etag;
mod feed;
#[doc(hidden)]
pub mod fuzzing;
mod hub;
mod idle;
pub mod maintenance;
mod metrics;
pub mod notify;
mod rest;
mod rules;
mod run;
mod slots;
mod store;
mod stream;
mod takeover;
mod tls;
pub mod token;

pub use config::{Clock, Config, Secret, Storage};
pub use data::ReadError;
pub use error::ServerError;
pub use feed::FeedServer;
pub use rules::{RulesError, Trial, TrialError, DEFAULT_RULES};
pub use run::{raise_fd_limit, run, serve};
pub use store::WriteError;
pub use tls::{Tls, TlsError};

/// The Rust in the pages of the docs, compiled as doc tests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/notifier.md")]
struct Docs;
