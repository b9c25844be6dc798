"""What is not ours, counted by topic."""

from wardbell_bus.refused import MOST_TOPICS, OTHERS, count_refused


def test_the_first_of_a_topic_is_told_and_invented_topics_are_counted_together() -> None:
    counts: dict[str, int] = {}
    assert [count_refused(counts, "known") for _ in range(3)] == [True, False, False]
    firsts = [count_refused(counts, f"invented-{number}") for number in range(2 * MOST_TOPICS)]
    assert firsts == [True] * MOST_TOPICS + [False] * MOST_TOPICS
    assert not count_refused(counts, "known")
    assert (len(counts), counts["known"], counts[OTHERS]) == (MOST_TOPICS + 1, 4, MOST_TOPICS + 1)
