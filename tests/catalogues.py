"""The files in which translators write (GNU gettext's .po), read; and those that the product reads (.mo)."""

import ast
import gettext
import re
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

FOLDER = settings.BASE_DIR / "locale"
FIELD = re.compile(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d+\])?) (".*")')
# By this, a .mo file tells a context from the text (GNU gettext, "The Format of GNU MO Files").
END_OF_CONTEXT = "\4"


@dataclass(frozen=True, slots=True)
class Message:
    """A text of ours, with its context and its plural where it has them, and its translations, one for each plural."""

    text: str
    plural: str
    context: str
    translations: tuple[str, ...]
    is_fuzzy: bool

    @property
    def identity(self) -> tuple[str, str, str]:
        return self.context, self.text, self.plural

    @property
    def key(self) -> str:
        """By which a .mo file finds it."""
        return self.context + END_OF_CONTEXT + self.text if self.context else self.text


def messages(file: Path) -> list[Message]:
    """All messages of a .po file but the first, which is its header."""
    return [_message(block) for block in file.read_text().split("\n\n")[1:]]


def compiled(file: Path) -> dict:
    """What a .mo file says, by key; of a plural, by key and its number."""
    with file.open("rb") as stream:
        said = dict(gettext.GNUTranslations(stream)._catalog)
    del said[""]
    return said


def _message(block: str) -> Message:
    fields: dict[str, str] = {}
    name = ""
    for line in block.splitlines():
        if match := FIELD.fullmatch(line):
            name = match[1]
            fields[name] = ast.literal_eval(match[2])
        elif line.startswith('"'):
            fields[name] += ast.literal_eval(line)
    return Message(
        fields["msgid"],
        fields.get("msgid_plural", ""),
        fields.get("msgctxt", ""),
        tuple(text for name, text in sorted(fields.items()) if name.startswith("msgstr")),
        is_fuzzy=bool(re.search(r"^#,.*\bfuzzy\b", block, re.MULTILINE)),
    )
