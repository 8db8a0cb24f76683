"""The merchant accounts that an address may go to: its own connection, or those of the company's branches."""

from collections.abc import Callable

from caravana.component.placetopay.client import PlacetopayClient
from caravana.component.placetopay.spec import PlacetopayOptions
from caravana.kit.branch import branches_of
from caravana.kit.errors import ConfigurationError, NeedsPerson
from caravana.kit.ports import Context


def names_of(options: PlacetopayOptions, context: Context) -> tuple[str, ...]:
    """Return the connections that an address may go to.

    One that names its connection goes there; another to the payment stores of the branches, and without any to the default.
    """
    stores = {one.payment_store: None for one in branches_of(context).values() if one.payment_store}
    return (options.connection,) if "connection" in options.model_fields_set or not stores else tuple(stores)


class Stores:
    """The clients of one address, by connection."""

    def __init__(self, options: PlacetopayOptions, context: Context, client: Callable[[str], PlacetopayClient]) -> None:
        """`client` gives the client of a connection. Raises `ConfigurationError` when the settings of one are wrong."""
        self._context = context
        self._fixed = options.connection if "connection" in options.model_fields_set else None
        self._default = options.connection
        self._client = client
        self.clients = {name: client(name) for name in names_of(options, context)}

    def name(self, branch: str | None, named: str | None = None) -> str | None:
        """Return the connection for an exchange of `branch`, or that `named` by its message; None when it cannot be told.

        Without branch and name it is the default one: what began before there were branches began there.
        """
        if self._fixed is not None:
            return self._fixed
        if named is not None:
            return named
        found = branches_of(self._context).get(branch) if branch is not None else None
        if found is not None:
            return found.payment_store
        return self._default if self._default in self.clients else None

    def new(self, branch: str | None) -> str | None:
        """Return the connection at which `branch` begins something: where branches have stores, never the default."""
        stores = [one.payment_store for one in branches_of(self._context).values()]
        if self._fixed is None and branch is None and any(stores):
            return None
        return self.name(branch)

    def client(self, name: str | None, branch: str | None) -> PlacetopayClient:
        """Return the client of connection `name`. Raises `NeedsPerson` when it could not be told: nobody is asked by guess."""
        if name is None:
            what = f"the branch `{branch}` has no `payment_store`" if branch else "this exchange has no branch"
            raise NeedsPerson(f"{what}; the payment stores are: {', '.join(self.clients)}")
        try:
            return self.clients.get(name) or self._client(name)
        except ConfigurationError as error:
            raise NeedsPerson(f"the payment store `{name}`, where this began, is not there any more: {error}") from None

    @property
    def any(self) -> PlacetopayClient:
        """One of the clients, for what is alike at all."""
        return next(iter(self.clients.values()))


__all__ = ["Stores", "names_of"]
