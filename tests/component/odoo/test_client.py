"""The client against recorded exchanges of Odoo 19.0."""

import json
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest

from caravana.component.odoo import OdooComponent
from caravana.component.odoo.client import Connection, OdooClient
from caravana.component.odoo.options import OdooConnection
from caravana.component.odoo.protocol import Call, Json2, JsonRpc
from caravana.kit.errors import EffectError, NeedsPerson, Refused, Transient, Unknown
from caravana.kit.http import HttpAnswer
from caravana.kit.options import read_options
from caravana.kit.serving import serve
from tests.component.odoo.hub import KEY, MemoryHub, settings
from tests.component.odoo.recorded import DATA, Recordings, fixture

NOT_ASKED_SO = {
    "a15_json2_invalid_key",
    "a16_json2_no_key",
    "a22_json2_ids_on_model_method",
    "a23_json2_get_404",
    "a24_json2_bad_json",
    "a25_json2_no_content_type",
    "a26_json2_wrong_database_header",
}
"""Recordings whose question the client cannot ask; their answers are read all the same."""
JSON2 = sorted(path.stem for path in DATA.glob("*_json2_*.json"))
ERRORS = {401: NeedsPerson, 403: NeedsPerson, 404: Refused, 415: Refused, 422: Refused, 400: Refused, 500: Refused}


def connect(url: str, protocol: str = "json2") -> OdooClient:
    read = read_options(OdooConnection, settings(url, protocol=protocol), place="test")
    return OdooClient(Connection(read))


async def test_processes_share_the_rate() -> None:
    """Of the connection's eight calls a second each of four processes makes two."""
    hub = MemoryHub(settings("http://127.0.0.1:1", rate=8), processes=4)
    component = OdooComponent(hub)
    assert component.client("odoo").connection.pace.share == 2
    await component.close()


async def ask(client: OdooClient, path: str, body: Any) -> Any:
    """Ask the recorded question through the client."""
    arguments = dict(body) if isinstance(body, dict) else {}
    ids, context = arguments.pop("ids", None), arguments.pop("context", None)
    _, _, _, model, method = path.split("/")
    try:
        return await client.call(model, method, arguments, ids=ids, context=context)
    finally:
        await client.connection.close()


@pytest.fixture(scope="module")
async def recordings() -> AsyncIterator[tuple[str, Recordings]]:
    """Serve all recordings."""
    recorded = Recordings()
    async with serve(recorded.app()) as url:
        yield url, recorded


@pytest.mark.parametrize("name", JSON2)
async def test_recorded_json2_exchange(name: str, recordings: tuple[str, Recordings]) -> None:
    """Each recorded JSON-2 question is asked in the same words, and its answer becomes the result or the right error."""
    url, recorded = recordings
    question, answer = fixture(name)["request"], fixture(name)["response"]
    client = connect(f"{url}/{name}")
    if answer["status"] == 200:
        result = await ask(client, question["path"], question["body"])
        assert repr(result) == repr(as_decimal(answer["body"]))
    else:
        expected = NeedsPerson if name.startswith("a26") else ERRORS[answer["status"]]
        with pytest.raises(expected) as raised:
            await ask(client, question["path"], question["body"])
        assert raised.value.status == answer["status"]
        assert "Traceback" not in str(raised.value) + str(raised.value.body)
    path, headers, body = recorded.asked[name]
    assert path == question["path"]
    assert headers["authorization"] == f"bearer {KEY}"
    assert headers["content-type"] == "application/json; charset=utf-8"
    if name not in NOT_ASKED_SO:
        assert body == question["body"]


def as_decimal(value: Any) -> Any:
    """Return a recorded answer with its numbers as the client reads them."""
    return json.loads(json.dumps(value), parse_float=Decimal)


