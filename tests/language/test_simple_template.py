"""Simple as an expression: templates, functions, paths, and how values read as text."""

from datetime import timedelta
from typing import Any

import pytest

from caravana.kit.effect import Kind
from caravana.kit.errors import ConfigurationError, ExpressionError, HttpOperationFailed
from caravana.kit.exchange import Exchange
from tests.language.conftest import NOW, Compile

TEMPLATES: list[tuple[str, Any]] = [
    ("plain text", "plain text"),
    ("  trimmed  ", "trimmed"),
    ("", ""),
    (r"a\nb\tc\}d\q", "a\nb\tc}d\\q"),
    ("${body[state]}", "paid"),
    ("$simple{body.state}", "paid"),
    ("${in.body.state}", "paid"),
    ("${body.total}", 12.5),
    ("Total ${body.total}, ${body.count} of ${body.amount}", "Total 12.5, 3 of 9.50"),
    ("[${body.empty}${header.none}${body.unknown}]", "[]"),
    ("${body.empty}", None),
    ("${header.KIND}/${headers.kind}/${header[kind]}/${headers:kind}", "order/order/order/order"),
    ("${header.order.id}", "S0001"),
    ("${header.Flag} flag", "true flag"),
    ("${header.${header.missing}}", None),
    ("${exchangeProperty.CamelSplitIndex}", 1),
    ("${exchangeProperty.rule.name}", "first"),
    ("${exchangeProperty[rule][name]}", "first"),
    ("${variable.seen[last]} ${variable.seen[last-1]} ${variable.seen.size()}", "3 2 3"),
    ("${variables.size()}", 1),
    ("${body.lines[1].sku}", "B2"),
    ("${body.lines.size}", 2),
    ("${body['state'].toUpperCase()}", "PAID"),
    ("${body.name.trim().toLowerCase()}", "ana"),
    ("${body.state.substring(1, 3)}", "ai"),
    ("${body.state.replace('p', 'l').contains('laid')}", True),
    ("${body.state.split('a')[0]}", "p"),
    ("${body?.empty?.x?.size()}", None),
    ("${body.lines[${exchangeProperty.CamelSplitIndex}].qty}", 5),
    ("${body.tags}", ["red", "blue"]),
    ("tags ${body.tags} of ${body.lines[0]}", "tags [red, blue] of {sku=A1, qty=2}"),
    ("${exchangeId}|${id}|${routeId}", "ex-7|ex-7|orders"),
    ("${null}", None),
    ("${exception.message}", None),
    ("${bodyAs(String)}", None),
    ("${body.count}++", 4),
    ("${header.Limit}--", "99"),
    ("${header.none} ?: 'nobody'", "nobody"),
    ("${header.kind} ?: 'nobody'", "order"),
    ("${body.count} > 2 ? 'many' : 'few'", "many"),
    ("${body.count} > 5 && ${header.kind} == 'order' ? ${body.total} : ${body.state}", "paid"),
    ("Is ${header.kind} ready ? yes : no", "Is order ready ? yes : no"),
    ("Don't ${header.kind} : it's", "Don't order : it's"),
    ("${bean:shout}", None),
    ("${bean:prices.total}", 12.5),
    ("${bean:prices}", 12.5),
    ("${bean:add(${body.count}, 4)}", 7),
    ("${bean(add(1, 2))}", 3),
    ("${jsonpath($.lines[1].qty)}", 5),
    ("${jsonpath(exchangeProperty:rule,$.name)}", "first"),
    ("${jq(.lines[1].qty)}", 5),
    ("${jq:.state}", "paid"),
    ("${jq(exchangeProperty:rule,.name)}", "first"),
    ("${jq(.lines[0].sku, .state)}", ["A1", "paid"]),
    ('State ${jq(.none // constant(unknown))} of ${jq(header("Kind"))}', "State unknown of order"),
]


@pytest.mark.parametrize(("text", "expected"), TEMPLATES)
def test_template_gives_value(build: Compile, message: Exchange, text: str, expected: Any) -> None:
    """Each template gives the value and type that Camel's rules ask for."""
    if text in ("${bodyAs(String)}", "${bean:shout}"):
        message.body = None
        expected = None if "bodyAs" in text else "NONE"
    assert build(text).evaluate(message) == expected


