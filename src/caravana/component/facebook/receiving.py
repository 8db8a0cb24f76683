"""What comes in: bodies as they came, and the step that makes one exchange of each update."""

from datetime import UTC, datetime, timedelta
from typing import Any

from caravana.component.facebook.line import LineOf
from caravana.component.facebook.people import People
from caravana.component.facebook.sending import sent
from caravana.component.facebook.spec import FacebookOptions
from caravana.kit.graph.contact import Contact, Contacts
from caravana.kit.graph.posting import GraphConsumer
from caravana.kit.graph.splitting import Splitter
from caravana.kit.graph.told import Telling, sender
from caravana.kit.graph.updates import Kind, Update
from caravana.kit.ports import Context


class FacebookConsumer(GraphConsumer):
    """Listens at `/facebook/<connection>`."""

    partner = "facebook"


class FacebookSplitter(Splitter):
    """Splits the bodies of a page, and keeps each person's window, receipts, and when a colleague wrote to them."""

    def __init__(
        self, context: Context, options: FacebookOptions, line_of: LineOf, telling: Telling, people: People
    ) -> None:
        """`options.others` is set."""
        addresses = {
            Kind.CHAT: options.messages,
            Kind.POSTBACK: options.messages,
            Kind.COMMENT: options.comments,
            Kind.ECHO: options.echoes,
            Kind.RECEIPT: options.receipts,
        }
        known = {kind: address for kind, address in addresses.items() if address is not None}
        super().__init__("facebook", context, known, options.others or "")
        self._default = options.connection
        self._oldest = options.oldest
        self._line_of = line_of
        self._telling = telling
        self._people = people

    def contacts(self, connection: str) -> Contacts:
        """Return the contacts of the connection's portfolio."""
        return self._line_of(connection or self._default).contacts

    def is_ours(self, update: Update, connection: str) -> bool:
        """Whether it is for one of our pages."""
        return not update.place or update.place in self._line_of(connection or self._default).our_pages

    def _aside(self, update: Update, connection: str) -> str:
        """What another page of ours comments is no customer's."""
        pages = self._line_of(connection or self._default).our_pages
        is_own = update.kind is Kind.COMMENT and update.who is not None and update.who.psid in pages
        return "own_page" if is_own else super()._aside(update, connection)

    def branch_of(self, update: Update) -> str | None:
        """Return the only branch with the page that it came for."""
        return self._line_of(self._default).branch_of(update.place) if update.place else None

    def oldest(self) -> timedelta:
        """Return how old an update may be."""
        return self._oldest

    async def note(self, update: Update, contact: Contact | None, connection: str) -> None:
        """Keep what echoes and receipts say. Raises `Unavailable`."""
        if update.kind is Kind.ECHO:
            await self._echo(update, contact, connection)
        elif update.kind is Kind.RECEIPT and contact is not None:
            what = "read" if update.type == "read" else "delivered"
            at = _watermark(update.content.get(update.type)) or update.time
            if at is not None:
                await self._people.note(update.place, contact.id, what, at)

    async def _echo(self, update: Update, contact: Contact | None, connection: str) -> None:
        """An echo of ours ends a doubt; one of somebody else says that a colleague talks with this person."""
        message = update.content["message"]
        name = None if contact is None else contact.id
        owner = sender(message.get("metadata"))
        if owner is not None:
            await self._telling.tell(owner, sent(str(message.get("mid") or ""), name, by="echo"))
            return
        app = self._line_of(connection or self._default).settings.app_id
        if contact is not None and (not app or str(message.get("app_id") or "") != app):
            at = update.time or self._context.clock.now()
            await self._people.note(update.place, contact.id, "person", at)


def _watermark(receipt: Any) -> datetime | None:
    """Up to which moment messages were delivered or read, in milliseconds."""
    mark = receipt.get("watermark") if isinstance(receipt, dict) else None
    if not isinstance(mark, int) or isinstance(mark, bool) or not 0 < mark < 10**13:
        return None
    return datetime.fromtimestamp(mark / 1000, UTC)
