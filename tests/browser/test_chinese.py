"""An agent's work in Chinese, in a browser that asks for it; and the choice of another language."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.utils import timezone
from playwright.sync_api import Page, expect

from callnotes.callbacks import Promise
from callnotes.models import CallNote, Disposition
from callnotes.tests.factories import make_agent, make_note
from contacts.tests.factories import make_contact
from desk.tests.calls import make_extension, make_missed_call
from tests.browser.conftest import PASSWORD
from tests.browser.test_pages import faults

NUMBER = "+6591234567"
LATER = {"completed": "已完成", "schedule_later": "稍后联系"}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args) -> dict:
    return {**browser_context_args, "locale": "zh-CN"}


@pytest.fixture
def robin(crm: Page) -> Page:
    """Robin, signed in through the Chinese page; the outcomes are named in Chinese."""
    make_extension(make_agent("robin", first_name="罗宾", last_name="陈"), "101")
    for key, label in LATER.items():
        Disposition.objects.filter(key=key).update(label=label)
    make_contact("米拉", NUMBER, company="科菲尔德汽车", remarks="老客户，喜欢下午来电。")
    crm.goto(f"{crm.base}/login/")
    crm.get_by_label("用户名").fill("robin")
    crm.get_by_label("密码").fill(PASSWORD)
    crm.get_by_role("button", name="登录").click()
    crm.wait_for_url(f"{crm.base}/")
    return crm


def test_a_call_is_noted_and_promised_in_chinese(robin: Page):
    robin.goto(f"{robin.base}/popup?cid=91234567")
    expect(robin.get_by_role("heading", level=1)).to_have_text("米拉")
    robin.get_by_role("button", name="保存通话记录").click()
    expect(robin.locator(".wrapup .errors")).to_have_text("请选择通话结果。")
    expect(robin.locator("[data-kept]")).to_have_text("尚未保存")
    robin.get_by_role("radio", name="稍后联系").check()
    robin.get_by_role("radio", name="1 小时后").check()
    robin.get_by_label("备注").fill("询价二十件。")
    expect(robin.locator("[data-kept]")).to_have_text("已存为草稿")
    robin.get_by_role("button", name="保存通话记录").click()
    expect(robin.get_by_role("status")).to_have_text("已保存：稍后联系，米拉，+65 9123 4567。")
    expect(robin.get_by_role("heading", name="联络历史")).to_be_visible()
    assert CallNote.objects.values_list("contact_name", "disposition_label", "comments").get() == (
        *("米拉", "稍后联系"),
        "询价二十件。",
    )
    robin.get_by_role("link", name="回拨", exact=True).first.click()
    callback = robin.locator(".callback")
    expect(callback).to_contain_text("回拨人：罗宾 陈")
    callback.get_by_text("完成", exact=False).first.click()
    callback.get_by_label("为什么完成了？").fill("已发邮件。")
    callback.get_by_role("button", name="完成").click()
    expect(robin.get_by_role("status")).to_have_text("已完成：米拉（+65 9123 4567）。")


@pytest.mark.once
def test_pages_in_chinese_fit_every_window_and_have_no_barrier(robin: Page):
    now, agent = timezone.now(), make_agent("avery")
    User.objects.get(username="robin").user_permissions.add(Permission.objects.get(codename="view_reports"))
    make_note(NUMBER, "请回电。" * 40, key="schedule_later", agent=agent, promise=Promise(now + timedelta(hours=2)))
    make_missed_call("+6590000002", now - timedelta(hours=1))
    pages = ["/", "/popup?cid=91234567", "/popup?cid=12025550123", f"/numbers/{NUMBER}/", "/callbacks/?whose=team"]
    pages += ["/missed/", "/unmatched/", "/do-not-disturb/", "/callbacks/calendar/", "/account/"]
    reports = [f"/reports/{page}?period=this-week" for page in ("", "agents/", "queues/", "callbacks/")]
    assert faults(robin, [*pages, *reports]) == []


def test_another_language_is_chosen_at_the_foot_of_a_page_and_stays(robin: Page):
    robin.goto(f"{robin.base}/missed/")
    robin.get_by_role("button", name="English").click()
    expect(robin).to_have_url(f"{robin.base}/missed/")
    expect(robin.get_by_role("heading", level=1)).to_have_text("Missed calls")
    robin.get_by_role("button", name="Sign out").click()
    expect(robin.get_by_role("heading", level=1)).to_have_text("Sign in")
    robin.get_by_role("button", name="简体中文").click()
    expect(robin.get_by_role("heading", level=1)).to_have_text("登录")
