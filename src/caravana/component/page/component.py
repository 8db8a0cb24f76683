"""The component: templates of a Python package, rendered with the body, answered with strict headers."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
    Template,
    TemplateNotFound,
    TemplateSyntaxError,
)
from pydantic import Field

from caravana.kit.component import Component, Endpoint, Local, Maturity
from caravana.kit.errors import ConfigurationError, RouteError
from caravana.kit.exchange import Exchange, Headers
from caravana.kit.options import Options
from caravana.kit.ports import Context, Flow
from caravana.kit.uri import Uri

FORM_ACTION = "CaravanaPageFormAction"
STATUS = "CamelHttpResponseCode"
TYPES: Mapping[str, str] = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
"""Suffix of a template → content type of the answer."""

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action {forms}"
)
"""No script at all, nothing from other hosts, no frame around the page (click-jacking)."""


class PageError(RouteError):
    """A template cannot be rendered with this body."""


class PageOptions(Options):
    """Options of one `page:` address."""

    package: str = Field(description="Python package whose folder holds the templates, e.g. `caravana.commerce`.")
    folder: str = Field("pages", description="Folder of the templates within the package.")
    cache: bool = Field(False, description="Whether browsers may keep the answer for an hour (style sheets).")
    referrer: Literal["no-referrer", "origin"] = Field(
        "no-referrer", description="What a link tells its target of this page: nothing, or the hub's public address."
    )


class PageProducer(Local):
    """Renders one template. The same body gives the same page, so a re-run simply renders again."""

    def __init__(self, template: Template, content_type: str, options: PageOptions) -> None:
        """`content_type`: what the answer is."""
        self._template = template
        self._content_type = content_type
        self._options = options

    async def process(self, exchange: Exchange, flow: Flow) -> None:
        """Put the page into the body; only the page's own headers go out. Raises `PageError`."""
        context = exchange.body if isinstance(exchange.body, Mapping) else {"body": exchange.body}
        try:
            exchange.body = self._template.render(**context)
        except Exception as error:  # a template may raise anything
            raise PageError(f"the page `{self._template.name}` cannot be made: {error}") from error
        exchange.headers = self._headers(exchange.headers)

    def _headers(self, headers: Headers) -> Headers:
        kept = {STATUS: headers[STATUS]} if STATUS in headers else {}
        forms = " ".join(("'self'", str(headers.get(FORM_ACTION) or ""))).strip()
        return Headers(
            {
                **kept,
                "Content-Type": self._content_type,
                "Content-Security-Policy": POLICY.format(forms=forms),
                "Cache-Control": "public, max-age=3600" if self._options.cache else "no-store",
                "Referrer-Policy": "origin" if FORM_ACTION in headers else self._options.referrer,
                "X-Content-Type-Options": "nosniff",
                "X-Frame-Options": "DENY",
            }
        )


class PageEndpoint(Endpoint):
    """One template."""

    def producer(self) -> PageProducer:
        """Return what renders. Raises `ConfigurationError` when the template is missing or wrong."""
        name, options = self.uri.path, self.options
        place = str(self.uri)
        content_type = TYPES.get(Path(name).suffix)
        if content_type is None:
            raise ConfigurationError(f"`{name}` is no page", place=place, suggestion=f"it ends in {', '.join(TYPES)}")
        try:
            template = self._environment(options.package, options.folder).get_template(name)
        except (TemplateNotFound, ModuleNotFoundError, ValueError) as error:
            raise ConfigurationError(f"the template `{name}` cannot be found: {error}", place=place) from None
        except TemplateSyntaxError as error:
            raise ConfigurationError(f"the template `{name}`, line {error.lineno}: {error}", place=place) from None
        return PageProducer(template, content_type, options)

    def _environment(self, package: str, folder: str) -> Environment:
        """Templates of the company's own folder (setting `pages.folder`) stand before the shipped ones."""
        loaders: list[BaseLoader] = [PackageLoader(package, folder)]
        own = self.context.setting("pages.folder")
        if own:
            loaders.insert(0, FileSystemLoader(str(own)))
        return Environment(loader=ChoiceLoader(loaders), autoescape=True, undefined=StrictUndefined, trim_blocks=True)


class PageComponent(Component):
    """Pages for people outside: no script, every value escaped."""

    scheme = "page"
    title = "Page"
    syntax = "page:template"
    doc = "Makes the answer of a platform-http route from a Jinja2 template and the body, with strict security headers."
    maturity = Maturity.BETA
    options = PageOptions
    consumes = False

    def __init__(self, context: Context) -> None:
        """`context`: the hub."""
        super().__init__(context)

    def create(self, uri: Uri, options: Any) -> PageEndpoint:
        """Return the endpoint of one template. Raises `ConfigurationError` without a name."""
        if not uri.path:
            raise ConfigurationError("`page:` needs a template", suggestion="write page:pay.html?package=…")
        return PageEndpoint(uri, options, self.context)
