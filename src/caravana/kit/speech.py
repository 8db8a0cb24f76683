"""The languages that people outside read, and which of them one person wants."""

from collections.abc import Mapping

LANGUAGES: Mapping[str, str] = {"es": "Español", "en": "English"}


def language(asked: object, accepted: object) -> str:
    """Return `es` or `en`: as the address asks (`?lang=en`), else the browser's first fitting wish, else Spanish."""
    if isinstance(asked, str) and asked in LANGUAGES:
        return asked
    for wish in str(accepted or "").split(","):
        code = wish.partition(";")[0].strip()[:2].lower()
        if code in LANGUAGES:
            return code
    return "es"
