"""What people type about imports."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from contacts.importing import files
from contacts.importing.mapping import MAY_REPEAT, Column, Target
from contacts.importing.reading import ENCODINGS, LINES_OF_HEADINGS, Dialect
from contacts.importing.repairing import LABEL_MAX_LENGTH
from contacts.models.imports import ImportMapping, ImportRun, KeepRule, Outcome, SharedRule, Undo

DELIMITER_LABELS = {",": _("comma"), ";": _("semicolon"), "\t": _("tab"), "|": _("vertical bar")}
TARGET_LABELS = {
    Target.NOTHING: pgettext_lazy("what a column of an import is", "— not imported —"),
    Target.NUMBER: pgettext_lazy("what a column of an import is", "Phone numbers"),
    Target.LABEL: pgettext_lazy("what a column of an import is", "Label of the numbers before it"),
    Target.PRIMARY: pgettext_lazy("what a column of an import is", "Column of the primary number"),
    Target.NAME: pgettext_lazy("what a column of an import is", "Name"),
    Target.FIRST_NAME: pgettext_lazy("what a column of an import is", "First name"),
    Target.LAST_NAME: pgettext_lazy("what a column of an import is", "Last name"),
    Target.COMPANY: pgettext_lazy("what a column of an import is", "Company"),
    Target.EMAIL: pgettext_lazy("what a column of an import is", "E-mail"),
    Target.REMARKS: pgettext_lazy("what a column of an import is", "Remarks"),
    Target.ARCHIVED: pgettext_lazy("what a column of an import is", "Archived (yes or no)"),
    Target.ID: pgettext_lazy("what a column of an import is", "ID of the contact here"),
}
MOST_MEGABYTES = files.MOST_BYTES // 1024 // 1024


class UploadForm(forms.Form):
    """A file, which `save` makes an import of where it can be read."""

    file = forms.FileField(label=_("File"), widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}))
    sheet = forms.CharField(
        label=_("Sheet"),
        max_length=200,
        required=False,
        help_text=_("Of an XLSX file; without a name it is the first that has rows."),
    )
    mapping = forms.ModelChoiceField(
        label=_("Saved mapping"),
        queryset=ImportMapping.objects.all(),
        required=False,
        empty_label=_("None: guess from the headings"),
    )

    def save(self, by) -> ImportRun:
        """Raises ValidationError where the file cannot be read."""
        cleaned = self.cleaned_data
        file = cleaned["file"]
        return files.store(file.file, file.name, by=by, sheet=cleaned["sheet"], mapping=cleaned["mapping"])


class DialectForm(forms.Form):
    """How a CSV file is read, as it was found or as somebody knows better."""

    encoding = forms.ChoiceField(label=_("Encoding"), choices=list(ENCODINGS.items()))
    delimiter = forms.ChoiceField(label=_("Delimiter"), choices=list(DELIMITER_LABELS.items()))
    header_row = forms.IntegerField(
        label=_("Row of the headings"),
        min_value=0,
        max_value=LINES_OF_HEADINGS * 10,
        help_text=_("0 where the file has none."),
    )

    def __init__(self, run: ImportRun, *args, **kwargs) -> None:
        super().__init__(*args, initial=run.dialect, **kwargs)
        self.run = run
        if run.sheet:
            # A workbook says itself how it is written.
            del self.fields["encoding"], self.fields["delimiter"]

    def clean(self) -> dict:
        cleaned = super().clean()
        if not self.errors:
            files.read_as(self.run, Dialect(**self.run.dialect | cleaned))
        return cleaned


class MappingForm(forms.Form):
    """What each column is, and what an existing contact keeps."""

    keep_rule = forms.ChoiceField(label=_("A contact who is there already"), choices=KeepRule.choices)
    shared_rule = forms.ChoiceField(label=_("A number that somebody of another name has"), choices=SharedRule.choices)
    save_as = forms.CharField(
        label=_("Save this mapping as"),
        max_length=100,
        required=False,
        help_text=_("A name, to use it again for files with these headings. A mapping of that name is replaced."),
    )

    def __init__(self, run: ImportRun, *args, **kwargs) -> None:
        super().__init__(*args, initial={"keep_rule": run.keep_rule, "shared_rule": run.shared_rule}, **kwargs)
        self.run = run
        for place, (heading, column) in enumerate(zip(run.headings, run.taken_as, strict=True)):
            named = {"heading": heading or _("column {number}").format(number=place + 1)}
            self.fields[f"target_{place}"] = forms.ChoiceField(
                label=_("{heading} is").format(**named),
                choices=list(TARGET_LABELS.items()),
                required=False,
                initial=column.target,
            )
            self.fields[f"label_{place}"] = forms.CharField(
                label=_("Label of the numbers in {heading}").format(**named),
                max_length=LABEL_MAX_LENGTH,
                required=False,
                initial=column.label,
            )

    def columns(self) -> list[tuple[str, forms.BoundField, forms.BoundField, list[str]]]:
        """For each column its heading, its two fields and the first cells in it."""
        sample = files.sample_rows(self.run, 5)
        return [
            (
                heading,
                self[f"target_{place}"],
                self[f"label_{place}"],
                [row[place] for row in sample if place < len(row)],
            )
            for place, heading in enumerate(self.run.headings)
        ]

    def clean(self) -> dict:
        cleaned = super().clean()
        targets = [cleaned.get(f"target_{place}", "") for place in range(len(self.run.headings))]
        for target in {Target(target) for target in targets} - MAY_REPEAT:
            if targets.count(target) > 1:
                said = _("“{target}” is chosen for more than one column. Choose it once.")
                raise ValidationError(said.format(target=TARGET_LABELS[target]))
        if Target.LABEL in targets and Target.NUMBER not in targets[: targets.index(Target.LABEL)]:
            raise ValidationError(_("Labels stand behind the column of their numbers. Choose that one too."))
        if Target.ID not in targets and Target.NUMBER not in targets:
            raise ValidationError(_("Choose the columns that hold phone numbers: contacts are found by them."))
        if not {Target.ID, Target.NAME, Target.FIRST_NAME, Target.LAST_NAME, Target.COMPANY} & set(targets):
            raise ValidationError(_("Choose the column that holds the name."))
        return cleaned

    def save(self) -> None:
        cleaned = self.cleaned_data
        files.put_columns(
            self.run,
            [
                Column(Target(cleaned[f"target_{place}"]), cleaned[f"label_{place}"])
                for place in range(len(self.run.headings))
            ],
        )
        self.run.keep_rule, self.run.shared_rule = cleaned["keep_rule"], cleaned["shared_rule"]
        files.store_choices(self.run)
        if cleaned["save_as"]:
            files.remember(self.run, cleaned["save_as"])


class KeptRowsForm(forms.Form):
    """Which rows of an import are shown, from which on."""

    KINDS = {
        **{str(outcome): {"outcome": outcome} for outcome in (Outcome.REJECTED, Outcome.NEW, Outcome.CHANGED)},
        "repaired": {"is_repaired": True},
        "kept": {"undo": Undo.KEPT},
    }
    show = forms.ChoiceField(choices=[(kind, kind) for kind in KINDS], required=False)
    after = forms.IntegerField(min_value=0, max_value=2**62, required=False)

    def filters(self) -> dict:
        """What the rows are filtered by. What an address asks for that there is not counts for nothing."""
        self.is_valid()
        return self.KINDS[self.shown] | {"number__gt": self.cleaned_data.get("after") or 0}

    @property
    def shown(self) -> str:
        self.is_valid()
        return self.cleaned_data.get("show") or str(Outcome.REJECTED)
