"""The recorded exchanges: reading them, and their calls in one form whatever the protocol."""

import json
import re
import xmlrpc.client
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "data" / "odoo-contract" / "19.0"
SHORTENED = re.compile(r"<(PORTAL_TOKEN|traceback shortened|\d+ chars base64 shortened)>")
OUTGOING = ("i10_outgoing_webhook_request", "i11_outgoing_webhook_stock_quant")


@dataclass(frozen=True)
class Exchange:
    """One recorded request with its answer; bodies are parsed, XML ones too, and placeholders are plain words."""

    name: str
    method: str
    path: str
    headers: dict[str, str]
    body: Any
    status: int
    answer_headers: dict[str, str]
    answer: Any

    @property
    def is_xml(self) -> bool:
        """Whether it is XML-RPC."""
        return self.path.startswith("/xmlrpc")


def read(name: str) -> Exchange:
    """Return the exchange recorded under `name`."""
    told = json.loads((FOLDER / f"{name}.json").read_text())
    asked, answered = told["request"], told["response"]
    return Exchange(
        name,
        asked["method"],
        asked["path"],
        dict(asked["headers"]),
        parse(asked["body"]),
        answered["status"],
        answered.get("headers", {}),
        parse(answered["body"]),
    )


def names() -> list[str]:
    """Return the names of all exchanges."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def parse(body: Any) -> Any:
    """Return a body without placeholders; an XML one as its values, a fault as {faultCode, faultString}."""
    if isinstance(body, dict | list):
        return json.loads(plain(json.dumps(body)))
    if not isinstance(body, str):
        return body
    text = plain(body)
    if not text.lstrip().startswith("<?xml"):
        return text
    return parse_xml(text)


def parse_xml(text: str) -> Any:
    """Return the values of an XML-RPC request or answer."""
    try:
        values, method = xmlrpc.client.loads(text, use_builtin_types=True)
    except xmlrpc.client.Fault as fault:
        return {"faultCode": fault.faultCode, "faultString": fault.faultString}
    return {"method": method, "args": list(values)} if method else values[0]


def plain(text: str) -> str:
    """Return `text` with words instead of placeholders; what stood for base64 stays base64."""
    text = text.replace("<API_KEY>", "API-KEY").replace("<PASSWORD>", "PASS-WORD")
    return SHORTENED.sub(lambda found: "token" if "PORTAL" in found[0] else "", text)
