//! A function that needs Rust's standard library.

/// The sum of the digits of a number.
#[no_mangle]
pub extern "C" fn preflight_from_crate(number: u32) -> u32 {
    number.to_string().chars().filter_map(|digit| digit.to_digit(10)).sum()
}
