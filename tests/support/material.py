"""Third-party material that the repository does not carry: recorded documents whose terms forbid to pass them on."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def shared_material(name: str) -> Path:
    """Return the path of `name` in the folder `shared` beside the repository; skip the test where it is absent."""
    path = ROOT.parent / "shared" / name
    if not path.exists():
        pytest.skip(f"third-party material `{name}` is not in the folder `shared` beside the repository")
    return path