VALUES: list[tuple[str, Any]] = [
    ("${uppercase(${header.kind})}", "ORDER"),
    ("${lowercase('ABC')}", "abc"),
    ("${capitalize('one two')}", "One Two"),
    ("${trim(${body.name})}", "Ana"),
    ("${normalizeWhitespace(' a   b ')}", "a b"),
    ("${quote('x')}", '"x"'),
    ("${unquote(${quote('x')})}", "x"),
    ("${replace('&quot;', '&apos;', 'a\"b')}", "a'b"),
    ("${join('&','id=',${body.tags})}", "id=red&id=blue"),
    ("${contains(${header.kind}, 'ORD')}", True),
    ("${substringBefore('a-b', '-')}${substringAfter('a-b', '-')}", "ab"),
    ("${substringBetween('a(b)c', '(', ')')}", "b"),
    ("${substringAfter('ab', '-')}", None),
    ("${size(${body.tags})} ${size(${null})} ${size('abc')}", "2 0 1"),
    ("${isEmpty(${body.empty})} ${isNumeric('12')} ${isAlpha('a1')} ${isAlphaNumeric('a1')}", "true true false true"),
    ("${base64Encode('hi')}", "aGk="),
    ("${base64Decode('aGk=')}", b"hi"),
    ("${hash('abc')}", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ("${sum(1, 2, ${header.Limit})} ${min(3,1)} ${max(3,1)} ${average(1,2)} ${abs(-4)}", "103 1 3 1 4"),
    ("${range(1,4)}", [1, 2, 3]),
    ("${list(1, 'a', ${body.count})}", [1, "a", 3]),
    ("${map('a', 1, 'b', ${body.state})}", {"a": 1, "b": "paid"}),
    ("${distinct(1, 2, 1)}", [1, 2]),
    ("${reverse(${body.tags})}", ["blue", "red"]),
    ("${iif(${body.count} > 2 && ${header.kind} == 'order', 'yes', 'no')}", "yes"),
    ("${not(${body.count} > 2)}", False),
    ("${convertTo('12',Integer)}", 12),
    ("${headerAs(Limit, int)}", 100),
    ("${variableAs(seen, List)}", [1, 2, 3]),
    ("${kindOfType(${body.tags})} ${kindOfType(${null})} ${kindOfType(1)}", "array null number"),
    ("${val(5)}", 5),
    ("${empty(list)}", []),
    ("${messageTimestamp}", 0),
]


@pytest.mark.parametrize(("text", "expected"), VALUES)
def test_function_gives_value(build: Compile, message: Exchange, text: str, expected: Any) -> None:
    """Each function of values gives what the catalogue describes."""
    assert build(text).evaluate(message) == expected


def test_functions_take_the_body_when_no_value_is_given(build: Compile, message: Exchange) -> None:
    """A function of one value without an argument works on the body."""
    message.body = ["a", "b", "c"]
    texts = {"${size}": 3, "${collate(2)}": [["a", "b"], ["c"]], "${skip(1)}": ["b", "c"], "${join}": "a,b,c"}
    assert {text: build(text).evaluate(message) for text in texts} == texts


def test_body_as_text_forms(build: Compile, message: Exchange) -> None:
    """bodyOneLine, prettyBody and bodyAs give the body as text, indented JSON and another type."""
    message.body = '{"a":\n1}'
    assert build("${bodyOneLine}").evaluate(message) == '{"a":1}'
    assert build("${prettyBody}").evaluate(message) == '{\n  "a": 1\n}'
    assert build("${bodyAs(byte[])}").evaluate(message) == b'{"a":\n1}'


DATES: list[tuple[str, Any]] = [
    ("${date:now}", NOW),
    ("${date:now-24h}", NOW - timedelta(hours=24)),
    ("${date:now+1h30m-100}", NOW + timedelta(minutes=90, milliseconds=-100)),
    ("${date:millis}", 1_770_091_506_078),
    ("${date:exchangeCreated:yyyy}", "2026"),
    ("${date:now:yyyy-MM-dd'T'HH:mm:ss.SSSXXX}", "2026-02-03T04:05:06.078Z"),
    ("${date:header.When:yyyyMMdd}", "19700102"),
    ("${date:header.When+1h:HH}", "01"),
    ("${date:now:EEEE d MMMM yy h:mm a}", "Tuesday 3 February 26 4:05 AM"),
    ("${date:now:EEE, dd MMM D u k K ''}", "Tue, 03 Feb 34 2 4 4 '"),
    ("${date-with-timezone:now:America/Guayaquil:yyyy-MM-dd HH:mm Z XX}", "2026-02-02 23:05 -0500 -0500"),
    ("${date-with-timezone:now:GMT+5:HH:mm}", "09:05"),
]


@pytest.mark.parametrize(("text", "expected"), DATES)
def test_date_functions(build: Compile, message: Exchange, text: str, expected: Any) -> None:
    """Dates follow the injected clock and Java's SimpleDateFormat letters."""
    assert build(text).evaluate(message) == expected


def test_a_moment_without_pattern_reads_in_text_as_java_prints_it(build: Compile, message: Exchange) -> None:
    """A date object in a text looks as java.util.Date prints it in UTC."""
    assert build("at ${date:now}").evaluate(message) == "at Tue Feb 03 04:05:06 UTC 2026"


def test_random_and_uuid_stay_in_bounds_and_are_reads(build: Compile, message: Exchange) -> None:
    """Random never gives its upper bound, uuid has its form, and both count as reads."""
    dice = build("${random(1,3)}")
    assert {dice.evaluate(message) for _ in range(60)} <= {1, 2}
    assert build("${random(1)}").evaluate(message) == 0
    assert len(build("${uuid}").evaluate(message)) == 36
    assert dice.kind is Kind.READ


def test_properties_are_resolved_when_compiled(build: Compile, message: Exchange) -> None:
    """Settings come from the placeholder values, with default, and exist or not."""
    known = {"url": "http://localhost"}
    assert build("${properties:url}/x", properties=known).evaluate(message) == "http://localhost/x"
    assert build("${properties:port:80}", properties=known).evaluate(message) == "80"
    assert build("${propertiesExist:url}", properties=known).evaluate(message) is True
    assert build("${propertiesExist:!url}", properties=known).evaluate(message) is False
    with pytest.raises(ConfigurationError, match="did you mean `url`"):
        build("${properties:ulr}", properties=known)


def test_environment_is_read_when_compiled(build: Compile, message: Exchange) -> None:
    """A variable of the environment is a value of the revision; what looks like a secret is refused."""
    known = {"env:BRANCH": "Quito"}
    assert build("${env.BRANCH}/${env:BRANCH}", properties=known).evaluate(message) == "Quito/Quito"
    assert build("${env.NOBODY}", properties=known).evaluate(message) is None
    with pytest.raises(ConfigurationError, match="looks like a secret"):
        build("${env.DB_PASSWORD}", properties=known)
    with pytest.raises(ConfigurationError, match="cannot be made part of a message"):
        build("${properties:key}", properties={"key": "{{secret:stripe}}"})


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("name", "in/pay.tar.gz"),
        ("name.ext", "tar.gz"),
        ("name.ext.single", "gz"),
        ("name.noext", "in/pay"),
        ("name.noext.single", "in/pay.tar"),
        ("onlyname", "pay.tar.gz"),
        ("onlyname.noext", "pay"),
        ("parent", "/data/in"),
        ("length", 12),
    ],
)
def test_file(build: Compile, message: Exchange, part: str, expected: Any) -> None:
    """The function `file` tells of the file that a message came from; without one it is null."""
    assert build(f"${{file:{part}}}").evaluate(message) is None
    message.headers.update(
        {
            "CamelFileName": "in/pay.tar.gz",
            "CamelFileNameOnly": "pay.tar.gz",
            "CamelFileParent": "/data/in",
            "CamelFileLength": 12,
        }
    )
    assert build(f"${{file:{part}}}").evaluate(message) == expected


