"""The account that the imitation plays, with every switch of its behaviour."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass
class Account:
    """One account. Delays are in seconds of the sandbox's clock.

    - `api_key`: X-Key, and X-Api-Key of the newer API; `certificate_password`: X-Password
    - `webhook_url`: where both events are told from the start; further ones by `POST /webhooks`; empty = nowhere
    - `sign_after`, `file_after`: until a document is signed, and filed at the SRI
    - `drift`: answers come with other types of values, as some of the real ones do
    - `mails`: the buyer is mailed when the document is authorised; `lists_mails`: GET shows `correos_enviados`
    - `early`: the webhook of a document is sent before its issue is answered
    - `public_url`: its own address when it stands behind another one
    """

    api_key: str = "sandbox-api-key"
    certificate_password: str = "sandbox-password"  # noqa: S105 -- of the imitation
    name: str = "Empresa XYZ"
    webhook_url: str = ""
    sign_after: float = 1.0
    file_after: float = 2.0
    drift: bool = False
    mails: bool = True
    lists_mails: bool = True
    early: bool = False
    public_url: str = ""

    @classmethod
    def read(cls, settings: Mapping[str, str]) -> "Account":
        """Return the account of texts as a configuration holds them. Raises `ValueError` for what does not fit."""
        account = cls()
        account.change({name: _read(name, text, getattr(account, name, None)) for name, text in settings.items()})
        return account

    def change(self, values: Mapping[str, Any]) -> None:
        """Set some fields. Raises `ValueError` for a field that there is not or a value of another type."""
        fields = {one.name for one in dataclasses.fields(self)}
        for name, value in values.items():
            if name not in fields:
                raise ValueError(f"the account has no `{name}`; it has {', '.join(sorted(fields))}")
            wanted = type(getattr(self, name))
            if type(value) is not wanted and not (wanted is float and type(value) is int):
                raise ValueError(f"`{name}` must be {wanted.__name__}")
        for name, value in values.items():
            setattr(self, name, value)


def _read(name: str, text: str, default: object) -> Any:
    match default:
        case bool():
            if text.lower() not in {"true", "false"}:
                raise ValueError(f"`{name}` is true or false")
            return text.lower() == "true"
        case float():
            return float(text)
    return text
