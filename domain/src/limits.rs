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
pub const PASSWORD_LENGTH_MAX: usize = 128;

/// Standard Webhooks 1.0.0: a secret has 24 to 64 random bytes.
pub const SECRET_BYTES_MIN: usize = 24;
pub const SECRET_BYTES_MAX: usize = 64;
/// What a new secret has.
pub const SECRET_BYTES: usize = 32;

/// How long the secret before a rotation goes on signing, by default
pub const SECRET_OVERLAP: Duration = Duration::from_secs(24 * 60 * 60);
/// and at most.
pub const SECRET_OVERLAP_MAX: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Private targets that an organization's own list may name.
pub const ALLOWED_TARGETS_MAX: usize = 100;

pub const CUSTOM_HEADERS_MAX: usize = 16;
pub const CUSTOM_HEADER_NAME_LENGTH_MAX: usize = 64;
pub const CUSTOM_HEADER_VALUE_LENGTH_MAX: usize = 1_024;

pub const REQUEST_ID_LENGTH_MAX: usize = 64;
pub const REQUEST_BODY_BYTES_MAX: usize = 256 * 1024;
/// Events that one request may publish, and their bytes.
pub const BATCH_EVENTS_MAX: usize = 100;
pub const BATCH_BYTES_MAX: usize = 4 * 1024 * 1024;
pub const IDEMPOTENCY_KEY_LENGTH_MAX: usize = 255;
/// How much of a receiver's answer is read before the connection is given up.
pub const RESPONSE_READ_BYTES_MAX: usize = 64 * 1024;
/// How much of it is kept for the console.
pub const RESPONSE_KEPT_BYTES_MAX: usize = 4 * 1024;
/// Of a status line and headers together; what is longer is refused.
pub const RESPONSE_HEAD_BYTES_MAX: usize = 64 * 1024;
/// Answers 1xx before the answer itself.
pub const INTERIM_ANSWERS_MAX: usize = 100;
pub const RESPONSE_HEADERS_KEPT_MAX: usize = 64;
pub const RESPONSE_HEADER_VALUE_BYTES_MAX: usize = 1_024;
/// Of all its headers together, names and values.
pub const RESPONSE_HEADERS_KEPT_BYTES_MAX: usize = 8 * 1024;

pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// From the start of an attempt to the last byte read.
pub const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(15);
/// Design: an address that was checked is used no longer than this.
pub const IDLE_CONNECTION_MAX: Duration = Duration::from_secs(60);
/// How long an attempt may wait, after its answer, for its connection to take another request: usual are microseconds.
pub const GIVE_BACK_MAX: Duration = Duration::from_millis(50);
/// A name that does not resolve within this is refused at save.
pub const RESOLVE_TIMEOUT: Duration = Duration::from_secs(2);

/// Attempts under way at once, for the whole process.
pub const IN_FLIGHT_MAX: usize = 256;
/// Attempts under way at once for one webhook, so that one slow receiver cannot take all of them.
pub const IN_FLIGHT_PER_WEBHOOK_MAX: usize = IN_FLIGHT_MAX / 8;
/// What a webhook begins with, before it is known how its receiver answers.
pub const IN_FLIGHT_PER_WEBHOOK_START: usize = 4;
/// An attempt that succeeds within this is prompt.
pub const PROMPT_MAX: Duration = Duration::from_secs(1);
/// What webhooks whose newest attempt did not succeed promptly may have under way together, so that many dead or slow
/// receivers do not take the places of those that answer.
pub const IN_FLIGHT_UNPROVEN_MAX: usize = IN_FLIGHT_MAX / 2;
/// Due deliveries of one webhook that are held in memory.
pub const WINDOW_PER_WEBHOOK: usize = 128;
/// All of them together, by their bodies.
pub const WINDOWS_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Windows filled from the store at once, and the bodies that one of these reads may bring.
pub const LOADS_AT_ONCE_MAX: usize = 2;
pub const LOAD_BYTES_MAX: usize = 1024 * 1024;
/// After a 2xx, how long the rest of the answer is read: the delivery is acknowledged, and its place is wanted.
pub const ACKNOWLEDGED_READ_MAX: Duration = Duration::from_secs(1);
/// Attempts that are under way or whose results are not stored yet: as many may be made again after a crash.
pub const UNSETTLED_MAX: usize = 2 * IN_FLIGHT_MAX;

