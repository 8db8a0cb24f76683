"""Judging route files: places, reasons, nearest names, and what a reader should know."""

from typing import Any

import pytest

from caravana.engine.checking import Judgement, judge
from caravana.engine.configuration import Configuration
from caravana.engine.support import support_rows
from caravana.kit.callables import Callables, pure
from caravana.route import inspect_text
from caravana.route.support import State


def judged(text: str, **given: Any) -> Judgement:
    document, problems = inspect_text(text, "shop.yaml")
    return judge([document], problems, **given)


def route(steps: str, source: str = "direct:a") -> str:
    return f"- route:\n    id: a\n    from:\n      uri: {source}\n      steps:\n{steps}"


def told(judgement: Judgement) -> list[str]:
    return [str(problem) for problem in judgement.problems]


def test_good_routes_have_nothing_to_be_told() -> None:
    """A route without mistakes gives its program and no problem."""
    judgement = judged(route("        - setBody: {constant: hello}\n"))
    assert told(judgement) == []
    assert judgement.program is not None
    assert list(judgement.program.routes) == ["a"]


def test_built_in_strategies_are_known() -> None:
    """A strategy that comes with the hub is named without registering anything."""
    steps = "        - split: {simple: '${body}', aggregationStrategy: GroupedBodyAggregationStrategy, steps: [{stop: {}}]}\n"
    assert told(judged(route(steps))) == []


def test_every_mistake_is_told_once_with_its_place() -> None:
    """A wrong step, an unknown scheme, a call into nowhere and a wrong function: each once, at its line, with a hint."""
    steps = (
        "        - setBoddy: {constant: x}\n"
        "        - to: odo:sale.order\n"
        "        - to: direct:b\n"
        '        - setBody: {simple: "${boddy}"}\n'
    )
    found = told(judged(route(steps)))
    assert len(found) == 4
    assert [line.split(":")[1] for line in found] == ["6", "7", "8", "9"]
    assert "did you mean `setBody`?" in found[0]
    assert "did you mean `odoo`?" in found[1]
    assert "no route begins at `direct:b`" in found[2]
    assert "`body`" in found[3]


def test_wrong_option_of_an_address_is_refused() -> None:
    """Options are judged by the component, consumers as well as producers."""
    found = told(judged(route("        - stop: {}\n", "timer:tick?perriod=5s")))
    assert len(found) == 1
    assert "perriod" in found[0]


def test_undeclared_callable_is_warned_of() -> None:
    """A callable of which nobody said what kind of effect it has is named; a declared one is not."""

    def undeclared(body: Any) -> Any:
        return body

    @pure
    def declared(body: Any) -> Any:
        return body

    callables = Callables()
    callables.register("one", undeclared)
    callables.register("two", declared)
    steps = "        - bean: {ref: one}\n        - bean: {ref: two}\n"
    judgement = judged(route(steps), callables=callables)
    assert judgement.errors == 0
    assert [problem.line for problem in judgement.problems] == [6]
    assert "blind" in told(judgement)[0]


def test_unknown_callable_gets_the_nearest_name() -> None:
    """A misspelt callable is an error with the registered name."""
    callables = Callables()
    callables.register("price_of", len)
    found = told(judged(route("        - bean: {ref: prize_of}\n"), callables=callables))
    assert "did you mean `price_of`?" in found[0]


ANSWERING = (
    route("        - to: direct:pay\n", "platform-http:/pay")
    + "- route:\n    id: pay\n    from:\n      uri: direct:pay\n      steps:\n        - bean: {ref: charge}\n"
)


def test_answering_route_that_changes_something_without_key_is_warned_of() -> None:
    """Request-reply with an effect, even in a called route, and no key: a caller's repetition would do it twice."""
    callables = Callables()
    callables.register("charge", len)
    found = [one for one in told(judged(ANSWERING, callables=callables)) if "no `key`" in one]
    assert len(found) == 1
    keyed = ANSWERING.replace("platform-http:/pay", "'platform-http:/pay?key=${header.idempotency-key}'")
    assert not [one for one in told(judged(keyed, callables=callables)) if "no `key`" in one]


