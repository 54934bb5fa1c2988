"""Decides by which of its legs a call is counted: each phone that rang is reported on its own."""

from callnotes.models import Call


def settle(call: Call) -> None:
    """Counts the call of a new leg by one leg: the first that was answered, or else the first that was reported.

    Legs of one call have its number and direction, and began at the same moment. Called inside the number's turn.
    Costs one query where there is one leg.
    """
    legs = Call.objects.about(call.number).filter(started_at=call.started_at, direction=call.direction)
    reported = list(legs.only("result"))
    if len(reported) == 1:
        return
    chosen = min(reported, key=lambda leg: (not leg.is_answered, leg.pk))
    legs.exclude(pk=chosen.pk).update(is_counted=False)
    legs.filter(pk=chosen.pk).update(is_counted=True)