/// After so many failed attempts in a row a webhook is paused.
pub const BREAKER_FAILURES: u32 = 5;
/// Each pause is twice as long as the one before, from here
pub const BREAKER_PAUSE_MIN: Duration = Duration::from_secs(5);
/// to here.
pub const BREAKER_PAUSE_MAX: Duration = Duration::from_secs(5 * 60);
/// A receiver's `Retry-After` pauses its webhook for up to this.
pub const RETRY_AFTER_PAUSE_MAX: Duration = Duration::from_secs(60 * 60);
/// Herald disables a webhook after at least so many failed attempts
pub const DISABLE_FAILURES_MIN: u32 = 20;
/// and so long without one success.
pub const DISABLE_AFTER: Duration = Duration::from_secs(5 * 24 * 60 * 60);

/// Test sends under way at once: they stand in nobody's queue, and each may take as long as an attempt.
pub const TEST_SENDS_AT_ONCE_MAX: usize = 16;

/// Names looked up at once. A lookup holds a thread until the system's resolver gives up, which can be long after
/// nobody waits for it any more; the rest of the threads stay free for other work.
pub const LOOKUPS_AT_ONCE_MAX: usize = 128;
/// Beside them, lookups of names that were not found for too long lately,
pub const SLOW_LOOKUPS_AT_ONCE_MAX: usize = 32;
/// which is remembered so long
pub const SLOW_NAME_KEPT: Duration = Duration::from_secs(10 * 60);
/// of so many.
pub const SLOW_NAMES_MAX: usize = 10_000;
/// Clients kept, so that thousands of organizations with rules of their own do not each keep one.
pub const CLIENTS_KEPT_MAX: usize = 64;
/// While something is waited for, how often it is looked whether the machine's clock was set.
pub const CLOCK_LOOK_EVERY: Duration = Duration::from_secs(10);
/// After SIGTERM, how long requests under way may take to end.
pub const REQUEST_GRACE: Duration = Duration::from_secs(5);
/// After SIGTERM, how long attempts under way may take to end.
pub const STOP_GRACE: Duration = Duration::from_secs(25);

pub const PAGE_ROWS: usize = 50;
pub const PAGE_ROWS_MAX: usize = 1_000;
/// What has come since a list was loaded is counted up to here.
pub const NEWER_COUNTED_MAX: u32 = 100;
/// Events on a page of what was found, and webhooks of each that are shown.
pub const FOUND_EVENTS: usize = 20;
pub const TOLD_SHOWN_MAX: usize = 50;
/// Rows of each list of the start page.
pub const START_ROWS: u32 = 8;
/// In lists of webhooks, what waits for each is counted up to here.
pub const WAITING_COUNTED_MAX: u32 = 1_000;
/// Of what is searched for, in characters: no e-mail is longer.
pub const SEARCH_LENGTH_MAX: usize = 254;
/// Of the payloads on a page of the feed; the event that goes beyond is its last.
pub const FEED_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Events that are looked through for one page of the feed.
pub const FEED_SCAN_ROWS: i64 = 250_000;
/// How long one page or list may be read, and how long it may wait for its turn.
pub const PAGE_READ_MAX: Duration = Duration::from_secs(5);
/// How many webhooks can be deleted by one click.
pub const SELECTION_MAX: usize = 1_000;

