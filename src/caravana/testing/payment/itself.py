"""What a company's component says of itself."""

from typing import Any
from urllib.parse import urlsplit

import pytest

from caravana.kit.payment import Operation, Unsupported
from caravana.testing.harness import make_exchange
from caravana.testing.payment.played import Played, played
from caravana.testing.payment.till import STORE, Till


class Itself(Played):
    """Capabilities, names, and what cannot be done."""

    def test_its_capabilities_fit_together(self) -> None:
        """A checkout can be opened and asked about; what the flags say has its operation."""
        can = self.component.capabilities
        assert {Operation.CREATE, Operation.QUERY} <= can.operations
        assert (can.must_confirm_within is None) or Operation.CONFIRM in can.operations
        assert (Operation.LISTING in can.operations) is (can.listing_days is not None)
        assert not can.sweep.by_events or Operation.EVENTS in can.operations
        assert (Operation.CAPTURE in can.operations) is (Operation.VOID in can.operations)
        assert can.reference_max >= 10
        assert can.sweep.every.total_seconds() >= 1

    @played
    async def test_account_and_origin_hold_no_secret(self, till: Till) -> None:
        """The account names the merchant in Odoo, the origin is where browsers are sent: neither tells a credential."""
        origin, account = till.component.origin(STORE), till.component.account(STORE)
        parts = urlsplit(origin)
        assert (parts.scheme in {"http", "https"}, bool(parts.netloc), parts.path) == (True, True, "")
        settings = till.component.connection_settings(STORE)
        secret = [v.get_secret_value() for v in dict(settings).values() if hasattr(v, "get_secret_value")]
        assert account
        assert [one for one in secret if one and one in account + origin] == []

    @played
    async def test_what_it_cannot_do_is_an_explicit_error(self, till: Till) -> None:
        """An operation that the company lacks is `Unsupported`, and nothing is sent."""
        for operation in set(Operation) - till.component.capabilities.operations - {Operation.NOTIFICATION}:
            with pytest.raises(Unsupported) as caught:
                till.producer(operation).request(make_exchange({"connection": STORE}))
            assert caught.value.code == "unsupported"

    @played
    async def test_whatever_the_browser_brings_back_is_only_a_hint(self, till: Till) -> None:
        """Any parameters of a return give a name or nothing, never an error."""
        junk: list[dict[str, Any]] = [{}, {"id": "x" * 3000}, {"id": ["1", "2"]}, {"lang": "es", "id": None}]
        for one in junk:
            found = till.component.returned(one)
            assert found is None or isinstance(found, str)
