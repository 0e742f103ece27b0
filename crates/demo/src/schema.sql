-- The demo's database, version 1. Applied once, in one transaction, when `user_version` is 0.
-- Instants are milliseconds since the Unix epoch.

CREATE TABLE users (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    title      TEXT NOT NULL,            -- job title, not editable
    hue        INTEGER NOT NULL,         -- colour of the avatar, degrees
    status     TEXT NOT NULL DEFAULT '', -- one line under the name
    about      TEXT NOT NULL DEFAULT '',
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
    token      TEXT PRIMARY KEY,         -- 256 random bits, in the cookie
    user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE threads (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    subject     TEXT NOT NULL,
    created_by  TEXT NOT NULL REFERENCES users (id),
    created_at  INTEGER NOT NULL,
    active_at   INTEGER NOT NULL         -- of the newest message; orders the inbox
) STRICT;

CREATE INDEX threads_by_activity ON threads (active_at DESC, id DESC);

CREATE TABLE thread_members (
    thread_id    INTEGER NOT NULL REFERENCES threads (id) ON DELETE CASCADE,
    user_id      TEXT NOT NULL REFERENCES users (id),
    last_read_id INTEGER NOT NULL DEFAULT 0, -- messages up to this id have been read
    PRIMARY KEY (thread_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX thread_members_by_user ON thread_members (user_id, thread_id);

CREATE TABLE messages (
    id         INTEGER PRIMARY KEY AUTOINCREMENT, -- never reused: `last_read_id` relies on it
    thread_id  INTEGER NOT NULL REFERENCES threads (id) ON DELETE CASCADE,
    author_id  TEXT NOT NULL REFERENCES users (id),
    body       TEXT NOT NULL,
    client_id  TEXT,                              -- the sender's own id: a repeated send is the same message
    created_at INTEGER NOT NULL,
    edited_at  INTEGER
) STRICT;

CREATE INDEX messages_by_thread ON messages (thread_id, id);
CREATE UNIQUE INDEX messages_by_client_id ON messages (author_id, client_id) WHERE client_id IS NOT NULL;

-- Notifications owed to the feed. A row is written in the transaction of the change it announces and deleted when the
-- feed has acknowledged it, so that neither a crash nor a feed that is down loses one.
CREATE TABLE outbox (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    users  TEXT NOT NULL,                -- JSON array of user ids
    change TEXT NOT NULL                 -- JSON of the change
) STRICT;
