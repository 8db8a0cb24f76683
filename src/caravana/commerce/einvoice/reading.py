"""The settings of the e-invoicing flow, read from the configuration: every mistake is named with its place."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from caravana.commerce.einvoice import EInvoices
from caravana.commerce.einvoice.export import COSTS
from caravana.commerce.einvoice.odoo_fields import check_fields
from caravana.commerce.einvoice.settings import Company, EInvoiceSettings, Point
from caravana.commerce.reading import connected, each
from caravana.kit.edocument.document import TYPES, Emisor
from caravana.kit.einvoice import Capabilities, EInvoiceComponent, Operation
from caravana.kit.errors import ConfigurationError
from caravana.kit.options import describe, parse_duration

if TYPE_CHECKING:
    from caravana.commerce.flows import Components, Configuration

POINT = re.compile(r"[0-9]{3}-[0-9]{3}", re.ASCII)
CODES = re.compile(r"[0-9]+/[0-9]+", re.ASCII)
NUMBERING = ("odoo", "provider")
MAIL = ("provider", "hub", "odoo", "nobody")
OWN = {
    "connection",
    "connections",
    "standby",
    "numbering",
    "ordered",
    "mail",
    "address",
    "journals",
}
"""What an emission point may say of itself."""
FILES: Mapping[str, str] = {
    "einvoice.withholding": "2-withholding.yaml",
    "einvoice.settlement": "3-settlement.yaml",
    "einvoice.guide": "4-guide.yaml",
}
"""Route files that run only with a setting."""
KNOWN = (
    *FILES,
    "einvoice.issuer",
    "einvoice.points",
    "einvoice.final_consumer_limit",
    "einvoice.oldest",
    "einvoice.late",
    "einvoice.look",
    "einvoice.fields",
    "einvoice.mailer",
    "einvoice.taxes",
    "einvoice.export_costs",
    "einvoice.allow_zero",
    "einvoice.schemas",
)
"""Settings of the flow."""


def load(configuration: "Configuration", components: "Components") -> EInvoices:
    """Return the callables of the flow. Raises `ConfigurationError` naming every setting that is wrong."""
    return EInvoices(_Reader(configuration, components).settings())


def einvoice_routes(settings: Mapping[str, Any], folder: Path) -> tuple[Path, ...]:
    """Return the flow's route files: withholdings, settlements and guías only where the company says so."""
    unwanted = {file for name, file in FILES.items() if settings.get(name) is None}
    return tuple(one for one in sorted(folder.glob("*.yaml")) if one.name not in unwanted)


