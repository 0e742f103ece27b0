//! Whole numbers as text. `to_string` is faster, and brings a table of all pairs of digits.

use alloc::string::String;

/// The number in decimal digits.
pub(crate) fn decimal(number: usize) -> String {
    let mut text = String::new();
    push(number, &mut text);
    text
}

fn push(number: usize, into: &mut String) {
    if number > 9 {
        push(number / 10, into);
    }
    into.push(char::from(b'0' + (number % 10) as u8));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_written_as_to_string_writes_it() {
        for number in [0, 7, 9, 10, 99, 100, 101, 4_294_967_295] {
            assert_eq!(decimal(number), number.to_string());
        }
    }
}
