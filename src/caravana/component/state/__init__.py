"""`state:scope`: small durable records of the company's flows, kept in the journal's database."""

from enum import StrEnum
from typing import Any

from pydantic import Field

from caravana.component.state.producer import FindProducer, GetProducer, PutProducer, RemoveProducer
from caravana.kit.component import Component, Endpoint, Maturity, Producer
from caravana.kit.errors import ConfigurationError
from caravana.kit.options import Options
from caravana.kit.uri import Uri


class Operation(StrEnum):
    """What is done with the records."""

    GET = "get"
    PUT = "put"
    REMOVE = "remove"
    FIND = "find"


class StateOptions(Options):
    """What is done, with which record."""

    op: Operation = Field(description="get, put, remove or find.")
    key: str = Field(
        "", description="The record's key (find: what keys begin with); without it, header CaravanaStateKey."
    )
    limit: int = Field(1000, ge=1, description="find: most records returned, the first by key.")


class StateEndpoint(Endpoint):
    """One operation on one scope."""

    def producer(self) -> Producer:
        """Return the operation."""
        options: StateOptions = self.options
        store, scope = self.context.store, self.uri.path
        match options.op:
            case Operation.GET:
                return GetProducer(store, scope, options.key)
            case Operation.PUT:
                return PutProducer(store, scope, options.key)
            case Operation.REMOVE:
                return RemoveProducer(store, scope, options.key)
            case Operation.FIND:
                return FindProducer(store, scope, options.key, options.limit)


class StateComponent(Component):
    """Records by scope and key."""

    scheme = "state"
    title = "State"
    syntax = "state:scope"
    doc = "Reads, stores, removes and finds small durable records (payment attempts, links) by key within a scope."
    maturity = Maturity.BETA
    options = StateOptions
    consumes = False

    def create(self, uri: Uri, options: Any) -> StateEndpoint:
        """Return the endpoint of one scope. Raises `ConfigurationError` without a scope."""
        if not uri.path:
            raise ConfigurationError("`state:` needs a scope", suggestion="write state:links?op=get")
        return StateEndpoint(uri, options, self.context)
