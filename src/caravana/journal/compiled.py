"""The journal's statements, compiled; written by `tools/compile_statements.py` from `*statements.py`. Do not edit."""

from caravana.journal.operation import Statement

INSERT_EXCHANGE = Statement(
    "insert_exchange",
    'INSERT INTO exchange (id, shard, route, revision, source, "key", body_hash, lane, strict, bulk, pattern, mode, '
    "branch, state, parent, origin, message, accepted_at) VALUES (:id, :shard, :route, :revision, :source, :key, "
    ":body_hash, :lane, :strict, :bulk, :pattern, :mode, :branch, :state, :parent, :origin, :message, :accepted_at) "
    "ON CONFLICT DO NOTHING RETURNING seq",
    "INSERT INTO exchange (id, shard, route, revision, source, key, body_hash, lane, strict, bulk, pattern, mode, "
    "branch, state, parent, origin, message, accepted_at) VALUES (%(id)s::VARCHAR, %(shard)s::INTEGER, "
    "%(route)s::VARCHAR, %(revision)s::VARCHAR, %(source)s::VARCHAR, %(key)s::VARCHAR, %(body_hash)s::VARCHAR, "
    "%(lane)s::VARCHAR, %(strict)s::INTEGER, %(bulk)s::INTEGER, %(pattern)s::VARCHAR, %(mode)s::VARCHAR, "
    "%(branch)s::VARCHAR, %(state)s::VARCHAR, %(parent)s::VARCHAR, %(origin)s::VARCHAR, %(message)s, "
    "%(accepted_at)s::BIGINT) ON CONFLICT DO NOTHING RETURNING exchange.seq",
    True,
    sealed=(("message", False),),
)
FIND_DUPLICATE = Statement(
    "find_duplicate",
    "SELECT exchange.seq, exchange.id, exchange.state, exchange.body_hash FROM exchange WHERE exchange.source = "
    ':source AND exchange."key" = :key OR exchange.id = :id',
    "SELECT exchange.seq, exchange.id, exchange.state, exchange.body_hash FROM exchange WHERE exchange.source = "
    "%(source)s::VARCHAR AND exchange.key = %(key)s::VARCHAR OR exchange.id = %(id)s::VARCHAR",
    True,
)
COUNT_DUPLICATE = Statement(
    "count_duplicate",
    "UPDATE exchange SET duplicates=(exchange.duplicates + 1) WHERE exchange.seq = :the_seq",
    "UPDATE exchange SET duplicates=(exchange.duplicates + 1) WHERE exchange.seq = %(the_seq)s::BIGINT",
    False,
)
INSERT_KEY = Statement(
    "insert_key",
    "INSERT INTO business_key (kind, value, exchange) VALUES (:kind, :value, :exchange) ON CONFLICT DO NOTHING",
    "INSERT INTO business_key (kind, value, exchange) VALUES (%(kind)s::VARCHAR, %(value)s::VARCHAR, "
    "%(exchange)s::BIGINT) ON CONFLICT DO NOTHING",
    False,
)
INSERT_PAYLOAD = Statement(
    "insert_payload",
    "INSERT INTO payload (exchange, hash, data) VALUES (:exchange, :hash, :data) ON CONFLICT DO NOTHING",
    "INSERT INTO payload (exchange, hash, data) VALUES (%(exchange)s::BIGINT, %(hash)s::VARCHAR, %(data)s) ON "
    "CONFLICT DO NOTHING",
    False,
    sealed=(("data", False),),
)
GET_PAYLOAD = Statement(
    "get_payload",
    "SELECT payload.data FROM payload WHERE payload.exchange = :exchange AND payload.hash = :hash",
    "SELECT payload.data FROM payload WHERE payload.exchange = %(exchange)s::BIGINT AND payload.hash = "
    "%(hash)s::VARCHAR",
    True,
    opened=((0, False),),
)
PUT_RECORD = Statement(
    "put_record",
    'INSERT INTO record (exchange, path, kind, endpoint, input_hash, state, "key", intended_at, attempts, '
    "redeliveries, next_at, reply, error, reference, request, recorded_at, duration) VALUES (:exchange, :path, :kind, "
    ":endpoint, :input_hash, :state, :key, :intended_at, :attempts, :redeliveries, :next_at, :reply, :error, "
    ":reference, :request, :recorded_at, :duration) ON CONFLICT (exchange, path) DO UPDATE SET kind = excluded.kind, "
    'endpoint = excluded.endpoint, input_hash = excluded.input_hash, state = excluded.state, "key" = excluded."key", '
    "attempts = excluded.attempts, redeliveries = excluded.redeliveries, next_at = excluded.next_at, reply = "
    "excluded.reply, error = excluded.error, reference = excluded.reference, request = excluded.request, recorded_at "
    "= excluded.recorded_at, duration = excluded.duration",
    "INSERT INTO record (exchange, path, kind, endpoint, input_hash, state, key, intended_at, attempts, redeliveries, "
    "next_at, reply, error, reference, request, recorded_at, duration) VALUES (%(exchange)s::BIGINT, "
    "%(path)s::VARCHAR, %(kind)s::VARCHAR, %(endpoint)s::VARCHAR, %(input_hash)s::VARCHAR, %(state)s::VARCHAR, "
    "%(key)s::VARCHAR, %(intended_at)s::BIGINT, %(attempts)s::INTEGER, %(redeliveries)s::INTEGER, "
    "%(next_at)s::BIGINT, %(reply)s, %(error)s::VARCHAR, %(reference)s::VARCHAR, %(request)s, "
    "%(recorded_at)s::BIGINT, %(duration)s::BIGINT) ON CONFLICT (exchange, path) DO UPDATE SET kind = excluded.kind, "
    "endpoint = excluded.endpoint, input_hash = excluded.input_hash, state = excluded.state, key = excluded.key, "
    "attempts = excluded.attempts, redeliveries = excluded.redeliveries, next_at = excluded.next_at, reply = "
    "excluded.reply, error = excluded.error, reference = excluded.reference, request = excluded.request, recorded_at "
    "= excluded.recorded_at, duration = excluded.duration",
    False,
    sealed=(("reply", False), ("error", True), ("request", False)),
)
GET_RECORDS = Statement(
    "get_records",
    'SELECT record.path, record.kind, record.endpoint, record.input_hash, record.state, record."key", '
    "record.intended_at, record.attempts, record.redeliveries, record.next_at, record.reply, record.error, "
    "record.reference, record.request, record.recorded_at, record.duration FROM record WHERE record.exchange = :seq",
    "SELECT record.path, record.kind, record.endpoint, record.input_hash, record.state, record.key, "
    "record.intended_at, record.attempts, record.redeliveries, record.next_at, record.reply, record.error, "
    "record.reference, record.request, record.recorded_at, record.duration FROM record WHERE record.exchange = "
    "%(seq)s::BIGINT",
    True,
    opened=((10, False), (11, True), (13, False)),
)
DELETE_RECORD = Statement(
    "delete_record",
    "DELETE FROM record WHERE record.exchange = :seq AND record.path = :the_path",
    "DELETE FROM record WHERE record.exchange = %(seq)s::BIGINT AND record.path = %(the_path)s::VARCHAR",
    False,
)
INSERT_ATTEMPT = Statement(
    "insert_attempt",
    "INSERT INTO attempt (exchange, path, number, at, error) VALUES (:exchange, :path, :number, :at, :error) ON "
    "CONFLICT DO NOTHING",
    "INSERT INTO attempt (exchange, path, number, at, error) VALUES (%(exchange)s::BIGINT, %(path)s::VARCHAR, "
    "%(number)s::INTEGER, %(at)s::BIGINT, %(error)s::VARCHAR) ON CONFLICT DO NOTHING",
    False,
    sealed=(("error", True),),
)
GET_ATTEMPTS = Statement(
    "get_attempts",
    "SELECT attempt.path, attempt.number, attempt.at, attempt.error FROM attempt WHERE attempt.exchange = :seq ORDER "
    "BY attempt.at, attempt.number",
    "SELECT attempt.path, attempt.number, attempt.at, attempt.error FROM attempt WHERE attempt.exchange = "
    "%(seq)s::BIGINT ORDER BY attempt.at, attempt.number",
    True,
    opened=((3, True),),
)
INSERT_LETTER = Statement(
    "insert_letter",
    "INSERT INTO dead_letter (exchange, path, endpoint, message, error, whole, state, at) VALUES (:exchange, :path, "
    ":endpoint, :message, :error, :whole, :state, :at) ON CONFLICT DO NOTHING",
    "INSERT INTO dead_letter (exchange, path, endpoint, message, error, whole, state, at) VALUES "
    "(%(exchange)s::VARCHAR, %(path)s::VARCHAR, %(endpoint)s::VARCHAR, %(message)s, %(error)s::VARCHAR, "
    "%(whole)s::INTEGER, %(state)s::VARCHAR, %(at)s::BIGINT) ON CONFLICT DO NOTHING RETURNING dead_letter.seq",
    False,
    sealed=(("message", False), ("error", True)),
)
END_EXCHANGE = Statement(
    "end_exchange",
    "UPDATE exchange SET state=:state, not_before=:not_before, error_class=:error_class, error=:error, "
    "error_path=:error_path, reply=:reply, finished_at=:finished_at WHERE exchange.seq = :the_seq AND exchange.state "
    "!= 'discarded'",
    "UPDATE exchange SET state=%(state)s::VARCHAR, not_before=%(not_before)s::BIGINT, "
    "error_class=%(error_class)s::VARCHAR, error=%(error)s::VARCHAR, error_path=%(error_path)s::VARCHAR, "
    "reply=%(reply)s, finished_at=%(finished_at)s::BIGINT WHERE exchange.seq = %(the_seq)s::BIGINT AND exchange.state "
    "!= 'discarded'",
    False,
    sealed=(("error", True), ("reply", False)),
)
MARK_RUNNING = Statement(
    "mark_running",
    "UPDATE exchange SET state='running' WHERE exchange.seq = :the_seq AND exchange.state = 'ready'",
    "UPDATE exchange SET state='running' WHERE exchange.seq = %(the_seq)s::BIGINT AND exchange.state = 'ready'",
    False,
)
SET_BRANCH = Statement(
    "set_branch",
    "UPDATE exchange SET branch=:branch WHERE exchange.seq = :the_seq",
    "UPDATE exchange SET branch=%(branch)s::VARCHAR WHERE exchange.seq = %(the_seq)s::BIGINT",
    False,
)
GET_EXCHANGE = Statement(
    "get_exchange",
    "SELECT exchange.seq, exchange.id, exchange.route, exchange.revision, exchange.source, exchange.lane, "
    "exchange.strict, exchange.bulk, exchange.pattern, exchange.mode, exchange.branch, exchange.state, "
    "exchange.not_before, exchange.message, exchange.accepted_at, exchange.shard FROM exchange WHERE exchange.seq = "
    ":seq",
    "SELECT exchange.seq, exchange.id, exchange.route, exchange.revision, exchange.source, exchange.lane, "
    "exchange.strict, exchange.bulk, exchange.pattern, exchange.mode, exchange.branch, exchange.state, "
    "exchange.not_before, exchange.message, exchange.accepted_at, exchange.shard FROM exchange WHERE exchange.seq = "
    "%(seq)s::BIGINT",
    True,
    opened=((13, False),),
)
OPEN_EXCHANGES = Statement(
    "open_exchanges",
    "SELECT exchange.seq, exchange.id, exchange.shard, exchange.lane, exchange.strict, exchange.bulk, exchange.state, "
    "exchange.not_before FROM exchange WHERE state IN ('ready','running','waiting','in_doubt') AND exchange.seq > "
    ":after AND exchange.shard >= :low AND exchange.shard <= :high AND ((:mask >> exchange.shard) & 1) = 1 ORDER BY "
    "exchange.seq LIMIT :most OFFSET 0",
    "SELECT exchange.seq, exchange.id, exchange.shard, exchange.lane, exchange.strict, exchange.bulk, exchange.state, "
    "exchange.not_before FROM exchange WHERE state IN ('ready','running','waiting','in_doubt') AND exchange.seq > "
    "%(after)s::BIGINT AND exchange.shard >= %(low)s::INTEGER AND exchange.shard <= %(high)s::INTEGER AND "
    "((%(mask)s::BIGINT >> exchange.shard) & 1) = 1 ORDER BY exchange.seq LIMIT %(most)s::INTEGER",
    True,
)
OPEN_OF_SOURCE = Statement(
    "open_of_source",
    "SELECT exchange.seq FROM exchange WHERE state IN ('ready','running','waiting') AND exchange.source = :source "
    "LIMIT 1 OFFSET 0",
    "SELECT exchange.seq FROM exchange WHERE state IN ('ready','running','waiting') AND exchange.source = "
    "%(source)s::VARCHAR LIMIT 1",
    True,
)
GET_REPLY = Statement(
    "get_reply",
    "SELECT exchange.seq, exchange.id, exchange.state, exchange.reply, exchange.error_class, exchange.error FROM "
    "exchange WHERE exchange.id = :id",
    "SELECT exchange.seq, exchange.id, exchange.state, exchange.reply, exchange.error_class, exchange.error FROM "
    "exchange WHERE exchange.id = %(id)s::VARCHAR",
    True,
    opened=((3, False), (5, True)),
)
CHANGE_STATE = Statement(
    "change_state",
    "UPDATE exchange SET revision=:revision, state=:state, not_before=:not_before, finished_at=:finished_at WHERE "
    "exchange.seq = :the_seq AND exchange.state = :was RETURNING seq",
    "UPDATE exchange SET revision=%(revision)s::VARCHAR, state=%(state)s::VARCHAR, not_before=%(not_before)s::BIGINT, "
    "finished_at=%(finished_at)s::BIGINT WHERE exchange.seq = %(the_seq)s::BIGINT AND exchange.state = "
    "%(was)s::VARCHAR RETURNING exchange.seq",
    True,
)
CLEAR_ERROR = Statement(
    "clear_error",
    "UPDATE exchange SET error_class=NULL, error=NULL, error_path=NULL WHERE exchange.seq = :the_seq",
    "UPDATE exchange SET error_class=NULL, error=NULL, error_path=NULL WHERE exchange.seq = %(the_seq)s::BIGINT",
    False,
)
PUT_CURSOR = Statement(
    "put_cursor",
    "INSERT INTO cursor (name, value, updated_at) VALUES (:name, :value, :updated_at) ON CONFLICT (name) DO UPDATE "
    "SET value = excluded.value, updated_at = excluded.updated_at",
    "INSERT INTO cursor (name, value, updated_at) VALUES (%(name)s::VARCHAR, %(value)s, %(updated_at)s::BIGINT) ON "
    "CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at",
    False,
    sealed=(("value", False),),
)
GET_CURSOR = Statement(
    "get_cursor",
    "SELECT cursor.value FROM cursor WHERE cursor.name = :name",
    "SELECT cursor.value FROM cursor WHERE cursor.name = %(name)s::VARCHAR",
    True,
    opened=((0, False),),
)
CLAIM = Statement(
    "claim",
    'INSERT INTO ledger (scope, "key", exchange, path, input_hash, confirmed, remove_on_failure, created_at) VALUES '
    "(:scope, :key, :exchange, :path, :input_hash, :confirmed, :remove_on_failure, :created_at) ON CONFLICT DO "
    "NOTHING RETURNING exchange",
    "INSERT INTO ledger (scope, key, exchange, path, input_hash, confirmed, remove_on_failure, created_at) VALUES "
    "(%(scope)s::VARCHAR, %(key)s::VARCHAR, %(exchange)s::VARCHAR, %(path)s::VARCHAR, %(input_hash)s::VARCHAR, "
    "%(confirmed)s::INTEGER, %(remove_on_failure)s::INTEGER, %(created_at)s::BIGINT) ON CONFLICT DO NOTHING RETURNING "
    "ledger.exchange",
    True,
)
GET_CLAIM = Statement(
    "get_claim",
    'SELECT ledger.exchange, ledger.path, ledger.confirmed FROM ledger WHERE ledger.scope = :scope AND ledger."key" = '
    ":key",
    "SELECT ledger.exchange, ledger.path, ledger.confirmed FROM ledger WHERE ledger.scope = %(scope)s::VARCHAR AND "
    "ledger.key = %(key)s::VARCHAR",
    True,
)
CONFIRM_CLAIMS = Statement(
    "confirm_claims",
    "UPDATE ledger SET confirmed=1 WHERE ledger.exchange = :the_exchange",
    "UPDATE ledger SET confirmed=1 WHERE ledger.exchange = %(the_exchange)s::VARCHAR",
    False,
)
CONFIRM_CLAIM = Statement(
    "confirm_claim",
    'UPDATE ledger SET confirmed=1 WHERE ledger.scope = :the_scope AND ledger."key" = :the_key',
    "UPDATE ledger SET confirmed=1 WHERE ledger.scope = %(the_scope)s::VARCHAR AND ledger.key = %(the_key)s::VARCHAR",
    False,
)
REMOVE_CLAIMS = Statement(
    "remove_claims",
    "DELETE FROM ledger WHERE ledger.exchange = :the_exchange AND ledger.confirmed = 0 AND ledger.remove_on_failure = "
    "1",
    "DELETE FROM ledger WHERE ledger.exchange = %(the_exchange)s::VARCHAR AND ledger.confirmed = 0 AND "
    "ledger.remove_on_failure = 1",
    False,
)
PUT_STATE = Statement(
    "put_state",
    'INSERT INTO state (scope, "key", value, updated_at) VALUES (:scope, :key, :value, :updated_at) ON CONFLICT '
    '(scope, "key") DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at',
    "INSERT INTO state (scope, key, value, updated_at) VALUES (%(scope)s::VARCHAR, %(key)s::VARCHAR, %(value)s, "
    "%(updated_at)s::BIGINT) ON CONFLICT (scope, key) DO UPDATE SET value = excluded.value, updated_at = "
    "excluded.updated_at",
    False,
    sealed=(("value", False),),
)
DROP_STATE = Statement(
    "drop_state",
    'DELETE FROM state WHERE state.scope = :scope AND state."key" = :key',
    "DELETE FROM state WHERE state.scope = %(scope)s::VARCHAR AND state.key = %(key)s::VARCHAR",
    False,
)
OLD_STATES = Statement(
    "old_states",
    'SELECT state."key" FROM state WHERE state.scope = :scope AND state.updated_at < :before LIMIT :most OFFSET 0',
    "SELECT state.key FROM state WHERE state.scope = %(scope)s::VARCHAR AND state.updated_at < %(before)s::BIGINT "
    "LIMIT %(most)s::INTEGER",
    True,
)
DROP_OLD_STATE = Statement(
    "drop_old_state",
    'DELETE FROM state WHERE state.scope = :scope AND state."key" = :key AND state.updated_at < :before',
    "DELETE FROM state WHERE state.scope = %(scope)s::VARCHAR AND state.key = %(key)s::VARCHAR AND state.updated_at < "
    "%(before)s::BIGINT",
    False,
)
GET_STATE = Statement(
    "get_state",
    'SELECT state.value FROM state WHERE state.scope = :scope AND state."key" = :key',
    "SELECT state.value FROM state WHERE state.scope = %(scope)s::VARCHAR AND state.key = %(key)s::VARCHAR",
    True,
    opened=((0, False),),
)
GET_TURN = Statement(
    "get_turn",
    'SELECT state.updated_at FROM state WHERE state.scope = :scope AND state."key" = :key',
    "SELECT state.updated_at FROM state WHERE state.scope = %(scope)s::VARCHAR AND state.key = %(key)s::VARCHAR",
    True,
)
MOVE_TURN = Statement(
    "move_turn",
    'INSERT INTO state (scope, "key", value, updated_at) VALUES (:scope, :key, :value, :updated_at) ON CONFLICT '
    '(scope, "key") DO UPDATE SET updated_at = excluded.updated_at WHERE state.updated_at = :seen RETURNING "key"',
    "INSERT INTO state (scope, key, value, updated_at) VALUES (%(scope)s::VARCHAR, %(key)s::VARCHAR, %(value)s, "
    "%(updated_at)s::BIGINT) ON CONFLICT (scope, key) DO UPDATE SET updated_at = excluded.updated_at WHERE "
    "state.updated_at = %(seen)s::BIGINT RETURNING state.key",
    True,
    sealed=(("value", False),),
)
FIND_STATE = Statement(
    "find_state",
    'SELECT state."key", state.value FROM state WHERE state.scope = :scope AND state."key" >= :low AND state."key" < '
    ':high ORDER BY state."key" LIMIT :most OFFSET 0',
    "SELECT state.key, state.value FROM state WHERE state.scope = %(scope)s::VARCHAR AND state.key >= "
    "%(low)s::VARCHAR AND state.key < %(high)s::VARCHAR ORDER BY state.key LIMIT %(most)s::INTEGER",
    True,
    opened=((1, False),),
)
PUT_REVISION = Statement(
    "put_revision",
    "INSERT INTO revision (hash, manifest, created_at) VALUES (:hash, :manifest, :created_at) ON CONFLICT DO NOTHING",
    "INSERT INTO revision (hash, manifest, created_at) VALUES (%(hash)s::VARCHAR, %(manifest)s, "
    "%(created_at)s::BIGINT) ON CONFLICT DO NOTHING",
    False,
)
GET_REVISION = Statement(
    "get_revision",
    "SELECT revision.manifest FROM revision WHERE revision.hash = :hash",
    "SELECT revision.manifest FROM revision WHERE revision.hash = %(hash)s::VARCHAR",
    True,
)
INSERT_AUDIT = Statement(
    "insert_audit",
    "INSERT INTO audit (at, actor, action, subject, detail) VALUES (:at, :actor, :action, :subject, :detail)",
    "INSERT INTO audit (at, actor, action, subject, detail) VALUES (%(at)s::BIGINT, %(actor)s::VARCHAR, "
    "%(action)s::VARCHAR, %(subject)s::VARCHAR, %(detail)s::VARCHAR) RETURNING audit.seq",
    False,
    sealed=(("detail", True),),
)
PUT_SETTING = Statement(
    "put_setting",
    "INSERT INTO setting (name, value, updated_at) VALUES (:name, :value, :updated_at) ON CONFLICT (name) DO UPDATE "
    "SET value = excluded.value, updated_at = excluded.updated_at",
    "INSERT INTO setting (name, value, updated_at) VALUES (%(name)s::VARCHAR, %(value)s, %(updated_at)s::BIGINT) ON "
    "CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at",
    False,
)
FIND_SETTINGS = Statement(
    "find_settings",
    "SELECT setting.name, setting.value FROM setting WHERE setting.name >= :low AND setting.name < :high ORDER BY "
    "setting.name",
    "SELECT setting.name, setting.value FROM setting WHERE setting.name >= %(low)s::VARCHAR AND setting.name < "
    "%(high)s::VARCHAR ORDER BY setting.name",
    True,
)
DROP_SETTING = Statement(
    "drop_setting",
    "DELETE FROM setting WHERE setting.name = :name",
    "DELETE FROM setting WHERE setting.name = %(name)s::VARCHAR",
    False,
)
PUT_BREAKER = Statement(
    "put_breaker",
    "INSERT INTO breaker (connection, state, failures, reason, open_until, changed_at) VALUES (:connection, :state, "
    ":failures, :reason, :open_until, :changed_at) ON CONFLICT (connection) DO UPDATE SET state = excluded.state, "
    "failures = excluded.failures, reason = excluded.reason, open_until = excluded.open_until, changed_at = "
    "excluded.changed_at WHERE breaker.changed_at < excluded.changed_at",
    "INSERT INTO breaker (connection, state, failures, reason, open_until, changed_at) VALUES "
    "(%(connection)s::VARCHAR, %(state)s::VARCHAR, %(failures)s::INTEGER, %(reason)s::VARCHAR, "
    "%(open_until)s::BIGINT, %(changed_at)s::BIGINT) ON CONFLICT (connection) DO UPDATE SET state = excluded.state, "
    "failures = excluded.failures, reason = excluded.reason, open_until = excluded.open_until, changed_at = "
    "excluded.changed_at WHERE breaker.changed_at < excluded.changed_at",
    False,
)
CLAIM_BREAKER = Statement(
    "claim_breaker",
    "UPDATE breaker SET state='probing', open_until=:until, changed_at=:now WHERE breaker.connection = "
    ":the_connection AND breaker.changed_at = :seen RETURNING connection",
    "UPDATE breaker SET state='probing', open_until=%(until)s::BIGINT, changed_at=%(now)s::BIGINT WHERE "
    "breaker.connection = %(the_connection)s::VARCHAR AND breaker.changed_at = %(seen)s::BIGINT RETURNING "
    "breaker.connection",
    True,
)
CLOSE_BREAKER = Statement(
    "close_breaker",
    "UPDATE breaker SET state='closed', failures=0, open_until=NULL, changed_at=CASE WHEN (breaker.changed_at < :now) "
    "THEN :now ELSE breaker.changed_at + 1 END WHERE breaker.connection = :the_connection",
    "UPDATE breaker SET state='closed', failures=0, open_until=NULL, changed_at=CASE WHEN (breaker.changed_at < "
    "%(now)s::BIGINT) THEN %(now)s::BIGINT ELSE breaker.changed_at + 1 END WHERE breaker.connection = "
    "%(the_connection)s::VARCHAR",
    False,
)
GET_BREAKERS = Statement(
    "get_breakers",
    "SELECT breaker.connection, breaker.state, breaker.failures, breaker.reason, breaker.open_until, "
    "breaker.changed_at FROM breaker",
    "SELECT breaker.connection, breaker.state, breaker.failures, breaker.reason, breaker.open_until, "
    "breaker.changed_at FROM breaker",
    True,
)
EXPIRED = Statement(
    "expired",
    "SELECT exchange.seq FROM exchange WHERE exchange.state = :state AND exchange.finished_at IS NOT NULL AND "
    "exchange.finished_at < :before ORDER BY exchange.finished_at LIMIT :most OFFSET 0",
    "SELECT exchange.seq FROM exchange WHERE exchange.state = %(state)s::VARCHAR AND exchange.finished_at IS NOT NULL "
    "AND exchange.finished_at < %(before)s::BIGINT ORDER BY exchange.finished_at LIMIT %(most)s::INTEGER",
    True,
)
DELETE_EXCHANGE = Statement(
    "delete_exchange",
    "DELETE FROM exchange WHERE exchange.seq = :seq",
    "DELETE FROM exchange WHERE exchange.seq = %(seq)s::BIGINT",
    False,
)
DELETE_RECORDS = Statement(
    "delete_records",
    "DELETE FROM record WHERE record.exchange = :seq",
    "DELETE FROM record WHERE record.exchange = %(seq)s::BIGINT",
    False,
)
DELETE_ATTEMPTS = Statement(
    "delete_attempts",
    "DELETE FROM attempt WHERE attempt.exchange = :seq",
    "DELETE FROM attempt WHERE attempt.exchange = %(seq)s::BIGINT",
    False,
)
DELETE_PAYLOADS = Statement(
    "delete_payloads",
    "DELETE FROM payload WHERE payload.exchange = :seq",
    "DELETE FROM payload WHERE payload.exchange = %(seq)s::BIGINT",
    False,
)
DELETE_KEYS = Statement(
    "delete_keys",
    "DELETE FROM business_key WHERE business_key.exchange = :seq",
    "DELETE FROM business_key WHERE business_key.exchange = %(seq)s::BIGINT",
    False,
)
OLD_CLAIMS = Statement(
    "old_claims",
    'SELECT ledger.scope, ledger."key" FROM ledger WHERE ledger.created_at < :before AND ledger.confirmed = 1 LIMIT '
    ":most OFFSET 0",
    "SELECT ledger.scope, ledger.key FROM ledger WHERE ledger.created_at < %(before)s::BIGINT AND ledger.confirmed = "
    "1 LIMIT %(most)s::INTEGER",
    True,
)
DROP_OLD_CLAIM = Statement(
    "drop_old_claim",
    'DELETE FROM ledger WHERE ledger.scope = :scope AND ledger."key" = :key AND ledger.created_at < :before AND '
    "ledger.confirmed = 1",
    "DELETE FROM ledger WHERE ledger.scope = %(scope)s::VARCHAR AND ledger.key = %(key)s::VARCHAR AND "
    "ledger.created_at < %(before)s::BIGINT AND ledger.confirmed = 1",
    False,
)
FIND_ID = Statement(
    "find_id",
    "SELECT exchange.seq, exchange.id FROM exchange WHERE exchange.id >= :low AND exchange.id < :high ORDER BY "
    "exchange.id LIMIT 2 OFFSET 0",
    "SELECT exchange.seq, exchange.id FROM exchange WHERE exchange.id >= %(low)s::VARCHAR AND exchange.id < "
    "%(high)s::VARCHAR ORDER BY exchange.id LIMIT 2",
    True,
)
GET_HEAD = Statement(
    "get_head",
    'SELECT exchange.seq, exchange.id, exchange.route, exchange.revision, exchange.source, exchange."key", '
    "exchange.lane, exchange.strict, exchange.bulk, exchange.pattern, exchange.mode, exchange.branch, exchange.state, "
    "exchange.not_before, exchange.error_class, exchange.error, exchange.error_path, exchange.parent, "
    "exchange.origin, exchange.duplicates, exchange.accepted_at, exchange.finished_at, exchange.shard, exchange.reply "
    "FROM exchange WHERE exchange.seq = :seq",
    "SELECT exchange.seq, exchange.id, exchange.route, exchange.revision, exchange.source, exchange.key, "
    "exchange.lane, exchange.strict, exchange.bulk, exchange.pattern, exchange.mode, exchange.branch, exchange.state, "
    "exchange.not_before, exchange.error_class, exchange.error, exchange.error_path, exchange.parent, "
    "exchange.origin, exchange.duplicates, exchange.accepted_at, exchange.finished_at, exchange.shard, exchange.reply "
    "FROM exchange WHERE exchange.seq = %(seq)s::BIGINT",
    True,
    opened=((15, True), (23, False)),
)
GET_KEYS = Statement(
    "get_keys",
    "SELECT business_key.kind, business_key.value FROM business_key WHERE business_key.exchange = :seq",
    "SELECT business_key.kind, business_key.value FROM business_key WHERE business_key.exchange = %(seq)s::BIGINT",
    True,
)
GET_LETTERS = Statement(
    "get_letters",
    "SELECT dead_letter.seq, dead_letter.exchange, dead_letter.path, dead_letter.endpoint, dead_letter.message, "
    "dead_letter.error, dead_letter.whole, dead_letter.state, dead_letter.at FROM dead_letter WHERE "
    "dead_letter.exchange = :id ORDER BY dead_letter.seq",
    "SELECT dead_letter.seq, dead_letter.exchange, dead_letter.path, dead_letter.endpoint, dead_letter.message, "
    "dead_letter.error, dead_letter.whole, dead_letter.state, dead_letter.at FROM dead_letter WHERE "
    "dead_letter.exchange = %(id)s::VARCHAR ORDER BY dead_letter.seq",
    True,
    opened=((4, False), (5, True)),
)
GET_LETTER = Statement(
    "get_letter",
    "SELECT dead_letter.seq, dead_letter.exchange, dead_letter.path, dead_letter.endpoint, dead_letter.message, "
    "dead_letter.error, dead_letter.whole, dead_letter.state, dead_letter.at FROM dead_letter WHERE dead_letter.seq = "
    ":seq",
    "SELECT dead_letter.seq, dead_letter.exchange, dead_letter.path, dead_letter.endpoint, dead_letter.message, "
    "dead_letter.error, dead_letter.whole, dead_letter.state, dead_letter.at FROM dead_letter WHERE dead_letter.seq = "
    "%(seq)s::BIGINT",
    True,
    opened=((4, False), (5, True)),
)
DELETE_LETTER = Statement(
    "delete_letter",
    "DELETE FROM dead_letter WHERE dead_letter.exchange = :id AND dead_letter.path = :at_path",
    "DELETE FROM dead_letter WHERE dead_letter.exchange = %(id)s::VARCHAR AND dead_letter.path = %(at_path)s::VARCHAR",
    False,
)
CLOSE_LETTERS = Statement(
    "close_letters",
    "UPDATE dead_letter SET state=:new_state WHERE dead_letter.exchange = :id",
    "UPDATE dead_letter SET state=%(new_state)s::VARCHAR WHERE dead_letter.exchange = %(id)s::VARCHAR",
    False,
)
GET_CHILDREN = Statement(
    "get_children",
    "SELECT exchange.id, exchange.route, exchange.state FROM exchange WHERE exchange.parent = :id OR exchange.origin "
    "= :id ORDER BY exchange.seq",
    "SELECT exchange.id, exchange.route, exchange.state FROM exchange WHERE exchange.parent = %(id)s::VARCHAR OR "
    "exchange.origin = %(id)s::VARCHAR ORDER BY exchange.seq",
    True,
)
GET_AUDIT = Statement(
    "get_audit",
    "SELECT audit.at, audit.actor, audit.action, audit.subject, audit.detail FROM audit WHERE audit.subject = "
    ":subject ORDER BY audit.seq",
    "SELECT audit.at, audit.actor, audit.action, audit.subject, audit.detail FROM audit WHERE audit.subject = "
    "%(subject)s::VARCHAR ORDER BY audit.seq",
    True,
    opened=((4, True),),
)
SET_ATTEMPTS_BACK = Statement(
    "set_attempts_back",
    "UPDATE attempt SET number=(attempt.number - 1000) WHERE attempt.exchange = :seq AND attempt.path = :at_path",
    "UPDATE attempt SET number=(attempt.number - 1000) WHERE attempt.exchange = %(seq)s::BIGINT AND attempt.path = "
    "%(at_path)s::VARCHAR",
    False,
)
GET_CURSORS = Statement(
    "get_cursors",
    "SELECT cursor.name, cursor.value, cursor.updated_at FROM cursor ORDER BY cursor.name",
    "SELECT cursor.name, cursor.value, cursor.updated_at FROM cursor ORDER BY cursor.name",
    True,
    opened=((1, False),),
)
COUNT_SEALED = Statement(
    "count_sealed",
    "SELECT 'attempt.error', count(*) AS count_1 FROM attempt WHERE substr(attempt.error, 1, 16) = :text_mark UNION "
    "ALL SELECT 'audit.detail', count(*) AS count_2 FROM audit WHERE substr(audit.detail, 1, 16) = :text_mark UNION "
    "ALL SELECT 'cursor.value', count(*) AS count_3 FROM cursor WHERE substr(cursor.value, 1, 5) = :mark UNION ALL "
    "SELECT 'dead_letter.message', count(*) AS count_4 FROM dead_letter WHERE substr(dead_letter.message, 1, 5) = "
    ":mark UNION ALL SELECT 'dead_letter.error', count(*) AS count_5 FROM dead_letter WHERE substr(dead_letter.error, "
    "1, 16) = :text_mark UNION ALL SELECT 'exchange.error', count(*) AS count_6 FROM exchange WHERE "
    "substr(exchange.error, 1, 16) = :text_mark UNION ALL SELECT 'exchange.message', count(*) AS count_7 FROM "
    "exchange WHERE substr(exchange.message, 1, 5) = :mark UNION ALL SELECT 'exchange.reply', count(*) AS count_8 "
    "FROM exchange WHERE substr(exchange.reply, 1, 5) = :mark UNION ALL SELECT 'payload.data', count(*) AS count_9 "
    "FROM payload WHERE substr(payload.data, 1, 5) = :mark UNION ALL SELECT 'record.reply', count(*) AS count_10 FROM "
    "record WHERE substr(record.reply, 1, 5) = :mark UNION ALL SELECT 'record.error', count(*) AS count_11 FROM "
    "record WHERE substr(record.error, 1, 16) = :text_mark UNION ALL SELECT 'record.request', count(*) AS count_12 "
    "FROM record WHERE substr(record.request, 1, 5) = :mark UNION ALL SELECT 'state.value', count(*) AS count_13 FROM "
    "state WHERE substr(state.value, 1, 5) = :mark",
    "SELECT 'attempt.error', count(*) AS count_1 FROM attempt WHERE substr(attempt.error, 1, 16) = "
    "%(text_mark)s::VARCHAR UNION ALL SELECT 'audit.detail', count(*) AS count_2 FROM audit WHERE "
    "substr(audit.detail, 1, 16) = %(text_mark)s::VARCHAR UNION ALL SELECT 'cursor.value', count(*) AS count_3 FROM "
    "cursor WHERE substr(cursor.value, 1, 5) = %(mark)s UNION ALL SELECT 'dead_letter.message', count(*) AS count_4 "
    "FROM dead_letter WHERE substr(dead_letter.message, 1, 5) = %(mark)s UNION ALL SELECT 'dead_letter.error', "
    "count(*) AS count_5 FROM dead_letter WHERE substr(dead_letter.error, 1, 16) = %(text_mark)s::VARCHAR UNION ALL "
    "SELECT 'exchange.error', count(*) AS count_6 FROM exchange WHERE substr(exchange.error, 1, 16) = "
    "%(text_mark)s::VARCHAR UNION ALL SELECT 'exchange.message', count(*) AS count_7 FROM exchange WHERE "
    "substr(exchange.message, 1, 5) = %(mark)s UNION ALL SELECT 'exchange.reply', count(*) AS count_8 FROM exchange "
    "WHERE substr(exchange.reply, 1, 5) = %(mark)s UNION ALL SELECT 'payload.data', count(*) AS count_9 FROM payload "
    "WHERE substr(payload.data, 1, 5) = %(mark)s UNION ALL SELECT 'record.reply', count(*) AS count_10 FROM record "
    "WHERE substr(record.reply, 1, 5) = %(mark)s UNION ALL SELECT 'record.error', count(*) AS count_11 FROM record "
    "WHERE substr(record.error, 1, 16) = %(text_mark)s::VARCHAR UNION ALL SELECT 'record.request', count(*) AS "
    "count_12 FROM record WHERE substr(record.request, 1, 5) = %(mark)s UNION ALL SELECT 'state.value', count(*) AS "
    "count_13 FROM state WHERE substr(state.value, 1, 5) = %(mark)s",
    True,
)
STALE_EXCHANGE = Statement(
    "stale_exchange",
    "SELECT exchange.seq, exchange.error, exchange.message, exchange.reply FROM exchange WHERE (exchange.seq) > "
    "(:after_seq) AND (exchange.error IS NOT NULL AND substr(exchange.error, 1, 16) != :text_mark OR exchange.message "
    "IS NOT NULL AND substr(exchange.message, 1, 5) != :mark OR exchange.reply IS NOT NULL AND substr(exchange.reply, "
    "1, 5) != :mark) ORDER BY exchange.seq LIMIT :most OFFSET 0",
    "SELECT exchange.seq, exchange.error, exchange.message, exchange.reply FROM exchange WHERE (exchange.seq) > "
    "(%(after_seq)s::BIGINT) AND (exchange.error IS NOT NULL AND substr(exchange.error, 1, 16) != "
    "%(text_mark)s::VARCHAR OR exchange.message IS NOT NULL AND substr(exchange.message, 1, 5) != %(mark)s OR "
    "exchange.reply IS NOT NULL AND substr(exchange.reply, 1, 5) != %(mark)s) ORDER BY exchange.seq LIMIT "
    "%(most)s::INTEGER FOR UPDATE",
    True,
    opened=((1, True), (2, False), (3, False)),
)
RESEAL_EXCHANGE = Statement(
    "reseal_exchange",
    "UPDATE exchange SET error=:error, message=:message, reply=:reply WHERE exchange.seq = :the_seq",
    "UPDATE exchange SET error=%(error)s::VARCHAR, message=%(message)s, reply=%(reply)s WHERE exchange.seq = "
    "%(the_seq)s::BIGINT",
    False,
    sealed=(("error", True), ("message", False), ("reply", False)),
)
STALE_RECORD = Statement(
    "stale_record",
    "SELECT record.exchange, record.path, record.reply, record.error, record.request FROM record WHERE "
    "(record.exchange, record.path) > (:after_exchange, :after_path) AND (record.reply IS NOT NULL AND "
    "substr(record.reply, 1, 5) != :mark OR record.error IS NOT NULL AND substr(record.error, 1, 16) != :text_mark OR "
    "record.request IS NOT NULL AND substr(record.request, 1, 5) != :mark) ORDER BY record.exchange, record.path "
    "LIMIT :most OFFSET 0",
    "SELECT record.exchange, record.path, record.reply, record.error, record.request FROM record WHERE "
    "(record.exchange, record.path) > (%(after_exchange)s::BIGINT, %(after_path)s::VARCHAR) AND (record.reply IS NOT "
    "NULL AND substr(record.reply, 1, 5) != %(mark)s OR record.error IS NOT NULL AND substr(record.error, 1, 16) != "
    "%(text_mark)s::VARCHAR OR record.request IS NOT NULL AND substr(record.request, 1, 5) != %(mark)s) ORDER BY "
    "record.exchange, record.path LIMIT %(most)s::INTEGER FOR UPDATE",
    True,
    opened=((2, False), (3, True), (4, False)),
)
RESEAL_RECORD = Statement(
    "reseal_record",
    "UPDATE record SET reply=:reply, error=:error, request=:request WHERE record.exchange = :the_exchange AND "
    "record.path = :the_path",
    "UPDATE record SET reply=%(reply)s, error=%(error)s::VARCHAR, request=%(request)s WHERE record.exchange = "
    "%(the_exchange)s::BIGINT AND record.path = %(the_path)s::VARCHAR",
    False,
    sealed=(("reply", False), ("error", True), ("request", False)),
)
STALE_ATTEMPT = Statement(
    "stale_attempt",
    "SELECT attempt.exchange, attempt.path, attempt.number, attempt.error FROM attempt WHERE (attempt.exchange, "
    "attempt.path, attempt.number) > (:after_exchange, :after_path, :after_number) AND attempt.error IS NOT NULL AND "
    "substr(attempt.error, 1, 16) != :text_mark ORDER BY attempt.exchange, attempt.path, attempt.number LIMIT :most "
    "OFFSET 0",
    "SELECT attempt.exchange, attempt.path, attempt.number, attempt.error FROM attempt WHERE (attempt.exchange, "
    "attempt.path, attempt.number) > (%(after_exchange)s::BIGINT, %(after_path)s::VARCHAR, %(after_number)s::INTEGER) "
    "AND attempt.error IS NOT NULL AND substr(attempt.error, 1, 16) != %(text_mark)s::VARCHAR ORDER BY "
    "attempt.exchange, attempt.path, attempt.number LIMIT %(most)s::INTEGER FOR UPDATE",
    True,
    opened=((3, True),),
)
RESEAL_ATTEMPT = Statement(
    "reseal_attempt",
    "UPDATE attempt SET error=:error WHERE attempt.exchange = :the_exchange AND attempt.path = :the_path AND "
    "attempt.number = :the_number",
    "UPDATE attempt SET error=%(error)s::VARCHAR WHERE attempt.exchange = %(the_exchange)s::BIGINT AND attempt.path = "
    "%(the_path)s::VARCHAR AND attempt.number = %(the_number)s::INTEGER",
    False,
    sealed=(("error", True),),
)
STALE_PAYLOAD = Statement(
    "stale_payload",
    "SELECT payload.exchange, payload.hash, payload.data FROM payload WHERE (payload.exchange, payload.hash) > "
    "(:after_exchange, :after_hash) AND payload.data IS NOT NULL AND substr(payload.data, 1, 5) != :mark ORDER BY "
    "payload.exchange, payload.hash LIMIT :most OFFSET 0",
    "SELECT payload.exchange, payload.hash, payload.data FROM payload WHERE (payload.exchange, payload.hash) > "
    "(%(after_exchange)s::BIGINT, %(after_hash)s::VARCHAR) AND payload.data IS NOT NULL AND substr(payload.data, 1, "
    "5) != %(mark)s ORDER BY payload.exchange, payload.hash LIMIT %(most)s::INTEGER FOR UPDATE",
    True,
    opened=((2, False),),
)
RESEAL_PAYLOAD = Statement(
    "reseal_payload",
    "UPDATE payload SET data=:data WHERE payload.exchange = :the_exchange AND payload.hash = :the_hash",
    "UPDATE payload SET data=%(data)s WHERE payload.exchange = %(the_exchange)s::BIGINT AND payload.hash = "
    "%(the_hash)s::VARCHAR",
    False,
    sealed=(("data", False),),
)
STALE_DEAD_LETTER = Statement(
    "stale_dead_letter",
    "SELECT dead_letter.seq, dead_letter.message, dead_letter.error FROM dead_letter WHERE (dead_letter.seq) > "
    "(:after_seq) AND (dead_letter.message IS NOT NULL AND substr(dead_letter.message, 1, 5) != :mark OR "
    "dead_letter.error IS NOT NULL AND substr(dead_letter.error, 1, 16) != :text_mark) ORDER BY dead_letter.seq LIMIT "
    ":most OFFSET 0",
    "SELECT dead_letter.seq, dead_letter.message, dead_letter.error FROM dead_letter WHERE (dead_letter.seq) > "
    "(%(after_seq)s::BIGINT) AND (dead_letter.message IS NOT NULL AND substr(dead_letter.message, 1, 5) != %(mark)s "
    "OR dead_letter.error IS NOT NULL AND substr(dead_letter.error, 1, 16) != %(text_mark)s::VARCHAR) ORDER BY "
    "dead_letter.seq LIMIT %(most)s::INTEGER FOR UPDATE",
    True,
    opened=((1, False), (2, True)),
)
RESEAL_DEAD_LETTER = Statement(
    "reseal_dead_letter",
    "UPDATE dead_letter SET message=:message, error=:error WHERE dead_letter.seq = :the_seq",
    "UPDATE dead_letter SET message=%(message)s, error=%(error)s::VARCHAR WHERE dead_letter.seq = %(the_seq)s::BIGINT",
    False,
    sealed=(("message", False), ("error", True)),
)
STALE_STATE = Statement(
    "stale_state",
    'SELECT state.scope, state."key", state.value FROM state WHERE (state.scope, state."key") > (:after_scope, '
    ':after_key) AND state.value IS NOT NULL AND substr(state.value, 1, 5) != :mark ORDER BY state.scope, state."key" '
    "LIMIT :most OFFSET 0",
    "SELECT state.scope, state.key, state.value FROM state WHERE (state.scope, state.key) > "
    "(%(after_scope)s::VARCHAR, %(after_key)s::VARCHAR) AND state.value IS NOT NULL AND substr(state.value, 1, 5) != "
    "%(mark)s ORDER BY state.scope, state.key LIMIT %(most)s::INTEGER FOR UPDATE",
    True,
    opened=((2, False),),
)
RESEAL_STATE = Statement(
    "reseal_state",
    'UPDATE state SET value=:value WHERE state.scope = :the_scope AND state."key" = :the_key',
    "UPDATE state SET value=%(value)s WHERE state.scope = %(the_scope)s::VARCHAR AND state.key = %(the_key)s::VARCHAR",
    False,
    sealed=(("value", False),),
)
STALE_CURSOR = Statement(
    "stale_cursor",
    "SELECT cursor.name, cursor.value FROM cursor WHERE (cursor.name) > (:after_name) AND cursor.value IS NOT NULL "
    "AND substr(cursor.value, 1, 5) != :mark ORDER BY cursor.name LIMIT :most OFFSET 0",
    "SELECT cursor.name, cursor.value FROM cursor WHERE (cursor.name) > (%(after_name)s::VARCHAR) AND cursor.value IS "
    "NOT NULL AND substr(cursor.value, 1, 5) != %(mark)s ORDER BY cursor.name LIMIT %(most)s::INTEGER FOR UPDATE",
    True,
    opened=((1, False),),
)
RESEAL_CURSOR = Statement(
    "reseal_cursor",
    "UPDATE cursor SET value=:value WHERE cursor.name = :the_name",
    "UPDATE cursor SET value=%(value)s WHERE cursor.name = %(the_name)s::VARCHAR",
    False,
    sealed=(("value", False),),
)
STALE_AUDIT = Statement(
    "stale_audit",
    "SELECT audit.seq, audit.detail FROM audit WHERE (audit.seq) > (:after_seq) AND audit.detail IS NOT NULL AND "
    "substr(audit.detail, 1, 16) != :text_mark ORDER BY audit.seq LIMIT :most OFFSET 0",
    "SELECT audit.seq, audit.detail FROM audit WHERE (audit.seq) > (%(after_seq)s::BIGINT) AND audit.detail IS NOT "
    "NULL AND substr(audit.detail, 1, 16) != %(text_mark)s::VARCHAR ORDER BY audit.seq LIMIT %(most)s::INTEGER FOR "
    "UPDATE",
    True,
    opened=((1, True),),
)
RESEAL_AUDIT = Statement(
    "reseal_audit",
    "UPDATE audit SET detail=:detail WHERE audit.seq = :the_seq",
    "UPDATE audit SET detail=%(detail)s::VARCHAR WHERE audit.seq = %(the_seq)s::BIGINT",
    False,
    sealed=(("detail", True),),
)
