"""Every limit of the assist channel; docs/protocol.md states them, tests/channel holds them."""

from assist.channel.protocol import MAX_FRAME_BYTES

HELLO_SECONDS = 5
HELLOS_PER_SECOND = 10  # of one session from one address
HELLOS_BURST_SECONDS = 30
WRONG_TOKENS_PER_SECOND = 10  # from one address
WRONG_TOKENS_BURST_SECONDS = 20
ADDRESS_LOOKUPS = 4  # tokens of one address that are looked up at once
HELLO_KEYS = 10_000  # addresses, and sessions with an address, whose rates a process knows
SILENCE_SECONDS = 11  # a visitor says something every 10 s; who does not is asked
ANSWER_SECONDS = 3  # and taken for gone without an answer within this
MAX_TEXT_BYTES = 64 * 1024
MAX_CONTROL_BYTES = 16 * 1024
WINDOW_BYTES = 1024 * 1024
LEFT_BYTES = WINDOW_BYTES  # what a session's closed connections may have waiting for a full journal, beside one window
# A visitor that comes back sends again what it kept, hence the burst.
FRAMES_PER_SECOND = 500
BYTES_PER_SECOND = 4 * 1024 * 1024
MESSAGES_PER_SECOND = 50
BURST_SECONDS = 8
PAGES_PER_SECOND = 5  # each is a row
PAGES_BURST_SECONDS = 120
SESSION_WRITES = 500  # of rows, waiting for the database in one process; the newest of each kind and page counts
WELCOME_PAGES = 200  # the newest; the review page has them all
SESSION_SOCKETS = 32
SESSION_TABS = 1000
HAND_OVER_SECONDS = 60  # a ticket to another origin of the tenant
FRONT_LATE_MS = 3_600_000  # an older word about which page is in front is late; what is older still tells of a clock
CLOCK_MS = 1e15  # a visitor's clock, ms since 1970, is below it
SESSION_CONSOLES = 32
SESSION_CALLS = 2  # of the database at once, in one process

# Valkey, a session: beyond JOURNAL_BYTES no frame is acknowledged until a segment is committed.
JOURNAL_BYTES = 64 * 1024 * 1024
SEGMENT_BYTES = 256 * 1024
QUEUE_BYTES = 8 * 1024 * 1024  # a page's queue; beyond it a fresh snapshot is asked for
QUEUE_HARD_BYTES = 2 * QUEUE_BYTES  # beyond it the queue is dropped until the snapshot is there
QUEUES_BYTES = 32 * 1024 * 1024  # all queues of a session; beyond it the oldest are dropped
SESSION_PAGES = 1000  # of which Valkey knows; beyond it the one used longest ago is forgotten
SESSION_TTL_SECONDS = 48 * 3600
ENDED_TTL_SECONDS = 600

# A web process that has not said for NODE_LEASE_SECONDS that it lives is dead, with all connections that it held.
NODE_LEASE_SECONDS = 3
NODE_BEAT_SECONDS = 1
NODE_MEMORY_SECONDS = 3600
# Of consoles.
LEASE_SECONDS = 15
BEAT_SECONDS = 5
RECONNECT_SECONDS = 1.5  # a page load is no break
ACK_SECONDS = 0.5
ACK_BYTES = WINDOW_BYTES // 16  # sooner: no stream waits for its window, nor do uploads for what has come

CONSOLE_BACKLOG_BYTES = 4 * 1024 * 1024
CONSOLE_WINDOW_BYTES = 2 * MAX_FRAME_BYTES  # the least that a console may grant
CONSOLE_MAX_WINDOW_BYTES = 8 * 1024 * 1024  # what it grants beyond this does not count
RIGHT_SECONDS = 5

ASSET_BYTES = 8 * 1024 * 1024
SESSION_ASSETS = 2000
SESSION_ASSET_BYTES = 200 * 1024 * 1024
OFFERED_ASSETS = 200
ASKED_SUBTREES = 256  # in one message
SESSION_SUBTREES = 2000  # of which it is noted that a session was the first to ask
SESSION_UPLOADS = 4  # sockets of one process that take assets at once; each holds two of them in memory at most

# Assets of other sites that the server reads itself.
FETCH_SECONDS = 12  # of one, redirects included
FETCH_CONNECT_SECONDS = 4  # to one address
FETCH_WAIT_SECONDS = 25  # in all, the wait for its turn included
FETCH_REDIRECTS = 4
FETCH_URL_LENGTH = 4000
CONNECTION_FETCHES = 8
SESSION_FETCHES = 4  # at once, in one process
TENANT_FETCHES = 8
SESSION_FETCHES_PER_MINUTE = 300
TENANT_FETCHES_PER_MINUTE = 3000
FETCHED_LEAST_SECONDS, FETCHED_SECONDS, FETCHED_MOST_SECONDS = 60, 600, 86_400  # for which it is not read again


def as_message() -> dict[str, int]:
    """The part that the visitor's side has to know; the shape is `Limits` of the protocol."""
    return {
        "frame_bytes": MAX_FRAME_BYTES,
        "window_bytes": WINDOW_BYTES,
        "frames_per_second": FRAMES_PER_SECOND,
        "bytes_per_second": BYTES_PER_SECOND,
        "asset_bytes": ASSET_BYTES,
        "session_assets": SESSION_ASSETS,
        "session_asset_bytes": SESSION_ASSET_BYTES,
        "queue_bytes": QUEUE_BYTES,
    }
