"""`bean:name`: a registered Python callable works on the message."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from caravana.component.bean.producer import CallableProducer, PureProducer
from caravana.kit.component import Component, Endpoint, Local, Maturity, Producer
from caravana.kit.effect import Kind
from caravana.kit.errors import ConfigurationError
from caravana.kit.invoke import find_callable, plan_invocation
from caravana.kit.options import Duration, Options
from caravana.kit.ports import Context
from caravana.kit.uri import Uri

THREADS = 8
"""Plain functions that run at the same time; further ones wait."""


class BeanOptions(Options):
    """What is called, and for how long at most."""

    method: str = Field("", description="Method of a registered object; not needed when it has one only.")
    scope: Literal["Singleton"] = Field(
        "Singleton", description="One object for the hub; Camel's other scopes are refused."
    )
    timeout: Duration = Field(
        "60s",
        validate_default=True,
        description="Longest time of a recorded call; afterwards its outcome is unknown.",
    )


@dataclass(frozen=True)
class BeanEndpoint(Endpoint):
    """One `bean:` address; `threads` run its plain function."""

    threads: ThreadPoolExecutor

    def producer(self) -> Producer | Local:
        """Return the call. Raises `ConfigurationError` when nothing is registered, or a parameter cannot be filled."""
        options: Any = self.options
        registered = find_callable(self.context.callables, self.uri.path, options.method)
        invocation = plan_invocation(registered)
        if registered.kind is Kind.PURE:
            return PureProducer(invocation)
        return CallableProducer(invocation, self.threads, options.timeout)


class BeanComponent(Component):
    """Python callables as steps."""

    scheme = "bean"
    title = "Bean"
    syntax = "bean:name"
    doc = "Calls a registered Python callable; what it returns becomes the body. Its declared effect kind decides on records."
    maturity = Maturity.STABLE
    options = BeanOptions
    consumes = False

    def __init__(self, context: Context) -> None:
        """`context`: the hub."""
        super().__init__(context)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="caravana-bean")

    def create(self, uri: Uri, options: BeanOptions) -> "BeanEndpoint":
        """Return the endpoint. Raises `ConfigurationError` without a name, and for a method with arguments."""
        if not uri.path:
            raise ConfigurationError("`bean:` needs a name", suggestion="write bean:prices?method=current")
        if "(" in options.method:
            raise ConfigurationError(
                "`method` takes no arguments here",
                place=f"bean:{uri.path}",
                suggestion="parameters are filled by name: body, headers, exchange",
            )
        return BeanEndpoint(uri, options, self.context, self._threads)

    async def close(self) -> None:
        """Let the threads end; a function that still runs is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)
