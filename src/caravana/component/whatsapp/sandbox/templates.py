"""Message templates: created, reviewed, listed, deleted, and filled in when they are sent."""

import asyncio
import itertools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from caravana.component.whatsapp.sandbox.checks import MEDIA, member, short
from caravana.component.whatsapp.sandbox.wire import Asked, GraphError, invalid, listed, unfit, unknown

if TYPE_CHECKING:
    from caravana.component.whatsapp.sandbox.sandbox import MetaSandbox

LIMIT = 250
CREATIONS_AN_HOUR = 100
_NAME = re.compile(r"[a-z0-9_]{1,512}")
_VARIABLE = re.compile(r"\{\{\s*([a-z0-9_]+)\s*\}\}")
CATEGORIES = ("UTILITY", "MARKETING", "AUTHENTICATION")


@dataclass
class Template:
    """One template in one language. `status`: PENDING, APPROVED, REJECTED, PAUSED or DISABLED."""

    id: str
    name: str
    language: str
    category: str
    components: list[dict[str, Any]]
    named: bool = False
    status: str = "PENDING"
    reason: str = "NONE"
    tries: list[str] = field(default_factory=list)

    def part(self, kind: str) -> dict[str, Any] | None:
        """Return the header, body or footer."""
        return next((one for one in self.components if str(one.get("type", "")).upper() == kind), None)

    def variables(self, kind: str) -> list[str]:
        """Return the variables of the header's or body's text, each once."""
        part = self.part(kind)
        return list(dict.fromkeys(_VARIABLE.findall(part.get("text") or ""))) if part is not None else []

    def buttons(self) -> list[dict[str, Any]]:
        """Return the buttons."""
        part = self.part("BUTTONS")
        return list(part.get("buttons") or []) if part is not None else []

    def shown(self) -> dict[str, Any]:
        """Return it as a list shows it."""
        return {
            "id": self.id,
            "name": self.name,
            "language": self.language,
            "category": self.category,
            "status": self.status,
            "components": self.components,
            "parameter_format": "NAMED" if self.named else "POSITIONAL",
            "rejected_reason": self.reason,
        }


