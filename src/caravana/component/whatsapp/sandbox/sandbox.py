"""The imitation of Meta's Graph API: one business with a WhatsApp number, a page, an Instagram account and a catalogue.

Every call runs under the faults of `caravana.kit.sandbox`; operations are named after node, edge and method
(`number.messages.post`, `account.message_templates.get`). Steering addresses are under `/_sandbox/`.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from starlette.routing import Route

from caravana.component.whatsapp.sandbox.account import Account
from caravana.component.whatsapp.sandbox.batch import Batches
from caravana.component.whatsapp.sandbox.catalog import Catalogs
from caravana.component.whatsapp.sandbox.customer import Customer
from caravana.component.whatsapp.sandbox.door import Door
from caravana.component.whatsapp.sandbox.fetching import Fetcher
from caravana.component.whatsapp.sandbox.instagram import Instagram
from caravana.component.whatsapp.sandbox.limits import Bucket, Window
from caravana.component.whatsapp.sandbox.management import Management
from caravana.component.whatsapp.sandbox.media import Files, Media
from caravana.component.whatsapp.sandbox.messages import Messages
from caravana.component.whatsapp.sandbox.messenger import Messenger
from caravana.component.whatsapp.sandbox.pages import Pages
from caravana.component.whatsapp.sandbox.people import People, Person
from caravana.component.whatsapp.sandbox.phone import Phone
from caravana.component.whatsapp.sandbox.steering import Steering
from caravana.component.whatsapp.sandbox.templates import Templates
from caravana.component.whatsapp.sandbox.visitor import Visitor
from caravana.component.whatsapp.sandbox.webhook import INSTAGRAM, PAGE, WHATSAPP, Subscription, Webhooks
from caravana.component.whatsapp.sandbox.wire import Asked, GraphError
from caravana.kit.sandbox import Sandbox

FIELDS = {
    WHATSAPP: (
        "messages",
        "message_template_status_update",
        "message_template_quality_update",
        "account_update",
        "phone_number_quality_update",
        "user_preferences",
    ),
    PAGE: ("feed", "messages", "messaging_postbacks", "message_echoes", "message_deliveries", "message_reads"),
    INSTAGRAM: ("comments",),
}
MANAGEMENT = ("account", "template")


@dataclass
class MetaSandbox(Sandbox):
    """Meta, as far as one company sees it."""

    account: Account = field(default_factory=Account)

    def __post_init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self.people = People()
        self.webhooks = Webhooks(self)
        self.fetcher = Fetcher()
        self.pairs, self.throughput = Bucket(self.clock), Window(self.clock, 1)
        self.management_calls, self.creations = Window(self.clock, 3600), Window(self.clock, 3600)
        self.templates, self.files, self.messages = Templates(self), Files(self), Messages(self)
        self.management, self.batches = Management(self), Batches(self)
        self.catalog_calls = Window(self.clock, 60)
        self.catalogs, self.pages, self.instagram = Catalogs(self), Pages(self), Instagram(self)
        self.catalog = self.catalogs.first
        self.messenger = Messenger(self)
        self.door = Door(self)
        self.areas: list[Any] = [
            self.messages,
            self.files,
            self.templates,
            self.management,
            self.batches,
            self.catalogs,
            self.pages,
            self.messenger,
            self.instagram,
        ]
        self.table: dict[tuple[str, str, str], Any] = {}
        for area in self.areas:
            self.table |= area.calls()
        self._subscribe_from_the_start()

    def _subscribe_from_the_start(self) -> None:
        account = self.account
        urls = {WHATSAPP: account.whatsapp_url, PAGE: account.page_url, INSTAGRAM: account.instagram_url}
        owners = {WHATSAPP: account.waba_id, PAGE: account.page_id, INSTAGRAM: account.instagram_id}
        for kind, url in urls.items():
            if url:
                self.webhooks.subscriptions[kind] = Subscription(url, account.verify_token, FIELDS[kind])
                self.webhooks.subscribed[owners[kind]] = ""

    def connection(self) -> dict[str, str]:
        """Return what a connection of `whatsapp:` says beside the address."""
        return self.connections()["whatsapp"]

    def connections(self) -> dict[str, dict[str, str]]:
        """Return what the connections of `whatsapp:`, `facebook:`, `instagram:` and `catalog:` say beside the address."""
        account = self.account
        app = {
            "token": account.token,
            "appId": account.app_id,
            "appSecret": account.app_secret,
            "verifyToken": account.verify_token,
        }
        own = {
            "whatsapp": {"number": account.number_id, "account": account.waba_id, "catalog": account.catalog_id},
            "facebook": {"page": account.page_id},
            "instagram": {"account": account.instagram_id},
            "catalog": {"catalog": account.catalog_id},
        }
        return {name: {"component": name, **app, **one} for name, one in own.items()}

    # What a test or a demo does with it.

    def customer(self, phone: str, name: str = "", number: str = "") -> Customer:
        """Return the customer with that phone, who may be new; `number`: id of the number they talk with, if not the first."""
        return Customer(self, self.people.meet(phone, name), number or self.account.number_id)

    def visitor(self, phone: str, name: str = "") -> Visitor:
        """Return the person with that phone, who may be new, as they visit the page."""
        return Visitor(self, self.people.meet(phone, name))

    async def settle(self) -> None:
        """Return when nothing is under way any more: statuses told, webhooks answered or given up."""
        while self._tasks:
            await asyncio.gather(*list(self._tasks), return_exceptions=True)

    async def close(self) -> None:
        """Give up what is under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*list(self._tasks), return_exceptions=True)

    # What its parts share.

    def background(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something beside the answer."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def fields_of_page(self) -> tuple[str, ...]:
        """What the app gets of a page that is subscribed from the start."""
        subscription = self.webhooks.subscriptions.get(PAGE)
        return FIELDS[PAGE] if subscription is None else subscription.fields

    def seconds(self) -> str:
        """Return the time as webhooks have it."""
        return str(int(self.clock.now().timestamp()))

    def shape(self, person: Person) -> dict[str, str]:
        """Return the identities of a person that webhooks tell now."""
        if self.account.old_shape:
            return {"wa_id": person.phone}
        who = {"wa_id": person.phone, "user_id": person.bsuid}
        if person.username and not self.account.pywa_mode:
            del who["wa_id"]
        return who

    def contact(self, person: Person) -> dict[str, Any]:
        """Return a person as a webhook's list of people has them."""
        profile = {"name": person.name} | ({"username": person.username} if person.username else {})
        return {"profile": profile, **self.shape(person)}

    def skus(self) -> list[str]:
        """Return the names of the products that can be ordered."""
        return [name for name, one in self.catalog.products.items() if one.data.get("availability") != "out of stock"]

    def product_of(self, sku: str) -> dict[str, str]:
        """Return a product's title and price, as the phone's copy of the catalogue has them."""
        found = self.catalog.products.get(sku)
        data = {} if found is None else found.data
        return {"title": str(data.get("title") or sku), "price": str(data.get("price") or "")}

    def price_of(self, sku: str) -> tuple[float, str]:
        """Return a product's price and currency, as a cart tells them."""
        amount, _, currency = self.product_of(sku)["price"].partition(" ")
        return (float(amount), currency) if currency else (0.0, "USD")

    def fetched(self, url: str) -> Media | None:
        """Return a file that was fetched from an address, as one of Meta's."""
        found = self.fetcher.known.get(url)
        if found is None:
            return None
        return self.files.get(f"link:{url}") or self.files.add(found.content, found.mime_type, name=f"link:{url}")

    def kind(self, node: str) -> str:
        """Return what a node is, by its id: `number`, `account`, `media`, …; `unknown` when there is none."""
        account = self.account
        fixed = {
            account.number_id: "number",
            account.waba_id: "account",
            account.app_id: "app",
            account.page_id: "page",
            account.instagram_id: "instagram",
            "oauth": "oauth",
            "debug_token": "debug_token",
            "me": "me",
            "": "root",
        }
        fixed |= dict.fromkeys(filter(None, account.more_numbers.split(",")), "number")
        if node in fixed:
            return fixed[node]
        found = (area.kind(node) for area in self.areas if hasattr(area, "kind"))
        return next((one for one in found if one is not None), "unknown")

    def count(self, asked: Asked) -> None:
        """Count a call against the account's budget. Raises `GraphError`."""
        account = self.account
        if asked.kind in MANAGEMENT and not self.management_calls.take(account.waba_id, account.management_calls):
            text = "There have been too many calls to this WhatsApp Business account. Wait a bit and try again."
            raise GraphError(80007, text, status=account.rate_status)

    # Addresses.

    def partner_routes(self) -> list[Route]:
        """Return the addresses of files, the page for people, and the one way into the API."""
        return [
            Route("/lookaside/{name}", self.files.fetch, methods=["GET"]),
            *Phone(self).routes(),
        ]

    def control_routes(self) -> list[Route]:
        """Return the steering addresses, and last the API, which takes all others."""
        return [
            *super().control_routes(),
            *Steering(self).routes(),
            Route("/{path:path}", self.door.answer, methods=["GET", "POST", "DELETE"]),
        ]


__all__ = ["MetaSandbox"]
