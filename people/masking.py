"""What is open to a person who sees numbers masked: the back office, reports, and the pages about the own sign-in."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from contacts import masking
from people.sight import sees_whole_numbers


def open_to_masked(view: Callable) -> Callable:
    """Marks a page that shows numbers as rows have them, and takes none: the desk's others are found by number."""
    view.is_open_to_masked = True
    return view


class MaskingMiddleware:
    """Masks numbers for the time of a request, and closes what is not open. Comes after who has signed in is known."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with masking.each_on_its_own():
            return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable, args, kwargs) -> HttpResponse | None:
        if not getattr(view, "login_required", True) or sees_whole_numbers(request.user):
            return None
        masking.begin()
        return None if _is_open(request, view) else _closed(request)


def _is_open(request: HttpRequest, view: Callable) -> bool:
    return request.resolver_match.app_name in {"admin", "people"} or hasattr(view, "is_open_to_masked")


def _closed(request: HttpRequest) -> HttpResponse:
    """Where agents begin, leads to where a person without the desk does; else says what is closed, and what is not."""
    places = _places(request)
    if request.resolver_match.view_name == "desk:start" and places:
        return redirect(places[0])
    return render(request, "people/closed_to_masked.html", status=403)


def _places(request: HttpRequest) -> list[str]:
    person = request.user
    places = [("admin:index", person.is_staff), ("desk:reports", person.has_perm("callnotes.view_reports"))]
    return [reverse(name) for name, is_open in places if is_open]
