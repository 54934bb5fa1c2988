from django.urls import path

from people import views

app_name = "people"

urlpatterns = [
    path("", views.account, name="account"),
    path("password/", views.PasswordView.as_view(), name="password"),
    path("enrolment/", views.EnrolmentView.as_view(), name="enrolment"),
    path("second-factor/", views.SecondFactorView.as_view(), name="second-factor"),
    path("second-factor/qr.svg", views.qr_code, name="qr-code"),
    path("recovery-codes/", views.new_recovery_codes, name="recovery-codes"),
]
