CREATE TABLE meta (
    name VARCHAR NOT NULL, 
    value VARCHAR NOT NULL, 
    PRIMARY KEY (name)
);
CREATE TABLE node (
    id VARCHAR NOT NULL, 
    boot_id VARCHAR NOT NULL, 
    started_at INTEGER NOT NULL, 
    beat INTEGER NOT NULL, 
    stopped_at INTEGER, 
    pid INTEGER NOT NULL, 
    version VARCHAR NOT NULL, 
    PRIMARY KEY (id)
);
CREATE TABLE account (
    id INTEGER NOT NULL, 
    name VARCHAR NOT NULL, 
    platform VARCHAR NOT NULL, 
    handle VARCHAR NOT NULL, 
    server VARCHAR NOT NULL, 
    client VARCHAR, 
    remote_account_id VARCHAR, 
    state VARCHAR NOT NULL, 
    next_ok_at INTEGER DEFAULT '0' NOT NULL, 
    quota TEXT DEFAULT '{}' NOT NULL, 
    facts TEXT DEFAULT '{}' NOT NULL, 
    token_enc BLOB, 
    token_prev_enc BLOB, 
    token_exp INTEGER, 
    token_gen INTEGER NOT NULL, 
    token_at INTEGER DEFAULT '0' NOT NULL, 
    refresh_owner VARCHAR, 
    refresh_fence INTEGER NOT NULL, 
    refresh_at INTEGER DEFAULT '0' NOT NULL, 
    first_sent_at INTEGER, 
    auto_resend_after_absence BOOLEAN NOT NULL, 
    PRIMARY KEY (id), 
    UNIQUE (platform, remote_account_id), 
    UNIQUE (name)
);
CREATE TABLE post (
    id INTEGER NOT NULL, 
    workspace_id VARCHAR NOT NULL, 
    campaign VARCHAR NOT NULL, 
    slug VARCHAR NOT NULL, 
    title VARCHAR NOT NULL, 
    managed_by VARCHAR NOT NULL, 
    brief TEXT, 
    created_by VARCHAR NOT NULL, 
    created_at INTEGER NOT NULL, 
    archived_at INTEGER, 
    PRIMARY KEY (id), 
    UNIQUE (campaign, slug)
);
CREATE TABLE hold (
    id INTEGER NOT NULL, 
    scope VARCHAR NOT NULL, 
    subject VARCHAR NOT NULL, 
    reason VARCHAR NOT NULL, 
    "by" VARCHAR NOT NULL, 
    at INTEGER NOT NULL, 
    released_at INTEGER, 
    PRIMARY KEY (id)
);
CREATE TABLE asset (
    sha256 VARCHAR NOT NULL, 
    size INTEGER NOT NULL, 
    mime VARCHAR NOT NULL, 
    probe TEXT DEFAULT '{}' NOT NULL, 
    origin VARCHAR NOT NULL, 
    PRIMARY KEY (sha256)
);
CREATE TABLE step (
    delivery_id INTEGER NOT NULL, 
    seq INTEGER NOT NULL, 
    try INTEGER NOT NULL, 
    name VARCHAR NOT NULL, 
    kind VARCHAR NOT NULL, 
    phase VARCHAR NOT NULL, 
    fence INTEGER NOT NULL, 
    handle VARCHAR, 
    request_digest VARCHAR NOT NULL, 
    at_intent INTEGER NOT NULL, 
    at_end INTEGER, 
    boot_intent INTEGER DEFAULT '0' NOT NULL, 
    boot_id VARCHAR NOT NULL, 
    boot_end INTEGER DEFAULT '0' NOT NULL, 
    boot_end_id VARCHAR NOT NULL, 
    http_status INTEGER, 
    detail TEXT DEFAULT '{}' NOT NULL, 
    PRIMARY KEY (delivery_id, seq, try)
);
CREATE TABLE seal (
    id INTEGER NOT NULL, 
    at INTEGER NOT NULL, 
    last_seq INTEGER NOT NULL, 
    hash VARCHAR NOT NULL, 
    PRIMARY KEY (id)
);
CREATE TABLE content (
    id INTEGER NOT NULL, 
    post_id INTEGER NOT NULL, 
    digest VARCHAR NOT NULL, 
    body TEXT NOT NULL, 
    twin VARCHAR NOT NULL, 
    created_by_kind VARCHAR NOT NULL, 
    created_by TEXT DEFAULT '' NOT NULL, 
    created_at INTEGER NOT NULL, 
    PRIMARY KEY (id), 
    FOREIGN KEY(post_id) REFERENCES post (id), 
    UNIQUE (digest)
);
CREATE INDEX ix_content_twin ON content (twin);
CREATE TABLE revision (
    id INTEGER NOT NULL, 
    post_id INTEGER NOT NULL, 
    field VARCHAR NOT NULL, 
    n INTEGER NOT NULL, 
    text TEXT NOT NULL, 
    spans TEXT DEFAULT '[]' NOT NULL, 
    editor VARCHAR NOT NULL, 
    at INTEGER NOT NULL, 
    PRIMARY KEY (id), 
    UNIQUE (post_id, field, n), 
    FOREIGN KEY(post_id) REFERENCES post (id)
);
CREATE TABLE generation_run (
    id VARCHAR NOT NULL, 
    post_id INTEGER NOT NULL, 
    kind VARCHAR NOT NULL, 
    language VARCHAR NOT NULL, 
    endpoint_host VARCHAR NOT NULL, 
    model VARCHAR NOT NULL, 
    prompt_id VARCHAR NOT NULL, 
    brief_hash VARCHAR NOT NULL, 
    parameters TEXT DEFAULT '{}' NOT NULL, 
    seed INTEGER, 
    output TEXT NOT NULL, 
    output_sha256 VARCHAR NOT NULL, 
    tokens INTEGER NOT NULL, 
    ms INTEGER NOT NULL, 
    actor VARCHAR NOT NULL, 
    created_at INTEGER NOT NULL, 
    PRIMARY KEY (id), 
    FOREIGN KEY(post_id) REFERENCES post (id)
);
CREATE TABLE delivery (
    id INTEGER NOT NULL, 
    post_id INTEGER NOT NULL, 
    account_id INTEGER NOT NULL, 
    client VARCHAR, 
    "key" VARCHAR NOT NULL, 
    kind VARCHAR NOT NULL, 
    part INTEGER NOT NULL, 
    parts INTEGER NOT NULL, 
    state VARCHAR NOT NULL, 
    digest VARCHAR, 
    content_id INTEGER, 
    parent_id INTEGER, 
    due INTEGER, 
    tz VARCHAR NOT NULL, 
    wall VARCHAR NOT NULL, 
    slot VARCHAR, 
    prepare_at INTEGER, 
    send_until INTEGER, 
    late INTEGER DEFAULT '7200000000' NOT NULL, 
    not_after INTEGER, 
    next_at INTEGER DEFAULT '0' NOT NULL, 
    owner VARCHAR, 
    fence INTEGER NOT NULL, 
    beat INTEGER DEFAULT '0' NOT NULL, 
    cls VARCHAR NOT NULL, 
    look_n INTEGER NOT NULL, 
    look_at INTEGER, 
    settle_from INTEGER, 
    remote_id VARCHAR, 
    remote_url VARCHAR, 
    remote_extra TEXT DEFAULT '{}' NOT NULL, 
    published_at INTEGER, 
    first_due INTEGER, 
    tries INTEGER NOT NULL, 
    reason VARCHAR, 
    reason_code VARCHAR, 
    ai VARCHAR NOT NULL, 
    brief_hash VARCHAR, 
    repeat_ok BOOLEAN NOT NULL, 
    applied TEXT, 
    created_at INTEGER NOT NULL, 
    PRIMARY KEY (id), 
    UNIQUE (account_id, remote_id), 
    FOREIGN KEY(post_id) REFERENCES post (id), 
    FOREIGN KEY(account_id) REFERENCES account (id), 
    UNIQUE ("key"), 
    FOREIGN KEY(content_id) REFERENCES content (id), 
    FOREIGN KEY(parent_id) REFERENCES delivery (id)
);
CREATE INDEX delivery_calendar ON delivery (due);
CREATE INDEX delivery_prepare ON delivery (prepare_at) WHERE state = 'queued';
CREATE INDEX delivery_post ON delivery (post_id);
CREATE INDEX delivery_due ON delivery (due) WHERE state = 'queued';
CREATE UNIQUE INDEX one_sender ON delivery (account_id) WHERE state = 'sending';
CREATE INDEX delivery_parent ON delivery (parent_id);
CREATE INDEX delivery_look ON delivery (look_at) WHERE state = 'unknown';
CREATE INDEX delivery_state ON delivery (state);
CREATE INDEX delivery_account ON delivery (account_id, due);
CREATE TABLE proposal (
    id INTEGER NOT NULL, 
    post_id INTEGER NOT NULL, 
    run_id VARCHAR NOT NULL, 
    language VARCHAR NOT NULL, 
    variant INTEGER NOT NULL, 
    kind VARCHAR NOT NULL, 
    body TEXT NOT NULL, 
    text TEXT NOT NULL, 
    status VARCHAR NOT NULL, 
    report TEXT DEFAULT '[]' NOT NULL, 
    at INTEGER NOT NULL, 
    PRIMARY KEY (id), 
    FOREIGN KEY(post_id) REFERENCES post (id), 
    FOREIGN KEY(run_id) REFERENCES generation_run (id)
);
CREATE TABLE approval (
    id INTEGER NOT NULL, 
    delivery_id INTEGER NOT NULL, 
    digest VARCHAR NOT NULL, 
    person_id VARCHAR NOT NULL, 
    actor_kind VARCHAR NOT NULL, 
    at INTEGER NOT NULL, 
    window_from INTEGER NOT NULL, 
    window_to INTEGER NOT NULL, 
    review TEXT DEFAULT '{}' NOT NULL, 
    voided_at INTEGER, 
    voided_why VARCHAR, 
    PRIMARY KEY (id), 
    CONSTRAINT only_a_person_approves CHECK (actor_kind = 'person'), 
    FOREIGN KEY(delivery_id) REFERENCES delivery (id)
);
CREATE INDEX approval_delivery ON approval (delivery_id);
CREATE TABLE notice (
    id INTEGER NOT NULL, 
    delivery_id INTEGER, 
    account_id INTEGER, 
    event_seq INTEGER NOT NULL, 
    kind VARCHAR NOT NULL, 
    words VARCHAR NOT NULL, 
    at INTEGER NOT NULL, 
    sent_at INTEGER, 
    PRIMARY KEY (id), 
    UNIQUE (delivery_id, account_id, kind, event_seq), 
    FOREIGN KEY(delivery_id) REFERENCES delivery (id), 
    FOREIGN KEY(account_id) REFERENCES account (id)
);
CREATE TABLE evidence (
    id INTEGER NOT NULL, 
    delivery_id INTEGER NOT NULL, 
    fence INTEGER NOT NULL, 
    remote_id VARCHAR NOT NULL, 
    remote_url VARCHAR, 
    extra TEXT DEFAULT '{}' NOT NULL, 
    at INTEGER NOT NULL, 
    source VARCHAR NOT NULL, 
    PRIMARY KEY (id), 
    FOREIGN KEY(delivery_id) REFERENCES delivery (id)
);
CREATE TABLE event (
    seq INTEGER NOT NULL, 
    delivery_id INTEGER NOT NULL, 
    at INTEGER NOT NULL, 
    "from" TEXT NOT NULL, 
    "to" TEXT NOT NULL, 
    fence INTEGER NOT NULL, 
    actor VARCHAR NOT NULL, 
    why VARCHAR NOT NULL, 
    prev_hash VARCHAR NOT NULL, 
    hash VARCHAR NOT NULL, 
    PRIMARY KEY (seq), 
    FOREIGN KEY(delivery_id) REFERENCES delivery (id)
);
CREATE INDEX event_delivery ON event (delivery_id, seq);
CREATE TABLE series_slot (
    series_id VARCHAR NOT NULL, 
    local_date VARCHAR NOT NULL, 
    slot_no INTEGER NOT NULL, 
    delivery_id INTEGER NOT NULL, 
    PRIMARY KEY (series_id, local_date, slot_no), 
    FOREIGN KEY(delivery_id) REFERENCES delivery (id)
);
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);
INSERT INTO alembic_version VALUES ('0001');
