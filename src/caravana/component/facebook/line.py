"""A connection at work: the clients of its pages, contacts. What producers, splitter and doctor share."""

from collections.abc import Callable
from dataclasses import dataclass, field

from caravana.component.facebook.spec import FacebookSettings
from caravana.kit.branch import branches_of
from caravana.kit.errors import Refused
from caravana.kit.graph.client import GraphClient
from caravana.kit.graph.contact import Contacts
from caravana.kit.graph.producing import before
from caravana.kit.graph.standing import Standing
from caravana.kit.ports import Context


@dataclass(frozen=True)
class Line:
    """One connection. `own`: the client with the connection's token; `pages`: those with a page's own token."""

    name: str
    settings: FacebookSettings
    own: GraphClient
    contacts: Contacts
    context: Context
    pages: dict[str, GraphClient] = field(default_factory=dict)

    @classmethod
    def open(cls, name: str, settings: FacebookSettings, context: Context) -> "Line":
        """Return the line of a connection; give it back with `close`."""
        client = GraphClient(settings, context.clock, Standing(context.store, context.clock, f"facebook:{name}"))
        return cls(name, settings, client, Contacts(context.store, settings.portfolio), context)

    def page(self, branch: str | None) -> str:
        """Return the page of a branch: its own, else the connection's."""
        found = branches_of(self.context).get(branch) if branch is not None else None
        return found.facebook_page or self.settings.page if found is not None else self.settings.page

    async def client(self, page: str) -> GraphClient:
        """Return the client of a page. Meta wants the page's own token, which a system user's token is exchanged for.

        Raises the `EffectError` of the table of `kit.graph.errors`; nothing was done then.
        """
        if page in self.pages and self.pages[page] is not self.own and self.pages[page].is_refused:
            await self.pages.pop(page).close()  # withdrawn: the connection's token gives a new one
        if page not in self.pages:
            try:
                answer = await before(self.own.get(page, {"fields": "id,access_token"}))
            except Refused as error:
                raise Refused(f"the page {page}: {error}", status=error.status, code=error.code) from None
            token = answer.get("access_token")
            client = self.own
            if isinstance(token, str) and token and token != self.settings.token.get_secret_value():
                secret = type(self.settings.token)(token)
                client = GraphClient(self.settings.model_copy(update={"token": secret}), self.context.clock)
            self.pages.setdefault(page, client)
        return self.pages[page]

    @property
    def our_pages(self) -> frozenset[str]:
        """The pages whose webhooks are for us."""
        of_branches = (one.facebook_page for one in branches_of(self.context).values())
        return frozenset(one for one in (self.settings.page, *of_branches) if one)

    def branch_of(self, page: str) -> str | None:
        """Return the only branch that a page belongs to, if there is one."""
        found = [name for name, one in branches_of(self.context).items() if one.facebook_page == page]
        return found[0] if len(found) == 1 else None

    async def close(self) -> None:
        """Close the connections."""
        for client in {id(one): one for one in (self.own, *self.pages.values())}.values():
            await client.close()


LineOf = Callable[[str], Line]
"""Gives the line of a connection by its name. Raises `ConfigurationError`."""
