"""Reads request bodies strictly: nothing is replaced, cut or dropped on the way to `wire`.

Django's and DRF's own parsers replace bytes that are no UTF-8, which would change a note unnoticed.
"""

from django.core.exceptions import SuspiciousOperation
from django.http.multipartparser import MultiPartParser as DjangoMultiPartParser
from django.http.multipartparser import MultiPartParserError
from rest_framework.parsers import BaseParser

from integrations_3cx import wire
from integrations_3cx.errors import BODY_TOO_LARGE, Refused


class _LimitedParser(BaseParser):
    def parse(self, stream, media_type=None, parser_context=None):
        body = stream.read(wire.BODY_MAX_BYTES + 1)
        if len(body) > wire.BODY_MAX_BYTES:
            raise Refused(BODY_TOO_LARGE)
        return self.read(body)


class JsonParser(_LimitedParser):
    media_type = "application/json"
    read = staticmethod(wire.json_body)


class FormParser(_LimitedParser):
    media_type = "application/x-www-form-urlencoded"
    read = staticmethod(wire.form_pairs)


class MultiPartParser(BaseParser):
    media_type = "multipart/form-data"

    def parse(self, stream, media_type=None, parser_context=None):
        request = parser_context["request"]
        if int(request.META["CONTENT_LENGTH"]) > wire.BODY_MAX_BYTES:
            raise Refused(BODY_TOO_LARGE)
        # Every byte is a character of Latin-1, so that what was sent can be read again, as UTF-8 and strictly.
        meta = request.META | {"CONTENT_TYPE": media_type}
        try:
            fields, files = DjangoMultiPartParser(meta, stream, request.upload_handlers, encoding="latin-1").parse()
        except (MultiPartParserError, SuspiciousOperation):
            raise wire.Unusable("malformed_body", "The multipart body is malformed; send form fields.") from None
        if files:
            raise wire.Unusable("malformed_body", "The multipart body holds a file; send form fields alone.")
        return [(_utf8(name), _utf8(value)) for name, values in fields.lists() for value in values]


def _utf8(text: str) -> str:
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        raise wire.Unusable("malformed_encoding", "Send text as UTF-8.") from None
