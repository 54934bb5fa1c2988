"""Decides by which of its legs a call is counted: each phone that rang is reported on its own."""

from callnotes.models import Call


def settle(call: Call) -> None:
    """Counts the call of a new leg by one leg: the first that was answered, or else the first that was reported.

    Legs of one call have its number and direction, and began at the same moment. Hidden callers may have called at one
    moment too: of theirs each leg that was answered is a call. Called inside the number's turn. Costs one query where
    there is one leg.
    """
    legs = Call.objects.about(call.number).filter(started_at=call.started_at, direction=call.direction)
    reported = list(legs.only("result"))
    if len(reported) == 1:
        return
    reported.sort(key=lambda leg: (not leg.is_answered, leg.pk))
    counted = [leg.pk for place, leg in enumerate(reported) if not place or (leg.is_answered and not call.number)]
    legs.exclude(pk__in=counted).update(is_counted=False)
    legs.filter(pk__in=counted).update(is_counted=True)
