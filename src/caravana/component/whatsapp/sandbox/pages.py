"""The page: posts, photos, comments, and what the app gets of it. Its Messenger: `messenger`."""

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from caravana.component.whatsapp.sandbox.people import Person
from caravana.component.whatsapp.sandbox.wire import Asked, GraphError, invalid, listed

if TYPE_CHECKING:
    from caravana.component.whatsapp.sandbox.sandbox import MetaSandbox

SOON, FAR = timedelta(minutes=10), timedelta(days=30)
PICTURES = ("image/jpeg", "image/png", "image/gif", "image/webp", "image/tiff")
EQUAL_WITHIN = timedelta(minutes=1)


@dataclass
class Photo:
    """One photo of the page; `post` is the post that it made, None while it is not published."""

    id: str
    content: bytes
    mime_type: str
    caption: str = ""
    post: str | None = None


@dataclass
class Comment:
    """One comment; `author` None: the page's own. `replied`: a private reply was sent."""

    id: str
    parent: str
    post: str
    message: str
    author: Person | None
    made: datetime
    hidden: bool = False
    replied: bool = False


@dataclass
class Post:
    """One post. `at`: when it appears; `photos`: ids of what is attached."""

    id: str
    message: str
    link: str
    made: datetime
    at: datetime
    photos: list[str] = field(default_factory=list)


