"""The pure callables of the review flow, named `tasks.…` in its routes: what waits for a person, as a task in Odoo."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from html import escape
from typing import Any

from caravana.kit.callables import Configured, pure
from caravana.kit.errors import ConfigurationError, Unmappable
from caravana.kit.sentences import said

Variables = Mapping[str, Any]
SUMMARIES: Mapping[str, str] = {
    "item": "Revisar: {title}",
    "in_doubt": "Aclarar un resultado dudoso",
    "dead": "Revisar un mensaje detenido",
    "dead_letter": "Revisar un mensaje apartado",
    "circuit": "Un socio no responde: {title}",
    "more": "Hay más asuntos que esperan",
}
TEXTS: Mapping[str, str] = {
    "item": "",
    "in_doubt": "No se sabe si esto se hizo en el sistema del socio (ruta {title}). Compruébelo allí antes de decidir.",
    "dead": "Un mensaje no se pudo procesar y espera (ruta {title}).",
    "dead_letter": "Una parte de un mensaje no se pudo procesar y quedó apartada (ruta {title}).",
    "circuit": "Hace rato que {title} no responde. Los mensajes esperan y siguen solos cuando responda.",
    "more": "Además de las tareas abiertas hay otros {count} asuntos en la lista de Caravana.",
}
"""By kind of item: what it is, in the clerk's words."""
SETTLES = "Cuando esté resuelto, marque esta actividad como hecha y escriba cómo: con eso sale también de la lista de Caravana."
STAYS = "Esto no se resuelve cerrando la actividad: {remedy}. La actividad se cierra sola cuando esté resuelto."
NO_REASON = "La actividad anterior se cerró sin escribir cómo se resolvió, y el asunto sigue en la lista."
NOT_HERE = "La actividad anterior se cerró, pero el asunto sigue pendiente."
CLOSING = "Resuelto: ya no espera en Caravana."
TIMES = 3
"""How often one matter may become a task: who closes it three times has seen it, and it stays on the hub's list."""


@dataclass(frozen=True)
class Place:
    """What the review flow knows of a branch: its connection to Odoo, company and person."""

    connection: str = "odoo"
    company: int | None = None
    person: str | int | None = None


@dataclass(frozen=True)
class TaskSettings:
    """Whose the tasks are.

    `person`: login or number of the Odoo user; None: the hub's own user. `branches`: by name, `general` for what has none.
    """

    general: Place = Place()
    branches: Mapping[str, Place] = field(default_factory=dict)


