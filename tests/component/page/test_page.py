"""Pages from templates: escaped, with strict headers, and refused at load when wrong."""

import re
from pathlib import Path

import pytest

import caravana.component.page
from caravana.component.page import PageComponent
from caravana.component.page.component import PageError
from caravana.kit.errors import ConfigurationError
from tests.component.harness import Hub, Recorder, local_of, make_exchange

COMMERCE = "package=caravana.commerce"


def hub_with(folder: Path, **templates: str) -> Hub:
    """Return a hub whose company has templates of its own."""
    for name, text in templates.items():
        (folder / f"{name}.html").write_text(text)
    return Hub(settings={"pages.folder": str(folder)})


async def test_values_are_escaped(tmp_path: Path) -> None:
    """What a customer or clerk wrote never becomes markup."""
    component = PageComponent(hub_with(tmp_path, hello="<p title='{{ name }}'>{{ name }}</p>"))
    exchange = make_exchange({"name": "<script>'&"})
    await local_of(component, f"page:hello.html?{COMMERCE}").process(exchange, Recorder())
    assert exchange.body == "<p title='&lt;script&gt;&#39;&amp;'>&lt;script&gt;&#39;&amp;</p>"


async def test_only_the_page_s_own_headers_go_out(tmp_path: Path) -> None:
    """The answer keeps the status and loses all else; scripts, frames and foreign forms are forbidden."""
    component = PageComponent(hub_with(tmp_path, hello="{{ body }}"))
    asked = {"Cookie": "a", "CamelHttpResponseCode": 404, "CaravanaPageFormAction": "https://pay.example"}
    exchange = make_exchange("x", asked)
    await local_of(component, f"page:hello.html?{COMMERCE}").process(exchange, Recorder())
    assert exchange.headers["CamelHttpResponseCode"] == 404
    assert exchange.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = exchange.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert policy.endswith("form-action 'self' https://pay.example")
    assert exchange.headers["Cache-Control"] == "no-store"
    assert not {"Cookie", "CaravanaPageFormAction"} & set(exchange.headers)


@pytest.mark.parametrize(("option", "policy"), [("", "no-referrer"), ("&referrer=origin", "origin")])
async def test_a_link_tells_nothing_of_the_page_unless_asked(tmp_path: Path, option: str, policy: str) -> None:
    """Addresses of pages may hold secrets, so links hide them; a page that must show where it is shows its host alone."""
    component = PageComponent(hub_with(tmp_path, hello="{{ body }}"))
    exchange = make_exchange("x")
    await local_of(component, f"page:hello.html?{COMMERCE}{option}").process(exchange, Recorder())
    assert exchange.headers["Referrer-Policy"] == policy


async def test_a_missing_value_is_an_error(tmp_path: Path) -> None:
    """A page never shows a hole where a value should stand."""
    component = PageComponent(hub_with(tmp_path, hello="{{ amount }}"))
    with pytest.raises(PageError, match="amount"):
        await local_of(component, f"page:hello.html?{COMMERCE}").process(make_exchange({}), Recorder())


async def test_a_style_sheet_may_be_kept() -> None:
    """A shipped style sheet is served as such, and browsers may keep it."""
    exchange = make_exchange()
    await local_of(PageComponent(Hub()), f"page:pay.css?{COMMERCE}&cache=true").process(exchange, Recorder())
    assert exchange.headers["Content-Type"] == "text/css; charset=utf-8"
    assert exchange.headers["Cache-Control"] == "public, max-age=3600"


@pytest.mark.parametrize("address", ["page:none.html", "page:pay.exe", "page:../flows.txt", "page:bad.html", "page:"])
def test_a_wrong_template_is_refused_at_load(tmp_path: Path, address: str) -> None:
    """A template that is missing, outside the folder, of no known kind or misspelt is told before anything runs."""
    component = PageComponent(hub_with(tmp_path, bad="{% if %}"))
    with pytest.raises(ConfigurationError):
        local_of(component, f"{address}?{COMMERCE}")


def test_the_route_of_the_readme() -> None:
    """The address shown can be built."""
    readme = (Path(caravana.component.page.__file__).parent / "README.md").read_text("utf-8")
    [address] = re.findall(r"- to: (page:\S+)", readme)
    local_of(PageComponent(Hub()), address)
