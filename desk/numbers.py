"""The number that an address of ours names."""

from django.conf import settings
from django.http import Http404

from contacts import phone


def canonical_or_404(spelling: str) -> str:
    """The canonical number of a spelling. Raises Http404 for what is none."""
    number = phone.read(spelling, settings.DEFAULT_PHONE_REGION).number
    if not number:
        raise Http404("That is no phone number.")
    return number
