from urllib.parse import quote

from django import template
from django.conf import settings

register = template.Library()


@register.filter
def call_address(number: str) -> str:
    """Where a click calls a canonical number: the 3CX web client if its address is set, else whatever takes `tel:`.

    The form of the web client's address is as seen with V18 and V20; 3CX does not document it.
    """
    if settings.THREECX_WEBCLIENT_URL:
        return f"{settings.THREECX_WEBCLIENT_URL}/#/call?phone={quote(number, safe='')}"
    return f"tel:{number}"
