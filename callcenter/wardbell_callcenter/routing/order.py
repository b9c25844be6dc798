"""Which of several waiting contacts is asked about first."""


def urgency(priority: int, pressed_at_ms: int, contact_id: str) -> tuple[int, int, str]:
    """The key to sort waiting contacts by: the most urgent first, of equals the one that has waited longest.

    An emergency's priority is `reserved` or more and nothing else's is, so nothing overtakes it. What is less urgent does not
    starve: its own steps go on, and the last one asks everybody again and again.
    """
    return -priority, pressed_at_ms, contact_id
