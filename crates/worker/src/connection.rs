//! An invocation's side of its socket: service calls out, replies in.

use crate::socket;
use ketrics_protocol::Limits;
use ketrics_protocol::ServiceCall;
use ketrics_protocol::ServiceError;
use ketrics_protocol::ServiceReply;
use ketrics_protocol::frame;
use ketrics_protocol::frame::ToWorker;
use rustix::io::Errno;
use rustix::net::RecvFlags;
use std::cell::Cell;
use std::cell::RefCell;
use std::collections::HashMap;
use std::io;
use std::os::fd::BorrowedFd;
use std::rc::Rc;
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

    /// Service calls so far.
    #[must_use]
    pub fn made(&self) -> u32 {
        self.0.made.get()
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
        socket::say_call(id, call);
        receiver
            .await
            .unwrap_or_else(|_| Err(ServiceError::plain("The invocation has ended")))
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
    socket: BorrowedFd<'static>,
    connection: Connection,
    buffer: Vec<u8>,
    filled: usize,
    unfinished: Option<Unfinished>,
}

/// A reply whose content is still coming. What is read goes straight to where it stays.
struct Unfinished {
    frame: ToWorker,
    content: Vec<u8>,
    length: usize,
}

/// Room for a frame's head and for most whole frames.
const SMALL: usize = 16 * 1024;

impl Replies {
    /// Reads from this socket.
    #[must_use]
    pub fn new(connection: &Connection, socket: BorrowedFd<'static>) -> Self {
        Self {
            socket,
            connection: connection.clone(),
            buffer: vec![0; SMALL],
            filled: 0,
            unfinished: None,
        }
    }

    /// The socket, to wait for.
    #[must_use]
    pub fn socket(&self) -> BorrowedFd<'static> {
        self.socket
    }

    /// Takes what has come, and says whether anything has.
    ///
    /// # Errors
    /// When the gateway has closed the socket, or what it sent is no reply.
    pub fn take(&mut self) -> io::Result<bool> {
        let mut any = false;
        loop {
            let received = match &mut self.unfinished {
                Some(unfinished) => unfinished.receive(self.socket),
                None => {
                    let room = &mut self.buffer[self.filled..];
                    let received = rustix::net::recv(self.socket, room, RecvFlags::DONTWAIT);
                    received
                        .map(|(_, count)| count)
                        .inspect(|count| self.filled += count)
                }
            };
            match received {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(_) => any = true,
                Err(Errno::INTR) => continue,
                Err(Errno::AGAIN) => return Ok(any),
                Err(error) => return Err(error.into()),
            }
            self.take_content()?;
            self.take_frames()?;
        }
    }

    /// Settles the reply whose content has come whole.
    fn take_content(&mut self) -> io::Result<()> {
        let whole = |it: &mut Unfinished| it.content.len() == it.length;
        let Some(Unfinished { frame, content, .. }) = self.unfinished.take_if(whole) else {
            return Ok(());
        };
        self.settle(frame.with_content(content).map_err(io::Error::other)?)
    }

    fn settle(&self, frame: ToWorker) -> io::Result<()> {
        let ToWorker::Reply { id, result } = frame else {
            return Err(io::Error::other("the gateway sent no reply"));
        };
        self.connection.settle(id, result);
        Ok(())
    }

    fn take_frames(&mut self) -> io::Result<()> {
        let mut start = 0;
        let mut wanted = SMALL;
        while self.unfinished.is_none()
            && let Some(header) = self.buffer[start..self.filled].first_chunk()
        {
            let length = frame::frame_length(*header, frame::MAX_FRAME_TO_WORKER)
                .map_err(io::Error::other)?;
            let end = start + frame::HEADER_BYTES + length;
            if end > self.filled {
                wanted = wanted.max(end - start);
                break;
            }
            let frame: ToWorker = frame::decode(&self.buffer[start + frame::HEADER_BYTES..end])
                .map_err(io::Error::other)?;
            start = end;
            let length = frame.content_length().map_err(io::Error::other)?;
            if length == 0 {
                self.settle(frame)?;
                continue;
            }
            // What came along with the frame; the next frame may stand behind it.
            let here = length.min(self.filled - start);
            let mut content = Vec::with_capacity(length);
            content.extend_from_slice(&self.buffer[start..start + here]);
            start += here;
            self.unfinished = Some(Unfinished {
                frame,
                content,
                length,
            });
            self.take_content()?;
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

impl Unfinished {
    fn receive(&mut self, socket: BorrowedFd<'_>) -> Result<usize, Errno> {
        let missing = self.length - self.content.len();
        let room = &mut self.content.spare_capacity_mut()[..missing];
        let ((read, _), _) = rustix::net::recv(socket, room, RecvFlags::DONTWAIT)?;
        let count = read.len();
        // SAFETY: the kernel has written so many bytes behind the content's end.
        unsafe { self.content.set_len(self.content.len() + count) };
        Ok(count)
    }
}
