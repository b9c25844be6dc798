"""What came by the bus and is not ours, counted by topic."""

MOST_TOPICS = 1000  # whoever may publish may invent topics: the counts of them must not fill the memory
OTHERS = "others"


def count_refused(counts: dict[str, int], topic: str) -> bool:
    """Count one, as of that topic or, where there are too many, as of others; True where it is the first one."""
    counted_as = topic if topic in counts or len(counts) < MOST_TOPICS else OTHERS
    is_first = counted_as not in counts
    counts[counted_as] = counts.get(counted_as, 0) + 1
    return is_first
