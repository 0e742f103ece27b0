//! The feed server.
