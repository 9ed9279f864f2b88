//! The control socket of a zygote: one byte and one descriptor at a time, from the gateway only.
//!
//! Everything longer goes over the socket that is handed on, so that a zygote holds no state that
//! a message could put into disorder. The socket is of type `SOCK_SEQPACKET`.

/// What a zygote is told to do with the socket that comes along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Command {
    /// To the base zygote: fork an application zygote; this is its control socket.
    MakeZygote = b'Z',
    /// To an application zygote, once and first: a [`Load`](crate::frame::Load) waits on this
    /// socket, and the report is expected there.
    Load = b'L',
    /// To an application zygote: fork an invocation; this is its socket.
    Fork = b'F',
}

impl Command {
    /// The command that this byte stands for.
    #[must_use]
    pub fn from_byte(byte: u8) -> Option<Self> {
        [Self::MakeZygote, Self::Load, Self::Fork]
            .into_iter()
            .find(|command| *command as u8 == byte)
    }
}
