"""The account that the imitation plays, with every switch of its behaviour."""

from dataclasses import dataclass

from caravana.kit.sandbox_settings import SandboxSettings


@dataclass
class Account(SandboxSettings):
    """One account. Delays are in seconds of the sandbox's clock.

    - `secret_key`: the key that may do everything; `restricted_key`: one that may do all but what `denied` names, a list
      with commas of operations or patterns (`refunds.*,events.list`)
    - `webhook_secret`, `notification_url`: of the endpoint that is there from the beginning; an empty address: there is none
    - `enabled_events`: what that endpoint gets, with commas; `*` is all
    - `live`: it says of its data that they are live, and repeats notifications for three days instead of three times
    - `public_url`: its own address when it stands behind another one; `name`: the shop's, on the page
    - `method_delay`: how long a bank debit is undecided; `refund_delay`: until a refund gets its last word
    - `dispute_delay`: until a dispute is opened, and until one is decided; `payout_delay`: until a payout arrives
    - `search_delay`: until the search knows a payment; `strict_version`: only this `Stripe-Version` is answered, empty: any
    - `should_retry`: what `Stripe-Should-Retry` says beside a switched-on status: `true`, `false`, or nothing
    """

    secret_key: str = "sk_test_sandbox"  # noqa: S105 -- of the imitation
    restricted_key: str = ""
    denied: str = ""
    webhook_secret: str = "whsec_sandbox"  # noqa: S105 -- of the imitation
    notification_url: str = ""
    enabled_events: str = "*"
    name: str = "Empresa XYZ"
    public_url: str = ""
    live: bool = False
    method_delay: float = 120.0
    refund_delay: float = 120.0
    dispute_delay: float = 60.0
    payout_delay: float = 172_800.0
    search_delay: float = 60.0
    strict_version: str = ""
    should_retry: str = ""
