"""What was said in one call or chat, whole: histories show its beginning alone."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from callnotes.models import Call, Chat
from desk.people import at_peace, numbers_of


@require_safe
def call(request: HttpRequest, pk: int) -> HttpResponse:
    """A call with its notes, its summary and its transcript."""
    call = get_object_or_404(Call.objects.for_display().defer(None), pk=pk)
    notes = list(call.notes.all())
    context = {"call": call, "notes": notes}
    return render(request, "desk/call_record.html", context | at_peace(call.number, *numbers_of(notes)))


@require_safe
def chat(request: HttpRequest, pk: int) -> HttpResponse:
    """A chat with all its messages."""
    chat = get_object_or_404(Chat.objects.select_related("agent"), pk=pk)
    return render(request, "desk/chat_record.html", {"chat": chat} | at_peace(chat.number))
