"""Which database answers: by its uuid, which every copy made by Odoo's own database manager gets anew."""

from caravana.component.odoo.client import Connection
from caravana.component.odoo.protocol import Call
from caravana.kit.component import Finding, Severity
from caravana.kit.errors import NeedsPerson
from caravana.kit.ports import Store
from caravana.kit.sameness import SCOPE, Identity, is_same, shown


async def identify(connection: Connection) -> Identity:
    """Return the database's uuid; where the user may not read it, what its first company tells. Raises an `EffectError`.

    Only administrators read system parameters (documented; recorded on 19.0). The company's birth tells another database,
    yet not a copy of the same.
    """
    try:
        question = {"domain": [["key", "=", "database.uuid"]], "fields": ["value"]}
        rows = await connection.carry_out(Call("ir.config_parameter", "search_read", question))
        if rows:
            return {"uuid": str(rows[0]["value"])}
    except NeedsPerson as error:
        if error.status != 403:
            raise
    question = {"domain": [], "fields": ["create_date"], "order": "id asc", "limit": 1}
    [company] = await connection.carry_out(Call("res.company", "search_read", question)) or [{}]
    return {"company": f"{company.get('id')} of {company.get('create_date')}"}


async def same_as_last_time(name: str, connection: Connection, store: Store) -> Finding:
    """Compare with what the journal remembers. Raises an `EffectError`."""
    seen = await identify(connection)
    stored = await store.get(SCOPE, name) or {"known": {}}
    if not is_same(stored["known"], seen):
        text = f"{shown(seen)} answers, last time it was {shown(stored['known'])}"
        remedy = f"A copy or a staging? Mend the connection. The right one? `caravana odoo confirm {name}`"
        return Finding("database", Severity.ERROR, text, remedy)
    weak = "" if "uuid" in seen else "; a restored copy looks the same, for only administrators may read the uuid"
    fresh = "" if stored["known"] else " (never seen before)"
    return Finding("database", Severity.OK, shown(seen) + fresh + weak)
