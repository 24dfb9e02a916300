"""Fixtures that all tests may use."""

import ipaddress
import os
import socket
from pathlib import Path

import pytest
from hypothesis import settings

# How long one example takes says more about what else the machine does.
settings.register_profile("suite", deadline=None)
settings.register_profile("laws", deadline=None, max_examples=1000)
settings.load_profile("suite")


@pytest.fixture(autouse=True, scope="session")
def no_terminal():
    """Nobody's window decides how wide the tables are."""
    os.environ.pop("COLUMNS", None)


@pytest.fixture(autouse=True, scope="session")
def no_network():
    """Whoever connects to another machine fails (trust.md T8); servers that a test starts itself are on this one."""
    patched = pytest.MonkeyPatch()
    for name in ("connect", "connect_ex"):
        patched.setattr(socket.socket, name, here_only(getattr(socket.socket, name)))
    yield
    patched.undo()


def here_only(original):
    def connect(own: socket.socket, address: object) -> object:
        if own.family in (socket.AF_INET, socket.AF_INET6) and not on_this_machine(address):
            raise AssertionError(f"the network was called: {address!r}")
        return original(own, address)

    return connect


def on_this_machine(address: object) -> bool:
    host = str(address[0]) if isinstance(address, tuple) else ""
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the real logs and the bad-input corpus; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("BANKMINE_SHARED") or Path(__file__).resolve().parents[2] / "shared")
    if not folder.is_dir():
        pytest.skip("the shared logs and corpus are not here (set BANKMINE_SHARED)")
    return folder