/// Writes that may share one transaction.
pub const GROUP_WRITES_MAX: usize = 1_024;
/// Deliveries that the events of one transaction may make, by what they made lately: beyond, others would wait.
pub const GROUP_DELIVERIES_MAX: usize = 8_192;
/// Bytes of events and answers that may share one transaction.
pub const GROUP_BYTES_MAX: usize = 16 * 1024 * 1024;
/// After a group of so many writes there is load, and the next one waits a moment for company.
pub const LOADED_GROUP_WRITES: usize = 16;
pub const GROUP_LINGER: Duration = Duration::from_millis(4);
/// How long the results of attempts gather before they are stored, unless many other writes take them along. After a crash what was
/// not stored is sent once more.
pub const RESULTS_LINGER: Duration = Duration::from_millis(2);
/// Deliveries that are gathered before they are inserted.
pub const INSERTED_ROWS_MAX: usize = 5_000;
/// Organizations, and pairs of an organization and a type, that the writer knows by heart before it begins anew.
pub const REMEMBERED_MAX: usize = 10_000;
/// Who comes while nobody else writes does so himself, as long as the last write took no longer than this,
pub const WRITE_HERE_MAX: Duration = Duration::from_millis(1);
/// and it is for no more deliveries and bytes than these.
pub const WRITE_HERE_DELIVERIES_MAX: usize = 64;
pub const WRITE_HERE_BYTES_MAX: usize = 64 * 1024;
/// Writes that may wait for the writer before callers are held back.
pub const WRITE_QUEUE_MAX: usize = 4_096;
/// Of these, what new events leave free for other writes.
pub const WRITE_QUEUE_RESERVED: usize = 1_024;
/// Bytes of events that may wait for the writer; beyond, publishing is refused until there is room.
pub const WRITE_QUEUE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Free space on the disk that new events leave for the results of attempts.
pub const DISK_RESERVED_BYTES: u64 = 64 * 1024 * 1024;

/// How long events, deliveries and attempts are kept.
pub const RETENTION: Duration = Duration::from_secs(90 * 24 * 60 * 60);
/// How often it is looked for what is older.
pub const RETENTION_EVERY: Duration = Duration::from_secs(60 * 60);
/// What became of attempts is counted by this time,
pub const ACTIVITY_SHORT: Duration = Duration::from_secs(5 * 60);
/// and by this one once it is older than two hours,
pub const ACTIVITY_LONG: Duration = Duration::from_secs(60 * 60);
/// and so long.
pub const ACTIVITY_KEPT: Duration = Duration::from_secs(31 * 24 * 60 * 60);
/// Events whose subjects are noted in one transaction, for finding them by user name or e-mail,
pub const SUBJECTS_ROWS: u32 = 1_000;
/// and how long they are gathered first: those that are not noted yet are looked through one by one.
pub const SUBJECTS_DELAY: Duration = Duration::from_millis(100);
/// Events that are pruned in one transaction,
pub const PRUNE_ROWS: usize = 200;
/// and deliveries: one event may have thousands.
pub const PRUNE_DELIVERIES: usize = 1_000;
/// Events that are looked through for a deleted user in one read,
pub const PURGE_SCAN_ROWS: i64 = 20_000;
/// events that are purged in one transaction,
pub const PURGE_ROWS: usize = 100;
/// and deliveries, after the last event that is begun.
pub const PURGE_DELIVERIES: i64 = 1_000;
/// While a purge waits for what is pending, how often it looks.
pub const PURGE_LOOK_EVERY: Duration = Duration::from_secs(60);
/// Of what a bulk job is for, in each state, so many are counted beforehand: a receiver may have missed ten million.
pub const MATCHED_COUNTED_MAX: u32 = 1_000_000;
/// Where no index knows the state, so many deliveries are looked through for that.
pub const MATCHED_SCAN_ROWS: u32 = 1_000_000;
/// Deliveries that a bulk job changes in one transaction.
pub const JOB_ROWS: usize = 500;
/// Webhooks that are changed by one click and whose jobs begin in the very transaction of the change.
pub const FIRST_STEPS_MAX: usize = 4;
/// Bulk jobs of one webhook that may be running or waiting for their turn.
pub const RUNNING_JOBS_MAX: usize = 8;
/// Rows of the table that it looks through for them.
pub const JOB_SCAN_ROWS: i64 = 50_000;

