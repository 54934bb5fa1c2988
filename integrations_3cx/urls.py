from django.urls import re_path

from integrations_3cx.views import QueryView

app_name = "integrations_3cx"

urlpatterns = [re_path(r"^query/?$", QueryView.as_view(), name="query")]
