"""Merchant accounts: to which connection of a payment company a message belongs."""

from collections.abc import Callable, Sequence

from caravana.kit.branch import branches_of
from caravana.kit.errors import ConfigurationError, NeedsPerson
from caravana.kit.ports import Context

DEFAULT = "placetopay"
"""The connection of a company that names none: there was only this one once."""
STORES = "cards.stores"
"""Setting with the connections of a company without branches."""


def accounts_of(context: Context) -> tuple[str, ...]:
    """Return the connections of the company's merchant accounts, each once, what is offered first before the others.

    Those of its branches; without any the setting `cards.stores`; without that the default. Raises `ConfigurationError`.
    """
    of_branches = (name for one in branches_of(context).values() for name in one.payment_stores)
    return tuple(dict.fromkeys(of_branches)) or listed(context.setting(STORES))


def listed(setting: object) -> tuple[str, ...]:
    """Return the connections that the setting `cards.stores` names: one or a list. Raises `ConfigurationError`."""
    if setting is None:
        return (DEFAULT,)
    found = [setting] if isinstance(setting, str) else setting
    if not isinstance(found, Sequence) or not found or not all(isinstance(one, str) and one for one in found):
        raise ConfigurationError("name a connection, or a list of them", place=f"settings.{STORES}")
    return tuple(dict.fromkeys(found))


class Accounts:
    """The connections that one address may go to, and how a message tells which.

    That is the address's own; else the one that the message names; else that of the exchange's branch.
    """

    def __init__(
        self,
        context: Context,
        fixed: str | None,
        default: Sequence[str],
        fits: Callable[[str], bool] = lambda name: True,
    ) -> None:
        """`fixed`: the address's own; `default`: those of a company without branches; `fits`: which may be meant."""
        self._context = context
        self._fixed = fixed
        self._default = default
        self._fits = fits
        named = [name for one in branches_of(context).values() for name in one.payment_stores if fits(name)]
        self._by_branch = bool(named)
        self.names: tuple[str, ...] = (fixed,) if fixed is not None else tuple(dict.fromkeys(named or default))

    def name(self, branch: str | None, named: str | None = None) -> str | None:
        """Return the connection that an exchange of `branch` is about, or that its message has `named`; None: nothing tells.

        Without branch and name it is the only default one: what began before there were branches began there.
        """
        if self._fixed is not None or named is not None:
            return self._fixed or named
        found = self._of(branch)
        if found is not None:
            return found[0] if len(found) == 1 else None
        return self._default[0] if len(self._default) == 1 and self._default[0] in self.names else None

    def new(self, branch: str | None, named: str | None = None) -> str | None:
        """Return the connection at which something begins: of several the first; where branches have any, never the default."""
        if self._fixed is not None or named is not None:
            return self._fixed or named
        found = self._of(branch)
        if found is not None:
            return found[0] if found else None
        return None if self._by_branch else self._default[0]

    def sure(self, name: str | None, branch: str | None) -> str:
        """Return `name`. Raises `NeedsPerson` when it could not be told: nobody is asked by guess."""
        if name is not None:
            return name
        what = f"the branch `{branch}` has no `payment_store`" if branch else "this exchange has no branch"
        if not self._by_branch and branch is None:
            what = "the message names no merchant account"
        elif self._of(branch):
            what = f"the branch `{branch}` has several `payment_store`, and the message names none"
        raise NeedsPerson(f"{what}; the payment stores are: {', '.join(self.names)}")

    def branch_of(self, name: str) -> str | None:
        """Return the branch whose payments alone come in at `name`, or None: then the order tells."""
        found = [key for key, one in branches_of(self._context).items() if name in one.payment_stores]
        return found[0] if len(found) == 1 else None

    def _of(self, branch: str | None) -> list[str] | None:
        """The connections of a branch; None for none that is configured."""
        found = branches_of(self._context).get(branch) if branch is not None else None
        return None if found is None else [name for name in found.payment_stores if self._fits(name)]


__all__ = ["DEFAULT", "STORES", "Accounts", "accounts_of", "listed"]
