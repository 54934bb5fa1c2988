from django.urls import path

from desk import calling, views, worklists

app_name = "desk"

urlpatterns = [
    path("", views.start, name="start"),
    path("popup", views.popup, name="popup"),
    path("popup/", views.popup),
    path("search/", views.search, name="search"),
    path("numbers/<str:number>/", views.number, name="number"),
    path("numbers/<str:number>/call/", calling.call, name="call"),
    path("missed/", worklists.missed_calls, name="missed"),
    path("missed/take-off/", worklists.take_off, name="take-off"),
    path("unmatched/", worklists.unmatched_rows, name="unmatched"),
    path("unmatched/waive/", worklists.waive, name="waive"),
    path("unmatched/match/", worklists.match, name="match"),
    path("contacts/add/", views.add_contact, name="add-contact"),
    path("contacts/<int:pk>/", views.contact, name="contact"),
    path("contacts/<int:pk>/add-number/", views.add_number, name="add-number"),
]
