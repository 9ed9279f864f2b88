//! What is said of a system call that a worker's filter refused.

/// The call, for the host's log.
pub fn describe(call: u32) -> String {
    let name = usize::try_from(call).ok().and_then(syscalls::Sysno::new);
    match name {
        Some(name) => format!("the system call {name} (number {call}), which its filter refuses"),
        None => format!("the system call number {call}, which there is not"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_named_where_it_has_a_name() {
        assert!(describe(41).contains("socket (number 41)"));
        assert!(describe(9_999).contains("number 9999"));
    }
}