def test_a_credential_in_an_address_is_warned_of() -> None:
    """A plain credential in the query of an HTTP address is named with its place, a placeholder of a secret is not."""
    text = route("        - to: 'http://127.0.0.1/x?api_key=%s&a=1'\n")
    assert "looks like a credential" in told(judged(text % "abc"))[0]
    assert "abc" not in told(judged(text % "abc"))[0]
    assert told(judged(text % "{{secret:shop}}")) == []


@pytest.mark.parametrize("step", ["recipientList: {constant: 'direct:pay'}", "enrich: {constant: 'direct:pay'}"])
def test_effects_behind_fixed_addresses_are_seen(step: str) -> None:
    """What a recipient list or an enricher calls counts as what a `to` calls."""
    callables = Callables()
    callables.register("charge", len)
    text = ANSWERING.replace("to: direct:pay", step)
    assert [one for one in told(judged(text, callables=callables)) if "no `key`" in one]


def test_answering_route_that_only_reads_needs_no_key() -> None:
    """A repetition that only looks does no harm."""
    callables = Callables()
    callables.register("charge", pure(lambda_free))
    assert not [one for one in told(judged(ANSWERING, callables=callables)) if "no `key`" in one]


def lambda_free(body: Any) -> Any:
    return body


def test_missing_connection_is_an_error_with_configuration_and_a_warning_without() -> None:
    """Files can be judged where there is no configuration; where there is one, its connections must be there."""
    text = route("        - to: odoo:sale.order?operation=read&fields=name\n")
    assert judged(text).errors == 0
    assert "not judged" in told(judged(text))[0]
    found = judged(text, configuration=Configuration(connections={"oddo": {}}))
    assert found.errors == 1
    assert "did you mean `oddo`?" in told(found)[0]


def test_secret_that_is_missing_here_is_a_warning() -> None:
    """Secrets are where the hub runs; a file is judged without them."""
    connection = {"url": "http://127.0.0.1:1", "database": "d", "apiKey": "{{secret:not_set_here}}"}
    text = route("        - to: odoo:sale.order?operation=read&fields=name\n")
    found = judged(text, configuration=Configuration(connections={"odoo": connection}))
    assert found.errors == 0
    assert any("not_set_here" in line for line in told(found))


def test_an_earlier_secret_that_is_not_there_is_no_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only while a token is replaced there is an earlier one: that there is none is not told."""
    monkeypatch.setenv("CARAVANA_SECRET_SHOP_WEB", "token-of-the-shop-web")
    clients = {"web": {"token": "shop_web", "scopes": ["products:read"]}}
    text = route("        - stop: {}\n", """'platform-http:/x?security=[{"key": "shop", "scopes": "products:read"}]'""")
    found = judged(text, configuration=Configuration(settings={"shop.clients": clients}))
    assert (found.errors, told(found)) == (0, [])


def test_policies_are_those_that_hold() -> None:
    """The clause's row shows what Camel makes of clause and handler together; the last row is for all other errors."""
    head = (
        "- onException:\n    exception: [java.net.ConnectException]\n    redeliveryPolicy: {maximumRedeliveries: 7}\n"
        "- errorHandler:\n    defaultErrorHandler:\n      redeliveryPolicy: {maximumRedeliveries: 2, redeliveryDelay: 50}\n"
    )
    rows = judged(head + route("        - stop: {}\n")).policies
    assert [(row.errors, row.policy.value("maximum_redeliveries")) for row in rows] == [
        ("ConnectException", 7),
        ("", 2),
    ]


def test_support_table_has_no_hole() -> None:
    """Every name of the catalogue is supported, ignored or refused with a reason."""
    rows = support_rows()
    assert len(rows) > 500
    assert all(row.state is not None for row in rows)
    assert all(row.reason for row in rows if row.state is State.REFUSED)


@pytest.mark.parametrize(
    ("reason", "found"), [("an order is paid once", "counts as blind"), ("'true'", "is no switch")]
)
def test_a_request_may_be_repeated_for_a_reason(reason: str, found: str) -> None:
    """Words that say why a repetition does no harm stand for a key; a mere switch is refused."""
    callables = Callables()
    callables.register("charge", len)
    source = f"platform-http:/pay\n      parameters: {{repeatable: {reason}}}"
    [problem] = told(judged(ANSWERING.replace("platform-http:/pay", source), callables=callables))
    assert found in problem


