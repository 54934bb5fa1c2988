"""The back office's lists and pages: each module registers its own."""

from callnotes.admin import contacts, dispositions, do_not_disturb, reported, written

__all__ = ["contacts", "dispositions", "do_not_disturb", "reported", "written"]
