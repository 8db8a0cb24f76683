"""Pictures of routes: valid SVG, everything in it, nothing that a strict page refuses."""

from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from caravana.engine.drawing import draw_routes
from caravana.route import model as m
from caravana.route import read_text
from tests.engine.conftest import route

if TYPE_CHECKING:
    from playwright.async_api import Browser

SVG = "{http://www.w3.org/2000/svg}"
STEPS = """
- choice:
    when:
      - simple: "${body} == '<paid>'"
        steps:
          - doTry:
              steps:
                - to: "direct:a?b=1&c=2"
              doCatch:
                - exception: [java.io.IOException]
                  steps:
                    - log: away
              doFinally:
                steps:
                  - log: asked
    otherwise:
      steps:
        - stop: {}
- split:
    simple: ${body}
    steps:
      - filter:
          simple: ${body}
          steps:
            - delay: {constant: 5}
"""


def picture(steps: str, name: str = "main") -> ElementTree.Element:
    return ElementTree.fromstring(draw_routes(read_text(route(steps, name=name)).routes))


def texts(svg: ElementTree.Element) -> list[str]:
    return [one.text or "" for one in svg.iter(f"{SVG}text")]


def test_each_step_and_branch_is_in_the_picture() -> None:
    """Steps, predicates of branches, catches and finally stand in it by name."""
    found = texts(picture(STEPS))
    for wanted in ("main", "from", "choice", "${body} == '<paid>'", "otherwise", "try", "catch IOException", "finally"):
        assert wanted in found, wanted
    assert "stop" in found
    assert any("b=1&c=2" in one for one in found)


def test_it_has_a_title_and_no_style_or_script() -> None:
    """Screen readers get a title and a description; a page with a strict policy can show it."""
    svg = picture(STEPS)
    assert svg.attrib["role"] == "img"
    assert svg[0].tag == f"{SVG}title"
    assert svg[0].text == "Route main"
    for node in svg.iter():
        assert "style" not in node.attrib
        assert node.tag not in (f"{SVG}style", f"{SVG}script")
        assert not any(name.startswith("on") for name in node.attrib)


def test_hostile_text_is_text() -> None:
    """Whatever a route file says stays text."""
    svg = picture("- log: '</text><script>alert(1)</script>'", name="main")
    assert not list(svg.iter(f"{SVG}script"))
    assert any("<script>" in one for one in texts(svg))


def test_branches_stand_side_by_side() -> None:
    """The branches of a choice begin at one height and at different places across."""
    svg = picture(STEPS)
    parents = {child: parent for parent in svg.iter() for child in parent}

    def position(label: str) -> tuple[float, float]:
        [node] = [one for one in svg.iter(f"{SVG}text") if one.text == label]
        x = y = 0.0
        here: ElementTree.Element | None = node
        while here is not None:
            if here.tag == f"{SVG}g":
                dx, dy = here.attrib["transform"].removeprefix("translate(").removesuffix(")").split()
                x, y = x + float(dx), y + float(dy)
            here = parents.get(here)
        return x, y

    paid, other = position("${body} == '<paid>'"), position("otherwise")
    assert paid[1] == other[1]
    assert paid[0] < other[0]


@pytest.mark.parametrize("step", sorted(m.STEPS))
def test_each_kind_of_step_has_words(step: str) -> None:
    """Every step of the model has a card of its own, not the fallback."""
    from caravana.engine.drawing.words import _TABLE

    assert m.STEPS[step] in _TABLE


@pytest.mark.browser
async def test_nothing_of_a_card_leaves_it(chromium: "Browser") -> None:
    """In a browser no text is wider than the card or label that it stands on."""
    page = await chromium.new_page()
    await page.set_content(draw_routes(read_text(route(STEPS)).routes))
    outside = await page.evaluate(
        """() => [...document.querySelectorAll('g')].flatMap(g => {
            const box = g.querySelector(':scope > rect'); if (!box) return [];
            const r = box.getBoundingClientRect();
            return [...g.querySelectorAll(':scope > text')].filter(t => {
                const b = t.getBoundingClientRect(); return b.left < r.left || b.right > r.right;
            }).map(t => t.textContent);
        })"""
    )
    await page.close()
    assert outside == []