class Templates:
    """The templates of the account."""

    def __init__(self, sandbox: "MetaSandbox") -> None:
        """`sandbox`: whose they are."""
        self._sandbox = sandbox
        self.all: list[Template] = []
        self._ids = itertools.count(5_500_000_000_034)

    def add(
        self, name: str, language: str, text: str, *, category: str = "UTILITY", status: str = "APPROVED", **parts: Any
    ) -> Template:
        """Put a template there as if it had been created: for tests and demos.

        `parts`: further components by kind (`header={"format": "DOCUMENT"}`, `buttons=[{"type": "QUICK_REPLY", …}]`).
        """
        components = [{"type": "BODY", "text": text}]
        for kind, value in parts.items():
            components.append({"type": kind.upper(), **({"buttons": value} if kind == "buttons" else value)})
        named = any(not one.isdigit() for one in _VARIABLE.findall(text))
        template = Template(str(next(self._ids)), name, language, category, components, named, status)
        self.all.append(template)
        return template

    def kind(self, node: str) -> str | None:
        """Return `template` for a template's id."""
        return "template" if any(one.id == node for one in self.all) else None

    def calls(self) -> dict[tuple[str, str, str], Any]:
        """Return what may be asked."""
        return {
            ("account", "message_templates", "GET"): self._list,
            ("account", "message_templates", "POST"): self._create,
            ("account", "message_templates", "DELETE"): self._delete,
            ("template", "", "GET"): self._get,
            ("template", "", "POST"): self._edit,
        }

    async def _list(self, asked: Asked) -> dict[str, Any]:
        name, status = asked.text("name"), asked.text("status")
        found = [one.shown() for one in self.all if name in ("", one.name) and status in ("", one.status)]
        answer = listed(asked, found, f"{asked.node}/message_templates")
        if asked.text("summary"):
            answer["summary"] = {
                "total_count": len(found),
                "message_template_count": len(self.all),
                "message_template_limit": LIMIT,
                "are_translations_complete": True,
            }
        return answer

    async def _create(self, asked: Asked) -> dict[str, Any]:
        name, language = asked.needed("name"), asked.needed("language")
        category = asked.needed("category").upper()
        components = asked.object("components")
        self._check(name, category, components)
        if any((one.name, one.language) == (name, language) for one in self.all):
            text = "There is already content in this language for this template"
            raise GraphError(100, "Invalid parameter", text, subcode=2388024)
        if len(self.all) >= LIMIT:
            raise GraphError(100, "Invalid parameter", "Message template limit reached", subcode=2388019)
        if not self._sandbox.creations.take("templates", CREATIONS_AN_HOUR):
            raise GraphError(80008, "There have been too many calls to this WhatsApp Business account")
        named = asked.text("parameter_format").upper() == "NAMED"
        template = Template(str(next(self._ids)), name, language, category, components, named)
        self.all.append(template)
        self._sandbox.effects["template"] += 1
        self._sandbox.background(self._review(template))
        return {"id": template.id, "status": template.status, "category": template.category}

    def _check(self, name: str, category: str, components: Any) -> None:
        if not _NAME.fullmatch(name):
            raise invalid("name may hold lower-case letters, digits and underscores")
        if category not in CATEGORIES:
            raise invalid(f"category must be one of {', '.join(CATEGORIES)}")
        if not isinstance(components, list):
            raise invalid("components must be a list")
        body = next((one for one in components if str(one.get("type", "")).upper() == "BODY"), None)
        if body is None and category != "AUTHENTICATION":
            raise invalid("components must have a BODY")
        text = str((body or {}).get("text") or "")
        if len(text) > 1024:
            raise GraphError(100, "Invalid parameter", "The body is too long", subcode=2388040)
        if re.match(r"^\s*\{\{", text) or re.search(r"\}\}\s*$", text):
            details = "Variables can't be at the start or end of the template"
            raise GraphError(100, "Invalid parameter", details, subcode=2388299)
        for one in components:
            for button in one.get("buttons") or ():
                short(button.get("text"), 25, "button text")
            if len(one.get("buttons") or ()) > 10:
                raise unfit("at most 10 buttons")

    async def _review(self, template: Template) -> None:
        account = self._sandbox.account
        if account.review == "PENDING":
            return
        await self._sandbox.clock.sleep(account.review_after)
        self.decide(template, account.review)

    def decide(self, template: Template, status: str, reason: str = "NONE") -> None:
        """Change a template's status, and tell it."""
        template.status = status
        template.reason = "INVALID_FORMAT" if status == "REJECTED" and reason == "NONE" else reason
        self._sandbox.webhooks.event(
            "message_template_status_update",
            {
                "event": status,
                "message_template_id": int(template.id),
                "message_template_name": template.name,
                "message_template_language": template.language,
                "reason": template.reason,
                "message_template_category": template.category,
            },
        )

    async def _delete(self, asked: Asked) -> dict[str, Any]:
        name, number = asked.needed("name"), asked.text("hsm_id")
        found = [one for one in self.all if one.name == name and number in ("", one.id)]
        if not found:
            raise GraphError(100, "Invalid parameter", "Message template not found", subcode=2593002)
        self.all = [one for one in self.all if one not in found]
        return {"success": True}

    async def _get(self, asked: Asked) -> dict[str, Any]:
        return self._by_id(asked.node).shown()

    async def _edit(self, asked: Asked) -> dict[str, Any]:
        template = self._by_id(asked.node)
        components = asked.object("components")
        if components is not None:
            self._check(template.name, template.category, components)
            template.components, template.status = components, "PENDING"
            await asyncio.sleep(0)
            self._sandbox.background(self._review(template))
        return {"success": True}

    def _by_id(self, node: str) -> Template:
        found = next((one for one in self.all if one.id == node), None)
        if found is None:
            raise unknown(node)
        return found

    def filled(self, content: dict[str, Any], *, by_phone: bool) -> dict[str, Any]:
        """Return what the person sees of a sent template. Raises `GraphError` when it does not fit."""
        name = member(content, "name", "template")
        language = member(member(content, "language", "template", dict), "code", "language")
        template = next((one for one in self.all if (one.name, one.language) == (name, language)), None)
        if template is None or template.status in ("PENDING", "REJECTED"):
            details = f"template name ({name}) does not exist in {language}"
            raise GraphError(132001, "Template name does not exist in the translation", details)
        if template.status in ("PAUSED", "DISABLED"):
            code = 132015 if template.status == "PAUSED" else 132016
            raise GraphError(code, f"Template is {template.status.lower()}", f"template ({name})")
        if template.category == "AUTHENTICATION" and not by_phone:
            raise GraphError(131062, "Business-scoped user ID recipients are not supported for this message")
        given = content.get("components") or []
        if not isinstance(given, list):
            raise invalid("template['components'] must be a list")
        parts = {str(one.get("type", "")).upper(): one.get("parameters") or [] for one in given if _is_part(one)}
        shown: dict[str, Any] = {"name": name, "language": language, "category": template.category}
        shown["header"] = self._header(template, parts.get("HEADER", []))
        shown["body"] = _text(template, "BODY", parts.get("BODY", []))
        footer = template.part("FOOTER")
        shown["footer"] = (footer or {}).get("text", "")
        shown["buttons"] = _buttons(template, given)
        return shown

    def _header(self, template: Template, given: list[Any]) -> Any:
        part = template.part("HEADER")
        kind = str((part or {}).get("format") or "TEXT").lower()
        if part is None or kind == "text":
            return _text(template, "HEADER", given)
        if len(given) != 1:
            raise GraphError(
                132012, "Parameter format does not match", f"header: expected {kind.upper()}, received UNKNOWN"
            )
        [one] = given
        if one.get("type") != kind or (kind in MEDIA and not isinstance(one.get(kind), dict)):
            received = str(one.get("type", "")).upper()
            raise GraphError(
                132012, "Parameter format does not match", f"header: expected {kind.upper()}, received {received}"
            )
        return {"type": kind, **one[kind]}


