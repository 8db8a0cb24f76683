"""What every component of a payment company fulfils (`caravana.kit.payment`), as tests to inherit.

    class TestMercurio(PaymentContract):
        component = MercurioComponent

        @asynccontextmanager
        async def company(self, clock):
            async with serve(sandbox.app()) as url:
                yield MercurioCompany(sandbox, url)

Everything goes through `pay:`, as the card flow's calls do. Not collected by itself: its name begins with no `Test`.
"""

from caravana.testing.payment.checkouts import Checkouts
from caravana.testing.payment.company import Company, Notice
from caravana.testing.payment.itself import Itself
from caravana.testing.payment.news import News
from caravana.testing.payment.refunds import Refunds
from caravana.testing.payment.till import STORE, Till, named, with_payment
from caravana.testing.payment.unknown import UnknownOutcomes


class PaymentContract(Itself, Checkouts, UnknownOutcomes, Refunds, News):
    """Inherit, name the component and its imitation, and pytest runs the contract."""


__all__ = ["STORE", "Company", "Notice", "PaymentContract", "Till", "named", "with_payment"]
