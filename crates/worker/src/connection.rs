//! An invocation's side of its socket: service calls out, replies in.

use crate::socket;
use ketrics_protocol::Limits;
use ketrics_protocol::ServiceCall;
use ketrics_protocol::ServiceError;
use ketrics_protocol::ServiceReply;
use ketrics_protocol::frame;
use ketrics_protocol::frame::ToGateway;
use ketrics_protocol::frame::ToWorker;
use std::cell::Cell;
use std::cell::RefCell;
use std::collections::HashMap;
use std::io;
use std::os::fd::BorrowedFd;
use std::rc::Rc;
use std::task::Context;
use std::task::Poll;
use tokio::net::UnixStream;
use tokio::sync::Semaphore;
use tokio::sync::oneshot;

type Answer = Result<ServiceReply, ServiceError>;

/// Sends service calls and hands each reply to the call that waits for it.
#[derive(Clone)]
pub struct Connection(Rc<Inner>);

struct Inner {
    waiting: RefCell<HashMap<u32, oneshot::Sender<Answer>>>,
    made: Cell<u32>,
    most: u32,
    at_once: u32,
    places: Semaphore,
}

impl Connection {
    /// A connection over the socket that this process speaks over.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Self(Rc::new(Inner {
            waiting: RefCell::default(),
            made: Cell::new(0),
            most: limits.service_calls,
            at_once: limits.service_calls_at_once,
            places: Semaphore::new(limits.service_calls_at_once as usize),
        }))
    }

    /// Makes a service call and waits for its reply.
    ///
    /// # Errors
    /// What the service answered, or that the invocation has made too many calls.
    pub async fn call(&self, call: ServiceCall) -> Answer {
        let inner = &self.0;
        let id = inner.made.get();
        if id >= inner.most {
            return Err(ServiceError::plain(format!(
                "This invocation has made {} service calls, which is the limit",
                inner.most
            ))
            .with_code("SERVICE_CALL_LIMIT"));
        }
        inner.made.set(id + 1);
        let Ok(_place) = inner.places.acquire().await else {
            return Err(ServiceError::plain("The invocation has ended"));
        };
        let (sender, receiver) = oneshot::channel();
        inner.waiting.borrow_mut().insert(id, sender);
        socket::say(&ToGateway::Call { id, call });
        receiver.await.unwrap_or_else(|_| Err(ServiceError::plain("The invocation has ended")))
    }

    /// Whether calls wait for their replies.
    #[must_use]
    pub fn has_calls(&self) -> bool {
        self.0.places.available_permits() < self.0.at_once as usize
    }

    fn settle(&self, id: u32, answer: Answer) {
        if let Some(waiting) = self.0.waiting.borrow_mut().remove(&id) {
            let _ = waiting.send(answer);
        }
    }
}

/// Reads the replies as they come.
pub struct Replies {
    stream: UnixStream,
    connection: Connection,
    buffer: Vec<u8>,
    filled: usize,
}

/// Room for a frame's head and for most whole frames.
const SMALL: usize = 16 * 1024;

impl Replies {
    /// Reads from this socket. Needs a Tokio context.
    ///
    /// # Errors
    /// When the socket cannot be watched.
    pub fn new(connection: &Connection, socket: BorrowedFd<'_>) -> io::Result<Self> {
        let socket = rustix::io::dup(socket)?;
        let stream = std::os::unix::net::UnixStream::from(socket);
        stream.set_nonblocking(true)?;
        Ok(Self {
            stream: UnixStream::from_std(stream)?,
            connection: connection.clone(),
            buffer: vec![0; SMALL],
            filled: 0,
        })
    }

    /// Takes everything that has come and leaves the waker for the rest.
    ///
    /// # Errors
    /// When the gateway has closed the socket, or what it sent is no reply.
    pub fn poll(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        loop {
            match self.stream.try_read(&mut self.buffer[self.filled..]) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => self.filled += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    match self.stream.poll_read_ready(context) {
                        Poll::Ready(ready) => ready?,
                        Poll::Pending => return Ok(()),
                    }
                }
                Err(error) => return Err(error),
            }
            self.take_frames()?;
        }
    }

    fn take_frames(&mut self) -> io::Result<()> {
        let mut start = 0;
        let mut wanted = SMALL;
        while let Some(header) = self.buffer[start..self.filled].first_chunk() {
            let length = frame::frame_length(*header, frame::MAX_FRAME_TO_WORKER)
                .map_err(io::Error::other)?;
            let end = start + frame::HEADER_BYTES + length;
            if end > self.filled {
                wanted = wanted.max(end - start);
                break;
            }
            match frame::decode(&self.buffer[start + frame::HEADER_BYTES..end]) {
                Ok(ToWorker::Reply { id, result }) => self.connection.settle(id, result),
                Ok(_) => return Err(io::Error::other("the gateway sent no reply")),
                Err(error) => return Err(io::Error::other(error)),
            }
            start = end;
        }
        self.buffer.copy_within(start..self.filled, 0);
        self.filled -= start;
        // One large reply does not keep its room for the rest of the invocation.
        self.buffer.resize(wanted, 0);
        if wanted == SMALL {
            self.buffer.shrink_to(SMALL);
        }
        Ok(())
    }
}
