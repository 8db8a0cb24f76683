"""`odoo:<model>?method=…`: any public method, with the kinds and looks-afterwards of the table in `methods`."""

from typing import Any

from caravana.component.odoo.client import OdooClient
from caravana.component.odoo.methods import NEED_FIELDS, Rule, rule_of
from caravana.component.odoo.operation import Operation, Request, reference
from caravana.component.odoo.values import as_ids, as_mapping
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.errors import ConfigurationError, Refused
from caravana.kit.exchange import Exchange

CHANGING = frozenset({"action_post", "action_archive", "action_unarchive"})
"""Methods of the table whose answer says nothing beyond that they were carried out."""
VERIFIED = "CaravanaOdooVerified"
"""Reply header: Odoo's own answer was lost or a refusal; the records say that it is done."""


class MethodOperation(Operation):
    """A call of one method; body = its named arguments, plus `ids` and `context`; reply = its bare result."""

    body = "object of the method's named arguments, plus optional `ids` and `context`"
    reply = "the method's own result; null when it was found done (header CaravanaOdooVerified)"

    def check(self) -> None:
        """Refuse a declaration that cannot be kept. Raises `ConfigurationError`."""
        if self.options.effect is Kind.VERIFIABLE and self.options.done_when is None:
            rule = rule_of(self.model, self.name, {}, {})
            if rule.done_when is None and not rule.gone:
                raise ConfigurationError(f"`{self.model}.{self.name}` is verifiable only with doneWhen=<domain>")

    @property
    def name(self) -> str:
        """The method."""
        return self.options.method or ""

    def kind_of(self, request: Request) -> Kind:
        """Return the route's declaration, else the table's kind; without `ids` nothing can be looked up."""
        if self.options.effect is not None:
            return self.options.effect
        kind = self._rule(request).kind
        return Kind.BLIND if kind is Kind.VERIFIABLE and not request["ids"] else kind

    def request(self, exchange: Exchange) -> Request:
        """Return method, ids, named arguments and context. Raises `Refused` when a read names no fields."""
        arguments = as_mapping(exchange.body)
        ids = arguments.pop("ids", None)
        context = {**self.options.context, **as_mapping(arguments.pop("context", None))}
        wanted = NEED_FIELDS.get(self.name)
        if wanted is not None and wanted not in arguments:
            if wanted != "fields" or not self.options.fields:
                raise Refused(f"`{self.model}.{self.name}` needs `{wanted}`: all fields cost seconds", code="body")
            arguments["fields"] = list(self.options.fields)
        return {
            "model": self.model,
            "method": self.name,
            "ids": None if ids is None else as_ids(ids),
            "arguments": arguments,
            "context": context,
        }

    async def send(self, client: OdooClient, request: Request, effect: Effect) -> Reply:
        """Call the method. A refusal or a returned wizard counts as done when the records say so."""
        rule = self._rule(request)
        try:
            result = await client.call(
                self.model, self.name, request["arguments"], ids=request["ids"], context=request["context"]
            )
        except Refused:
            if rule.kind is Kind.VERIFIABLE and await self._done(client, rule, request):
                return self._found(request)
            raise
        if rule.done_when is not None and _is_wizard(result) and not await self._done(client, rule, request):
            raise Refused(
                f"{self.model}.{self.name} asks for a decision in `{result['res_model']}` and did nothing",
                code="wizard",
                body={"res_model": result["res_model"]},
            )
        made = result if self.name == "create" and isinstance(result, list) else (request["ids"] or [])
        return Reply(result, reference=reference(self.model, made))

    async def verify(self, client: OdooClient, request: Request, effect: Effect) -> Reply | None:
        """Return a null reply when the records say that it is done."""
        return self._found(request) if await self._done(client, self._rule(request), request) else None

    def would(self, request: Request, effect: Effect) -> Reply | None:
        """Return what a method that is found done says; what another one would answer, nobody can tell."""
        rule = self._rule(request)
        known = rule.done_when is not None or rule.gone or self.name in ("write", *CHANGING)
        return self._found(request) if known else None

    def _rule(self, request: Request) -> Rule:
        rule = rule_of(self.model, self.name, request["arguments"], request["context"])
        if self.options.done_when is None:
            return rule
        return Rule(Kind.VERIFIABLE, tuple(tuple(one) for one in self.options.done_when))

    async def _done(self, client: OdooClient, rule: Rule, request: Request) -> bool:
        ids = sorted(set(request["ids"] or []))
        if not ids or (rule.done_when is None and not rule.gone):
            return False
        domain = [["id", "in", ids], *(rule.done_when or ())]
        found = await client.ask(
            self.model, "search_count", {"domain": domain}, context={**request["context"], "active_test": False}
        )
        return bool(found == (0 if rule.gone else len(ids)))

    def _found(self, request: Request) -> Reply:
        return Reply(None, {VERIFIED: True}, reference(self.model, request["ids"] or []))


def _is_wizard(result: Any) -> bool:
    return isinstance(result, dict) and bool(result.get("res_model"))
