"""The site (merchant account) that the imitation plays, with every switch of its behaviour."""

from dataclasses import dataclass

from caravana.kit.sandbox_settings import SandboxSettings


@dataclass
class Site(SandboxSettings):
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
