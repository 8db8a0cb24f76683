"""Mercurio's service: one address for each verb, signed parameters, XML back."""

import itertools
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from xml.sax.saxutils import quoteattr

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from caravana.kit.sandbox import Sandbox
from tests.component.pay.mercurio.sign import sign

KEY = "clave-de-mercurio"
CARD = "4539148803436467"
HOLDER = "ROSA TITULAR"
ACCEPT_WITHIN = timedelta(minutes=5)
READS = ("ver", "verdevolucion", "novedades")


class Unwilling(Exception):
    """Mercurio says no, with its code."""


@dataclass
class Charge:
    """One checkout, which is one payment at most. `word`: abierto, retenido, pagado, cerrado, soltado."""

    number: str
    reference: str
    amount: Decimal
    held: bool
    waits: bool
    until: datetime
    word: str = "abierto"
    refused: int = 0
    when: str = ""
    returned: dict[str, Decimal] = field(default_factory=dict)


@dataclass
class MercurioSandbox(Sandbox):
    """One merchant of Mercurio."""

    charges: dict[str, Charge] = field(default_factory=dict)
    happened: list[tuple[Charge, str]] = field(default_factory=list)
    url: str = ""

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)

    def partner_routes(self) -> list[Route]:
        """Return the addresses of the verbs."""
        verbs = {
            "abrir": self.open,
            "ver": self.show,
            "cerrar": self.close,
            "aceptar": self.accept,
            "novedades": self.news,
            "cobrar": self.take,
            "soltar": self.let_go,
            "devolver": self.give_back,
            "verdevolucion": self.show_given,
        }
        return [
            Route(f"/v1/{name}", self._endpoint(name, act), methods=["GET" if name in READS else "POST"])
            for name, act in verbs.items()
        ]

    def _endpoint(self, name: str, act):  # type: ignore[no-untyped-def]  # a table of bound methods
        async def endpoint(request: Request) -> Response:
            async def run() -> Response:
                given = dict(request.query_params)
                if given.pop("firma", "") != sign(given, KEY):
                    return Response('<respuesta codigo="firma"/>', 403, media_type="application/xml")
                try:
                    return Response(f"<respuesta>{act(given)}</respuesta>", media_type="application/xml")
                except Unwilling as no:
                    return Response(f'<respuesta codigo="{no}"/>', 422, media_type="application/xml")

            return await self.perform(request, name, run)

        return endpoint

    # The verbs.

    def open(self, given: dict[str, str]) -> str:
        """Open a checkout; the same reference a second time is refused."""
        if given["referencia"] in self.charges:
            raise Unwilling("repetida")
        amount = Decimal(given["monto"].replace(",", "."))
        until = datetime.fromisoformat(given["vence"])
        held, waits = given["retener"] == "si", given["aceptar"] == "si"
        charge = Charge(f"M-{next(self._numbers):06d}", given["referencia"], amount, held, waits, until)
        self.charges[charge.reference] = charge
        self.effects["abrir"] += 1
        return self._shown(charge)

    def show(self, given: dict[str, str]) -> str:
        """Show a checkout by its own number or the merchant's reference."""
        return self._shown(self._found(given))

    def close(self, given: dict[str, str]) -> str:
        """Close a checkout that nobody paid."""
        charge = self._found(given)
        if charge.word != "abierto":
            raise Unwilling("estado")
        charge.word = "cerrado"
        self.effects["cerrar"] += 1
        return self._shown(charge)

    def accept(self, given: dict[str, str]) -> str:
        """Let an approved payment count; the money goes back where nobody says so within five minutes."""
        charge = self._found(given)
        if charge.word != "aprobado":
            raise Unwilling("estado")
        charge.word = "pagado"
        self.effects["aceptar"] += 1
        return self._shown(charge)

    def news(self, given: dict[str, str]) -> str:
        """Show what was paid after the piece of news that is named."""
        last = int(given.get("despues", "0"))
        parts = (
            f'<novedad numero="{number}" cobro="{one.number}" referencia={quoteattr(one.reference)} fecha="{one.when}" '
            f"devolucion={quoteattr(returned)}/>"
            for number, (one, returned) in enumerate(self.happened, 1)
            if number > last
        )
        return f"<novedades>{''.join(parts)}</novedades>"

    def take(self, given: dict[str, str]) -> str:
        """Take money that is held."""
        return self._end_hold(self._found(given), "pagado", "cobrar")

    def let_go(self, given: dict[str, str]) -> str:
        """Give up money that is held."""
        return self._end_hold(self._found(given), "soltado", "soltar")

    def _end_hold(self, charge: Charge, word: str, verb: str) -> str:
        if charge.word != "retenido":
            raise Unwilling("estado")
        charge.word = word
        self.effects[verb] += 1
        return self._shown(charge)

    def give_back(self, given: dict[str, str]) -> str:
        """Send money back; the same name of a refund a second time is refused."""
        charge, name = self._found(given), given["devolucion"]
        left = charge.amount - sum(charge.returned.values(), Decimal(0))
        wanted = Decimal(given["monto"].replace(",", ".")) if given.get("monto") else left
        if charge.word != "pagado" or name in charge.returned or not 0 < wanted <= left:
            raise Unwilling("devolucion")
        charge.returned[name] = wanted
        self.happened.append((charge, name))
        self.effects["devolver"] += 1
        return self._given(charge, name)

    def show_given(self, given: dict[str, str]) -> str:
        """Show a refund by the merchant's name of it."""
        charge, name = self._found(given), given["devolucion"]
        if name not in charge.returned:
            raise Unwilling("desconocida")
        return self._given(charge, name)

    def _found(self, given: dict[str, str]) -> Charge:
        known = {one.number: one for one in self.charges.values()}
        charge = known.get(given.get("cobro", "")) or self.charges.get(given.get("referencia", ""))
        if charge is None:
            raise Unwilling("desconocido")
        if charge.word == "abierto" and self.clock.now() >= charge.until:
            charge.word = "vencido"
        if charge.word == "aprobado" and self.clock.now() >= datetime.fromisoformat(charge.when) + ACCEPT_WITHIN:
            charge.word, charge.when = "vencido", ""
        return charge

    def _shown(self, charge: Charge) -> str:
        amount = f"{charge.amount:.2f}".replace(".", ",")
        values = {
            "numero": charge.number, "referencia": charge.reference, "estado": charge.word, "monto": amount,
            "moneda": "USD", "vence": charge.until.isoformat(), "pagina": f"{self.url}/pagina/{charge.number}",
            "fecha": charge.when, "rechazos": str(charge.refused), "tarjeta": CARD if charge.when else "",
            "titular": HOLDER if charge.when else "",
        }  # fmt: skip
        return f"<cobro {' '.join(f'{name}={quoteattr(text)}' for name, text in values.items())}/>"

    def _given(self, charge: Charge, name: str) -> str:
        amount = f"{charge.returned[name]:.2f}".replace(".", ",")
        return f'<devolucion nombre={quoteattr(name)} cobro="{charge.number}" monto="{amount}" estado="hecha"/>'

    # The customer.

    def pay(self, reference: str) -> None:
        """Play the customer who pays."""
        charge = self.charges[reference]
        charge.word = "retenido" if charge.held else "aprobado" if charge.waits else "pagado"
        self.happened.append((charge, ""))
        charge.when = self.clock.now().strftime("%Y-%m-%dT%H:%M:%S+00:00")
