"""What people send to have numbers imported into the ledger: a file, or the rows of one that they have seen checked."""

import io

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from callnotes.importing_do_not_disturb import Ledger
from contacts.importing import workbooks
from contacts.importing.examining import Bounds

# With what a browser sends around it, it is no longer than the longest body that is read.
MOST_BYTES = 1_000_000
MOST_MEGABYTES = MOST_BYTES // 1_000_000
MOST_ROWS = 2_000
# What a web process can bear to open, beside all that others ask of it.
IN_A_WEB_PROCESS = Bounds(most_bytes=32 * 1024 * 1024, most_cells=500_000)


class NumbersForm(forms.Form):
    """A file, or `rows`: the text of one, which travels on in the page. Both are read alike, and anew each time.

    Once valid it has its `ledger`, and the `text` that is sent as rows. What is wrong with either stands at the file.
    """

    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx", "required": True}),
    )
    rows = forms.Field(required=False, widget=forms.HiddenInput)

    text: str
    ledger: Ledger

    def clean(self) -> dict:
        cleaned = super().clean()
        if not self.errors:
            try:
                self._read(cleaned["file"], cleaned["rows"])
            except ValidationError as error:
                self.add_error("file", error)
        return cleaned

    def _read(self, file: UploadedFile | None, rows: str | None) -> None:
        if not file and not rows:
            raise ValidationError(self.fields["file"].error_messages["required"])
        self.text = _one_kind_of_line_ends(rows) if rows else _text_of(file)
        if len(_as_sent(self.text)) > MOST_BYTES:
            raise too_much()
        self.ledger = _ledger(self.text.encode())
        if self.ledger.has_more_rows_than(MOST_ROWS):
            raise too_much()


def too_much() -> ValidationError:
    said = _(
        "The file has more than {megabytes} MB or {rows} rows. Split it, or have it imported on the server by"
        " python manage.py import_do_not_disturb."
    )
    return ValidationError(said.format(megabytes=MOST_MEGABYTES, rows=f"{MOST_ROWS:,}"))


def _text_of(file: UploadedFile) -> str:
    if file.size > MOST_BYTES:
        raise too_much()
    return _ledger(b"".join(workbooks.either_as_csv(file, IN_A_WEB_PROCESS))).text()


def _ledger(content: bytes) -> Ledger:
    return Ledger(lambda: io.BytesIO(content))


def _one_kind_of_line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _as_sent(text: str) -> bytes:
    """A browser sends each line end as two characters (HTML, 4.10.21.4)."""
    return text.replace("\n", "\r\n").encode()