/// Matches of a search in the audit log that are counted: the original stops there too.
pub const AUDIT_TOTAL_MAX: u32 = 10_000;
/// Names that are listed of those who stand in the audit log.
pub const AUDIT_ACTORS_MAX: u32 = 10_000;
/// How long the audit log is kept: a year, and what a yearly review takes.
pub const AUDIT_RETENTION: Duration = Duration::from_secs(400 * 24 * 60 * 60);
/// Entries of it that go in one transaction.
pub const PRUNE_AUDIT_ROWS: i64 = 1_000;
/// Failures of one caller that the audit log takes in a minute.
pub const AUDITED_FAILURES_PER_MINUTE: u32 = 120;

pub const SESSION_IDLE_MAX: Duration = Duration::from_secs(12 * 60 * 60);
pub const SESSION_AGE_MAX: Duration = Duration::from_secs(14 * 24 * 60 * 60);
/// A session's last use is written down no oftener than this.
pub const SESSION_TOUCH_EVERY: Duration = Duration::from_secs(60);

/// How long after the password was given a session may do what asks for it again.
pub const PASSWORD_FRESH: Duration = Duration::from_secs(15 * 60);
/// How long the token of a password reset can be used.
pub const PASSWORD_RESET_AGE_MAX: Duration = Duration::from_secs(60 * 60);
/// How much of a browser's name is kept with a session.
pub const USER_AGENT_LENGTH_MAX: usize = 200;

/// Password hashes computed at once: each takes 19 MiB and a core.
pub const PASSWORD_HASHES_AT_ONCE: usize = 2;

/// Rate limits by default; see `docs/security.md`. Requests a second with one API key,
pub const KEY_REQUESTS_PER_SECOND: u32 = 1_000;
/// and from one address without one.
pub const ADDRESS_REQUESTS_PER_SECOND: u32 = 100;
/// Failed log ins a minute to one account from one address,
pub const ACCOUNT_FAILURES_PER_MINUTE: u32 = 10;
/// to one account from all addresses,
pub const ACCOUNT_FAILURES_ANYWHERE_PER_MINUTE: u32 = 100;
/// and from one address to all accounts.
pub const ADDRESS_FAILURES_PER_MINUTE: u32 = 100;
/// Names that an organization may have looked up and refused at save, a minute: no oracle for the inner network.
pub const REFUSED_TARGETS_PER_MINUTE: u32 = 60;
/// Test sends of an organization a minute.
pub const TEST_SENDS_PER_MINUTE: u32 = 60;
/// Subjects that are counted at once; beyond, the one that has done least is forgotten.
pub const RATE_WINDOWS_MAX: usize = 65_536;

pub const API_KEYS_PER_USER_MAX: usize = 100;
/// The original's greatest: 730 days.
pub const API_KEY_AGE_MAX: Duration = Duration::from_secs(730 * 24 * 60 * 60);
/// An API key's last use is written down no oftener than this.
pub const KEY_USE_NOTED_EVERY: Duration = Duration::from_secs(60);

/// A program that calls the server functions: how long a connection may take, TLS included,
pub const CLIENT_CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// and a whole call, its retries included.
pub const CLIENT_TIMEOUT: Duration = Duration::from_secs(30);
/// How often a call that may be repeated is tried again,
pub const CLIENT_RETRIES: u32 = 3;
/// each time after twice the wait, from here
pub const CLIENT_BACKOFF_MIN: Duration = Duration::from_millis(200);
/// to here.
pub const CLIENT_BACKOFF_MAX: Duration = Duration::from_secs(5);
/// A server that asks for more patience than this is not asked again.
pub const CLIENT_RETRY_AFTER_MAX: Duration = Duration::from_secs(10);
/// The longest answer that it reads.
pub const CLIENT_ANSWER_BYTES_MAX: usize = 32 * 1024 * 1024;