@pytest.mark.parametrize(
    ("name", "expected", "status"),
    [
        ("a10_jsonrpc_execute_bad_password", NeedsPerson, 401),
        ("a32_jsonrpc_missing_record_write", Refused, 404),
        ("a35_jsonrpc_validation_error", Refused, 422),
        ("h04_jsonrpc_external_id_duplicate", Refused, 422),
    ],
)
def test_jsonrpc_faults_mean_the_same(name: str, expected: type[EffectError], status: int) -> None:
    """A fault under HTTP 200 becomes the class and status that JSON-2 gives for the same event."""
    with pytest.raises(expected) as raised:
        JsonRpc("o19", 2, KEY).result(Call("res.partner", "write"), answer_of(name))
    assert raised.value.status == status


def test_jsonrpc_question_is_the_recorded_one() -> None:
    """A call with ids and one without are written as Odoo's own clients write them."""
    recorded = fixture("d40_jsonrpc_search_read")["request"]["body"]

    call = Call("sale.order", "search_read", {"domain": [["id", "=", 1]], "fields": ["name"]})
    body = json.loads(JsonRpc("o19", 2, KEY).wire(call).data)
    assert body["params"]["service"] == recorded["params"]["service"]
    assert body["params"]["args"][:2] == recorded["params"]["args"][:2]
    assert body["params"]["args"][3:] == [
        "sale.order",
        "search_read",
        [],
        {"domain": [["id", "=", 1]], "fields": ["name"]},
    ]


def test_jsonrpc_create_returns_a_list() -> None:
    """A bare id of an older server becomes the list that JSON-2 returns, and the values go in positionally."""
    call = Call("res.partner", "create", {"vals_list": {"name": "Ana"}})
    protocol = JsonRpc("o19", 2, KEY)
    assert json.loads(protocol.wire(call).data)["params"]["args"][5] == [{"name": "Ana"}]
    assert protocol.result(call, HttpAnswer(200, "OK", {}, b'{"jsonrpc":"2.0","id":1,"result":7}')) == [7]


@pytest.mark.parametrize(
    ("status", "raw", "expected"),
    [
        (200, b"<html>maintenance</html>", Unknown),
        (429, b"", Transient),
        (500, b"<html>proxy</html>", Unknown),
        (500, b'{"name":"psycopg2.errors.SerializationFailure","message":"x"}', Transient),
        (500, b'{"name":"psycopg2.errors.DeadlockDetected","message":"x"}', Transient),
        (500, b'{"name":"psycopg2.errors.LockNotAvailable","message":"x"}', Transient),
        (409, b'{"name":"odoo.exceptions.LockError","message":"x"}', Transient),
        (502, b"", Unknown),
        (503, b"", Transient),
        (504, b"", Unknown),
        (302, b"", NeedsPerson),
    ],
)
def test_broken_and_passing_answers(status: int, raw: bytes, expected: type[EffectError]) -> None:
    """Only what the database rolled back, or nobody took, is tried again; a broken answer is doubt."""
    with pytest.raises(expected):
        Json2("o19", KEY).result(Call("sale.order", "write"), HttpAnswer(status, "", {}, raw))


async def test_version_without_login(recordings: tuple[str, Recordings]) -> None:
    """The version is asked without credentials and decides for JSON-2."""
    url, recorded = recordings
    client = connect(f"{url}/a03_get_json_version", "auto")
    assert await client.connection.version() == (19, 0)
    assert (await client.connection.protocol()).name == "json2"
    await client.connection.close()
    assert "authorization" not in recorded.asked["a03_get_json_version"][1]


async def test_a_refused_connection_is_transient() -> None:
    """Nothing was sent, so nothing was done."""
    client = connect("http://127.0.0.1:9")
    with pytest.raises(Transient):
        await client.call("res.partner", "create", {"vals_list": {}})
    await client.connection.close()


def answer_of(name: str) -> HttpAnswer:
    """Return the recorded answer as the session gives it."""
    answer = fixture(name)["response"]
    return HttpAnswer(answer["status"], "", {}, json.dumps(answer["body"]).encode())