def test_a_rest_operation_that_tells_of_its_key_is_guarded() -> None:
    """Who lists `Idempotency-Key` among its parameters is warned of nothing: its callers can repeat."""
    callables = Callables()
    callables.register("charge", len)
    told_of = '[{"name": "Idempotency-Key", "type": "header", "required": false}]'
    source = f"platform-http:/pay\n      parameters: {{params: '{told_of}'}}"
    found = told(judged(ANSWERING.replace("platform-http:/pay", source), callables=callables))
    assert not any("has no `key`" in one for one in found)


KEYED = "platform-http:/pay\n      parameters: {consumess: json, key: '${header.id}', lane: '${body[order]}'}"


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        (route("        - stop: {}\n", KEYED), "4:", "`consumess`: there is no such option; did you mean `consumes`?"),
        (route("        - stop: {}\n", "'seda:orders?lanee=${body}'"), "4:", "did you mean `lane`?"),
        (route("        - toD: 'timer:${header.x}?perriod=5s'\n"), "6:", "did you mean `period`?"),
        (route("        - toD: 'http:h/${header.x}?httpMetod=GET'\n"), "6:", "looks like the option `httpMethod`"),
        (
            route("        - wireTap: {uri: 'log:${jq(.a?)}?levvel=INFO&showBody=${header.m}'}\n"),
            "6:",
            "did you mean `level`?",
        ),
    ],
)
def test_options_are_judged_beside_expressions(text: str, place: str, words: str) -> None:
    """An address of which one part is evaluated for each message is still judged by the rest."""
    [found] = told(judged(text))
    assert found.startswith(f"shop.yaml:{place}")
    assert words in found


def test_an_evaluated_option_may_become_anything() -> None:
    """Of a value that is evaluated nobody can say that it is wrong, nor of an option that is evaluated itself."""
    step = "        - toD: 'timer:x?period=${header.p}&${header.more}&repeatCount=1'\n"
    assert told(judged(route(step))) == []


def test_every_wrong_generic_option_is_told_where_it_stands() -> None:
    """Lane, keys, waiting time and all that the engine reads of a route's beginning: each mistake with its own place."""
    source = (
        "platform-http:/pay\n      parameters:\n        lane: '${boddy}'\n        keys: order=7\n"
        "        reply: perhaps\n        replyTimeout: soon\n        goLive: '2026'"
    )
    found = told(judged(route("        - stop: {}\n", source)))
    assert [line.split(":")[1] for line in found] == ["6", "7", "8", "9", "10"]
    assert "`body`" in found[0]
    assert "`order=7` is no business key" in found[1]


def test_secret_of_a_consumer_with_key_that_is_missing_here_is_a_warning() -> None:
    """A webhook's secret is looked for although its key is an expression."""
    source = "webhook:bank\n      parameters: {secret: not_set_here, key: '${body[id]}'}"
    found = judged(route("        - stop: {}\n", source), configuration=Configuration())
    assert found.errors == 0
    assert any("not_set_here" in line for line in told(found))


def test_a_rest_operation_is_judged_as_the_consumer_that_it_becomes() -> None:
    """The clients that a REST operation lets in are looked for."""
    text = (
        "- rest:\n    path: /orders\n    get:\n      - security: [{key: shop, scopes: read}]\n        to: direct:a\n"
        + route("        - stop: {}\n")
    )
    found = told(judged(text, configuration=Configuration()))
    assert any("shop.clients" in line for line in found), found


@pytest.mark.parametrize(
    "step",
    [
        "setVariable: {name: 'global:rate', constant: 5}",
        "setVariables: {variables: [{name: 'route:rate', constant: 5}]}",
        "to: {uri: 'mock:a', variableReceive: 'global:rate'}",
        "to: {uri: 'mock:a', variableSend: 'global:rate'}",
        "unmarshal: {json: {}, variableReceive: 'global:rate'}",
        "enrich: {constant: 'mock:a', variableReceive: 'route:rate'}",
    ],
)
def test_variables_that_nothing_would_keep_are_refused(step: str) -> None:
    """A variable outside the exchange is refused where it is set, too, and not only where it is read."""
    [found] = told(judged(route(f"        - {step}\n")))
    assert "are not kept" in found
    assert found.startswith("shop.yaml:6:")
