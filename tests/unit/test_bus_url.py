"""Where the broker is, as people write it."""

import pytest

from wardbell_bus.client import Broker
from wardbell_protocol.errors import ConfigError


def test_all_of_a_url_is_taken() -> None:
    assert Broker.of("mqtts://nurse:p%40ss@[::1]:9000") == Broker("::1", 9000, "nurse", "p@ss", True)
    assert Broker.of("mqtt://broker.example") == Broker("broker.example", 1883, None, None, False)
    assert Broker.of("mqtts://broker.example").port == 8883


@pytest.mark.parametrize(
    "url", ["mqtt://[::1", "http://x", "mqtt://", "mqtt://x:y", "mqtt://a..b", "mqtt://" + "a" * 70, ""]
)
def test_what_is_no_broker_is_said_before_anything_starts(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Broker.of(url)
    assert caught.value.file == "--broker"
