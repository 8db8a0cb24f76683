"""What can be set at a `file:` address."""

import codecs
import re
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from caravana.kit.options import Duration, Options

FileExist = Literal["Override", "Append", "Fail", "Ignore"]


class FileOptions(Options):
    """Options of one directory; names and defaults are Camel's, `minAge` and `maxBytes` are Caravana's."""

    charset: str | None = Field(None, description="Read: text in this charset, unset = bytes. Write: default UTF-8.")
    include: str | None = Field(None, description="From: regular expression that the whole name fits, case ignored.")
    recursive: bool = Field(False, description="From: also the directories below.")
    delay: Duration = Field(timedelta(milliseconds=500), gt=timedelta(0), description="From: wait between two looks.")
    initial_delay: Duration = Field(timedelta(seconds=1), description="From: wait before the first look.")
    move: str = Field(".camel", min_length=1, description="From: directory for taken files, beside each file.")
    delete: bool = Field(False, description="From: delete taken files.")
    noop: bool = Field(False, description="From: leave taken files where they are.")
    min_age: Duration = Field(timedelta(0), description="From: leave files alone that changed since.")
    max_bytes: int = Field(100 * 1024 * 1024, gt=0, description="From: larger files are left and told in the log.")
    file_name: str | None = Field(
        None,
        description="To: name of the file, also with Simple's ${…}; default the header CamelFileName. From: take only this file.",
    )
    file_exist: FileExist = Field("Override", description="To: what happens when the file is there.")

    @field_validator("charset")
    @classmethod
    def _known(cls, name: str | None) -> str | None:
        if name is not None:
            try:
                codecs.lookup(name)
            except LookupError:
                raise ValueError("is no charset") from None
        return name

    @field_validator("include")
    @classmethod
    def _expression(cls, text: str | None) -> str | None:
        try:
            re.compile(text or "")
        except re.error as error:
            raise ValueError(f"is no regular expression: {error}") from None
        return text

    @field_validator("move")
    @classmethod
    def _plain(cls, text: str) -> str:
        if "${" in text:
            raise ValueError("takes no expression")
        return text

    @field_validator("file_name")
    @classmethod
    def _inside(cls, name: str | None) -> str | None:
        if name is not None and "${" not in name and not is_inside(name):
            raise ValueError("leads out of the directory")
        return name

    @model_validator(mode="after")
    def _one_end(self) -> Self:
        if self.delete and self.noop:
            raise ValueError("`delete` and `noop` exclude each other")
        return self

    @property
    def named_by_message(self) -> bool:
        """Whether `fileName` is an expression over the message."""
        return self.file_name is not None and "${" in self.file_name


def is_inside(name: str) -> bool:
    """Whether the file `name` stays in its directory, by its text alone."""
    path = PurePosixPath(name.replace("\\", "/"))
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts and "\0" not in name
