"""The redelivery policies that hold, as `caravana check --policies` shows them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from caravana.engine.program import applies, error_handler_of
from caravana.route import RouteDocument
from caravana.route import model as m


@dataclass(frozen=True)
class PolicyRow:
    """The redelivery policy that holds in `route` for `errors` (empty: all that no clause takes); delays in ms."""

    route: str
    errors: str
    handler: str
    policy: m.RedeliveryPolicy


def policies(documents: Sequence[RouteDocument]) -> Iterator[PolicyRow]:
    """Yield the policy of each route and clause, those of common files and configurations too."""
    configurations = [one for document in documents for one in document.configurations]
    for document in documents:
        for route in document.routes:
            applying = [one for one in configurations if applies(one, route)]
            handler = error_handler_of(route, applying, document)
            name, kind = route.id or "(no id)", handler.spec.key
            if isinstance(handler, m.NoErrorHandler):
                continue
            shared = [clause for one in applying for clause in one.on_exception]
            for clause in [*route.on_exception, *shared, *document.clauses]:
                short = ", ".join(one.rpartition(".")[2] for one in clause.exception)
                yield PolicyRow(name, short, kind, m.effective(clause, handler))
            yield PolicyRow(name, "", kind, m.effective(None, handler))
