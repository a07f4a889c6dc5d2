//! Every limit of Herald, each a named constant with its unit last.

use std::time::Duration;

pub const NAME_LENGTH_MAX: usize = 100;
pub const DESCRIPTION_LENGTH_MAX: usize = 1_000;
pub const URL_LENGTH_MAX: usize = 2_000;
pub const EMAIL_LENGTH_MAX: usize = 254;
pub const USER_NAME_LENGTH_MIN: usize = 3;
pub const USER_NAME_LENGTH_MAX: usize = 32;

/// NIST SP 800-63B and ASVS 6.2.1: at least 8; long pass phrases are welcome.
pub const PASSWORD_LENGTH_MIN: usize = 8;
pub const PASSWORD_LENGTH_MAX: usize = 256;

/// Standard Webhooks 1.0.0: a secret has 24 to 64 random bytes.
pub const SECRET_BYTES_MIN: usize = 24;
pub const SECRET_BYTES_MAX: usize = 64;
/// What a new secret has.
pub const SECRET_BYTES: usize = 32;

pub const REQUEST_BODY_BYTES_MAX: usize = 256 * 1024;
/// How much of a receiver's answer is read before the connection is given up.
pub const RESPONSE_READ_BYTES_MAX: usize = 64 * 1024;
/// How much of it is kept for the console.
pub const RESPONSE_KEPT_BYTES_MAX: usize = 4 * 1024;
pub const RESPONSE_HEADERS_KEPT_MAX: usize = 64;
pub const RESPONSE_HEADER_VALUE_BYTES_MAX: usize = 1_024;

pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// From the start of an attempt to the last byte read.
pub const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(15);
/// Design: an address that was checked is used no longer than this.
pub const IDLE_CONNECTION_MAX: Duration = Duration::from_secs(60);
/// A name that does not resolve within this is refused at save.
pub const RESOLVE_TIMEOUT: Duration = Duration::from_secs(2);

/// Attempts under way at once, for the whole process.
pub const IN_FLIGHT_MAX: usize = 256;
/// Attempts under way at once for one webhook, so that one slow receiver cannot take all of them.
pub const IN_FLIGHT_PER_WEBHOOK_MAX: usize = IN_FLIGHT_MAX / 8;
/// What a webhook begins with, before it is known how its receiver answers.
pub const IN_FLIGHT_PER_WEBHOOK_START: usize = 4;
/// Names looked up at once. A lookup holds a thread until the system's resolver gives up, which can be long after
/// nobody waits for it any more; the rest of the threads stay free for other work.
pub const LOOKUPS_AT_ONCE_MAX: usize = 128;
/// Clients kept, so that thousands of webhooks on thousands of ports do not each keep one.
pub const CLIENTS_KEPT_MAX: usize = 64;
/// After SIGTERM, how long requests under way may take to end.
pub const REQUEST_GRACE: Duration = Duration::from_secs(5);
/// After SIGTERM, how long attempts under way may take to end.
pub const STOP_GRACE: Duration = Duration::from_secs(25);

pub const PAGE_ROWS: usize = 50;
pub const PAGE_ROWS_MAX: usize = 1_000;
/// How many webhooks can be deleted by one click.
pub const SELECTION_MAX: usize = 1_000;

/// Writes that may share one transaction.
pub const GROUP_WRITES_MAX: usize = 1_024;
/// Writes that may wait for the writer before callers are held back.
pub const WRITE_QUEUE_MAX: usize = 4_096;

pub const SESSION_IDLE_MAX: Duration = Duration::from_secs(12 * 60 * 60);
pub const SESSION_AGE_MAX: Duration = Duration::from_secs(14 * 24 * 60 * 60);
/// A session's last use is written down no oftener than this.
pub const SESSION_TOUCH_EVERY: Duration = Duration::from_secs(60);

/// Password hashes computed at once: each takes 19 MiB and a core.
pub const PASSWORD_HASHES_AT_ONCE: usize = 2;
