"""`review:items` and `review:done`: what waits for a person, as messages, and a person's word about it."""

from types import MappingProxyType
from typing import Any

from caravana.component.review.consumer import ReviewConsumer
from caravana.component.review.producer import DoneProducer
from caravana.component.review.spec import ReviewOptions
from caravana.kit.component import Component, Consumer, Endpoint, Maturity, Producer
from caravana.kit.errors import ConfigurationError
from caravana.kit.ports import Receiver
from caravana.kit.uri import Uri


class ReviewEndpoint(Endpoint):
    """The list, or a word about one of its items."""

    def consumer(self, receiver: Receiver) -> Consumer:
        """Return the side that tells what comes and goes. Raises `ConfigurationError` for another path than `items`."""
        if self.uri.path != "items":
            return super().consumer(receiver)
        return ReviewConsumer(self.options, receiver, self.context)

    def producer(self) -> Producer:
        """Return what settles an item. Raises `ConfigurationError` for another path than `done`."""
        if self.uri.path != "done":
            raise ConfigurationError("`review:items` cannot be sent to", suggestion="write review:done")
        return DoneProducer(self.context.reviews)


class ReviewComponent(Component):
    """The list of `caravana review`."""

    scheme = "review"
    title = "Review"
    syntax = "review:items, review:done"
    doc = (
        "Tells what waits for a person when it comes on the list of `caravana review` and when it is settled, "
        "and settles what a person's word is enough for."
    )
    maturity = Maturity.BETA
    options = ReviewOptions
    departures = MappingProxyType({})

    def create(self, uri: Uri, options: Any) -> ReviewEndpoint:
        """Return the endpoint. Raises `ConfigurationError` for an unknown path."""
        if uri.path not in ("items", "done"):
            raise ConfigurationError(f"`review:{uri.path}` is unknown", suggestion="write review:items or review:done")
        return ReviewEndpoint(uri, options, self.context)
