"""Two boards on USB and, where it takes one, a person beside them."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hil_bench import NODE_SETTINGS, RECEIVER_SETTINGS, Ask, Bench

from wardbell_gateway.provision.board_repl import BoardRepl


def _bench(variable: str, role: str, settings: dict[str, Any], tell: Ask) -> Iterator[Bench]:
    port = os.environ.get(variable, "")
    if not port:
        pytest.skip(f"{variable} names no port; README.md")
    bench = Bench(port, role, settings, tell)
    yield bench
    bench.restore()


@pytest.fixture(scope="session")
def say() -> Iterator[Ask]:
    """Tell the tester something, past pytest's capturing; skips where nobody sits there."""
    try:
        terminal = Path("/dev/tty").open("w", encoding="utf-8")  # noqa: SIM115 closed below
    except OSError:
        pytest.skip("no terminal: somebody has to be told what to do")
    yield lambda text: print(f"\n>>> {text}", file=terminal, flush=True)
    terminal.close()


@pytest.fixture(scope="session")
def node_bench(say: Ask) -> Iterator[Bench]:
    """The node, at its REPL."""
    yield from _bench("WARDBELL_PORT_NODE", "bedside", NODE_SETTINGS, say)


@pytest.fixture(scope="session")
def receiver_bench(say: Ask) -> Iterator[Bench]:
    """The receiver, at its REPL."""
    yield from _bench("WARDBELL_PORT_RECEIVER", "receiver", RECEIVER_SETTINGS, say)


@pytest.fixture
def node(node_bench: Bench) -> BoardRepl:
    """The node with a fresh `board`."""
    node_bench.make_board()
    return node_bench.repl


@pytest.fixture
def receiver(receiver_bench: Bench) -> BoardRepl:
    """The receiver with a fresh `board`."""
    receiver_bench.make_board()
    return receiver_bench.repl


@pytest.fixture
def wire() -> None:
    """A wire joins the node's carrier to the receiver's input, instead of two radio modules."""
    if os.environ.get("WARDBELL_HIL_PATH") != "wire":
        pytest.skip("WARDBELL_HIL_PATH=wire says that a wire joins them; README.md")
