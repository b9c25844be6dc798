"""When the lead may be taken, and when the leader must doubt that he has it."""

from wardbell_callcenter.store.lease import LASTS_MS, RENEW_EVERY_MS, Candidate, Lease, Tenure


def test_what_nobody_has_is_taken_at_once() -> None:
    assert Candidate("b").may_take(Lease("", 3, 0), 0)


def test_what_one_had_before_he_was_started_again_is_taken_at_once() -> None:
    assert Candidate("b").may_take(Lease("b", 3, 17), 0)


def test_a_holder_whose_beat_stands_still_is_dead_after_the_lease() -> None:
    candidate = Candidate("b")
    assert not candidate.may_take(Lease("a", 3, 17), 1000)
    assert not candidate.may_take(Lease("a", 3, 17), 1000 + LASTS_MS)
    assert candidate.may_take(Lease("a", 3, 17), 1001 + LASTS_MS)


def test_a_holder_who_lives_or_changes_keeps_it() -> None:
    candidate, now_ms = Candidate("b"), 0
    leases = [Lease("a", 3, beat) for beat in range(5)] + [Lease("c", 4, 0), Lease("a", 5, 0)]
    for lease in leases:
        assert not candidate.may_take(lease, now_ms)
        now_ms += LASTS_MS


def test_the_leader_doubts_before_others_may_take_it() -> None:
    asked_at_ms, stored_at_ms = 10_000, 10_400  # a slow database
    tenure, candidate, lease = Tenure(0), Candidate("b"), Lease("a", 1, 1)
    tenure.renewed(asked_at_ms)
    assert not candidate.may_take(lease, stored_at_ms)
    assert not tenure.has_lapsed(asked_at_ms + LASTS_MS - 1)
    assert tenure.has_lapsed(asked_at_ms + LASTS_MS)
    assert not candidate.may_take(lease, asked_at_ms + LASTS_MS)


def test_the_beat_is_raised_often_enough_to_miss_some() -> None:
    tenure = Tenure(0)
    assert not tenure.is_renewal_due(RENEW_EVERY_MS - 1)
    assert tenure.is_renewal_due(RENEW_EVERY_MS)
    assert LASTS_MS >= 3 * RENEW_EVERY_MS