class Tasks(Configured):
    """Mappings between items of the review list and tasks in Odoo."""

    def __init__(self, settings: TaskSettings) -> None:
        """`settings`: persons by branch."""
        self._settings = settings

    @property
    def settings(self) -> dict[str, Any]:
        """Persons by branch."""
        return asdict(self._settings)

    def with_settings(self, settings: Mapping[str, Any]) -> "Tasks":
        """Return the same mappings under the settings of an earlier revision. Raises `ConfigurationError`."""
        try:
            branches = {name: Place(**one) for name, one in settings["branches"].items()}
            return Tasks(TaskSettings(Place(**settings["general"]), branches))
        except (KeyError, TypeError) as error:
            raise ConfigurationError(f"the settings of `tasks` were others then: {error}") from None

    # Telling.

    @pure
    def task(self, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the task that the item becomes, or None: that this Odoo is away cannot be told in it."""
        item = body["item"]
        place = self._settings.branches.get(item["branch"] or "", self._settings.general)
        if _is_about(item, place.connection):
            return None
        return {
            **asdict(place),
            "item": {name: item[name] for name in ("kind", "id", "settles")},
            "record": item["record"],
            "summary": _summary(item),
            "text": _text(item),
            "mark": "review_" + blake2b(f"{body['name']}@{body['told']}".encode(), digest_size=8).hexdigest(),
            "times": 1,
        }

    @pure
    def person_question(self, variables: Variables) -> dict[str, Any] | None:
        """Return the search for the user of that login; None when there is nothing to ask."""
        person = variables["task"]["person"]
        return {"domain": [["login", "=", person]]} if isinstance(person, str) else None

    @pure
    def place(self, variables: Variables) -> dict[str, Any] | None:
        """Return the record that the task is about, if it is there."""
        record = variables["task"]["record"]
        return record if record and record["id"] in (variables["there"] or []) else None

    @pure
    def company_question(self, variables: Variables) -> dict[str, Any]:
        """Return the search for the company's own contact."""
        company = variables["task"]["company"]
        return {"domain": [] if company is None else [["id", "=", company]]}

    @pure
    def company_place(self, variables: Variables) -> dict[str, Any]:
        """Return the company's own contact. Raises `Unmappable` when Odoo shows no such company."""
        if not variables["companies"]:
            raise Unmappable(f"Odoo shows no company {variables['task']['company'] or ''} for the task")
        return {"model": "res.partner", "id": variables["companies"][0]["partner_id"][0]}

    @pure
    def activity(self, variables: Variables) -> dict[str, Any]:
        """Return the body of the task."""
        task = variables["task"]
        lines = [*task["text"].splitlines(), f"Caravana {_mark(task)}"]
        return {
            "id": variables["place"]["id"],
            "summary": task["summary"],
            "note": "".join(f"<p>{escape(line, quote=False)}</p>" for line in lines),
            "user_id": _user(task["person"], variables["users"]),
            "external_id": _mark(task),
        }

    @pure
    def kept(self, variables: Variables) -> dict[str, Any]:
        """Return what is stored of a task that was made."""
        task, place = variables["task"], variables["place"]
        made = {"activity_id": variables["made"]["id"], "model": place["model"], "res_id": place["id"]}
        return {**made, "connection": task["connection"], "mark": _mark(task), "task": task}

    @pure
    def closing(self, variables: Variables) -> dict[str, Any]:
        """Return the word with which the task is closed."""
        return {"id": variables["kept"]["activity_id"], "feedback": CLOSING}

    # Answers.

    @pure
    def is_answer(self, variables: Variables) -> bool:
        """Whether the closed task is the one that is open for the item."""
        kept = variables["kept"]
        return kept is not None and bool(kept["activity_id"] == variables["answer"]["activity_id"])

    @pure
    def settles(self, variables: Variables) -> bool:
        """Whether what the person wrote settles the item."""
        return bool(variables["kept"]["task"]["item"]["settles"] and variables["answer"]["feedback"])

    @pure
    def word(self, variables: Variables) -> dict[str, str]:
        """Return whose word settles which item, and why."""
        answer = variables["answer"]
        who = f"{answer['by'] or 'somebody'} (Odoo)"
        return {"id": variables["kept"]["task"]["item"]["id"], "actor": who, "reason": answer["feedback"]}

    @pure
    def comes_back(self, variables: Variables) -> bool:
        """Whether the task is made again."""
        return bool(variables["kept"]["task"]["times"] < TIMES)

    @pure
    def again(self, variables: Variables) -> dict[str, Any]:
        """Return the task once more, saying why."""
        task = variables["kept"]["task"]
        why = NO_REASON if task["item"]["settles"] else NOT_HERE
        text = task["text"] if task["times"] > 1 else f"{why}\n{task['text']}"
        return {**task, "times": task["times"] + 1, "text": text}


def _is_about(item: Mapping[str, Any], connection: str) -> bool:
    """Whether the item says that the Odoo of `connection` is away, or another one than last time."""
    if item["kind"] == "circuit":
        return bool(item["id"] == f"odoo:{connection}")
    return item["kind"] == "item" and str(item["id"]).startswith(f"connection/{connection}/")


def _summary(item: Mapping[str, Any]) -> str:
    """What a flow calls it, else its kind and title."""
    own = (item.get("details") or {}).get("summary")
    return str(own or SUMMARIES.get(item["kind"], "Revisar: {title}").format(title=said(item["title"], "es")))[:200]


def _text(item: Mapping[str, Any]) -> str:
    details = item.get("details") or {}
    kind = TEXTS.get(item["kind"], "").format(title=item["title"], count=item.get("count", ""))
    remedy = _remedy(item)
    closing = SETTLES if item["settles"] else STAYS.format(remedy=remedy)
    about = item["id"] if item["kind"] in ("in_doubt", "dead") else ""
    lines = (kind, said(item["reason"], "es"), details.get("detail"), about and f"Mensaje {about}", closing)
    return "\n".join(str(one) for one in lines if one)


def _remedy(item: Mapping[str, Any]) -> str:
    """The command, with the item's own id."""
    remedy = NO_BRANCH if item["code"] == "NoBranch" else REMEDIES.get(item["kind"]) or said(item["remedy"], "es")
    return re.sub(r"\b(ID|N|NAME)\b", str(item["id"]), remedy)


NO_BRANCH = "agregue o corrija la sucursal en la configuración y vuelva a arrancar Caravana; lo que esperaba sigue solo"
REMEDIES: Mapping[str, str] = {
    "in_doubt": "mire en el sistema del socio y diga en la línea de comandos cómo fue (caravana messages settle ID)",
    "dead": "corrija la causa y repítalo (caravana messages retry ID) o descártelo (caravana messages discard ID)",
    "dead_letter": "corrija la causa y repítala (caravana dead-letters retry N)",
    "circuit": "vea con el socio qué pasa; para probar enseguida: caravana breakers reset NAME",
    "more": "vea la lista completa con caravana review",
}


def _mark(task: Mapping[str, Any]) -> str:
    return str(task["mark"]) if task["times"] == 1 else f"{task['mark']}_{task['times']}"


def _user(person: str | int | None, users: Sequence[Mapping[str, Any]] | None) -> int | None:
    """The user's number; None for the hub's own, also when Odoo has none of that login."""
    if isinstance(person, str):
        return int(users[0]["id"]) if users else None
    return person


__all__ = ["Place", "TaskSettings", "Tasks"]
