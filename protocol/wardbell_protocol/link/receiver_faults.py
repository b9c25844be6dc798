"""What a receiver finds wrong, with itself and with its stations: details of its faults, stable words."""

from wardbell_protocol.air.refusals import REFUSALS

MAINS_LOST = "mains_lost"  # it runs on its battery
DISPLAY_LOST = "display_lost"  # its display does not take what is written to it
ONLY_AT_RECEIVER = "only_at_receiver"  # of a station that was learnt there: its calls ring nowhere else

# These it says by itself only where no host is there to say them.
RADIO_BLIND = "radio_blind"
HOST_LOST = "host_lost"

# Of all it finds, these go to the host in `fault` messages.
TOLD = REFUSALS + (MAINS_LOST, DISPLAY_LOST, ONLY_AT_RECEIVER)
