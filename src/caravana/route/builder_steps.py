"""The steps of a route, written in Python one after the other."""

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from caravana.route import model
from caravana.route.builder_block import Block, ChoiceBlock, TryBlock
from caravana.route.builder_value import Count, Flag, json_format, make, parameters_of
from caravana.route.element import Step
from caravana.route.expression import DataFormat, Expression
from caravana.route.problem import RouteFileError, error

B = TypeVar("B", bound=Block)


class StepsBuilder:
    """Every method adds a step and returns the builder. Methods that open a block end with `end()`.

    All take `id`, `description`, `note` and `disabled` besides their own arguments. Endpoint options are keyword
    arguments (`http_method_restrict="POST"`); those that are no Python name, or collide, go under `parameters`.
    """

    def __init__(self) -> None:
        """Begin without steps."""
        self._done: list[Step] = []
        self._open: list[Block] = []

    def _add(self, step: Step) -> Self:
        if self._open:
            self._open[-1].add(step)
        else:
            self._done.append(step)
        return self

    def _begin(self, block: Block) -> Self:
        self._open.append(block)
        return self

    def _inside(self, kind: type[B], name: str, outer: str) -> B:
        if self._open and isinstance(self._open[-1], kind):
            return self._open[-1]
        raise RouteFileError([error(f"`{name}` stands outside `{outer}`", suggestion="close inner blocks with end()")])

    def _steps(self) -> tuple[Step, ...]:
        """Return all steps; blocks still open are closed."""
        while self._open:
            self.end()
        return tuple(self._done)

    def end(self) -> Self:
        """Close the block opened last. Raises `RouteFileError` when none is open."""
        if not self._open:
            raise RouteFileError([error("`end()` closes nothing: no block is open")])
        return self._add(self._open.pop().close())

    # Calls

    def to(
        self,
        uri: str,
        *,
        parameters: Mapping[str, Any] | None = None,
        pattern: str | None = None,
        variable_send: str | None = None,
        variable_receive: str | None = None,
        id: str | None = None,  # noqa: A002 - Camel's word
        description: str | None = None,
        note: str | None = None,
        disabled: Flag = False,
        **options: Any,
    ) -> Self:
        """Send to an endpoint."""
        about = {"id": id, "description": description, "note": note, "disabled": disabled}
        call = {"pattern": pattern, "variable_send": variable_send, "variable_receive": variable_receive}
        return self._add(make(model.To, uri=uri, parameters=parameters_of(options, parameters), **call, **about))

    def to_d(
        self,
        uri: str,
        *,
        parameters: Mapping[str, Any] | None = None,
        ignore_invalid_endpoint: Flag = False,
        **more: Any,
    ) -> Self:
        """Send to an endpoint whose address is a Simple text."""
        found = parameters_of({}, parameters)
        return self._add(
            make(model.ToD, uri=uri, parameters=found, ignore_invalid_endpoint=ignore_invalid_endpoint, **more)
        )

    def wire_tap(
        self, uri: str, *, parameters: Mapping[str, Any] | None = None, copy: Flag = True, **more: Any
    ) -> Self:
        """Send a copy as an exchange of its own."""
        return self._add(make(model.WireTap, uri=uri, parameters=parameters_of({}, parameters), copy=copy, **more))

    def bean(self, ref: str, method: str | None = None, **more: Any) -> Self:
        """Call a registered callable."""
        return self._add(make(model.Bean, ref=ref, method=method, **more))

    def process(self, ref: str, **more: Any) -> Self:
        """Call a registered callable with the exchange."""
        return self._add(make(model.Process, ref=ref, **more))

    def log(self, message: str, *, logging_level: str = "INFO", log_name: str | None = None, **more: Any) -> Self:
        """Write a line to the log."""
        return self._add(make(model.Log, message=message, logging_level=logging_level, log_name=log_name, **more))

    def delay(self, expression: Expression, **more: Any) -> Self:
        """Wait."""
        return self._add(make(model.Delay, expression=expression, **more))

    def throw_exception(self, exception_type: str, message: str | None = None, **more: Any) -> Self:
        """Raise an error."""
        return self._add(make(model.ThrowException, exception_type=exception_type, message=message, **more))

    def stop(self, **more: Any) -> Self:
        """End the exchange well."""
        return self._add(make(model.Stop, **more))

    # The message

    def set_body(self, expression: Expression, **more: Any) -> Self:
        """Set the body."""
        return self._add(make(model.SetBody, expression=expression, **more))

    def transform(self, expression: Expression, **more: Any) -> Self:
        """Set the body."""
        return self._add(make(model.Transform, expression=expression, **more))

    def set_header(self, name: str, expression: Expression, **more: Any) -> Self:
        """Set a header."""
        return self._add(make(model.SetHeader, name=name, expression=expression, **more))

    def set_headers(self, headers: Mapping[str, Expression], **more: Any) -> Self:
        """Set several headers, in order."""
        made = tuple(make(model.SetHeader, name=name, expression=value) for name, value in headers.items())
        return self._add(make(model.SetHeaders, headers=made, **more))

    def set_property(self, name: str, expression: Expression, **more: Any) -> Self:
        """Set an exchange property."""
        return self._add(make(model.SetProperty, name=name, expression=expression, **more))

    def set_variable(self, name: str, expression: Expression, **more: Any) -> Self:
        """Set a variable."""
        return self._add(make(model.SetVariable, name=name, expression=expression, **more))

    def set_variables(self, variables: Mapping[str, Expression], **more: Any) -> Self:
        """Set several variables, in order."""
        made = tuple(make(model.SetVariable, name=name, expression=value) for name, value in variables.items())
        return self._add(make(model.SetVariables, variables=made, **more))

    def remove_header(self, name: str, **more: Any) -> Self:
        """Take a header away."""
        return self._add(make(model.RemoveHeader, name=name, **more))

    def remove_headers(self, pattern: str, exclude_pattern: str | None = None, **more: Any) -> Self:
        """Take headers away."""
        return self._add(make(model.RemoveHeaders, pattern=pattern, exclude_pattern=exclude_pattern, **more))

    def remove_property(self, name: str, **more: Any) -> Self:
        """Take an exchange property away."""
        return self._add(make(model.RemoveProperty, name=name, **more))

    def remove_properties(self, pattern: str, exclude_pattern: str | None = None, **more: Any) -> Self:
        """Take exchange properties away."""
        return self._add(make(model.RemoveProperties, pattern=pattern, exclude_pattern=exclude_pattern, **more))

    def remove_variable(self, name: str, **more: Any) -> Self:
        """Take a variable away."""
        return self._add(make(model.RemoveVariable, name=name, **more))

    def convert_body_to(
        self,
        type: str,  # noqa: A002 - Camel's word
        *,
        mandatory: Flag = True,
        charset: str | None = None,
        **more: Any,
    ) -> Self:
        """Convert the body to a type."""
        return self._add(make(model.ConvertBodyTo, type=type, mandatory=mandatory, charset=charset, **more))

    def marshal(self, data_format: DataFormat | None = None, **more: Any) -> Self:
        """Write the body in a data format, by default JSON."""
        return self._add(make(model.Marshal, data_format=data_format or json_format(), **more))

    def unmarshal(self, data_format: DataFormat | None = None, **more: Any) -> Self:
        """Read the body in a data format, by default JSON."""
        return self._add(make(model.Unmarshal, data_format=data_format or json_format(), **more))

    # Blocks

    def choice(self, *, precondition: Flag = False, **more: Any) -> Self:
        """Open a choice: `when(...)` and `otherwise()` open its branches, `end()` closes it."""
        return self._begin(ChoiceBlock({"precondition": precondition, **more}))

    def when(self, predicate: Expression, **more: Any) -> Self:
        """Open a branch of the choice."""
        self._inside(ChoiceBlock, "when", "choice").branch(predicate, more)
        return self

    def otherwise(self, **more: Any) -> Self:
        """Open the branch of the choice that is taken when no other is."""
        self._inside(ChoiceBlock, "otherwise", "choice").branch(None, more)
        return self

    def filter(self, predicate: Expression, *, status_property_name: str | None = None, **more: Any) -> Self:
        """Open a block that runs when the predicate holds."""
        values = {"expression": predicate, "status_property_name": status_property_name, **more}
        return self._begin(Block(model.Filter, values))

    def split(
        self,
        expression: Expression,
        *,
        delimiter: str = ",",
        aggregation_strategy: str | None = None,
        parallel_processing: Flag = False,
        streaming: Flag = False,
        stop_on_exception: Flag = False,
        timeout: Count = 0,
        share_unit_of_work: Flag = False,
        **more: Any,
    ) -> Self:
        """Open a block that runs once for each part."""
        values = {
            "expression": expression,
            "delimiter": delimiter,
            "aggregation_strategy": aggregation_strategy,
            "parallel_processing": parallel_processing,
            "streaming": streaming,
            "stop_on_exception": stop_on_exception,
            "timeout": timeout,
            "share_unit_of_work": share_unit_of_work,
        }
        return self._begin(Block(model.Split, {**values, **more}))

    def multicast(
        self,
        *,
        aggregation_strategy: str | None = None,
        parallel_processing: Flag = False,
        stop_on_exception: Flag = False,
        **more: Any,
    ) -> Self:
        """Open a block each step of which gets a copy."""
        values = {
            "aggregation_strategy": aggregation_strategy,
            "parallel_processing": parallel_processing,
            "stop_on_exception": stop_on_exception,
        }
        return self._begin(Block(model.Multicast, {**values, **more}))

    def loop(self, expression: Expression, *, do_while: Flag = False, copy: Flag = False, **more: Any) -> Self:
        """Open a block that runs so often, or while the predicate holds."""
        return self._begin(Block(model.Loop, {"expression": expression, "do_while": do_while, "copy": copy, **more}))

    def recipient_list(self, expression: Expression, *, delimiter: str = ",", **more: Any) -> Self:
        """Send a copy to each address that the expression gives."""
        return self._add(make(model.RecipientList, expression=expression, delimiter=delimiter, **more))

    def enrich(self, expression: Expression, *, aggregation_strategy: str | None = None, **more: Any) -> Self:
        """Ask an endpoint and join its answer with the message."""
        return self._add(make(model.Enrich, expression=expression, aggregation_strategy=aggregation_strategy, **more))

    def validate(self, predicate: Expression, **more: Any) -> Self:
        """Fail unless the predicate holds."""
        return self._add(make(model.Validate, expression=predicate, **more))

    def idempotent_consumer(
        self,
        expression: Expression,
        idempotent_repository: str | None = None,
        *,
        eager: Flag = True,
        completion_eager: Flag = False,
        skip_duplicate: Flag = True,
        remove_on_failure: Flag = True,
        **more: Any,
    ) -> Self:
        """Open a block that runs once for each key."""
        values = {
            "expression": expression,
            "idempotent_repository": idempotent_repository,
            "eager": eager,
            "completion_eager": completion_eager,
            "skip_duplicate": skip_duplicate,
            "remove_on_failure": remove_on_failure,
        }
        return self._begin(Block(model.IdempotentConsumer, {**values, **more}))

    def do_try(self, **more: Any) -> Self:
        """Open a try: `do_catch(...)` and `do_finally()` open its other parts, `end()` closes it."""
        return self._begin(TryBlock(more))

    def do_catch(self, *exception: str, on_when: Expression | None = None, **more: Any) -> Self:
        """Open the part of a try for errors of these classes."""
        values = {"exception": exception or None, "on_when": on_when, **more}
        self._inside(TryBlock, "do_catch", "do_try").clause(model.DoCatch, values)
        return self

    def do_finally(self, **more: Any) -> Self:
        """Open the part of a try that always runs."""
        self._inside(TryBlock, "do_finally", "do_try").clause(model.DoFinally, more)
        return self

    def pipeline(self, **more: Any) -> Self:
        """Open a block of steps."""
        return self._begin(Block(model.Pipeline, more))

    def step(self, id: str, **more: Any) -> Self:  # noqa: A002 - Camel's word
        """Open a named block of steps."""
        return self._begin(Block(model.Group, {"id": id, **more}))
