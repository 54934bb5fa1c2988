"""The page Connect 3CX, and a phone system that is connected to it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.test import Client

from integrations_3cx import crm_template
from integrations_3cx.tests.asking import NUMBER, post_json

PAGE = "/admin/integrations_3cx/apitoken/connect/"
URL = "https://crm.example.com"
VERSION = crm_template.VERSION
NOON = datetime(2030, 5, 6, 12, tzinfo=ZoneInfo("Asia/Singapore"))


def use_template(client: Client, key: str, version: int = VERSION) -> None:
    """What 3CX does with the CRM template: looks a caller up, and reports the call."""
    headers = {"HTTP_X_API_KEY": key, "HTTP_X_DBN_CRM_TEMPLATE": str(version)}
    call = {"CallType": "Missed", "Number": NUMBER, "CallStartTimeUTC": "2030-05-06T03:00:00Z", "Duration": "00:00:00"}
    statuses = [
        client.get("/3cx/contacts", {"number": NUMBER}, **headers).status_code,
        post_json(client, call, path="/3cx/calls", **headers).status_code,
    ]
    assert statuses == [200, 200]