class _Reader:
    """Reads the settings, and finds out about the companies that they name."""

    def __init__(self, configuration: "Configuration", components: "Components") -> None:
        self._configuration = configuration
        self._components = components
        self._given = {name: one for name, one in configuration.settings.items() if name.startswith("einvoice.")}

    def settings(self) -> EInvoiceSettings:
        each(
            lambda: connected(self._configuration, "odoo", "einvoice"),
            self._unknown,
            self._issuer,
            self._points,
            *(partial(self._point_of, name) for name in FILES),
            self._limit,
            *(partial(self._seconds, name, "1m") for name in ("einvoice.oldest", "einvoice.late", "einvoice.look")),
            self._fields,
            self._mailer,
            self._taxes,
            self._export_costs,
            self._schemas,
        )
        points = self._points()
        return EInvoiceSettings(
            company=self._configuration.company.name,
            zone=self._configuration.company.timezone,
            issuer=self._issuer(),
            points=points,
            companies=self._companies(_named(points)),
            withholding=self._point_of("einvoice.withholding"),
            settlement=self._point_of("einvoice.settlement"),
            guide=self._point_of("einvoice.guide"),
            final_consumer_limit=self._limit(),
            oldest=self._seconds("einvoice.oldest", "1d"),
            late=self._seconds("einvoice.late", "5m"),
            look=self._seconds("einvoice.look", "5m"),
            fields=self._fields(),
            mailer=self._mailer(),
            taxes=self._taxes(),
            allow_zero=_switch(self._given.get("einvoice.allow_zero", False), "settings.einvoice.allow_zero"),
            schemas=self._schemas(),
            export_costs=self._export_costs(),
        )

    def _unknown(self) -> None:
        wrong = [name for name in self._given if name not in KNOWN]
        if wrong:
            raise ConfigurationError(
                f"there is no setting {', '.join(wrong)}", place="settings", suggestion=", ".join(KNOWN)
            )

    def _issuer(self) -> dict[str, Any]:
        place = "settings.einvoice.issuer"
        given = self._given.get("einvoice.issuer")
        if not isinstance(given, Mapping):
            raise ConfigurationError(
                "say who issues", place=place, suggestion="a map with ruc, razonSocial, dirMatriz, obligadoContabilidad"
            )
        try:
            issuer = Emisor.model_validate(given)
        except ValidationError as error:
            raise ConfigurationError(describe(error), place=place) from None
        if not re.fullmatch(r"[0-9]{10}001", issuer.ruc, re.ASCII):
            raise ConfigurationError("write 13 digits in quotes that end with 001", place=f"{place}.ruc")
        return issuer.model_dump(mode="json", by_alias=True, exclude_none=True)

    def _points(self) -> dict[str, Point]:
        given = self._given.get("einvoice.points")
        if not isinstance(given, Mapping) or not given:
            raise ConfigurationError(
                "name the emission points",
                place="settings.einvoice.points",
                suggestion='{"001-001": {connection: sri}}',
            )
        names = [str(name) for name in given]
        each(*(partial(self._point, name, given[name]) for name in names), partial(_journals_once, given))
        return {name: self._point(name, given[name]) for name in names}

    def _point(self, name: str, given: Any) -> Point:
        place = f"settings.einvoice.points.{name}"
        if not POINT.fullmatch(name):
            raise ConfigurationError("write establishment and emission point as '001-001'", place=place)
        if not isinstance(given, Mapping) or set(given) - OWN:
            raise ConfigurationError(f"write a map with some of {', '.join(sorted(OWN))}", place=place)
        numbering = _one_of(given.get("numbering", "odoo"), NUMBERING, f"{place}.numbering")
        connections = self._connections(given, place, numbering)
        standby = self._standby(given, connections, place, numbering)
        mail = _one_of(given.get("mail", "nobody"), MAIL, f"{place}.mail")
        self._can_mail(mail, connections, f"{place}.mail")
        return {
            "connections": connections,
            "standby": standby,
            "numbering": numbering,
            "ordered": _switch(given.get("ordered", False), f"{place}.ordered"),
            "mail": mail,
            "address": None if given.get("address") is None else str(given["address"]),
            "journals": _numbers(given.get("journals", ()), f"{place}.journals"),
        }

    def _connections(self, given: Mapping[str, Any], place: str, numbering: str) -> dict[str, str]:
        """Who issues each type of document: the point's connection what it can, single types where they say so."""
        general, single = given.get("connection"), given.get("connections") or {}
        if general is None and not single:
            raise ConfigurationError("name the `connection` that issues its documents", place=place)
        found: dict[str, str] = {}
        if general is not None:
            found = dict.fromkeys(self._can(general, f"{place}.connection").documents, str(general))
        for cod_doc, name in single.items() if isinstance(single, Mapping) else ():
            where = f"{place}.connections.{cod_doc}"
            if cod_doc not in TYPES:
                raise ConfigurationError(f"is no type: write one of {', '.join(TYPES)} in quotes", place=where)
            if cod_doc not in self._can(name, where).documents:
                raise ConfigurationError(f"`{name}` does not issue documents of type {cod_doc}", place=where)
            found[cod_doc] = str(name)
        wanted = "provider" if numbering == "provider" else "caller"
        for name in dict.fromkeys(found.values()):
            if self._can(name, place).numbering not in (wanted, "either"):
                text = f"`{name}` does not take Odoo's number" if wanted == "caller" else f"`{name}` does not number"
                raise ConfigurationError(text, place=f"{place}.numbering")
        return dict(sorted(found.items()))

    def _standby(
        self, given: Mapping[str, Any], connections: Mapping[str, str], place: str, numbering: str
    ) -> dict[str, str]:
        """Who issues when the first is away: only where both take the caller's number, so that clave and number stay."""
        told = given.get("standby")
        if told is None:
            return {}
        where = f"{place}.standby"
        pairs = dict(told) if isinstance(told, Mapping) else dict.fromkeys(connections, told)
        if numbering == "provider":
            raise ConfigurationError("is possible only where Odoo numbers", place=where)
        found: dict[str, str] = {}
        for cod_doc, name in pairs.items():
            can = self._can(name, where)
            if isinstance(told, str) and cod_doc not in can.documents:
                continue
            if cod_doc not in connections or cod_doc not in can.documents or can.numbering == "provider":
                raise ConfigurationError(f"`{name}` cannot stand by for documents of type {cod_doc}", place=where)
            if name == connections[cod_doc]:
                raise ConfigurationError(f"`{name}` cannot stand by for itself", place=where)
            if self._company(str(name))["environment"] != self._company(connections[cod_doc])["environment"]:
                raise ConfigurationError(f"`{name}` is of another environment of the SRI", place=where)
            found[cod_doc] = str(name)
        return found

    def _can_mail(self, mail: str, connections: Mapping[str, str], place: str) -> None:
        if mail == "hub" and self._given.get("einvoice.mailer") is None:
            raise ConfigurationError("the hub needs a connection to mail by", place=place, suggestion="einvoice.mailer")
        for name in dict.fromkeys(connections.values()) if mail == "provider" else ():
            can = self._can(name, place)
            if not can.mails and Operation.EMAIL not in can.operations:
                raise ConfigurationError(f"`{name}` does not mail", place=place, suggestion="hub")

    def _component(self, name: Any, place: str) -> EInvoiceComponent:
        if not isinstance(name, str):
            raise ConfigurationError("must name a connection", place=place)
        connected(self._configuration, name, "einvoice")
        component = self._components.component_of(name)
        if not isinstance(component, EInvoiceComponent):
            raise ConfigurationError(
                f"it is a connection of `{component.scheme}:`, and no e-invoicing company", place=f"connections.{name}"
            )
        return component

    def _can(self, name: Any, place: str) -> Capabilities:
        return self._component(name, place).capabilities_of(name)

    def _companies(self, named: Sequence[str]) -> dict[str, Company]:
        """The connections that the points name, and those that they may have named before: these finish what they have."""
        found = {}
        for name in sorted({*named, *self._configuration.connections}):
            try:
                found[name] = self._company(name)
            except ConfigurationError:
                if name in named:
                    raise
        return found

    def _company(self, name: str) -> Company:
        component = self._component(name, f"connections.{name}")
        can = component.capabilities_of(name)
        return {
            "provider": component.scheme,
            "company": component.company or component.title,
            "operations": sorted(can.operations),
            "documents": sorted(can.documents),
            "numbering": can.numbering,
            "lookup": can.lookup,
            "mails": can.mails,
            "environment": component.environment(name),
            "poll": can.poll.total_seconds(),
            "poll_max": can.poll_max.total_seconds(),
        }

    def _point_of(self, name: str) -> str | None:
        """The emission point that a setting names."""
        told = self._given.get(name)
        points = self._given.get("einvoice.points")
        if told is not None and (not isinstance(points, Mapping) or told not in points):
            raise ConfigurationError("must be one of einvoice.points", place=f"settings.{name}")
        return None if told is None else str(told)

    def _limit(self) -> str:
        told = self._given.get("einvoice.final_consumer_limit", "50.00")
        try:
            limit = Decimal(str(told))
        except InvalidOperation:
            limit = Decimal(-1)
        if not limit.is_finite() or limit < 0:
            raise ConfigurationError("must be an amount, e.g. 50.00", place="settings.einvoice.final_consumer_limit")
        return format(limit, "f")

    def _seconds(self, name: str, otherwise: str) -> float:
        try:
            found = parse_duration(self._given.get(name, otherwise)).total_seconds()
        except ValueError as error:
            raise ConfigurationError(str(error), place=f"settings.{name}") from None
        if found <= 0:
            raise ConfigurationError("must be longer than 0", place=f"settings.{name}")
        return found

    def _fields(self) -> dict[str, str]:
        told = self._given.get("einvoice.fields", {})
        if not isinstance(told, Mapping) or not all(isinstance(one, str) for one in (*told, *told.values())):
            raise ConfigurationError("write a map: what it holds → field of Odoo", place="settings.einvoice.fields")
        check_fields(told)
        return dict(told)

    def _export_costs(self) -> dict[str, str]:
        told = self._given.get("einvoice.export_costs", {})
        if not isinstance(told, Mapping) or not all(one in COSTS for one in told.values()):
            text = f"write a map: code of the product → one of {', '.join(COSTS)}"
            raise ConfigurationError(text, place="settings.einvoice.export_costs")
        return {str(name): one for name, one in told.items()}

    def _taxes(self) -> dict[str, str]:
        told = self._given.get("einvoice.taxes", {})
        right = isinstance(told, Mapping) and all(
            isinstance(one, str) and CODES.fullmatch(one) for one in told.values()
        )
        if not right:
            raise ConfigurationError(
                "write a map: name of the tax or group → codes of the SRI, e.g. 3/3680", place="settings.einvoice.taxes"
            )
        return {str(name): one for name, one in told.items()}

    def _schemas(self) -> str | None:
        told = self._given.get("einvoice.schemas")
        if told is None:
            return None
        file = self._configuration.file
        folder = (Path() if file is None else file.parent) / str(told)
        if not isinstance(told, str) or not folder.is_dir():
            raise ConfigurationError("must be a folder with the SRI's schemas", place="settings.einvoice.schemas")
        return str(folder)

    def _mailer(self) -> str | None:
        name = self._given.get("einvoice.mailer")
        if name is None:
            return None
        if name not in self._configuration.connections or self._components.component_of(name).scheme != "smtp":
            raise ConfigurationError("must name a connection of `smtp:`", place="settings.einvoice.mailer")
        return str(name)


