"""The port of payment companies: what is asked of each and what it answers, in words that are the same for all.

A component of a payment company is a `PaymentComponent`. Its endpoints `<scheme>:<operation>` take and give the dicts that
are described here; what it cannot do stands in its `Capabilities` and is an explicit error, never a guess. Money is a
Decimal in the major unit beside its currency, identifiers of the company are opaque texts, times are ISO 8601 with offset.

Every address takes the option `connection` (the merchant account); without it that of the message or of the exchange's branch
is meant (`kit.merchant.Accounts`). Routes that are to work with any company write `pay:<operation>` instead, which finds the
company that serves the account and hands over to it.

A **checkout** is one page on which a customer may pay; it belongs to one attempt of ours, named by `reference`:

| key | `create` | `query`, `cancel`, `confirm` |
| --- | --- | --- |
| `reference` | ours, unique, at most `reference_max` | ours |
| `request_id` | | the company's name of the checkout, from the reply of `create` |
| `payment` | | the company's name of the payment, where it is known already (a return may tell it) |
| `amount`, `currency`, `description` | what is asked, and what the customer reads | |
| `taxes` | optional list of `kind`, `amount`, `base` that are contained in the amount | |
| `return_url`, `cancel_url` | where the browser goes afterwards | |
| `ip_address`, `user_agent`, `locale`, `buyer` | of the customer who pressed pay | |
| `expiration` | until when it may be paid | what the reply of `create` said of it, where it is known |
| `hold` | true: reserve the money, to be taken by `capture` or given up by `void` | |
| `connection` | the merchant account, where it is chosen | the one it was opened at |

Its reply: `provider`, `connection`, `request_id`, `reference`, `process_url`, `expiration`, `state` (a `State`), `final`
(whether it can still change), `status`, `reason`, `message`, `date` (the company's own words), `amount` and `paid_total`
(`{currency, total}` or None) and `payments`, one for each try: `internal_reference` (the company's name of the payment),
`reference`, `state`, `status`, `reason`, `message`, `date`, `method`, `method_name`, `issuer`, `franchise`, `from` and `to`
(`{currency, total}`: asked and charged), `factor`, `authorization`, `receipt`, `refunded` (a hint; of one that is cancelled or
expired: it was paid, and the company gave the money back by itself), `last_digits`. `silent` (only
where it is true): the company tells nothing of such checkouts, so that no payment in the reply proves nothing. `unconfirmed`
(only where there is one): the payment that was to be confirmed, and that the company does not know: the confirmation came too
late and the money went back, or the name is wrong; it proves neither.

A **refund** is a ledger of its own. `refund` takes `reference` (ours, unique), `payment`, `request_id`, `amount` with
`currency` (None: the whole), `reason`, `connection`; `refund_query` takes `refund` or `reference` besides. Their reply:
`provider`, `connection`, `reference`, `refund` (the company's name of it), `payment`, `request_id`, `result` (`done`,
`pending` or `failed`), `amount`, `status`, `reason`, `message`, `date`. `capture` and `void` take `payment`, `request_id`,
`amount`, `currency` and answer like a refund.

A **dispute** (chargeback) is a ledger, too. `dispute_query` takes `dispute` (the company's name of it) and `connection`. Its
reply: `provider`, `connection`, `dispute`, `payment`, `result` (`inquiry`: the bank asks and has taken nothing; `open`: it waits
for our evidence; `answered`; `won`; `lost`; `closed`: over, and nothing was lost), `status`, `reason`, `amount`, `fee` and
`settled` (what it has cost and moved so far), `date`, `due` (until when evidence is taken, or None).

`events` takes `since` (time), `after` (name of the last event seen) and `connection`; it answers `events`, oldest first, and
`more`. An event, like what `notification` hands in, is a reason to ask: `provider`, `connection`, `event` (its name, once for
each), `kind` (`payment`, `refund`, `dispute` or `payout`), `request_id`, `payment`, `reference`, `status`, `date`, `object`
(the name of what it is about) and, of a payout that is over, `made` (when it was made: its day is compared again). `listing`
takes `day` (date in the company's zone) and `connection`; it answers `payments`, `refunds`, `disputes` and `payouts` of that day
as the company has them, and `whole` (false: it may know more). A payout has `payout` (its name), `status` (`failed` and
`canceled` are no money), `reason`, `amount`, `date`, and `entries`: the movements that it consists of, None where they are not
known, each with `type`, `object`, `payment`, `amount`, `fee` and `net`.
"""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Literal

from caravana.kit.component import Component, Finding, Severity
from caravana.kit.errors import Refused
from caravana.kit.merchant import accounts_of
from caravana.kit.page_life import LIFE, unheld


class Unsupported(Refused):
    """The payment company has no such operation; nothing was sent."""


