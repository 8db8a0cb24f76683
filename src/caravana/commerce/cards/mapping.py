"""What the parts of the card flow share: settings, links, and the shapes of variables."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any, Self

from caravana.commerce.cards.settings import CardBranch, CardSettings
from caravana.commerce.link import PayLinks
from caravana.commerce.store import Store
from caravana.kit.callables import Configured
from caravana.kit.errors import ConfigurationError, Unmappable
from caravana.kit.merchant import DEFAULT

Variables = Mapping[str, Any]


class CardMapping(Configured):
    """Mappings between the customer's page, the payment company and Odoo, under one company's settings."""

    def __init__(self, settings: CardSettings, links: PayLinks) -> None:
        """`links`: makes and reads the customers' addresses."""
        self._settings = settings
        self._links = links

    @property
    def settings(self) -> dict[str, Any]:
        """What the company set, and the address that links begin with."""
        life = self._settings.life.total_seconds()
        return {**asdict(self._settings), "life": life, "public_url": self._links.public_url}

    def with_settings(self, settings: Mapping[str, Any]) -> Self:
        """Return the same mappings under the settings of an earlier revision. Raises `ConfigurationError`."""
        kept = dict(settings)
        links = self._links.at(kept.pop("public_url"))
        try:
            return type(self)(CardSettings(**{**kept, "life": timedelta(seconds=kept["life"])}), links)
        except TypeError as error:
            raise ConfigurationError(f"the settings of `cards` were others then: {error}") from None

    def _of(self, branch: str | None) -> CardBranch:
        """What the branch has of its own. Raises `Unmappable` for one that these settings do not know."""
        if branch is None and not self._settings.branches:
            return {"stores": self._settings.offered, "journal_id": self._settings.journal_id, "sale_journal_id": None}
        found = self._settings.branches.get(branch or "")
        if found is None:
            raise Unmappable(f"the branch `{branch}` was configured after this began: retry under the current revision")
        return found

    def _branches(self) -> list[CardBranch]:
        """What each branch has of its own; without branches the company's."""
        return list(self._settings.branches.values()) or [self._of(None)]

    def _others_journals(self, branch: str | None) -> list[int]:
        """Odoo's journals of money that are another branch's: of its card payments, and of its accounts."""
        own = self._of(branch)
        others = [one for one in self._branches() if one is not own]
        found = {journal for one in others for journal in (one["journal_id"], *one.get("bank_journal_ids", ()))}
        return sorted(one for one in found - {*own.get("bank_journal_ids", ())} if one is not None)

    def _store(self, attempt: Mapping[str, Any]) -> Store:
        """The merchant account of an attempt; one that names none began when there was only the default.

        Raises `Unmappable` for an account that these settings do not know.
        """
        stores = self._settings.stores
        name = attempt.get("connection") or (DEFAULT if DEFAULT in stores else self._settings.offered[0])
        if name not in stores:
            raise Unmappable(
                f"the merchant account `{name}` is no `payment_store` any more: put it back, and retry under the current revision"
            )
        return stores[name]

    def _company(self, attempt: Mapping[str, Any]) -> str:
        """The company's name; of an account that is gone its own."""
        store = self._settings.stores.get(attempt["connection"])
        return str(attempt["connection"]) if store is None else store["company"]


def named(attempt: Mapping[str, Any]) -> dict[str, Any]:
    """Return what names an attempt, with the branch of its order."""
    return {name: attempt[name] for name in ("order_id", "key", "reference")} | of_branch(attempt)


def of_branch(of: Mapping[str, Any]) -> dict[str, Any]:
    """Return the branch of an order or attempt, where it has one."""
    return {} if of.get("branch") is None else {"branch": of["branch"]}


def records(found: Any) -> list[dict[str, Any]]:
    """Return the values of a `state:…?op=find` answer."""
    return [one["value"] for one in found or []]


def with_branch(reviews: list[dict[str, Any]], branch: str | None) -> list[dict[str, Any]]:
    """Return the items with the branch that they belong to, if one is known."""
    return reviews if branch is None else [{**one, "branch": branch} for one in reviews]
