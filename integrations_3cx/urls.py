from django.urls import path

from integrations_3cx.views import CallsView, ChatsView, ContactsView, QueryView

app_name = "integrations_3cx"

# Each with and without a slash at its end: a redirected POST would lose its body.
urlpatterns = [
    path("query", QueryView.as_view(), name="query"),
    path("query/", QueryView.as_view(schema=None)),
    path("contacts", ContactsView.as_view(), name="contacts"),
    path("contacts/", ContactsView.as_view(schema=None)),
    path("calls", CallsView.as_view(), name="calls"),
    path("calls/", CallsView.as_view(schema=None)),
    path("chats", ChatsView.as_view(), name="chats"),
    path("chats/", ChatsView.as_view(schema=None)),
]