def test_exception_paths(build: Compile, message: Exchange) -> None:
    """The error being handled shows its message and the HTTP facts that Camel's class has."""
    message.exception = HttpOperationFailed("http://127.0.0.1/x", 404, "Not Found", {"A": "b"}, "gone")
    assert build("${exception.statusCode}").evaluate(message) == 404
    assert build("${exception.getMessage()}").evaluate(message) == build("${exception.message}").evaluate(message)
    assert build("${exception.responseBody} ${exception.responseHeaders[A]}").evaluate(message) == "gone b"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("${body.empty.x}", "asked of null"),
        ("${body.tags[7]}", "outside a list of 2"),
        ("${body.tags[x]}", "no index"),
        ("${body.state.foo}", "has no `foo`"),
        ("${body.state.substring(9)}", "outside a text"),
        ("${date:header.none}", "holds no date"),
        ("${header.kind}++", "ValueError"),
        ("${mandatoryBodyAs(Integer)}", "cannot be read as `Integer`"),
    ],
)
def test_evaluation_errors_are_expression_errors(build: Compile, message: Exchange, text: str, reason: str) -> None:
    """What cannot be evaluated on this message is an ExpressionError that names the expression."""
    with pytest.raises(ExpressionError, match=reason) as caught:
        build(text).evaluate(message)
    assert text in str(caught.value)


