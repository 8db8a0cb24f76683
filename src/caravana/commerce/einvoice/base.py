"""What the parts of the e-invoicing flow share: settings, and the shapes of variables."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Self

from caravana.commerce.einvoice.settings import Company, EInvoiceSettings, Point
from caravana.kit.callables import Configured
from caravana.kit.errors import ConfigurationError, Unmappable

Variables = Mapping[str, Any]
Document = dict[str, Any]
"""A record of the flow's ledger (`ledger`)."""


class EInvoiceMapping(Configured):
    """Mappings between Odoo, the ledger of documents and the companies, under one company's settings."""

    def __init__(self, settings: EInvoiceSettings) -> None:
        """`settings`: the company's."""
        self._settings = settings

    @property
    def settings(self) -> dict[str, Any]:
        """What the company set."""
        return asdict(self._settings)

    def with_settings(self, settings: Mapping[str, Any]) -> Self:
        """Return the same mappings under the settings of an earlier revision. Raises `ConfigurationError`."""
        try:
            return type(self)(EInvoiceSettings(**settings))
        except TypeError as error:
            raise ConfigurationError(f"the settings of `einvoice` were others then: {error}") from None

    def _point(self, name: str) -> Point:
        """An emission point. Raises `Unmappable` for one that these settings do not know."""
        if name not in self._settings.points:
            raise Unmappable(f"the emission point {name} is no `einvoice.points` any more: put it back")
        return self._settings.points[name]

    def _company(self, connection: str) -> Company:
        """The company behind a connection. Raises `Unmappable` for one that these settings do not know."""
        if connection not in self._settings.companies:
            raise Unmappable(f"the connection `{connection}` is not there any more: put it back")
        return self._settings.companies[connection]


def record_of(key: str) -> dict[str, Any]:
    """Return Odoo's record of a document's reference (`odoo/account.move,55/07`): `{model, id}`."""
    model, _, number = key.removeprefix("odoo/").partition(",")
    return {"model": model, "id": int(number.partition("/")[0])}
