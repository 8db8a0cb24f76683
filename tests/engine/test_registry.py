"""Components are known by scheme before they are imported."""

import subprocess
import sys
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

from caravana.engine import registry
from caravana.engine.configuration import Configuration
from caravana.engine.hub import Hub
from caravana.engine.registry import component_classes, component_loaders
from caravana.kit.component import Component, Endpoint
from caravana.kit.errors import ConfigurationError
from caravana.kit.options import Options
from caravana.kit.uri import Uri


class Parcel(Component):
    """A third party's component."""

    scheme = "parcel"

    def create(self, uri: Uri, options: Options) -> Endpoint:
        """Nothing is made here."""
        raise NotImplementedError


def test_folders_are_named_after_schemes() -> None:
    """The scheme that a folder's name promises, and those of its `schemes.txt`, are those that its class has."""
    classes = component_classes()
    assert {scheme: scheme in (cls.scheme, *cls.schemes) for scheme, cls in classes.items()} == dict.fromkeys(
        classes, True
    )
    assert {scheme for cls in classes.values() for scheme in (cls.scheme, *cls.schemes)} == set(classes)


def test_knowing_imports_nothing() -> None:
    """Listing the schemes imports no component."""
    code = (
        "import sys; from caravana.engine.registry import component_loaders; component_loaders();"
        "print([one for one in sys.modules if one.startswith('caravana.component.')])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_entry_points_are_named_after_schemes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A third party's component is loaded by the entry point that bears its scheme."""
    entry = EntryPoint("parcel", f"{__name__}:Parcel", registry.ENTRY_POINTS)
    monkeypatch.setattr(registry, "entry_points", lambda group: EntryPoints([entry]).select(group=group))
    assert component_loaders()["parcel"]() is Parcel


def test_two_claims(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two components that claim one scheme are refused at start."""
    entry = EntryPoint("https", f"{__name__}:Parcel", registry.ENTRY_POINTS)
    monkeypatch.setattr(registry, "entry_points", lambda group: EntryPoints([entry]).select(group=group))
    with pytest.raises(ConfigurationError, match="two components claim the scheme `https`"):
        component_loaders()


async def test_one_object_for_all_schemes_of_a_component(tmp_path: Path) -> None:
    """`http:` and `https:` share their component, and an application's own class goes before one of that name."""
    hub = Hub(Configuration(journal=f"sqlite:///{tmp_path}/j.db"), components=[Parcel])
    assert hub.components.get("http") is hub.components.get("https")
    assert isinstance(hub.components.get("parcel"), Parcel)
    await hub.components.close()