def test_errors_do_not_show_values(build: Compile, message: Exchange) -> None:
    """A computed index or a value that fails does not appear in the error, it may be personal."""
    message.headers["phone"] = "0991234567"
    for text in ("${body.tags[${header.phone}]}", "${convertTo(${header.phone}, Boolean)}", "${header.phone.get(1)}"):
        with pytest.raises(ExpressionError) as caught:
            build(text).evaluate(message)
        assert "0991234567" not in str(caught.value)


REFUSED: list[tuple[str, str]] = [
    ("${boddy}", "column 3: there is no function `boddy` .did you mean `body`"),
    ("  ${boddy}", "column 5"),
    ("a ${upercase(${body})}", "did you mean `uppercase`"),
    ("${sort()}", "younger than Camel 4.18"),
    ("${threadName}", "Java virtual machine"),
    ("${setHeader(a,b)}", "use the step"),
    ("${exception.stackTrace}", "stackTrace"),
    ("${body", "column 1: the function that begins here is not closed"),
    ("${}", "a function name is missing"),
    ("${body.state.tirm()}", "did you mean `trim`"),
    ("${body[}", "not closed"),
    ("${body..x}", "column 7"),
    ("${header.}", "needs a name"),
    ("${header}", "needs a name"),
    ("${exchangeId.x}", "takes nothing behind it"),
    ("${variable.global:x}", "not kept"),
    ("${variable:route:x}", "not kept"),
    ("${date:yesterday}", "no date command"),
    ("${date:now:YYYY}", "week year"),
    ("${date:now:bb}", "unknown"),
    ("${date-with-timezone:now:America/Nowhere:HH}", "no known time zone"),
    ("${random(5,5)}", "above the lowest"),
    ("${random('a')}", "whole numbers"),
    ("${bodyAs(Strin)}", "did you mean `String`"),
    ("${bean:shuot}", "did you mean `shout`"),
    ("${bean:later}", "asynchronous"),
    ("${bean:add}", "parameter `second`"),
    ("${bean:add(1)}", "cannot be called"),
    ("${properties:x}", "cannot be asked here"),
    ("${sys.user}", "Java virtual machine"),
    ("${file:nmae}", "did you mean `name`"),
    ("${jq(.a[)}", "closed|cannot be read"),
    ("${jq($ENV.HOME)}", "looks outside the message"),
    ("${replace('a')}", "takes 2 to 3 arguments, 1 are given"),
    ("${iif(${body.x} = 1, 2, 3)}", "write `==`"),
    ("$init{ $a := 1 }init$ ${body}", "not supported"),
    ("${body} ~> ${trim()}", "column 8.*~>. is not supported"),
    ("${body} ?~> ${trim()}", "is not supported"),
    ("text ${body} ?: 'x'", "whole expression"),
    ("${" * 30 + "}" * 30, "too deep|function"),
]


@pytest.mark.parametrize(("text", "reason"), REFUSED)
def test_refused_when_compiled(build: Compile, text: str, reason: str) -> None:
    """What Simple cannot run is refused at load with its column and the nearest right name."""
    with pytest.raises(ConfigurationError, match=reason) as caught:
        build(text)
    assert caught.value.place.startswith("column ")
