"""The builder refuses what a file would be refused for."""

from collections.abc import Callable
from typing import Any

import pytest

from caravana.route import RouteFileError
from caravana.route import model as m
from caravana.route.builder import constant, redelivery, route, simple

NAMELESS: Any = lambda body: body  # noqa: E731 - the point of the test


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        (lambda: route().from_("a:b").bean(NAMELESS), "`ref` is a Python callable, not its name"),
        (lambda: route().from_("a:b").to("a:b", when=len), "`when` is a Python callable"),
        (lambda: route().from_("a:b").log("x", loging="y"), "has no option `loging`"),
        (lambda: route().from_("a:b").log("x", logging_level="LOUD"), "it must be `TRACE`"),
        (lambda: route().from_("a:b").to("nothing"), "is no endpoint address"),
        (lambda: route().from_("a:b").from_("a:c"), "a route begins once"),
        (lambda: route("x").build(), "the route `x` has no `from_`"),
        (lambda: route().from_("a:b").end(), "closes nothing"),
        (lambda: route().from_("a:b").when(constant(1)), "`when` stands outside `choice`"),
        (lambda: route().from_("a:b").choice().stop(), "before its first `when`"),
        (lambda: route().from_("a:b").choice().otherwise().when(constant(1)), "behind `otherwise`"),
        (lambda: route().from_("a:b").do_try().do_finally().do_catch(), "`doFinally` is the last part"),
        (lambda: redelivery(redelivery_delay="soon"), "must be milliseconds"),
        (lambda: simple("x", trimm=True), "has no option `trimm`"),
    ],
)
def test_mistakes_are_refused(act: Callable[[], Any], expected: str) -> None:
    """A wrong name, value, nesting or a callable in place of its name is refused at once."""
    with pytest.raises(RouteFileError, match=expected.replace("(", r"\(")):
        act()


def test_open_blocks_are_closed_at_the_end() -> None:
    """`build` closes what is still open, inner blocks first."""
    made = route().from_("a:b").filter(simple("x")).choice().when(simple("y")).stop().build()
    inner = m.Choice(when=(m.When(expression=simple("y"), steps=(m.Stop(),)),))
    assert made.steps == (m.Filter(expression=simple("x"), steps=(inner,)),)


def test_placeholders_may_stand_for_any_value() -> None:
    """A placeholder is admitted where a number or a flag is wanted."""
    made = route(auto_startup="{{on}}").from_("a:b").split(simple("x"), timeout="{{t}}").build()
    assert made.auto_startup == "{{on}}"  # type: ignore[comparison-overlap]  # the text stays until it is resolved
