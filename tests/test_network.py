"""The tests themselves would notice a call to the network (trust.md T8)."""

import socket

import pytest


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("example.invalid", 443)])
def test_a_call_to_another_machine_fails(address: tuple[str, int]) -> None:
    with socket.socket() as own, pytest.raises(AssertionError, match="the network was called"):
        own.connect(address)


def test_this_machine_may_be_called() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass
