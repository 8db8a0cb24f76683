"""What kind of file it is, by its content, and its statements."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from caravana.component.bank.camt import read_camt
from caravana.component.bank.download import SOME, misfit, proves_itself, read_download
from caravana.component.bank.entry import Statement
from caravana.component.bank.errors import HeadingsMissing, StatementRefused
from caravana.component.bank.mt940_reader import read_mt940
from caravana.component.bank.profile import Profile
from caravana.component.bank.sheet import is_workbook

LARGEST = 32 * 1024 * 1024
"""Bytes of a file; a year of a busy account has less."""
_XML = re.compile(rb"\s*(\xef\xbb\xbf)?\s*<|\xff\xfe<|\xfe\xff\x00<")
_NAME = re.compile(r".*\.(csv|xml|xlsx|sta|mt940|940)", re.IGNORECASE)
_MT940 = re.compile(rb"^[\x01\s]*:20:", re.MULTILINE)


@dataclass(frozen=True)
class Reader:
    """Reads files of every kind.

    - `profiles`: of downloads; `proven`: marks of those that a running balance has proven before
    - `profile`, `account`: what a person says of the file
    """

    profiles: Mapping[str, Profile]
    profile: str | None = None
    account: str | None = None
    proven: frozenset[str] = field(default_factory=frozenset)

    def __call__(self, content: bytes) -> list[Statement]:
        """Return the statements. Raises `StatementRefused`."""
        if not content.strip():
            raise StatementRefused("it is empty")
        if len(content) > LARGEST:
            raise StatementRefused(f"it is larger than {LARGEST // 1024 // 1024} MiB")
        if self.profile is not None:
            return [self._download(content, self.profiles[self.profile])]
        if _XML.match(content):
            return read_camt(content)
        if not is_workbook(content) and _MT940.search(content):
            return read_mt940(content)
        return [self._download(content, self._fitting(content))]

    def knows(self, name: str, content: bytes) -> bool:
        """Whether it is a statement of some kind, by its name or content, be it a broken one."""
        if _NAME.fullmatch(name) or _XML.match(content) or is_workbook(content) or _MT940.search(content):
            return True
        return any(misfit(content, one) is None for one in self.profiles.values())

    def _fitting(self, content: bytes) -> Profile:
        """The one profile whose headings stand in the file."""
        kind = "xlsx" if is_workbook(content) else "csv"
        tried = {one.name: misfit(content, one) for one in self.profiles.values() if kind in one.formats}
        found = [name for name, wrong in tried.items() if wrong is None]
        if not found:
            raise _likeliest([wrong for wrong in tried.values() if wrong is not None], sorted(tried))
        if len(found) > 1:
            raise StatementRefused(
                f"several profiles have its headings ({', '.join(found)}): say which, with --profile"
            )
        return self.profiles[found[0]]

    def _download(self, content: bytes, profile: Profile) -> Statement:
        statement = read_download(content, profile, self.account)
        if profile.mark not in self.proven and not proves_itself(statement):
            raise StatementRefused(
                f"the profile `{profile.name}` is not proven yet, and a file with one movement proves nothing: "
                "import a longer download first",
                line=statement.line,
            )
        return statement


def _likeliest(wrong: Sequence[StatementRefused], names: Sequence[str]) -> StatementRefused:
    """What to tell of a download that no profile fits: what is wrong with its table or text, else that it has none."""
    for one in wrong:
        if not isinstance(one, HeadingsMissing):
            return one
    near = max((one for one in wrong if isinstance(one, HeadingsMissing)), key=lambda one: one.found, default=None)
    if near is not None and near.found >= SOME:
        return near
    return StatementRefused(
        f"it is no camt, no MT940, and has the headings of no bank profile ({', '.join(names) or 'there are none'})"
    )
