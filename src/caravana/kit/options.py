"""Options of endpoints and connections: declared once as a pydantic model, they drive parsing, check, docs and console."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Annotated, Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from caravana.kit.errors import ConfigurationError

_DURATION_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|d|h|m|s)")
_UNIT_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400}


def parse_duration(value: object) -> timedelta:
    """Return the duration of a Camel text: plain milliseconds (`500`) or units (`1m30s`, `5s`, `2h`).

    Raises `ValueError` for anything else.
    """
    if isinstance(value, timedelta):
        return value
    text = str(value).strip().replace(" ", "").lower()
    if re.fullmatch(r"-?\d+(\.\d+)?", text):
        return timedelta(milliseconds=float(text))
    parts = _DURATION_PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(f"`{value}` is no duration; write milliseconds (500) or units (1m30s)")
    return timedelta(seconds=sum(float(number) * _UNIT_SECONDS[unit] for number, unit in parts))


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(lambda one: int(one.total_seconds() * 1000), return_type=int),
]
"""A duration option: milliseconds or `1m30s`."""


def written_moment(value: object) -> object:
    """Return `value` where it is a datetime, its ISO text or None: a bare number would be read as Unix time.

    Raises `ValueError` for anything else.
    """
    if value is not None and not isinstance(value, str | datetime):
        raise ValueError("write ISO 8601 with offset")
    return value


class Options(BaseModel):
    """Base of every option model; fields are snake_case here and Camel's camelCase outside."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True)


Model = TypeVar("Model", bound=Options)


def read_options(model: type[Model], values: dict[str, Any], *, place: str) -> Model:
    """Return `values` as `model`.

    Raises `ConfigurationError` naming every wrong or unknown option at once, with `place` before it.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise ConfigurationError(describe(error, model), place=place) from None


def judge_options(model: type[Options], values: Mapping[str, str], *, place: str) -> None:
    """Judge the options of an address of which parts are evaluated for each message; `${}` stands for them.

    Raises `ConfigurationError` naming unknown options and wrong fixed values; what is open or missing may yet come right.
    """
    known = {name: value for name, value in values.items() if "${" not in name}
    try:
        model.model_validate(known)
    except ValidationError as error:
        wrong = [one for one in error.errors() if one["type"] == "extra_forbidden" or _is_fixed(one, known)]
        if wrong:
            raise ConfigurationError("; ".join(describe_one(one, model) for one in wrong), place=place) from None


def _is_fixed(problem: ErrorDetails, values: Mapping[str, str]) -> bool:
    """Whether a problem is one of a value that stands as it is written."""
    name = str(problem["loc"][0]) if problem["loc"] else ""
    return name in values and "${" not in values[name]


def describe(error: ValidationError, model: type[BaseModel] | None = None) -> str:
    """Return all problems of `error` in one text, without the values (they may be secrets)."""
    return "; ".join(describe_one(one, model) for one in error.errors())


def describe_one(one: ErrorDetails, model: type[BaseModel] | None = None) -> str:
    """Return one problem with the option's name, without the value; with `model` also the nearest right name."""
    place = ".".join(str(part) for part in one["loc"])
    text = one["msg"].removeprefix("Value error, ")
    if one["type"] == "extra_forbidden":
        text = f"there is no such option{_nearest(one['loc'], model)}"
    return f"`{place}`: {text}" if place else text


def _nearest(place: tuple[int | str, ...], model: type[BaseModel] | None) -> str:
    kind: Any = model
    for part in place[:-1]:
        kind = _inside(kind, str(part))
    known = [field.alias or own for own, field in kind.model_fields.items()] if _is_model(kind) else []
    found = get_close_matches(str(place[-1]), known, 1)
    return f"; did you mean `{found[0]}`?" if found else ""


def _inside(kind: Any, part: str) -> Any:
    """The type of what stands under `part`: a field of a model, a value of a mapping by name."""
    if _is_model(kind):
        inner = kind.model_fields.get(part)
        return inner.annotation if inner else None
    return get_args(kind)[1] if get_origin(kind) is dict else None


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
