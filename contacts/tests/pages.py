"""Reads pages as tests need them: what people see of a piece of it, and where its links lead."""

import html
import re

from django.http import HttpResponse


def words(markup: str) -> str:
    """What a reader sees of a piece of a page, its lines made one."""
    text = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).split())
    return re.sub(r" ([,.])", r"\1", text)


def pieces(markup: str, tag: str) -> list[str]:
    """The elements of a name, their markup; those that hold one of the same name are not for this."""
    return re.findall(rf"<{tag}\b[^>]*>(.*?)</{tag}>", markup, re.DOTALL)


def section(response: HttpResponse, heading: str) -> str:
    """The section that the heading with this id names, its markup."""
    sections = pieces(response.content.decode(), "section")
    return next(markup for markup in sections if f'id="{heading}"' in markup)


def table(markup: str) -> list[list[str]]:
    """The rows of a table's body as lists of texts."""
    [body] = pieces(markup, "tbody")
    cells = re.compile(r"<(t[hd])\b[^>]*>(.*?)</\1>", re.DOTALL)
    return [[words(cell) for _, cell in cells.findall(row)] for row in pieces(body, "tr")]


def addresses(markup: str) -> list[str]:
    """Where the links of a piece of a page lead, in their order."""
    return [html.unescape(address) for address in re.findall(r'<a\b[^>]* href="([^"]*)"', markup)]
