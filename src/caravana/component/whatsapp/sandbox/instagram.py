"""Instagram: containers that are made, become ready, and are published once."""

import io
import itertools
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from PIL import Image

from caravana.component.whatsapp.sandbox.limits import Window
from caravana.component.whatsapp.sandbox.people import Person
from caravana.component.whatsapp.sandbox.wire import Asked, GraphError, invalid, listed

if TYPE_CHECKING:
    from caravana.component.whatsapp.sandbox.sandbox import MetaSandbox

CONTAINER_LIFE = timedelta(hours=24)
CAPTION_MOST = 2200
USERNAME = "empresa_xyz"
RATIOS = (0.8, 1.91)
MOST_BYTES = 8 << 20


@dataclass
class Container:
    """What shall become a post. `status`: IN_PROGRESS, FINISHED, ERROR or PUBLISHED; EXPIRED follows from its age."""

    id: str
    made: datetime
    caption: str = ""
    image_url: str = ""
    item: bool = False
    children: list[str] = field(default_factory=list)
    status: str = "IN_PROGRESS"
    problem: str = ""
    media: str | None = None


@dataclass
class Remark:
    """One comment; `author` None: the account's own."""

    id: str
    media: str
    parent: str
    text: str
    author: Person | None
    made: datetime
    hidden: bool = False


