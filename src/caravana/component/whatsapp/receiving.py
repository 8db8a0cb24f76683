"""What comes in: bodies as they came, and the step that makes one exchange of each update."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from caravana.component.whatsapp.line import LineOf
from caravana.component.whatsapp.message import Messages
from caravana.component.whatsapp.spec import WhatsappOptions
from caravana.kit.graph.contact import Contact, Contacts, Identity, phone_of
from caravana.kit.graph.posting import GraphConsumer
from caravana.kit.graph.splitting import Splitter
from caravana.kit.graph.updates import Kind, Update
from caravana.kit.ports import Context

PREFERENCES = "user_preferences"


class WhatsappConsumer(GraphConsumer):
    """Listens at `/whatsapp/<connection>`."""

    partner = "whatsapp"


class WhatsappSplitter(Splitter):
    """Splits the bodies of WhatsApp, and keeps the window of each person and what became of each message."""

    def __init__(self, context: Context, options: WhatsappOptions, line_of: LineOf, messages: Messages) -> None:
        """`options.others` is set."""
        addresses = {Kind.MESSAGE: options.messages, Kind.STATUS: options.statuses}
        known = {kind: address for kind, address in addresses.items() if address is not None}
        super().__init__("whatsapp", context, known, options.others or "")
        self._default = options.connection
        self._oldest = options.oldest
        self._line_of = line_of
        self._messages = messages

    def contacts(self, connection: str) -> Contacts:
        """Return the contacts of the connection's portfolio."""
        return self._line_of(connection or self._default).contacts

    def is_ours(self, update: Update, connection: str) -> bool:
        """Whether it is for one of our numbers; what belongs to the account is."""
        return not update.place or update.place in self._line_of(connection or self._default).numbers

    def branch_of(self, update: Update) -> str | None:
        """Return the only branch with the number that it came for."""
        return self._line_of(self._default).branch_of(update.place) if update.place else None

    def oldest(self) -> timedelta:
        """Return how old an update may be."""
        return self._oldest

    async def note(self, update: Update, contact: Contact | None, connection: str) -> None:
        """Keep what a status says of a message, and who wants no advertising. Raises `Unavailable`."""
        if update.kind is Kind.STATUS:
            await self._messages.told(update, None if contact is None else contact.id)
        elif update.kind is Kind.EVENT and update.field == PREFERENCES:
            for one in update.content.get(PREFERENCES) or ():
                await self._prefer(one, connection)

    async def _prefer(self, preference: Any, connection: str) -> None:
        if not isinstance(preference, Mapping) or preference.get("category") != "marketing_messages":
            return
        phone, bsuid = phone_of(str(preference.get("wa_id") or "")), preference.get("user_id")
        who = Identity(bsuid=bsuid if isinstance(bsuid, str) else None, phone=phone)
        if who.known:
            await self.contacts(connection).learn(who, no_marketing=preference.get("value") == "stop")
