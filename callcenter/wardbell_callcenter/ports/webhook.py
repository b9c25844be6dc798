"""POSTs to somebody else's server: offers, their ends, and the events that a house wants told."""

import asyncio
import ssl
import time
from collections.abc import Callable, Sequence

import httpx

from wardbell_callcenter.house import House, Webhook
from wardbell_callcenter.ports.port import DELIVERED, Outcome, given_up, try_again
from wardbell_callcenter.ports.signature import signature_headers
from wardbell_callcenter.store.delivery_rows import Delivery, DeliveryMedium

TIMEOUT_S = 5.0
GONE = 410  # likely for good, RFC 9110 §15.5.11


class WebhookPort:
    """The body is the payload as it is, JSON; the address is a name of the house's `webhooks`.

    Delivered is what was answered with 2xx. Whatever else the answer says is not read: it is never an acceptance, which is a
    verb of the API. Redirects are not followed, proxies of the environment not asked.

    Args:
        house: the house's document as it is now.
        timeout_s: for all of a hand-over.
    """

    medium: DeliveryMedium = "webhook"
    threads = 8
    per_address: int | None = 3
    batch = 1

    def __init__(self, house: Callable[[], House], timeout_s: float = TIMEOUT_S) -> None:
        self.timeout_s = timeout_s
        self._house = house
        self._trusted = ssl.create_default_context()

    @property
    def is_ready(self) -> bool:
        """Always: of each of them only an attempt shows it."""
        return True

    def hand_over(self, deliveries: Sequence[Delivery]) -> list[Outcome]:
        """See Port."""
        return [self._hand_over(delivery) for delivery in deliveries]

    def fault_name(self, address: str) -> str:
        """One for each of them."""
        return f"webhook-{address}"

    def _hand_over(self, delivery: Delivery) -> Outcome:
        webhook = self._house().webhooks.get(delivery.address)
        if webhook is None:
            return given_up(f"the house has no webhook {delivery.address}")
        loop = asyncio.new_event_loop()
        try:
            return loop.run_until_complete(self._post(webhook, delivery))
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            return given_up(f"webhook {delivery.address}: {error}")
        except TimeoutError:
            return try_again(f"no answer within {self.timeout_s:g} s")
        except (httpx.HTTPError, OSError, ValueError, ExceptionGroup) as error:  # a group: of a port that is none
            return try_again(str(error) or type(error).__name__)
        finally:
            loop.close()  # unlike asyncio.run it does not wait for a look-up of the host's name that hangs

    async def _post(self, webhook: Webhook, delivery: Delivery) -> Outcome:
        headers = {"content-type": "application/json", "wardbell-what": delivery.what}
        headers |= signature_headers(webhook.secret, delivery.delivery_id, int(time.time()), delivery.payload)
        async with (
            asyncio.timeout(self.timeout_s),
            httpx.AsyncClient(verify=self._trusted, timeout=None, trust_env=False) as client,
            client.stream("POST", webhook.url, content=delivery.payload, headers=headers) as answer,
        ):
            return _outcome(answer)


def _outcome(answer: httpx.Response) -> Outcome:
    if answer.is_success:
        return DELIVERED
    said = f"answered {answer.status_code} {answer.reason_phrase}"
    if answer.status_code == GONE:
        return given_up(said)
    return try_again(said + (": redirects are not followed" if answer.is_redirect else ""))