class Instagram:
    """The Instagram account."""

    def __init__(self, sandbox: "MetaSandbox") -> None:
        """`sandbox`: whose it is."""
        self._sandbox = sandbox
        self.containers: dict[str, Container] = {}
        self.published: list[dict[str, Any]] = []
        self.remarks: dict[str, Remark] = {}
        self._budget = Window(sandbox.clock, 86_400)
        self._ids = itertools.count(17_900_000_000_000_001)

    def kind(self, node: str) -> str | None:
        """Return `container`, `ig_media` or `ig_comment`."""
        if node in self.containers:
            return "container"
        if node in self.remarks:
            return "ig_comment"
        return "ig_media" if any(one["id"] == node for one in self.published) else None

    def calls(self) -> dict[tuple[str, str, str], Any]:
        """Return what may be asked."""
        return {
            ("instagram", "", "GET"): self._account,
            ("instagram", "media", "POST"): self._create,
            ("instagram", "media", "GET"): self._list,
            ("instagram", "media_publish", "POST"): self._publish,
            ("instagram", "content_publishing_limit", "GET"): self._limit,
            ("container", "", "GET"): self._status,
            ("ig_media", "", "GET"): self._media,
            ("ig_media", "comments", "GET"): self._list_remarks,
            ("ig_media", "comments", "POST"): self._remark,
            ("ig_comment", "replies", "GET"): self._list_remarks,
            ("ig_comment", "replies", "POST"): self._remark,
            ("ig_comment", "", "POST"): self._hide,
            ("ig_comment", "", "DELETE"): self._delete,
        }

    async def _account(self, asked: Asked) -> dict[str, Any]:
        return {"id": asked.node, "username": USERNAME, "name": self._sandbox.account.name}

    async def _create(self, asked: Asked) -> dict[str, Any]:
        caption = asked.text("caption")
        if len(caption) > CAPTION_MOST:
            raise GraphError(100, "Invalid parameter", "The caption is too long", subcode=2207010)
        container = Container(str(next(self._ids)), self._sandbox.clock.now(), caption)
        if asked.text("media_type") == "CAROUSEL":
            container.children = self._children(asked)
        else:
            container.image_url = asked.needed("image_url")
            container.item = asked.flag("is_carousel_item", default=False)
        self.containers[container.id] = container
        self._sandbox.background(self._work(container))
        return {"id": container.id}

    def _children(self, asked: Asked) -> list[str]:
        given = asked.values.get("children")
        names = (
            asked.object("children")
            if isinstance(given, list) or str(given).startswith("[")
            else str(given or "").split(",")
        )
        if not 2 <= len(names) <= 10:
            raise GraphError(100, "Invalid parameter", "A carousel has 2 to 10 items", subcode=2207026)
        for name in names:
            item = self.containers.get(str(name))
            if item is None or not item.item:
                raise invalid(f"{name} is no carousel item")
        return [str(one) for one in names]

    async def _work(self, container: Container) -> None:
        await self._sandbox.clock.sleep(self._sandbox.account.container_after)
        container.problem = await self._problem(container)
        container.status = "ERROR" if container.problem else "FINISHED"

    async def _problem(self, container: Container) -> str:
        if not container.image_url:
            bad = [one for one in container.children if self.containers[one].status == "ERROR"]
            return f"item {bad[0]} failed" if bad else ""
        if not self._sandbox.account.fetch:
            return ""
        found = await self._sandbox.fetcher.fetch(container.image_url)
        if found.problem:
            return f"The media could not be fetched from this URI: {found.problem}"
        if found.mime_type != "image/jpeg" or len(found.content) > MOST_BYTES:
            return "Only photo or video can be accepted as media type: JPEG of at most 8 MB"
        try:
            with Image.open(io.BytesIO(found.content)) as image:
                kind, width, height = image.format, *image.size
        except (OSError, ValueError):
            return "The media is no picture"
        if kind != "JPEG" or not RATIOS[0] <= width / height <= RATIOS[1]:
            return "The aspect ratio or format is not supported"
        return ""

    async def _status(self, asked: Asked) -> dict[str, Any]:
        container = self.containers[asked.node]
        code = self._code(container)
        return {
            "id": container.id,
            "status_code": code,
            "status": f"{code.title()}: {container.problem}" if container.problem else code.title(),
        }

    def _code(self, container: Container) -> str:
        expired = self._sandbox.clock.now() - container.made > CONTAINER_LIFE
        return "EXPIRED" if expired and container.status != "PUBLISHED" else container.status

    async def _publish(self, asked: Asked) -> dict[str, Any]:
        container = self.containers.get(asked.needed("creation_id"))
        if container is None or container.item:
            raise GraphError(24, "The requested resource does not exist", subcode=2207006)
        code = self._code(container)
        if code == "PUBLISHED":
            raise GraphError(9004, "The media was published before", subcode=2207008)
        if code != "FINISHED":
            raise GraphError(
                9007, "Media ID is not available", "The media is not ready for publishing", subcode=2207027
            )
        if not self._budget.take("posts", self._sandbox.account.posts_a_day):
            raise GraphError(9, "Application request limit reached", subcode=2207042)
        container.status, container.media = "PUBLISHED", str(next(self._ids))
        images = (
            [container.image_url]
            if container.image_url
            else [self.containers[one].image_url for one in container.children]
        )
        self.published.append(
            {
                "id": container.media,
                "caption": container.caption,
                "media_type": "CAROUSEL_ALBUM" if container.children else "IMAGE",
                "images": images,
                "permalink": f"https://www.instagram.com/p/{container.media}/",
                "timestamp": self._sandbox.clock.now().strftime("%Y-%m-%dT%H:%M:%S+0000"),
            }
        )
        self._sandbox.effects["instagram"] += 1
        return {"id": container.media}

    async def _list(self, asked: Asked) -> dict[str, Any]:
        return listed(asked, list(reversed(self.published)), f"{asked.node}/media")

    async def _media(self, asked: Asked) -> dict[str, Any]:
        return next(one for one in self.published if one["id"] == asked.node)

    async def _limit(self, asked: Asked) -> dict[str, Any]:
        total = self._sandbox.account.posts_a_day
        return {
            "data": [{"quota_usage": len(self.published), "config": {"quota_total": total, "quota_duration": 86_400}}]
        }

    # Comments.

    async def _remark(self, asked: Asked) -> dict[str, Any]:
        return {"id": self.remark(asked.node, asked.needed("message"), None).id}

    def remark(self, parent: str, text: str, author: Person | None) -> Remark:
        """Put a comment below a post or a comment; `author` None: the account's own."""
        above = self.remarks.get(parent)
        media = above.media if above is not None else parent
        made = Remark(str(next(self._ids)), media, parent, text, author, self._sandbox.clock.now())
        self.remarks[made.id] = made
        told = {"id": made.id, "text": text, "from": self._author(made), "media": {"id": media}}
        self._sandbox.webhooks.instagram(told | ({"parent_id": parent} if above is not None else {}))
        return made

    def _author(self, remark: Remark) -> dict[str, str]:
        if remark.author is None:
            return {"id": self._sandbox.account.instagram_id, "username": USERNAME}
        return {"id": remark.author.psid, "username": remark.author.name.lower()}

    async def _list_remarks(self, asked: Asked) -> dict[str, Any]:
        found = [
            {
                "id": one.id,
                "text": one.text,
                "from": self._author(one),
                "username": self._author(one)["username"],
                "timestamp": one.made.strftime("%Y-%m-%dT%H:%M:%S+0000"),
                "hidden": one.hidden,
            }
            for one in self.remarks.values()
            if one.parent == asked.node
        ]
        return listed(asked, found, f"{asked.node}/{asked.edge}")

    async def _hide(self, asked: Asked) -> dict[str, Any]:
        self.remarks[asked.node].hidden = asked.flag("hide", default=False)
        return {"success": True}

    async def _delete(self, asked: Asked) -> dict[str, Any]:
        del self.remarks[asked.node]
        return {"success": True}
