"""What the back office says of a disposition."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from callnotes.models import Disposition

EFFECTS = ["opens_callback", "closes_callbacks", "sets_do_not_disturb", "counts_as_reached"]


class DispositionForm(forms.ModelForm):
    """Of the contract's four, which call flows of 3CX count on, no effect is switched by mistake."""

    confirmed = forms.BooleanField(
        label=_("Change the effects all the same"),
        required=False,
        help_text=_(
            "This is one of the four outcomes that 3CX reports by the contract. Whatever is switched here applies to"
            " what its call flows report from now on, too; notes that are there stay as they are."
        ),
    )

    class Meta:
        model = Disposition
        fields = [
            *("label", "key", "aliases", "color", "position", "is_active"),
            *("requires_comments", "asks_for_time", *EFFECTS),
        ]

    def clean(self) -> dict:
        cleaned = super().clean()
        switched = [name for name in ["asks_for_time", *EFFECTS] if name in self.changed_data]
        if self.instance.is_protected and switched and not cleaned.get("confirmed"):
            names = pgettext("between the items of a list", ", ").join(
                str(self.fields[name].label) for name in switched
            )
            said = _("Switched: {names}. Tick this if it is meant; else put it back.")
            raise ValidationError({"confirmed": said.format(names=names)})
        return cleaned
