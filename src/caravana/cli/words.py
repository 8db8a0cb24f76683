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
    # what the engine asks a person to see
    "key conflict", "consumer stopped", "no branch", "the hub stopped while the call was under way",
    # why the card flow asks for a person
    "cancelled_order", "other_amount", "other_currency", "credit_left", "by_hand",
    "payment_missing", "payment_double", "payment_amount", "payment_currency", "payment_open",
    "payment_not_at_company",
    "refund_unknown", "refund_pending", "refund_waiting", "dispute_unknown", "settlement_refused",
    "payout_failed", "payout_sum", "payout_payments",
    "refund_without_note", "refund_note_used", "refund_of_advance", "refund_failed", "refund_undone", "fields",
    "which customer is it?",
    "undecided", "dispute", "dispute_inquiry", "dispute_lost", "dispute_returned",
    # why a refund failed in the end
    "the card has expired or was cancelled", "the card was lost or stolen", "the customer's bank declined it",
    "the balance at the company does not suffice", "the payment is disputed", "it was cancelled at the company",
    # why e-invoicing asks for a person
    "einvoice_mend", "einvoice_late", "einvoice_slow", "einvoice_mail", "einvoice_annul", "einvoice_last_days",
    "einvoice_halted", "einvoice_gap", "einvoice_connection", "einvoice_unserved",
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
    "accepted", "dead letter ({state})", "retry by {actor}", "replay by {actor}", "settle by {actor}",
    "discard by {actor}", "look by {actor}", "runs changed callables",
    # severities of problems, and the shapes of a route file
    "warning", "nothing", "object", "list", "list of texts", "mapping of values", "list of values",
    "list of elements", "top-level key", "step", "language", "handler", "data format", "error handler", "option",
    "route id", "function", "operator", "component", "element", "top level", "load balancer",
    "supported", "ignored", "refused", "Caravana's own", "it is younger than Camel 4.18",
    "stands inside `{outer}`, not among the steps", "validation failed: {told}",
    # redelivery as check tells it
    "for ever", "all others", "each",
    # what branches have alone, and where a value stands twice
    "the emission point", "the bank account", "the WhatsApp number", "the Facebook page", "twice here", "in `{name}`",
    # results of rows, of statements, of entries
    "new", "same", "undone", "1 refused", "{count} refused", "1 undone", "{count} undone", "1 changed", "{count} changed",
    "1 new", "{count} new", "1 same", "{count} same", "customers", "products", "orders",
    "taken", "held", "passed", "yes", "no", "interrupted",
    # what a settlement file tells
    "currency", "paid", "gone back", "fee", "deductions", "net", "payment", "refund", "reversal", "chargeback",
    # who began a refund or dispute, and states of a transfer
    "person", "company", "odoo", "posting", "posted", "proposed", "left", "reversed",
    # what Odoo does when it is asked for an order
    "it does not answer",
    # what a bank's file counts, and the cells and days that it lacks
    "entries", "credit entries", "debit entries", "credit", "debit", "balance", "date", "value date", "booking date",
    # fields of rows, as their reasons name them
    "name: {told}", "code: {told}", "price: {told}", "barcode: {told}", "type: {told}", "tax_id: {told}",
    "tax_id_type: {told}", "phone: {told}", "email: {told}", "street: {told}", "city: {told}", "zip: {told}",
    "is_company: {told}", "reference: {told}", "quantity: {told}", "confirm: {told}", "delivery_date: {told}",
    "note: {told}", "branch: {told}", "row {number}: {told}", "row {number}, {told}", "line {number}: {told}",
    "tax_id", "phone", "email", "street", "city", "zip", "is_company", "barcode", "price", "code", "quantity",
    "is missing", "must be a number", "must be text", "must be true or false", "must be a list", "must be an object",
    "must be a day, like 2026-12-31", "must not be empty",
    "stands in row {first} too, with other values", "is that of row {first} too: two people, or one twice?",
    "the lines of the order say {values}", "is empty; each order needs a number of its own",
    "{field} is another in Odoo and was left as it is; PATCH changes it", "{kind}: a person has to settle {key}",
    "there is no field `{name}` {hint}", "there is no field `{name}`",
    # at which pace an Odoo is called, and of which kinds a journal may be
    "hosted by Odoo", "not hosted by Odoo", "{number} a second", "bank or cash or credit",
    # how an attempt to pay stands, and an entry of a bank
    "pending", "action_needed", "part_paid", "expired", "cancelled", "settled", "matched",
    # how a refund stands that the company was asked for
    "asked",
    # what a person is asked about a catalogue
    "the computed prices differ from Odoo's",
    # how a dispute stands
    "inquiry", "answered", "won", "lost",
    # what the hub would like to find in Odoo, and how it stands
    "field", "tag", "hint", "missing", "there", "there, not ours", "lacks the right", "app not installed",
    "create", "write", "unlink", "created", "failed", "shadow", "live", "off",
    "cedula", "ruc", "passport", "foreign", "there is no branch `{name}`",
    "boolean", "integer", "number", "parameters", "expression", "predicate", "clause",
    # imitations
    "An imitation of Odoo 19 (or an older one) with a small real database behind it.",
    "PlacetoPay's imitation: the Checkout service of one site, with a page on which a browser can pay.",
    "Stripe's imitation: one account's API, with a page on which a browser can pay, events, webhooks and payouts.",
    "the branch `{branch}` has no `payment_store`", "this exchange has no branch",
    "its settings fit several: {found}", "no component has settings like these",
    "the branch `{branch}` has several `payment_store`, and the message names none",
    "a redirect is the partner's answer; judge it in the route", "no cookies are kept",
    # what is asked while a hub is away, and what is wrong then
    "a dead letter at {path}", "stopped after {done} ({what})", "records read", "rehearsed",
    "the transaction is gone", "the message failed", "the token is missing or wrong",
    "the journal cannot be used now: {reason}",
    "the effect at `{path}` was recorded with another endpoint or input than this run asks for",
    "in shadow nothing is sent to {endpoint}, so there is no answer to go on with", "live except {routes}",
    # what only a later Camel has
    "the top-level key `{name}`", "the step `{name}`", "the language `{name}`", "the data format `{name}`",
    "option `{key}` of `{element}`",
    # what pydantic finds wrong with a setting, and ruamel with YAML
    "'{first}' or '{last}'",
    "Field required", "Extra inputs are not permitted", "Input should be {values}", "Input should be a valid integer",
    "Input should be a valid integer, unable to parse string as an integer", "Input should be a valid string",
    "Input should be a valid number", "Input should be a valid number, unable to parse string as a number",
    "Input should be a valid boolean", "Input should be a valid boolean, unable to interpret input",
    "Input should be a valid dictionary", "Input should be a valid list", "Input should be a valid decimal",
    "Input should be a valid dictionary or instance of {name}", "Input should be greater than {least}",
    "Input should be greater than or equal to {least}", "Input should be less than {most}",
    "Input should be less than or equal to {most}", "String should have at least {least} characters",
    "String should have at least 1 character", "String should have at most {most} characters",
    "String should match pattern '{pattern}'", "Input should be a valid datetime or date, {told}",
    "Value should have at least {least} items after validation, not {given}",
    "mapping values are not allowed here", "could not find expected ':'", "found unexpected end of stream",
    "found character {sign} that cannot start any token", "expected <block end>, but found {token}",
    "expected ',' or ']', but got {token}", "expected ',' or '}', but got {token}", "found duplicate key {key}",
    # what an operating system says of a file or an address
    "No such file or directory", "Permission denied", "Is a directory", "Not a directory", "File exists",
    "No space left on device", "Address already in use", "address already in use", "Connection refused",
    # how far a polling route has read
    "line", "seen", "told",
    # when a key of Odoo runs out
    "today", "tomorrow", "in {number} days",
    # what typer tells of a command called wrongly
    "Missing argument {name}.", "Missing option {name}.", "Missing argument {name}. {told}", "Missing option {name}. {told}",
    "No such option: {name}", "No such option: {name} (Possible options: {names})", "No such command {name}.",
    "No such command {name}. Did you mean {other}?", "Missing command.", "Invalid value for {name}: {told}",
    "Option {name} requires an argument.", "Got unexpected extra argument ({name})", "Got unexpected extra arguments ({names})",
    "{value} does not match the formats {formats}.",
    "Value {value} is not a valid {type}.", "{value} is not one of {values}.",
)  # fmt: skip
"""The catalogue has each of them."""