def _named(points: Mapping[str, Point]) -> list[str]:
    """Every connection of the points, once."""
    told = [name for one in points.values() for name in (*one["connections"].values(), *one["standby"].values())]
    return sorted(set(told))


def _journals_once(points: Mapping[str, Any]) -> None:
    seen: set[Any] = set()
    for name, one in points.items():
        for number in one.get("journals", ()) if isinstance(one, Mapping) else ():
            if number in seen:
                raise ConfigurationError(
                    f"journal {number} is of two emission points", place=f"settings.einvoice.points.{name}.journals"
                )
            seen.add(number)


def _one_of(value: Any, known: Sequence[str], place: str) -> str:
    if value not in known:
        raise ConfigurationError(f"must be one of {', '.join(known)}", place=place)
    return str(value)


def _switch(value: Any, place: str) -> bool:
    if not isinstance(value, bool):
        raise ConfigurationError("must be true or false", place=place)
    return value


def _numbers(value: Any, place: str) -> list[int]:
    if (
        not isinstance(value, Sequence)
        or isinstance(value, str)
        or not all(type(one) is int and one > 0 for one in value)
    ):
        raise ConfigurationError("must be a list of numbers of Odoo's journals", place=place)
    return list(value)


__all__ = ["einvoice_routes", "load"]
