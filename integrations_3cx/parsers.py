"""Reads request bodies strictly: nothing is replaced, cut or dropped on the way to `wire`.

Django's and DRF's own parsers replace bytes that are no UTF-8, which would change a note unnoticed.
"""

from io import BytesIO

from django.core.exceptions import SuspiciousOperation
from django.http.multipartparser import MultiPartParser as DjangoMultiPartParser
from django.http.multipartparser import MultiPartParserError
from django.utils.http import parse_header_parameters
from rest_framework.parsers import BaseParser

from integrations_3cx import wire


class _WholeBodyParser(BaseParser):
    def parse(self, stream, media_type=None, parser_context=None):
        return self.read(stream.read())


class JsonParser(_WholeBodyParser):
    media_type = "application/json"
    read = staticmethod(wire.json_body)


class FormParser(_WholeBodyParser):
    media_type = "application/x-www-form-urlencoded"
    read = staticmethod(wire.form_pairs)


class MultiPartParser(BaseParser):
    media_type = "multipart/form-data"

    def parse(self, stream, media_type=None, parser_context=None):
        body = stream.read()
        boundary = parse_header_parameters(media_type)[1].get("boundary", "")
        if not boundary or f"--{boundary}--".encode() not in body:
            raise wire.Unusable("malformed_body", "The multipart body breaks off; send it with its closing boundary.")
        request = parser_context["request"]
        meta = request.META | {"CONTENT_TYPE": media_type, "CONTENT_LENGTH": len(body)}
        # Every byte is a character of Latin-1, so that what was sent can be read again, as UTF-8 and strictly.
        parser = DjangoMultiPartParser(meta, BytesIO(body), request.upload_handlers, encoding="latin-1")
        try:
            fields, files = parser.parse()
        except (MultiPartParserError, SuspiciousOperation):
            raise wire.Unusable("malformed_body", "The multipart body is malformed; send form fields.") from None
        if files:
            raise wire.Unusable("malformed_body", "The multipart body holds a file; send form fields alone.")
        return [(_sent(name), _sent(value)) for name, values in fields.lists() for value in values]


def _sent(text: str) -> str:
    return wire.text_of(text.encode("latin-1"))
