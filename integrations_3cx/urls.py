from django.urls import path

from integrations_3cx.views import QueryView

app_name = "integrations_3cx"

urlpatterns = [
    path("query", QueryView.as_view(), name="query"),
    path("query/", QueryView.as_view(schema=None)),
]
