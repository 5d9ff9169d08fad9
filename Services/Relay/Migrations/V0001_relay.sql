-- What the relay keeps in a database that is not Farthing's, beside an outbox that is its owner's.

-- How far a relay has come: every transaction below `published_below` is in Kafka.
CREATE TABLE relay_checkpoint (
    slot            text        PRIMARY KEY,
    published_below xid8        NOT NULL,
    at              timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- What could not be published, each row with its own reason, and what came later under the same
-- key, or of the same topic where the topic is at fault, with the reason 'behind'.
CREATE TABLE outbox_parked (
    slot       text        NOT NULL,
    number     bigint      GENERATED ALWAYS AS IDENTITY,
    id         text        NOT NULL,
    topic      text        NOT NULL,
    key        text,
    type       text,
    payload    bytea,
    headers    text        NOT NULL,
    created_at timestamptz NOT NULL,
    position   bigint,
    reason     text        NOT NULL,
    detail     text        NOT NULL,
    parked_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    released   boolean     NOT NULL DEFAULT false,
    PRIMARY KEY (slot, id)
);

CREATE INDEX outbox_parked_in_order ON outbox_parked (slot, released, number);
CREATE INDEX outbox_parked_at_fault ON outbox_parked (slot, topic, key)
    WHERE reason <> 'behind';
