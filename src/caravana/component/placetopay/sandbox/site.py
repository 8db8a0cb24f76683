"""The site (merchant account) that the imitation plays, with every switch of its behaviour."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass
class Site:
    """One site. Delays are in seconds of the sandbox's clock.

    - `login`, `secret_key`: its credentials; `condition`: `active`, `inactive`, `expired` or `credentials_expired`
    - `notification_url`: where it tells the end of a session; empty = nowhere
    - `strict_nonce`: a nonce seen before is refused; `strict_booleans`: a boolean written as text is refused, else counted
    - `max_tries`: refused attempts after which a session is over
    - `pending_delay`: how long a pending card stays so; `settlement_delay`: from when on parts can be refunded
    - `show_refunded`: whether a query tells refunds; `refunds`: how a reversal ends: `approved`, `rejected` or `pending`
    - `otp`: the page asks for a one-time code; `public_url`: its own address when it stands behind another one
    """

    login: str = "sandbox-login"
    secret_key: str = "sandbox-secret-key"  # noqa: S105 -- of the imitation
    condition: str = "active"
    name: str = "Empresa XYZ"
    notification_url: str = ""
    strict_nonce: bool = False
    strict_booleans: bool = True
    max_tries: int = 10
    pending_delay: float = 120.0
    settlement_delay: float = 86_400.0
    show_refunded: bool = True
    refunds: str = "approved"
    otp: bool = False
    public_url: str = ""

    @classmethod
    def read(cls, settings: Mapping[str, str]) -> "Site":
        """Return the site of texts as a configuration holds them. Raises `ValueError` for what does not fit."""
        site = cls()
        site.change({name: _read(name, text, getattr(site, name, None)) for name, text in settings.items()})
        return site

    def change(self, values: Mapping[str, Any]) -> None:
        """Set some fields. Raises `ValueError` for a field that there is not or a value of another type."""
        fields = {one.name for one in dataclasses.fields(self)}
        for name, value in values.items():
            if name not in fields:
                raise ValueError(f"the site has no `{name}`; it has {', '.join(sorted(fields))}")
            wanted = type(getattr(self, name))
            if wanted is float and type(value) is int:
                value = float(value)
            if type(value) is not wanted:
                raise ValueError(f"`{name}` must be {wanted.__name__}")
        for name, value in values.items():
            setattr(self, name, value)


def _read(name: str, text: str, default: object) -> Any:
    match default:
        case bool():
            if text.lower() not in {"true", "false"}:
                raise ValueError(f"`{name}` is true or false")
            return text.lower() == "true"
        case int():
            return int(text)
        case float():
            return float(text)
    return text
