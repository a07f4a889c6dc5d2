//! As much of HTTP/1.1 as the load and the receivers need: where a message ends.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

const READ_BYTES: usize = 16 * 1_024;

/// A whole message at the beginning of a buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Message {
    /// Where the body begins.
    pub(super) body: usize,
    /// Where the next message begins.
    pub(super) end: usize,
}

/// Reads until the buffer begins with a whole message; `None` where the connection ends before one.
pub(super) async fn read_message(
    stream: &mut (impl AsyncRead + Unpin),
    buffer: &mut Vec<u8>,
) -> io::Result<Option<Message>> {
    let mut needed = None;
    loop {
        if needed.is_none() {
            needed = message(buffer);
        }
        if let Some(message) = needed
            && buffer.len() >= message.end
        {
            return Ok(Some(message));
        }
        buffer.reserve(READ_BYTES);
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    }
}

/// The first message's extent, once its head is whole. A body without a length is taken for empty.
fn message(buffer: &[u8]) -> Option<Message> {
    const END: &[u8] = b"\r\n\r\n";
    let body = buffer.windows(END.len()).position(|window| window == END)? + END.len();
    Some(Message { body, end: body + content_length(&buffer[..body]) })
}

fn content_length(head: &[u8]) -> usize {
    const NAME: &[u8] = b"content-length:";
    let lines = head.split(|byte| *byte == b'\n');
    let mut values = lines.filter_map(|line| {
        let (name, value) = line.split_at_checked(NAME.len())?;
        name.eq_ignore_ascii_case(NAME).then_some(value)
    });
    values.next().and_then(|value| str::from_utf8(value).ok()?.trim().parse().ok()).unwrap_or_default()
}

/// An answer's status; 0 where there is none.
pub(super) fn status(answer: &[u8]) -> u16 {
    let digits = answer.get(9..12).and_then(|digits| str::from_utf8(digits).ok());
    digits.and_then(|digits| digits.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_ends_after_its_body() {
        let text = b"HTTP/1.1 202 Accepted\r\nContent-Length: 5\r\nx: y\r\n\r\nhelloHTTP/1.1";
        assert_eq!(message(text), Some(Message { body: 50, end: 55 }));
        assert_eq!(status(text), 202);
        assert_eq!(message(&text[..40]), None);
        assert_eq!(message(b"HTTP/1.1 204 No Content\r\n\r\n"), Some(Message { body: 27, end: 27 }));
        assert_eq!(status(b"HT"), 0);
    }

    #[tokio::test]
    async fn what_comes_in_parts_is_read_whole() {
        let parts = tokio_test_stream(&[b"POST / HTTP/1.1\r\ncontent-", b"length: 3\r\n\r", b"\nab", b"c"]);
        let mut stream = parts;
        let mut buffer = Vec::new();
        let message = read_message(&mut stream, &mut buffer).await.expect("readable").expect("whole");
        assert_eq!(&buffer[message.body..message.end], b"abc");
        buffer.clear();
        assert_eq!(read_message(&mut stream, &mut buffer).await.expect("readable"), None);
    }

    fn tokio_test_stream(parts: &[&'static [u8]]) -> impl AsyncRead + Unpin + use<> {
        let (reader, mut writer) = tokio::io::duplex(8);
        let parts = parts.to_vec();
        tokio::spawn(async move {
            for part in parts {
                tokio::io::AsyncWriteExt::write_all(&mut writer, part).await.expect("taken");
            }
        });
        reader
    }
}
