"""The store (merchant account) that the imitation plays, with every switch of its behaviour."""

from dataclasses import dataclass

from caravana.kit.sandbox_settings import SandboxSettings


@dataclass
class Store(SandboxSettings):
    """One store. Times are in seconds of the sandbox's clock.

    - `token`, `store_id`: its credentials; `old_token`: another token that is still taken, for what was prepared with it
    - `domain`: host of the web domain entered for the application; empty = any, but the browser must say where it comes from
    - `check_referrer`: whether the page looks at that at all
    - `form_life`, `confirm_within`: how long the page takes a payment, and how long a payment waits for Confirm
    - `query_covers`: whether the query knows payments of the button
    - `shows_unconfirmed`: `statusCode` that a query shows of an approved payment before Confirm: 3, or 1 (pending)
    - `confirm_repeats`: whether a repeated Confirm answers as the first; else error 20
    - `queries_a_minute`, `lists_a_day`: quotas; `list_path`: address of the list of a day
    - `least`, `most`: limits of an amount, in cents
    - `reverse_until`: hour of the same day from which on no payment is given back; `zone`: of that day
    - `notification_url`: where approved payments are told; empty = PayPhone has not approved notifications
    - `public_url`: its own address when it stands behind another one
    """

    token: str = "sandbox-token"  # noqa: S105 -- of the imitation
    old_token: str = ""
    store_id: str = "sandbox-store"
    name: str = "Empresa XYZ"
    domain: str = ""
    check_referrer: bool = True
    form_life: float = 600.0
    confirm_within: float = 300.0
    query_covers: bool = True
    shows_unconfirmed: int = 3
    confirm_repeats: bool = True
    queries_a_minute: int = 30
    lists_a_day: int = 5
    list_path: str = "/api/sandbox/list"
    least: int = 1
    most: int = 1_000_000
    reverse_until: int = 20
    zone: str = "America/Guayaquil"
    notification_url: str = ""
    public_url: str = ""

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens that are taken."""
        return tuple(one for one in (self.token, self.old_token) if one)
