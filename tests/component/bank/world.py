"""A hub in memory with the bank's desk, and what a test asks of it."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from caravana.component.bank.book import HELD, OPEN
from caravana.component.bank.component import BankComponent
from caravana.component.bank.notice import Notice
from caravana.component.bank.report import FileReport
from caravana.kit import json
from tests.component.harness import Hub


@dataclass
class World:
    """A hub and its bank."""

    hub: Hub = field(default_factory=Hub)

    def __post_init__(self) -> None:
        self.component = BankComponent(self.hub)
        self.desk = self.component.desk
        self.files = 0

    async def take(self, content: bytes, name: str = "", **options: object) -> FileReport:
        """Import a file."""
        self.files += 1
        return await self.desk.file(name or f"file{self.files}", content, **options)  # type: ignore[arg-type]

    async def tell(self, content: bytes, profile: str = "notificacion") -> list[FileReport]:
        """Import a notification, transaction by transaction, as the route does."""
        notice = Notice.read(self.desk.notice_profile(profile), content)
        parts = [(name, json.dumps(dict(part.items[0]))) for name, part in notice.parts()]
        return [await self.desk.notified(name, text, profile) for name, text in parts]

    async def money(self) -> Counter[Decimal]:
        """Return how often each amount is kept as money."""
        return Counter(one.entry.signed for one in await self.desk.book.entries(state=OPEN))

    async def held(self) -> Counter[Decimal]:
        """Return how often each amount waits for a person."""
        return Counter(one.entry.signed for one in await self.desk.book.entries(state=HELD))

    def told(self, scope: str) -> list[str]:
        """Return the keys of a scope of the store."""
        return sorted(key for one, key in self.hub.store.records if one == scope)


def counts(report: FileReport) -> tuple[int, int, int, int]:
    """Return how many entries are new, known, doubtful and no money."""
    listed = report.statements
    return (
        sum(one.new for one in listed),
        sum(one.known for one in listed),
        sum(one.doubtful for one in listed),
        sum(one.other for one in listed),
    )