class Operation(StrEnum):
    """What a payment company may be asked for; stands after `<scheme>:`."""

    CREATE = "create"
    QUERY = "query"
    CANCEL = "cancel"
    CONFIRM = "confirm"
    CAPTURE = "capture"
    VOID = "void"
    REFUND = "refund"
    REFUND_QUERY = "refund_query"
    DISPUTE_QUERY = "dispute_query"
    EVENTS = "events"
    LISTING = "listing"
    NOTIFICATION = "notification"


class State(StrEnum):
    """How a checkout or a payment stands. Refunds, disputes and settlements are ledgers beside it, never states."""

    CREATED = "created"
    PENDING = "pending"
    ACTION_NEEDED = "action_needed"
    AUTHORISED = "authorised"
    PAID = "paid"
    PART_PAID = "part_paid"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Sweep:
    """How often checkouts that are not over are asked about, because notifications get lost.

    - `every`: wait between two questions about one checkout, from the moment the customer left for the page
    - `until`: how long after its expiry it is still asked about
    - `per_minute`: most questions in a minute, where the company has a quota
    - `by_events`: the company's list of events is read instead, and only what it names is asked about
    """

    every: timedelta
    until: timedelta
    per_minute: int | None = None
    by_events: bool = False


@dataclass(frozen=True)
class Capabilities:
    """What a payment company can do; one table for each component, shown in its documentation.

    - `operations`: which of `Operation` there are
    - `signed_notifications`: how a notification proves its sender; `none`: it is a doorbell
    - `notification_retries`: whether an unanswered notification comes again
    - `idempotency_key`: whether a repeated call with our key is the same call
    - `lookup_by_own_reference`: whether a checkout is found by our `reference` alone
    - `must_confirm_within`: how soon an approved payment must be confirmed by us before the company gives it back
    - `partial_refund`: whether a part may be refunded: `always`, `settled` (after settlement only) or `never`
    - `refund_until`: refunds only on the day of payment and until this hour in the company's zone; None: longer
    - `amount_unit`: `major` (decimals) or `minor` (whole cents) on the wire
    - `reference_max`: longest reference of ours; `reference_distinct`: whether it refuses one that it has had
    - `taxes`: `optional`, `none`, or `whole` (the parts must add up to the amount)
    - `sweep`: by which clock its open checkouts are asked about
    - `needs_referrer`: whether its page opens only for a browser that says which site it comes from
    - `page_life`: the shortest and the longest that its page takes a payment; another wish is moved in between; None: as asked
    - `listing_days`: how many days back `listing` reaches; `listing_per_day`: how often a day it may be asked
    """

    operations: frozenset[Operation]
    signed_notifications: Literal["hmac", "hash", "none"]
    notification_retries: bool
    idempotency_key: bool
    lookup_by_own_reference: bool
    partial_refund: Literal["always", "settled", "never"]
    amount_unit: Literal["major", "minor"]
    reference_max: int
    taxes: Literal["optional", "none", "whole"]
    sweep: Sweep
    reference_distinct: bool = False
    needs_referrer: bool = False
    must_confirm_within: timedelta | None = None
    refund_until: time | None = None
    page_life: tuple[timedelta, timedelta] | None = None
    listing_days: int | None = None
    listing_per_day: int | None = None

    def need(self, operation: Operation, company: str) -> None:
        """Raise `Unsupported` when the company has no `operation`."""
        if operation not in self.operations:
            raise Unsupported(f"{company} has no `{operation}`", code="unsupported")


class PaymentComponent(Component):
    """A component of a payment company."""

    branch_setting = "payment_store"
    capabilities: ClassVar[Capabilities]
    company: ClassVar[str] = ""
    """The company's name as customers and clerks read it; without it the component's title."""

    def cautions(self, name: str) -> list[Finding]:
        """Tell of a life of pages that the company does not keep, where a person chose one and the account is used."""
        chosen = self.context.setting(LIFE)
        if chosen is None or self.capabilities.page_life is None or name not in accounts_of(self.context):
            return []
        wrong = unheld(chosen, self.capabilities.page_life, self.company or self.title)
        return [] if wrong is None else [Finding(LIFE, Severity.WARNING, *wrong)]

    @abstractmethod
    def origin(self, name: str) -> str:
        """Return scheme, host and port of the payment pages of connection `name`: browsers are sent nowhere else.

        Raises `ConfigurationError`.
        """

    @abstractmethod
    def account(self, name: str) -> str:
        """Return what names the merchant account of connection `name` in external ids; it holds no secret.

        Raises `ConfigurationError`.
        """

    def returned(self, parameters: Mapping[str, Any]) -> str | None:
        """Return the company's name of the payment from the address to which it sent the browser back; None: it tells none.

        It is a reason to ask, never a proof.
        """
        return None
