"""Bring `.venv` to what a make target needs; run by the system's Python, before anything is installed.

    python3 tools/prepare.py run            # the package and what it needs to run
    python3 tools/prepare.py test           # ... and what the tests need
    python3 tools/prepare.py check          # ... and what linters, type checker and documentation need
    python3 tools/prepare.py test --browser # ... and chromium from the system's packages, where that is allowed

A level that is already there costs a few milliseconds: a stamp in `.venv` names the pins it was made from.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "prepared.json"
LEVELS = {"run": ("build", "run"), "test": ("build", "run", "test"), "check": ("build", "run", "test", "check")}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OLDEST = (3, 11)


def say(text: str) -> None:
    """Tell the developer what takes the time."""
    print(f"· {text}", file=sys.stderr, flush=True)


def succeeds(*command: str | Path) -> bool:
    """Say whether `command` runs and ends well, without showing its output."""
    try:
        return (
            subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0
        )
    except OSError:
        return False


def find_uv() -> str | None:
    """Return the path of a `uv` that works: it is quicker than pip, but nobody has to have it."""
    uv = shutil.which("uv")
    return uv if uv and succeeds(uv, "--version") else None


def is_usable() -> bool:
    """Say whether `.venv` holds a Python that starts and is new enough; a half-made one does not."""
    return succeeds(PYTHON, "-c", f"import sys; sys.exit(sys.version_info < {OLDEST})")


def make_environment(uv: str | None) -> None:
    """Make `.venv` anew, whatever is there."""
    say("making .venv")
    if uv and succeeds(uv, "venv", "--quiet", "--clear", "--python", sys.executable, VENV):
        return
    if not succeeds(sys.executable, "-m", "venv", "--clear", VENV):
        sys.exit("`python3 -m venv` failed. On Debian and Ubuntu: apt-get install python3-venv, then try again.")


def run_installer(uv: str | None, *arguments: str) -> None:
    """Install into `.venv` with uv, or with the environment's own pip where uv is absent or cannot."""
    if (
        uv
        and subprocess.run(
            [uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", PYTHON, *arguments], check=False
        ).returncode
        == 0
    ):
        return
    if not succeeds(PYTHON, "-m", "pip", "--version"):
        subprocess.run([PYTHON, "-m", "ensurepip", "--default-pip"], check=True, stdout=subprocess.DEVNULL)
    quiet = ("--quiet", "--disable-pip-version-check", "--no-input")
    subprocess.run([PYTHON, "-m", "pip", "install", *quiet, *arguments], check=True)


def compile_bytecode() -> None:
    """Compile what is not compiled yet: the package's own folder, which installers leave alone, and what pip skipped.

    Where Python may not write bytecode (PYTHONDONTWRITEBYTECODE), each start would compile everything again.
    """
    workers = ("-j", "0")  # one for each processor
    succeeds(PYTHON, "-m", "compileall", "-q", *workers, ROOT / "src", VENV / "lib")


def pins_of(names: tuple[str, ...]) -> list[Path]:
    """Return the pinned requirement files of a level."""
    return [ROOT / "requirements" / f"{name}.txt" for name in names]


def fingerprint(names: tuple[str, ...]) -> str:
    """Return the hash of all that decides what `.venv` holds: place, pins and the package's metadata."""
    digest = hashlib.sha256(str(ROOT).encode())
    for path in (*pins_of(names), ROOT / "pyproject.toml", Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def read_stamps() -> dict[str, str]:
    """Return level → fingerprint of what was installed to its end; empty if unknown."""
    try:
        stamps = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return stamps if isinstance(stamps, dict) else {}


def prepare(level: str) -> None:
    """Install `level` unless the stamp says that it is there."""
    names = LEVELS[level]
    wanted = fingerprint(names)
    stamps = read_stamps() if is_usable() else {}
    if stamps.get(level) == wanted:
        return
    uv = find_uv()
    if not is_usable():
        make_environment(uv)
    say(f"installing what `{level}` needs into .venv ({'uv' if uv else 'pip'}; a minute or two the first time)")
    run_installer(uv, *(f"--requirement={path}" for path in pins_of(names)))
    run_installer(uv, "--no-deps", "--no-build-isolation", f"--editable={ROOT}")
    compile_bytecode()
    stamps |= {one: fingerprint(LEVELS[one]) for one in LEVELS if set(LEVELS[one]) <= set(names)}
    STAMP.write_text(json.dumps(stamps, indent=1))


def has_browser() -> bool:
    """Say whether a browser that the tests can drive is on the path."""
    return any(shutil.which(name) for name in BROWSERS)


def prepare_browser() -> None:
    """Install the system's chromium if none is there and we may; the browser tests are skipped without it."""
    if has_browser():
        return
    apt = shutil.which("apt-get")
    if not apt or os.geteuid() != 0:
        say("no chromium here: the browser tests will be skipped (installing it takes administrator rights)")
        return
    say("installing chromium for the browser tests")
    apt_get = (apt, "--yes", "--quiet")
    install = (*apt_get, "install", "--no-install-recommends", "chromium")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (install, (*apt_get, "update"), install):
        subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)
        if has_browser():
            return
    say("chromium could not be installed: the browser tests will be skipped")


def main() -> None:
    """Read the command line and prepare."""
    if sys.version_info < OLDEST:
        sys.exit("Caravana needs Python {}.{} or newer.".format(*OLDEST))
    parser = argparse.ArgumentParser(description="Bring .venv to what a make target needs.")
    parser.add_argument("level", choices=sorted(LEVELS))
    parser.add_argument("--browser", action="store_true", help="also install chromium where that is allowed")
    arguments = parser.parse_args()
    prepare(arguments.level)
    if arguments.browser:
        prepare_browser()


if __name__ == "__main__":
    main()
