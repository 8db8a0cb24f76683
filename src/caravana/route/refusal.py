"""Why something that Camel knows is refused: in words, by kind of thing and name."""

from collections.abc import Iterable

from caravana.kit.nearest import nearest
from caravana.route.catalogue import TARGET, catalogue

_LATER = "not supported yet"
_JVM = "needs the Java machine; register a Python callable and call it with `bean` or `method`"
_TRANSACTION = "needs a transaction manager; the journal and the effect kinds take its place"
_INSIDE = {
    "doCatch": "doTry",
    "doFinally": "doTry",
    "when": "choice",
    "otherwise": "choice",
    "onFallback": "circuitBreaker",
}

TOP = {
    "dataFormats": "name the data format where it is used (`marshal: {json: {}}`)",
    "intercept": _LATER,
    "interceptFrom": _LATER,
    "interceptSendToEndpoint": _LATER,
    "onCompletion": _LATER,
    "routeTemplate": _LATER,
    "templatedRoute": _LATER,
}
STEP = {
    **{inner: f"stands inside `{outer}`, not among the steps" for inner, outer in _INSIDE.items()},
    "script": _JVM,
    "transacted": _TRANSACTION,
    "policy": _TRANSACTION,
    "kamelet": "Kamelets are not supported: call a route with `direct:`",
    "serviceCall": "gone in Camel 4.22; write the address",
    "threads": "the engine runs steps on its own loop; use `seda:` for another exchange",
    "resumable": "consumers keep their position in the journal",
    "pausable": "consumers keep their position in the journal",
    "tokenizer": _LATER,
}
LANGUAGE = {
    **dict.fromkeys(
        (
            "csimple",
            "datasonnet",
            "groovy",
            "hl7terser",
            "java",
            "joor",
            "js",
            "mvel",
            "ognl",
            "python",
            "spel",
            "wasm",
        ),
        _JVM,
    ),
    "language": "write the language's name as the key (`simple: ...`)",
}
HANDLER = {
    "refErrorHandler": "write the handler itself in place of its name",
    "jtaTransactionErrorHandler": _TRANSACTION,
    "springTransactionErrorHandler": _TRANSACTION,
}
_REASONS = {"top": TOP, "step": STEP, "language": LANGUAGE, "handler": HANDLER}
_KNOWN = {"top": "top", "step": "steps", "language": "languages", "data format": "dataFormats"}
_NAMES = {"top": "top-level key"}
_YOUNGER = {"top": "elements", "step": "elements", "language": "languages", "data format": "dataFormats"}


def reason(kind: str, name: str) -> str:
    """Return why `name` of Camel's catalogue is refused: `kind` is top, step, language, data format or handler."""
    return _REASONS.get(kind, {}).get(name, _LATER)


def refusal(kind: str, name: str, supported: Iterable[str]) -> tuple[str, str]:
    """Return message and suggestion for a `name` that is not among the `supported` ones of its `kind`."""
    known = catalogue()
    admitted = list(supported)
    if name in known[_KNOWN[kind]] or name in _REASONS.get(kind, {}):
        return f"the {_NAMES.get(kind, kind)} `{name}` is refused: {reason(kind, name)}", ""
    if name in known["younger"][_YOUNGER[kind]]:
        return younger(f"the {_NAMES.get(kind, kind)} `{name}`"), ""
    return unknown(kind, name, admitted)


def unknown(kind: str, name: str, admitted: Iterable[str], element: str = "") -> tuple[str, str]:
    """Return message and suggestion for a name that nobody knows (in `element`); kebab-case of Camel 3 gets its new spelling."""
    names = list(admitted)
    camel = _from_kebab(name)
    if camel != name and camel in names:
        return f"`{name}` is Camel 3's spelling", f"write `{camel}`"
    hint = nearest(camel, names)
    if element:
        return f"unknown {kind} `{name}` in `{element}`", hint
    return f"unknown {_NAMES.get(kind, kind)} `{name}`", hint


def younger(what: str) -> str:
    """Return the message for what only a later line of Camel has."""
    return f"{what} is younger than Camel {TARGET}: it came with {catalogue()['younger']['version']}"


def option_refusal(element: str, key: str, admitted: Iterable[str]) -> tuple[str, str]:
    """Return message and suggestion for an option `key` that the element does not admit."""
    known = catalogue()
    if key in known["elements"].get(element, {}).get("options", {}):
        return f"option `{key}` of `{element}` is not supported", ""
    if key in known["younger"]["options"].get(element, []):
        return younger(f"option `{key}` of `{element}`"), ""
    return unknown("option", key, admitted, element)


def _from_kebab(name: str) -> str:
    head, *rest = name.split("-")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)