class Pages:
    """The page, and what people do there."""

    def __init__(self, sandbox: "MetaSandbox") -> None:
        """`sandbox`: whose it is."""
        self._sandbox = sandbox
        self.posts: dict[str, Post] = {}
        self.photos: dict[str, Photo] = {}
        self.comments: dict[str, Comment] = {}
        self._numbers = itertools.count(44)

    def kind(self, node: str) -> str | None:
        """Return `post`, `photo` or `comment`."""
        if node in self.posts:
            return "post"
        if node in self.comments:
            return "comment"
        return "photo" if node in self.photos else None

    def calls(self) -> dict[tuple[str, str, str], Any]:
        """Return what may be asked."""
        return {
            ("page", "", "GET"): self._page,
            ("page", "feed", "POST"): self._publish,
            ("page", "feed", "GET"): self._feed,
            ("page", "scheduled_posts", "GET"): self._scheduled,
            ("page", "photos", "POST"): self._photo,
            ("page", "subscribed_apps", "GET"): self._apps,
            ("page", "subscribed_apps", "POST"): self._subscribe,
            ("page", "subscribed_apps", "DELETE"): self._unsubscribe,
            ("post", "", "GET"): self._get_post,
            ("post", "", "POST"): self._edit_post,
            ("post", "", "DELETE"): self._delete_post,
            ("photo", "", "GET"): self._get_photo,
            ("photo", "", "DELETE"): self._delete_photo,
            ("post", "comments", "GET"): self._list_comments,
            ("post", "comments", "POST"): self._comment,
            ("comment", "comments", "GET"): self._list_comments,
            ("comment", "comments", "POST"): self._comment,
            ("comment", "", "GET"): self._get_comment,
            ("comment", "", "POST"): self._edit_comment,
            ("comment", "", "DELETE"): self._delete_comment,
        }

    async def _page(self, asked: Asked) -> dict[str, Any]:
        page = {"id": asked.node, "name": self._sandbox.account.name}
        if "access_token" in asked.text("fields"):
            page["access_token"] = self._sandbox.door.page_token
        if "instagram_business_account" in asked.text("fields"):
            page["instagram_business_account"] = {"id": self._sandbox.account.instagram_id}  # type: ignore[assignment]
        return page

    # Posts and photos.

    async def _publish(self, asked: Asked) -> dict[str, Any]:
        message, link = asked.text("message"), asked.text("link")
        media = asked.object("attached_media") or []
        if not message and not link and not media:
            raise invalid("a post needs message, link or attached_media")
        photos = [self._attached(one) for one in media]
        now = self._sandbox.clock.now()
        if self._sandbox.account.refuse_equal_posts and self._is_repeated(message, now):
            raise GraphError(506, "Duplicate status message")
        at = self._when(asked, now)
        post = Post(self._new_id(), message, link, now, at, [one.id for one in photos])
        self.posts[post.id] = post
        for photo in photos:
            photo.post = post.id
        if at <= now:
            self._tell_post(post)
        return {"id": post.id}

    def _when(self, asked: Asked, now: datetime) -> datetime:
        if asked.flag("published", default=True):
            return now
        text = asked.text("scheduled_publish_time")
        if not text:
            return datetime.max.replace(tzinfo=UTC)
        try:
            at = datetime.fromtimestamp(int(text), UTC)
        except ValueError:
            raise invalid("scheduled_publish_time must be a Unix time") from None
        if not now + SOON <= at <= now + FAR and self._sandbox.account.strict_ids:
            raise GraphError(100, "The specified scheduled publish time is invalid.", subcode=1363037)
        return at

    def _attached(self, one: Any) -> Photo:
        name = one.get("media_fbid") if isinstance(one, dict) else None
        photo = self.photos.get(str(name))
        if photo is None:
            if self._sandbox.account.strict_ids:
                raise invalid(f"there is no photo {name}")
            photo = self.photos[str(name)] = Photo(str(name), b"", "image/jpeg")
        if photo.post is not None:
            raise invalid(f"the photo {name} is published already")
        return photo

    def _is_repeated(self, message: str, now: datetime) -> bool:
        return any(one.message == message and now - one.made < EQUAL_WITHIN for one in self.posts.values())

    def _new_id(self) -> str:
        return f"{self._sandbox.account.page_id}_{next(self._numbers)}"

    async def _photo(self, asked: Asked) -> dict[str, Any]:
        content, mime_type = await self._picture(asked)
        photo = Photo(
            str(700_000 + next(self._numbers)), content, mime_type, asked.text("caption") or asked.text("message")
        )
        self.photos[photo.id] = photo
        if not asked.flag("published", default=True):
            return {"id": photo.id}
        now = self._sandbox.clock.now()
        post = Post(self._new_id(), photo.caption, "", now, now, [photo.id])
        self.posts[post.id], photo.post = post, post.id
        self._tell_post(post)
        return {"id": photo.id, "post_id": post.id}

    async def _picture(self, asked: Asked) -> tuple[bytes, str]:
        if asked.files:
            [file, *_] = asked.files.values()
            return file.content, file.mime_type
        url = asked.text("url")
        if not url:
            raise GraphError(324, "Missing or invalid image file")
        if not self._sandbox.account.fetch:
            return b"", "image/jpeg"
        found = await self._sandbox.fetcher.fetch(url)
        if found.problem or found.mime_type not in PICTURES:
            problem = found.problem or f"{found.mime_type} is no picture"
            raise GraphError(324, "Missing or invalid image file", f"Cannot fetch: {problem}")
        return found.content, found.mime_type

    async def _feed(self, asked: Asked) -> dict[str, Any]:
        now = self._sandbox.clock.now()
        found = [self._shown(one) for one in reversed(self.posts.values()) if one.at <= now]
        return listed(asked, found, f"{asked.node}/feed")

    async def _scheduled(self, asked: Asked) -> dict[str, Any]:
        now = self._sandbox.clock.now()
        found = [self._shown(one) for one in self.posts.values() if now < one.at < datetime.max.replace(tzinfo=UTC)]
        return listed(asked, found, f"{asked.node}/scheduled_posts")

    def _shown(self, post: Post) -> dict[str, Any]:
        moment = post.at if post.at < datetime.max.replace(tzinfo=UTC) else post.made
        media = [{"media": {"image": {"src": ""}}, "target": {"id": one}, "type": "photo"} for one in post.photos]
        return {
            "id": post.id,
            "message": post.message,
            "created_time": _moment(moment),
            "is_published": post.at <= self._sandbox.clock.now(),
            "scheduled_publish_time": int(moment.timestamp()),
            "permalink_url": f"https://www.facebook.com/{post.id}",
            "attachments": {"data": media},
        }

    async def _get_post(self, asked: Asked) -> dict[str, Any]:
        return _chosen(asked, self._shown(self.posts[asked.node]))

    async def _edit_post(self, asked: Asked) -> dict[str, Any]:
        post = self.posts[asked.node]
        post.message = asked.text("message", post.message)
        if asked.values.get("is_published") is not None and asked.flag("is_published", default=True):
            post.at = self._sandbox.clock.now()
        return {"success": True}

    async def _delete_post(self, asked: Asked) -> dict[str, Any]:
        del self.posts[asked.node]
        return {"success": True}

    async def _get_photo(self, asked: Asked) -> dict[str, Any]:
        photo = self.photos[asked.node]
        return {"id": photo.id, "name": photo.caption}

    async def _delete_photo(self, asked: Asked) -> dict[str, Any]:
        del self.photos[asked.node]
        return {"success": True}

    def _tell_post(self, post: Post) -> None:
        self._sandbox.webhooks.feed(
            {
                "item": "photo" if post.photos else "status",
                "verb": "add",
                "post_id": post.id,
                "from": self._itself(),
                "message": post.message,
                "created_time": int(self._sandbox.seconds()),
            }
        )

    def _itself(self) -> dict[str, str]:
        return {"id": self._sandbox.account.page_id, "name": self._sandbox.account.name}

    # Comments.

    async def _comment(self, asked: Asked) -> dict[str, Any]:
        if not asked.text("message") and not asked.text("attachment_url"):
            raise invalid("a comment needs a message")
        return {"id": self.comment(asked.node, asked.text("message"), None).id}

    def comment(self, parent: str, message: str, author: Person | None) -> Comment:
        """Put a comment below a post or a comment; `author` None: the page's own."""
        above = self.comments.get(parent)
        post = above.post if above is not None else parent
        number = next(self._numbers)
        comment = Comment(f"{post}_{number}", parent, post, message, author, self._sandbox.clock.now())
        self.comments[comment.id] = comment
        self._tell_comment(comment, "add")
        return comment

    def _tell_comment(self, comment: Comment, verb: str) -> None:
        author = comment.author
        who = self._itself() if author is None else {"id": author.psid, "name": author.name}
        self._sandbox.webhooks.feed(
            {
                "item": "comment",
                "verb": verb,
                "comment_id": comment.id,
                "post_id": comment.post,
                "parent_id": comment.parent,
                "from": who,
                "message": comment.message,
                "created_time": int(comment.made.timestamp()),
            }
        )

    async def _list_comments(self, asked: Asked) -> dict[str, Any]:
        found = [self._shown_comment(one) for one in self.comments.values() if one.parent == asked.node]
        return listed(asked, found, f"{asked.node}/comments")

    def _shown_comment(self, comment: Comment) -> dict[str, Any]:
        author = comment.author
        who = self._itself() if author is None else {"id": author.psid, "name": author.name}
        return {
            "id": comment.id,
            "message": comment.message,
            "from": who,
            "created_time": _moment(comment.made),
            "is_hidden": comment.hidden,
        }

    async def _get_comment(self, asked: Asked) -> dict[str, Any]:
        return _chosen(asked, self._shown_comment(self.comments[asked.node]))

    async def _edit_comment(self, asked: Asked) -> dict[str, Any]:
        comment = self.comments[asked.node]
        comment.message = asked.text("message", comment.message)
        comment.hidden = asked.flag("is_hidden", default=comment.hidden)
        return {"success": True}

    async def _delete_comment(self, asked: Asked) -> dict[str, Any]:
        del self.comments[asked.node]
        return {"success": True}

    # Subscriptions.

    async def _apps(self, asked: Asked) -> dict[str, Any]:
        if asked.node not in self._sandbox.webhooks.subscribed:
            return {"data": []}
        fields = self._sandbox.webhooks.wanted.get(asked.node, self._sandbox.fields_of_page)
        return {"data": [{"id": self._sandbox.account.app_id, "subscribed_fields": list(fields)}]}

    async def _subscribe(self, asked: Asked) -> dict[str, Any]:
        given = asked.values.get("subscribed_fields")
        loose = isinstance(given, str) and not given.startswith("[")
        fields = given.split(",") if loose and isinstance(given, str) else asked.object("subscribed_fields")
        if not fields:
            raise invalid("The parameter subscribed_fields is required")
        self._sandbox.webhooks.subscribed[asked.node] = ""
        self._sandbox.webhooks.wanted[asked.node] = tuple(str(one) for one in fields)
        return {"success": True}

    async def _unsubscribe(self, asked: Asked) -> dict[str, Any]:
        self._sandbox.webhooks.subscribed.pop(asked.node, None)
        self._sandbox.webhooks.wanted.pop(asked.node, None)
        return {"success": True}


def _chosen(asked: Asked, whole: dict[str, Any]) -> dict[str, Any]:
    fields = [one.partition("{")[0] for one in asked.text("fields").split(",") if one]
    return {name: whole[name] for name in dict.fromkeys(("id", *fields)) if name in whole} if fields else whole


def _moment(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
