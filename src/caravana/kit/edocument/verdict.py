"""What the SRI's message codes ask for, whichever company passes them on.

After public code, mocks and answers (2026-11); codes marked † are from memory of the technical sheet. A code that is not in the
table counts by its type: an ERROR must be mended.
"""

from collections.abc import Iterable, Mapping

from caravana.kit.einvoice import Verdict

REGISTERED = "43"
"""The clave is registered already: a repeat of ours. The document is there, and is asked for."""
NUMBER_USED = "45"
IN_PROCESS = "70"

VERDICTS: Mapping[str, Verdict] = {
    REGISTERED: Verdict.WAIT,
    NUMBER_USED: Verdict.TAKEN,
    IN_PROCESS: Verdict.WAIT,
    "50": Verdict.AGAIN,
    "99": Verdict.AGAIN,
    "2": Verdict.TAXPAYER,  # †
    "10": Verdict.TAXPAYER,  # †
    "27": Verdict.TAXPAYER,
    "28": Verdict.TAXPAYER,
    "37": Verdict.TAXPAYER,
    "42": Verdict.TAXPAYER,  # †
    "46": Verdict.TAXPAYER,
    "56": Verdict.TAXPAYER,
    "57": Verdict.TAXPAYER,
    "63": Verdict.TAXPAYER,
}
"""Code → what it asks for. All others (26†, 34†, 35, 36, 39, 40, 47, 48, 49, 52, 58, 64†, 65, 67, 69†, 80†, 82, 92†): mend."""

NOTICES = frozenset({"60", "62", "68"})
"""Codes that say something of a document which may be authorised all the same (62† and 68† from memory)."""

_WEIGHT = (Verdict.TAKEN, Verdict.TAXPAYER, Verdict.MEND, Verdict.AGAIN, Verdict.WAIT)
"""Of several messages the one that asks for most counts, but a clave that is known decides alone: it is our own repeat."""


def verdict_of(messages: Iterable[tuple[str, str]]) -> Verdict | None:
    """Return what the (code, type) pairs of one answer ask for; None when none of them is an error."""
    codes = [code for code, kind in messages if kind.upper() == "ERROR" and code not in NOTICES]
    if {REGISTERED, IN_PROCESS} & set(codes):
        return Verdict.WAIT
    found = {VERDICTS.get(code, Verdict.MEND) for code in codes}
    return next((one for one in _WEIGHT if one in found), None)


__all__ = ["IN_PROCESS", "NOTICES", "NUMBER_USED", "REGISTERED", "VERDICTS", "verdict_of"]
