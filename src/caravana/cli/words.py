"""Words that the journal and the desk use for programs, and that tables show to people in their language."""

text = (
    # states of an exchange
    "ready", "running", "waiting", "in_doubt", "done", "dead", "failed", "discarded",
    # what waits for a person
    "item", "dead_letter", "circuit",
    # states of a circuit
    "closed", "open", "half_open", "ramp",
    # what is done about an exchange
    "retry", "replay", "settle", "discard", "revision",
    # fates of routes at a reload
    "added", "removed", "changed", "unchanged",
    # what an exchange shows of itself
    "id", "route", "state", "branch", "lane", "mode", "source", "key", "parent", "origin", "error", "error_path",
    # what check counts
    "1 route well", "{count} routes well", "1 error", "{count} errors", "1 warning", "{count} warnings",
    # places that the doctor looks at
    "journal", "listener", "profile",
    # what is wrong with what a sender proves
    "signature", "token",
    # who was remembered behind a connection
    "known", "found", "nothing", "never seen before",
    "a restored copy looks the same, for only administrators may read the uuid", "company {id} of {create_date}",
    # why the card flow asks for a person
    "cancelled_order", "other_amount", "other_currency", "credit_left", "by_hand",
    # what the engine says of an error, in words of the trade
    "refused by the partner", "a permission, key or account needs a person", "nobody knows whether it was done",
    "the partner did not answer", "the route asks for something else than it did",
    "HTTP operation failed invoking {uri} with statusCode: {status}",
    # what the doctor finds at an HTTP partner
    "the partner answers {status}", "compare the credentials with those it gave",
    # what the doctor tells of modes
    "every route {default}", "every route {default} but {live}",
    # kinds of effects, and what a timeline tells of them
    "pure", "read", "idempotent", "verifiable", "blind", "child", "step",
    "intent", "doubt", "would", "step_failed",
    "accepted", "dead letter ({state})", "{action} by {actor}",
)  # fmt: skip
"""The catalogue has each of them."""
