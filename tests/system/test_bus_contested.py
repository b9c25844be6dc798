"""Two parts of one name by mistake: the broker lets only one of them in, and each must hear why."""

import logging
from pathlib import Path

import pytest
from gateways import GatewayProcess, ReceiverEnd, write_registry
from servers import BrokerProcess, wait_until

from wardbell_bus.client import BusClient


def test_two_of_one_name_are_told(broker: BrokerProcess, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR, "wardbell.bus")
    pair = [BusClient(broker.url, "console-desk", [], lambda *_: None, lambda _: None) for _ in range(2)]
    for client in pair:
        client.start()
    try:
        wait_until(lambda: any(client.is_contested for client in pair), "the trouble to be noticed")
        wait_until(lambda: "another part call itself console-desk" in caplog.text, "the log to say it")
        pair[1].stop()
        wait_until(lambda: pair[0].is_connected and not pair[0].is_contested, "peace")
    finally:
        for client in pair:
            client.stop()


def test_two_gateways_of_one_ward_are_a_fault_that_the_receiver_shows(
    iotcore_broker: BrokerProcess, tmp_path: Path
) -> None:
    homes = [tmp_path / "right", tmp_path / "wrong"]
    for home in homes:
        write_registry(home)
    receiver = ReceiverEnd(tmp_path / "receiver")
    first = GatewayProcess(homes[0], iotcore_broker.url, "--serial", str(tmp_path / "receiver"))
    second = GatewayProcess(homes[1], iotcore_broker.url)
    try:
        first.start()
        wait_until(lambda: {"t": "health", "ok": True, "text": ""} in receiver.of_kind("health"), "a healthy ward")
        second.start()
        wait_until(lambda: receiver.of_kind("health")[-1]["text"] == "broker", "the fault")
        second.kill()
        wait_until(lambda: receiver.of_kind("health")[-1]["ok"], "its end")
    finally:
        first.kill()
        second.kill()
        receiver.close()
