"""What comes in: bodies as they came, and the step that makes one exchange of each update."""

from datetime import timedelta

from caravana.component.instagram.line import LineOf
from caravana.component.instagram.spec import InstagramOptions
from caravana.kit.graph.contact import Contacts
from caravana.kit.graph.posting import GraphConsumer
from caravana.kit.graph.splitting import Splitter
from caravana.kit.graph.updates import Kind, Update
from caravana.kit.ports import Context


class InstagramConsumer(GraphConsumer):
    """Listens at `/instagram/<connection>`."""

    partner = "instagram"


class InstagramSplitter(Splitter):
    """Splits the bodies of an Instagram account."""

    def __init__(self, context: Context, options: InstagramOptions, line_of: LineOf) -> None:
        """`options.others` is set."""
        addresses = {
            Kind.COMMENT: options.comments,
            Kind.CHAT: options.messages,
            Kind.POSTBACK: options.messages,
        }
        known = {kind: address for kind, address in addresses.items() if address is not None}
        super().__init__("instagram", context, known, options.others or "")
        self._default = options.connection
        self._oldest = options.oldest
        self._line_of = line_of

    def contacts(self, connection: str) -> Contacts:
        """Return the contacts of the connection's portfolio."""
        return self._line_of(connection or self._default).contacts

    def is_ours(self, update: Update, connection: str) -> bool:
        """Whether it is for the connection's account."""
        return update.place in ("", self._line_of(connection or self._default).settings.account)

    def oldest(self) -> timedelta:
        """Return how old an update may be."""
        return self._oldest
