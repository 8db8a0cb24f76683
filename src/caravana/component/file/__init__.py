"""`file:directory`: files that become messages, and messages that become files."""

from pathlib import Path
from types import MappingProxyType

from caravana.component.file.consumer import FileConsumer
from caravana.component.file.producer import FileProducer
from caravana.component.file.spec import FileOptions
from caravana.kit.component import Component, Endpoint, Maturity
from caravana.kit.errors import ConfigurationError
from caravana.kit.ports import Receiver
from caravana.kit.uri import Uri


class FileEndpoint(Endpoint):
    """One directory."""

    def producer(self) -> FileProducer:
        """Return the writing side."""
        return FileProducer(Path(self.uri.path), self.options)

    def consumer(self, receiver: Receiver) -> FileConsumer:
        """Return the reading side. Raises `ConfigurationError` when `fileName` needs a message."""
        if self.options.named_by_message:
            raise ConfigurationError(
                "`fileName` of a consumer takes no expression", suggestion="use include with a regular expression"
            )
        return FileConsumer(Path(self.uri.path), self.options, receiver, self.context.clock)


class FileComponent(Component):
    """Files of the machine."""

    scheme = "file"
    title = "File"
    syntax = "file:directory"
    doc = "Takes each file of a directory once, or writes the body as a file, whole or not at all."
    maturity = Maturity.BETA
    options = FileOptions
    departures = MappingProxyType({"move": "`.camel` is where Camel moves files, too, when nothing is said"})

    def create(self, uri: Uri, options: FileOptions) -> FileEndpoint:
        """Return the endpoint of one directory. Raises `ConfigurationError` without one or with an expression in it."""
        if not uri.path or "${" in uri.path:
            raise ConfigurationError(
                "`file:` needs a directory, without expressions", suggestion="the file's name may hold directories"
            )
        return FileEndpoint(uri, options, self.context)
