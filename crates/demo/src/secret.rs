//! Secrets that nobody guesses: session tokens, and what the built-in feed signs with.

use std::fmt::Write;

/// 256 random bits, in hexadecimal.
pub(crate) fn random_secret() -> Result<String, getrandom::Error> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes)?;
    Ok(bytes
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            // Writing to a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        }))
}
