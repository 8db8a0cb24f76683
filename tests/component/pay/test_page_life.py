"""How long customers may take: what is set, beside what the company of an account keeps."""

from typing import Any

import pytest

from caravana.component.payphone import PayphoneComponent
from caravana.component.placetopay import PlacetopayComponent
from caravana.component.stripe import StripeComponent
from caravana.engine.check_context import CheckContext
from caravana.engine.configuration import Configuration
from caravana.kit.callables import Callables
from caravana.kit.component import Component, Severity

STRIPE = "`cards.life` is {asked}, but the page of Stripe lives 35m–23h55m: customers have {kept} there"
PAYPHONE = "`cards.life` is {asked}, but the page of PayPhone lives 10m: customers have 10m there"


def cautions(company: type[Component], life: str | None, stores: str | list[str]) -> list[Any]:
    """Return what the company's component has to say of the settings, at the connection of its own name."""
    settings: dict[str, Any] = {"cards.stores": stores, **({} if life is None else {"cards.life": life})}
    context = CheckContext(Configuration.model_validate({"settings": settings}), Callables())
    return company(context).cautions(company.scheme)


@pytest.mark.parametrize(
    ("company", "life", "told"),
    [
        (StripeComponent, "20m", STRIPE.format(asked="20m", kept="35m")),
        (StripeComponent, "1d", STRIPE.format(asked="1d", kept="23h55m")),
        (PayphoneComponent, "45m30s", PAYPHONE.format(asked="45m30s")),
        (PayphoneComponent, "8m", PAYPHONE.format(asked="8m")),
    ],
)
def test_a_life_that_the_company_does_not_keep_is_told(company: type[Component], life: str, told: str) -> None:
    """A warning that names the setting, says how long customers have, and what to write."""
    [found] = cautions(company, life, [company.scheme, "placetopay"])
    assert (found.severity, found.subject, found.message) == (Severity.WARNING, "cards.life", told)
    assert "set `cards.life` to" in found.remedy


@pytest.mark.parametrize(
    ("company", "life"),
    [
        (StripeComponent, "35m"),
        (StripeComponent, "2h"),
        (PayphoneComponent, "10m"),
        (PlacetopayComponent, "6m"),
        (StripeComponent, None),
        (PayphoneComponent, None),
        (StripeComponent, "soon"),
    ],
)
def test_a_life_that_holds_is_nothing_to_tell(company: type[Component], life: str | None) -> None:
    """Nor is the default, which nobody chose, and a text that is no duration, which is told where settings are read."""
    assert cautions(company, life, company.scheme) == []


def test_of_an_account_where_nobody_pays_nothing_is_told() -> None:
    """The connection is there, and no order is paid over it."""
    assert cautions(PayphoneComponent, "45m", "placetopay") == []