def _is_part(one: Any) -> bool:
    if not isinstance(one, dict):
        raise invalid("template['components'] must hold objects")
    return str(one.get("type", "")).upper() in ("HEADER", "BODY")


def _text(template: Template, kind: str, given: list[Any]) -> str:
    """The text with its variables filled in. Raises `GraphError` for another number or another kind of them."""
    wanted = template.variables(kind)
    if len(given) != len(wanted):
        numbers = f"({len(given)}) does not match the expected number of params ({len(wanted)})"
        details = f"{kind.lower()}: number of localizable_params {numbers}"
        raise GraphError(132000, "Number of parameters does not match the expected number of params", details)
    values: dict[str, str] = {}
    for number, one in enumerate(given, 1):
        if one.get("type") not in ("text", "currency", "date_time"):
            raise GraphError(132012, "Parameter format does not match", f"{kind.lower()}: expected TEXT")
        name = str(one.get("parameter_name") or "") if template.named else str(number)
        if name not in wanted:
            raise GraphError(132012, "Parameter format does not match", f"Parameter name is missing or empty: {name}")
        value = one.get("text")
        if not isinstance(value, str):
            value = str((one.get(one["type"]) or {}).get("fallback_value") or "")
        if not value or re.search(r"[\n\t]| {5,}", value):
            raise GraphError(
                132018, "There is an issue with the parameters", "Param text cannot have new-line/tab characters"
            )
        values[name] = value
    text = str((template.part(kind) or {}).get("text") or "")
    return _VARIABLE.sub(lambda found: values[found[1]], text)


def _buttons(template: Template, given: list[Any]) -> list[dict[str, Any]]:
    """The buttons, with payloads and endings of addresses as they were sent."""
    buttons = [dict(one) for one in template.buttons()]
    for one in given:
        if str(one.get("type", "")).upper() != "BUTTON":
            continue
        try:
            button = buttons[int(one.get("index"))]
        except (TypeError, ValueError, IndexError):
            raise GraphError(
                132012, "Parameter format does not match", "buttons: there is no button with this index"
            ) from None
        for parameter in one.get("parameters") or ():
            button["payload" if parameter.get("type") == "payload" else "suffix"] = parameter.get(
                "payload"
            ) or parameter.get("text")
    needed = [one for one in buttons if "{{" in str(one.get("url", "")) and not one.get("suffix")]
    if needed:
        raise GraphError(131008, "Required parameter is missing", "buttons: Button of type URL requires a parameter")
    return buttons
