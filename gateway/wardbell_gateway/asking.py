"""A short command's question to the ward's gateway over the bus, and its answer."""

import logging
import queue
import time
from typing import TypeVar

from wardbell_bus.client import BusClient
from wardbell_protocol.bus.payloads import Payload, decode

BROKER_WITHIN_S = 5.0
ANSWER_WITHIN_S = 3.0

# What is missing is told once, as the answer; a service that has its log set up is not concerned.
logging.getLogger("wardbell").addHandler(logging.NullHandler())

Answer = TypeVar("Answer", bound=Payload)


def ask(
    broker: str, client_id: str, ward: str, question: tuple[str, bytes], answer: tuple[str, type[Answer]]
) -> Answer | str:
    """The answer, or what is missing.

    Args:
        question: topic and payload.
        answer: topic that it comes on, and what it is.
    """
    topic, kind = answer
    words: queue.SimpleQueue[Answer | None] = queue.SimpleQueue()

    def on_message(_topic: str, payload: bytes, _retained: bool) -> None:
        words.put(decode(payload, kind))

    def on_connected(is_up: bool) -> None:
        if is_up:
            words.put(None)

    client = BusClient(broker, client_id, [topic], on_message, on_connected)
    client.start()
    try:
        words.get(timeout=BROKER_WITHIN_S)
        client.publish(*question)
        end_s = time.monotonic() + ANSWER_WITHIN_S
        while (left_s := end_s - time.monotonic()) > 0:
            word = words.get(timeout=left_s)
            if word is not None:
                return word
    except queue.Empty:
        pass
    finally:
        is_connected = client.is_connected
        client.stop()
    if is_connected:
        return f"no gateway answers for ward {ward}; start `wardbell gateway`, or name another --ward"
    return no_broker(client)


def no_broker(client: BusClient) -> str:
    """That none takes us."""
    where = f"{client.broker.host}:{client.broker.port}"  # the URL may hold a password
    return f"no broker at {where} that takes us; start one (`wardbell broker`), or give its URL with --broker"
