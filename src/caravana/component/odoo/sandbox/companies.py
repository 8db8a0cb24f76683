"""Odoo's company rules: whose records a call sees. A record of another company is left out of searches and refused by name.

A call acts for the companies that its context allows, the first being active; without such a context for all of the user's
(`odoo/api.py`, Environment.company and Environment.companies; the rules are those of the record rules "multi-company").
"""

from collections.abc import Iterable

from caravana.component.odoo.sandbox.errors import AccessError, UserError
from caravana.component.odoo.sandbox.model import Model
from caravana.component.odoo.sandbox.records import Env, Record

FREE = frozenset({"res.users"})
"""Models whose company is none in the rules' sense."""
DOCUMENT = {"mail.activity": "res_model", "ir.attachment": "res_model", "mail.message": "model"}
"""Models whose records belong to a document: field with the document's model."""


def check_companies(env: Env, records: Iterable[Record]) -> None:
    """AccessError when one of the records is of a company that the call may not see, or hangs on such a document.

    AccessError, too, when the call's context allows a company that is not the user's.
    """
    allowed = env.company_ids
    if not _several(env):
        return
    for record in records:
        if record.exists and not visible(env, record):
            raise AccessError(
                f"{record.meta.description} {record.display_name!r} (id={record.id}) is of another company than those "
                f"allowed here: {', '.join(map(str, allowed))}."
            )


def sees_all(env: Env, model: Model) -> bool:
    """Whether no record of the model is hidden from the call."""
    return not _several(env) or "company_id" not in model.columns or model.name in FREE


def visible(env: Env, record: Record) -> bool:
    """Whether the record is of an allowed company, of all companies, or hangs on a document that is."""
    document = _document(env, record)
    if document is not None:
        return not document.exists or visible(env, document)
    if sees_all(env, record.meta):
        return True
    company = record.get("company_id")
    return not company or company in env.company_ids


def check_same(records: Iterable[Record]) -> None:
    """UserError when entries of two companies are to be matched."""
    if len({one.get("company_id") for one in records}) > 1:
        raise UserError("Entries of different companies cannot be reconciled.")


def _document(env: Env, record: Record) -> Record | None:
    field = DOCUMENT.get(record.meta.name)
    model = record.get(field) if field is not None else None
    return env.one(str(model), int(record.get("res_id"))) if model and record.get("res_id") else None


def _several(env: Env) -> bool:
    return len(env.store.tables["res.company"].rows) > 1
