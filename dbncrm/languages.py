"""Decides in which language a request is answered: a reader's by cookie, else by browser; a machine's in English."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

MACHINES = "/3cx/"


class LanguageMiddleware:
    """Answers each person in a language of theirs, and leaves none behind. What machines ask is handed on as it is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer_machines = get_response
        self.answer_people = LocaleMiddleware(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(MACHINES):
            return self.answer_machines(request)
        with translation.override(settings.LANGUAGE_CODE):
            return self.answer_people(request)
