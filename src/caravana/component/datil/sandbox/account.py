"""The account that the imitation plays, with every switch of its behaviour."""

from dataclasses import dataclass

from caravana.kit.sandbox_settings import SandboxSettings


@dataclass
class Account(SandboxSettings):
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
