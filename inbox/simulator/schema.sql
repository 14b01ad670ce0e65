-- The simulator's world. Times are seconds since 1970; structured values are JSON text.

CREATE TABLE IF NOT EXISTS numbers (
    phone_number_id TEXT PRIMARY KEY,
    settings        TEXT NOT NULL,               -- numbers.Number
    faults          TEXT NOT NULL DEFAULT '{}',  -- faults.Faults, with what is left of each rule
    asked           INTEGER NOT NULL DEFAULT 0   -- valid sends so far: the dice of `faults` are cast on it
);

CREATE TABLE IF NOT EXISTS customers (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    phone_number_id TEXT NOT NULL REFERENCES numbers,
    wa_id           TEXT,
    user_id         TEXT,
    parent_user_id  TEXT,
    name            TEXT NOT NULL DEFAULT '',
    username        TEXT,
    online          INTEGER NOT NULL DEFAULT 1,
    known           INTEGER NOT NULL DEFAULT 1,  -- 0: a BSUID the business made up
    said_at         REAL,                        -- opens the 24-hour window
    referred_at     REAL,                        -- came from an ad: opens the 72-hour free entry
    typing_until    REAL NOT NULL DEFAULT 0,
    UNIQUE (phone_number_id, wa_id),
    UNIQUE (phone_number_id, user_id)
);

CREATE TABLE IF NOT EXISTS messages (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    wamid           TEXT NOT NULL UNIQUE,
    phone_number_id TEXT NOT NULL,
    customer        INTEGER NOT NULL REFERENCES customers,
    direction       TEXT NOT NULL CHECK (direction IN ('in', 'out')),  -- as the business sees it
    at              REAL NOT NULL,
    type            TEXT NOT NULL,
    body            TEXT NOT NULL,
    status          TEXT NOT NULL,
    on_phone        INTEGER NOT NULL,
    sequence        INTEGER UNIQUE,              -- accepted sends only: 1, 2, 3…
    callback        TEXT,
    pricing         TEXT,
    code            INTEGER,                     -- the error it failed, or is going to fail, with
    hush_delivered  INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS chat ON messages (customer, id);
CREATE INDEX IF NOT EXISTS traffic ON messages (phone_number_id, at);

CREATE TABLE IF NOT EXISTS deliveries (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    phone_number_id TEXT NOT NULL,
    lane            TEXT NOT NULL,
    position        INTEGER,                     -- its place in the lane; its id if NULL
    body            TEXT NOT NULL,
    about           TEXT NOT NULL,               -- the message ids and statuses inside, for the journal
    copy            INTEGER NOT NULL,            -- 0 for the original, 1… for duplicates
    state           TEXT NOT NULL CHECK (state IN ('pending', 'held', 'dead')),
    attempts        INTEGER NOT NULL DEFAULT 0,
    created         REAL NOT NULL,
    not_before      REAL NOT NULL,
    filling_until   REAL NOT NULL DEFAULT 0      -- a batch that may still grow
);
CREATE INDEX IF NOT EXISTS undelivered ON deliveries (state, phone_number_id);

CREATE TABLE IF NOT EXISTS plans (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    due             REAL NOT NULL,
    kind            TEXT NOT NULL CHECK (kind IN ('delivered', 'read', 'failed', 'release')),
    subject         INTEGER NOT NULL             -- a message, or for `release` a held delivery
);
CREATE INDEX IF NOT EXISTS planned ON plans (subject);

CREATE TABLE IF NOT EXISTS templates (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    waba_id         TEXT NOT NULL,
    name            TEXT NOT NULL,
    language        TEXT NOT NULL,
    body            TEXT NOT NULL,               -- templates.Template
    UNIQUE (waba_id, name, language)
);

CREATE TABLE IF NOT EXISTS media (
    id              TEXT PRIMARY KEY,
    phone_number_id TEXT NOT NULL,
    mime_type       TEXT NOT NULL,
    content         BLOB NOT NULL,
    created         REAL NOT NULL
);

CREATE TABLE IF NOT EXISTS journal (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    at              REAL NOT NULL,
    kind            TEXT NOT NULL,
    phone_number_id TEXT NOT NULL,
    data            TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS journal_by_kind ON journal (kind, id);
