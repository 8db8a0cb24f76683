"""Comments below posts, answered publicly where the company wants it: once each, truly, and never to itself."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from caravana.component.whatsapp.sandbox import DeliveryPlan, ErrorFault
from caravana.component.whatsapp.sandbox.pages import Comment
from caravana.kit.sandbox import Fault
from caravana.testing.talk import Talk, open_talk
from tests.commerce.conversing import reviews, unfinished

LUIS, EVA = "593990000010", "593990000011"
PUBLIC = {"conversation.public_reply": True}


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    """A company that answers comments publicly too."""
    async with open_talk(tmp_path, page=True, settings=PUBLIC) as one:
        yield one


def below(talk: Talk, comment: Comment) -> list[str]:
    """Return what the page has answered below a comment."""
    found = talk.meta.pages.comments.values()
    return [one.message for one in found if one.parent == comment.id and one.author is None]


async def test_a_comment_is_answered_in_public_and_in_private(talk: Talk) -> None:
    """Below the comment stands that a private message came, and it did; the page's own answer is answered by nobody."""
    luis = talk.visitor(LUIS, "Luis Mora")
    asked = luis.comment("1234_5", "¿Cuánto cuesta la camiseta?")
    await talk.rest()
    [answer] = below(talk, asked)
    assert ("privado" in answer, "$" in answer, len(luis.received)) == (True, False, 1)
    assert len(talk.meta.pages.comments) == 2
    assert (await unfinished(talk), await reviews(talk)) == ([], [])


async def test_not_all_comments_get_the_same_words(talk: Talk) -> None:
    """There are several phrasings, so that a post is not full of one sentence."""
    visitors = [talk.visitor(f"59399000002{one}", f"Persona{one}") for one in range(8)]
    asked = [one.comment("1234_5", "¿Precio?") for one in visitors]
    await talk.rest()
    told = [below(talk, one)[0].replace(f"Persona{number}", "") for number, one in enumerate(asked)]
    assert len(set(told)) > 1


async def test_each_comment_once(talk: Talk) -> None:
    """A comment told twice, also in other words after a change, has one answer below it; a second comment has its own."""
    luis = talk.visitor(LUIS, "Luis")
    talk.meta.webhooks.plan = DeliveryPlan(times=2, reserialise=True)
    first = luis.comment("1234_5", "¿Precio?")
    await talk.rest()
    first.message = "¿Precio de la gorra?"
    talk.meta.pages._tell_comment(first, "add")
    second = luis.comment("1234_5", "¿Hola?")
    await talk.rest()
    assert [len(below(talk, one)) for one in (first, second)] == [1, 1]
    assert len(luis.received) == 1
    assert "Le escribimos" not in below(talk, second)[0]
    assert await unfinished(talk) == []


async def test_what_is_answered_by_nobody(talk: Talk) -> None:
    """The page's own comments, what customers answer each other, and who comments without end."""
    luis, eva = talk.visitor(LUIS, "Luis"), talk.visitor(EVA, "Eva")
    own = talk.meta.pages.comment("1234_5", "¡Gracias a todos!", None)
    asked = luis.comment("1234_5", "¿Precio?")
    between = talk.meta.pages.comment(asked.id, "A mí me costó poco", eva.person)
    await talk.rest()
    assert [len(below(talk, one)) for one in (own, asked, between)] == [0, 1, 0]
    many = [luis.comment("1234_5", f"¿Precio {number}?") for number in range(12)]
    await talk.rest()
    assert sum(len(below(talk, one)) for one in many) == 4
    assert (await unfinished(talk), await reviews(talk)) == ([], [])


async def test_a_comment_of_our_other_page(tmp_path: Path) -> None:
    """What a branch's page writes below another branch's post is no customer's."""
    more: dict[str, Any] = {
        "branches": {"norte": {"name": "Norte", "company": 1, "facebook_page": "4321"}},
    }
    async with open_talk(tmp_path, page=True, settings=PUBLIC, **more) as talk:
        talk.meta.webhooks.feed(
            {
                "item": "comment",
                "verb": "add",
                "comment_id": "1234_5_77",
                "post_id": "1234_5",
                "parent_id": "1234_5",
                "from": {"id": "4321", "name": "Empresa Norte"},
                "message": "¡Visítenos!",
                "created_time": int(talk.meta.seconds()),
            }
        )
        await talk.rest()
        assert (talk.meta.calls["page.messages.post"], len(talk.meta.pages.comments)) == (0, 0)
        assert await unfinished(talk) == []


async def test_whom_nobody_may_write_to(talk: Talk) -> None:
    """Where Meta refuses the private message, the public answer does not say that there is one, but where to write."""
    talk.meta.door.errors[:] = [ErrorFault("page.messages.post", 10903)]
    luis = talk.visitor(LUIS, "Luis")
    asked = luis.comment("1234_5", "¿Precio?")
    await talk.rest()
    [answer] = below(talk, asked)
    assert ("mensaje privado" in answer, "Le escribimos" in answer, "respondimos" in answer) == (True, False, False)
    assert await unfinished(talk) == []


async def test_a_comment_that_is_gone(talk: Talk) -> None:
    """A comment deleted before the answer leaves nothing open."""
    talk.meta.door.errors[:] = [ErrorFault("comment.comments.post", 100, subcode=33)]
    asked = talk.visitor(LUIS, "Luis").comment("1234_5", "¿Precio?")
    await talk.rest()
    assert below(talk, asked) == []
    assert (await unfinished(talk), await reviews(talk)) == ([], [])


async def test_a_lost_answer_is_looked_for(talk: Talk) -> None:
    """When Meta's answer is lost the comment is found, and not made again."""
    talk.meta.faults[:] = [Fault("comment.comments.post", "cut_after", times=1)]
    asked = talk.visitor(LUIS, "Luis").comment("1234_5", "¿Precio?")
    await talk.rest()
    assert len(below(talk, asked)) == 1


async def test_off_by_default(tmp_path: Path) -> None:
    """Without the setting nothing is written below a post."""
    async with open_talk(tmp_path, page=True) as talk:
        luis = talk.visitor(LUIS, "Luis")
        asked = luis.comment("1234_5", "¿Precio?")
        await talk.rest()
        assert (below(talk, asked), len(luis.received)) == ([], 1)
