"""Signing in with a second factor, in a browser: set up once, asked for ever after, also in the middle of a wrap-up."""

from django.contrib.auth.models import User
from django_otp.plugins.otp_static.models import StaticDevice
from playwright.sync_api import Page, expect

from callnotes.models import CallNote
from people import second_factor
from people.tests.factories import PASSWORD, code_of, make_app, make_staff


def give_password(page: Page, username: str, path: str = "/login/") -> None:
    page.goto(page.base + path)
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_an_administrator_sets_it_up_at_the_first_sign_in_and_gets_in_by_a_recovery_code(crm: Page, settings):
    settings.REQUIRE_SECOND_FACTOR = True
    avery = User.objects.create_superuser("avery", password=PASSWORD)
    give_password(crm, "avery", "/admin/")
    expect(crm.get_by_role("heading", name="Set up the second factor")).to_be_visible()
    assert crm.locator("img.qr").evaluate("image => image.decode().then(() => image.naturalWidth > 100)")
    crm.get_by_label("Code").fill(code_of(avery.totpdevice_set.get()))
    crm.get_by_role("button", name="Set it up").click()
    code = crm.locator(".codes code").first.inner_text()
    crm.get_by_role("link", name="I have kept them: go on").click()
    crm.wait_for_url("**/admin/")

    crm.goto(f"{crm.base}/account/")
    crm.get_by_role("button", name="Sign out").click()
    give_password(crm, "avery", "/admin/")
    crm.get_by_label("Code").fill(code)
    crm.get_by_role("button", name="Sign in", exact=True).click()
    crm.wait_for_url("**/admin/")
    assert second_factor.recovery_codes_left(avery) == 9


def test_a_wrap_up_is_saved_exactly_once_after_password_and_code_are_asked_for_in_its_place(crm: Page, settings):
    settings.REQUIRE_SECOND_FACTOR = True
    avery = make_staff()
    app = make_app(avery)
    codes = second_factor.new_recovery_codes(avery)
    give_password(crm, "avery")
    crm.get_by_label("Code").fill(code_of(app))
    crm.get_by_role("button", name="Sign in", exact=True).click()
    crm.wait_for_url(f"{crm.base}/")

    crm.goto(f"{crm.base}/popup?cid=91234567")
    crm.get_by_label("Comments").fill("Asked for 12 pieces.")
    crm.context.clear_cookies(name="sessionid")
    crm.keyboard.press("Alt+4")
    crm.keyboard.press("Control+Enter")
    dialog = crm.get_by_role("dialog")
    dialog.get_by_label("Password").fill(PASSWORD)
    crm.keyboard.press("Enter")
    dialog.get_by_label("Code").fill("no such code at all")
    crm.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("This code is not right")
    StaticDevice.objects.get().throttle_reset()
    dialog.get_by_label("Code").fill(codes[0])
    crm.keyboard.press("Enter")
    expect(crm.get_by_role("heading", name="Communication history")).to_be_visible()
    assert list(CallNote.objects.values_list("comments", flat=True)) == ["Asked for 12 pieces."]
