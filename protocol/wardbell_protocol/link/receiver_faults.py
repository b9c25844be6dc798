"""What a receiver finds wrong with itself and its stations, besides what it refuses: details of its faults, stable words."""

MAINS_LOST = "mains_lost"  # it runs on its battery
ONLY_AT_RECEIVER = "only_at_receiver"  # of a station that was learnt there: its calls ring nowhere else

# These it says by itself only where no host is there to say them.
RADIO_BLIND = "radio_blind"
HOST_LOST = "host_lost"

TOLD = (MAINS_LOST, ONLY_AT_RECEIVER)
