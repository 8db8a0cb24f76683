"""What Odoo leaves of HTML that is written into one of its fields.

Bare text becomes a paragraph, as recorded from 19.0. Scripts, forms, event handlers, comments and unknown attributes go; `class`,
`id`, `title` and a few of Odoo's own stay, and of `style` what changes the look (documented).
"""

import re
from html import escape
from typing import Any

from lxml import html
from lxml.html import defs

KILLED = {
    "base",
    "button",
    "embed",
    "frame",
    "head",
    "iframe",
    "input",
    "link",
    "meta",
    "noscript",
    "object",
    "script",
    "select",
    "style",
    "textarea",
    "title",
}
"""Elements that go with all that is in them; of any other unknown one the content stays."""

KEPT = defs.tags | {"aside", "bdi", "main"}
KEPT -= {"applet", "blink", "body", "form", "frameset", "html", "marquee"}
ATTRIBUTES = defs.safe_attrs | {
    "data-id",
    "data-o-mail-quote",
    "data-oe-field",
    "data-oe-id",
    "data-oe-model",
    "data-oe-type",
    "style",
}
LINKS = {"action", "cite", "href", "longdesc", "src"}
STYLES = re.compile(
    r"(background-color|border(-[a-z-]+)?|caption-side|color|display|empty-cells|float|font-(family|size|style|weight)|height|"
    r"letter-spacing|line-height|margin(-[a-z]+)?|(max|min)-(width|height)|opacity|padding(-[a-z]+)?|table-layout|"
    r"text-(align|decoration|transform)|vertical-align|white-space|width)"
)
_SCRIPTED = re.compile(r"\s*(javascript|vbscript|data:(?!image/))", re.IGNORECASE)


def sanitised(text: str) -> str:
    """Return what a field keeps of `text`."""
    if not text.strip():
        return ""
    whole = html.document_fromstring(f"<body>{text if text.lstrip()[0] == '<' else f'<p>{text}</p>'}</body>")
    shell = next(whole.iter("body"), whole)
    for element in list(shell.iterdescendants()):
        _clean(element)
    kept = escape(shell.text or "", quote=False) + "".join(html.tostring(one, encoding="unicode") for one in shell)
    if len(shell) == 1 and kept.startswith("<div>") and kept.endswith("</div>"):
        kept = kept.removeprefix("<div>").removesuffix("</div>")
    return kept.replace("\xa0", "&nbsp;")


def _clean(element: Any) -> None:
    if not isinstance(element.tag, str) or element.tag in KILLED:
        element.drop_tree()
    elif element.tag not in KEPT:
        element.drop_tag()
    else:
        for name, value in element.attrib.items():
            if name not in ATTRIBUTES or (name in LINKS and _SCRIPTED.match(value)):
                del element.attrib[name]
        _restyle(element)


def _restyle(element: Any) -> None:
    pairs = (one.partition(":") for one in (element.attrib.pop("style", "") or "").split(";"))
    kept = [f"{name.strip().lower()}:{value}" for name, _, value in pairs if STYLES.fullmatch(name.strip().lower())]
    if kept:
        element.set("style", "; ".join(kept))
