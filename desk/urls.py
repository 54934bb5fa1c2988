from django.urls import path

from desk import views

app_name = "desk"

urlpatterns = [
    path("", views.start, name="start"),
    path("popup", views.popup, name="popup"),
    path("popup/", views.popup),
    path("search/", views.search, name="search"),
    path("numbers/<str:number>/", views.number, name="number"),
    path("contacts/add/", views.add_contact, name="add-contact"),
    path("contacts/<int:pk>/", views.contact, name="contact"),
    path("contacts/<int:pk>/add-number/", views.add_number, name="add-number"),
]
