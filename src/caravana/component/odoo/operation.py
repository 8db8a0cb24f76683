"""What every operation of the producer gives: its request, its kind, how it is sent and how it is looked up afterwards."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from caravana.component.odoo.client import OdooClient
from caravana.component.odoo.options import OdooConnection, OdooOptions
from caravana.kit.clock import Clock, SystemClock
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.errors import ConfigurationError, Refused
from caravana.kit.exchange import Exchange

Request = dict[str, Any]


class Operation(ABC):
    """One thing that a route can ask of Odoo."""

    kind: ClassVar[Kind] = Kind.READ
    steps: ClassVar[int] = 1
    """Calls that one `send` makes one after another; the hard time-out allows for each."""
    body: ClassVar[str] = ""
    """Shape of the message body, for docs."""
    reply: ClassVar[str] = ""
    """Shape of the reply's body, for docs."""
    clock: Clock = SystemClock()
    """The hub's clock, given by the endpoint."""

    def __init__(self, model: str, options: OdooOptions, settings: OdooConnection) -> None:
        """`model`: the address's path. Raises `ConfigurationError` when the options do not suffice."""
        self.model = model
        self.options = options
        self.settings = settings
        self.check()

    def check(self) -> None:
        """Raise `ConfigurationError` when the address lacks something."""

    def kind_of(self, request: Request) -> Kind:
        """Return the effect kind of `request`."""
        return self.kind

    @abstractmethod
    def request(self, exchange: Exchange) -> Request:
        """Return what will be asked, from the message. Pure. Raises `Refused` for a body of another shape."""

    @abstractmethod
    async def send(self, client: OdooClient, request: Request, effect: Effect) -> Reply:
        """Ask Odoo. Raises an `EffectError`."""

    async def verify(self, client: OdooClient, request: Request, effect: Effect) -> Reply | None:
        """Return the reply of the call if it took place, else None (verifiable only). Raises an `EffectError`."""
        raise TypeError(f"{type(self).__name__} cannot verify")

    def would(self, request: Request, effect: Effect) -> Reply | None:
        """Return what Odoo would most likely answer when all goes well; None when nobody can tell. Pure."""
        return None

    def need_fields(self) -> None:
        """Raise `ConfigurationError` when the address names no fields."""
        if not self.options.fields:
            raise ConfigurationError(
                f"`odoo:{self.model}` reads records but names no fields",
                suggestion="add fields=name,state: all fields of a model cost seconds",
            )

    def need_model(self, *models: str) -> None:
        """Raise `ConfigurationError` when the operation is not for this model."""
        if self.model not in models:
            raise ConfigurationError(f"`odoo:{self.model}`: this operation is for {' or '.join(models)}")


def needed(body: dict[str, Any], name: str) -> Any:
    """Return `body[name]`. Raises `Refused` when it is missing or empty."""
    value = body.get(name)
    if value is None or value in ("", [], {}):
        raise Refused(f"the body lacks `{name}`", code="body")
    return value


def reference(model: str, ids: list[int]) -> str | None:
    """Return the searchable reference of what was made, e.g. `account.payment,15`."""
    return f"{model},{ids[0]}" if len(ids) == 1 else None
