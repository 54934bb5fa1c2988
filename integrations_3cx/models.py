"""What a phone system presents, and what it must not do twice."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.tracing import Records, TracedQuerySet
from integrations_3cx import keys

IDEMPOTENCY_PERIOD = timedelta(hours=24)


class Scope(models.TextChoices):
    LOOKUP = "lookup", _("Look up numbers")
    NOTE = "note", _("Write notes")
    CONTACTS = "contacts", _("Find, read and add contacts")
    JOURNAL = "journal", _("Report calls and chats")


def default_scopes() -> list[str]:
    """Those of the query/note contract; the CRM template needs the others."""
    return [Scope.LOOKUP, Scope.NOTE]


def check_scopes(scopes: list[str]) -> None:
    if not scopes or not set(scopes) <= set(Scope.values):
        raise ValidationError(_("Choose at least one of: {scopes}.").format(scopes=", ".join(Scope.values)))


def check_networks(networks: list[str]) -> None:
    for network in networks:
        try:
            read = ipaddress.ip_network(network)
        except ValueError as error:
            said = _("No network: {error}. Write for example 192.0.2.0/24.")
            raise ValidationError(said.format(error=error)) from None
        if isinstance(read, ipaddress.IPv6Network) and read.network_address.ipv4_mapped:
            said = _("{network} is an IPv4 network in IPv6; write it as IPv4, for example 192.0.2.0/24.")
            raise ValidationError(said.format(network=network))


class ApiTokenQuerySet(TracedQuerySet):
    def issue(self, name: str, *, key: str | None = None, **fields) -> tuple["ApiToken", str]:
        """Makes a token, and a key for it unless one is taken over. Answers both: the key is not kept.

        Raises ValidationError for a key that cannot be one or is taken, or for unusable fields.
        """
        if key is not None:
            self.check_key(key)
        key = key or keys.new_key()
        token = self.model(name=name, **fields)
        token.hold(key)
        token.full_clean()
        token.save()
        return token, key

    def check_key(self, key: str) -> None:
        """Raises ValidationError where a key cannot be taken over."""
        if not keys.is_well_formed(key):
            said = _("A key has {shortest} to {longest} printable characters; copy one of DBN CRM's own whole.")
            raise ValidationError(said.format(shortest=keys.SHORTEST, longest=keys.LONGEST))
        if self.held(key) or self.held(key.replace("+", " ")):
            raise ValidationError(_("An API token, perhaps a revoked one, has that key already."))

    def held(self, key: str) -> "Held | None":
        """Whose a well-formed key is, also where nothing encoded its plus on the way. Costs one query."""
        spellings = [key, key.replace(" ", "+")]
        by_digest = {
            keys.digest(spelling, pepper): spelling for spelling in spellings for pepper in settings.TOKEN_PEPPERS
        }
        token = self.filter(digest__in=by_digest).first()
        return token and Held(token, by_digest[token.digest])


@dataclass(frozen=True, slots=True)
class Held:
    """A token and its key as it was issued."""

    token: "ApiToken"
    key: str


class ApiToken(models.Model):
    """A key's name and rights. The key itself is shown once and never stored."""

    name = models.CharField(_("name"), max_length=100, help_text=_("Which phone system uses it."))
    prefix = models.CharField(_("prefix"), max_length=16, editable=False, help_text=_("How its key begins."))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(_("scopes"), default=default_scopes, validators=[check_scopes])
    allowed_networks = models.JSONField(
        _("allowed networks"),
        default=list,
        blank=True,
        validators=[check_networks],
        help_text=_("Empty: every address."),
    )
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    last_used_from = models.GenericIPAddressField(_("from"), null=True, blank=True, editable=False)
    last_lookup_at = models.DateTimeField(_("last lookup"), null=True, blank=True, editable=False)
    last_contacts_at = models.DateTimeField(_("last contact"), null=True, blank=True, editable=False)
    last_note_at = models.DateTimeField(_("last note"), null=True, blank=True, editable=False)
    last_journal_at = models.DateTimeField(_("last journal"), null=True, blank=True, editable=False)
    template_version = models.PositiveSmallIntegerField(
        _("template version"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("Of the CRM template that last used it."),
    )
    submission = models.UUIDField(
        null=True, blank=True, unique=True, help_text="The form that it was made by, used once."
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = ApiTokenQuerySet.as_manager()
    # The digest is nobody's business, and who used it when is no change.
    history = Records(
        excluded=[
            *("digest", "last_used_at", "last_used_from", "last_lookup_at", "last_contacts_at", "last_note_at"),
            *("last_journal_at", "template_version", "submission", "created_at"),
        ]
    )

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def hold(self, key: str) -> None:
        self.prefix = keys.visible_prefix(key)
        self.digest = keys.digest(key, settings.TOKEN_PEPPERS[0])

    def is_valid(self, at: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)

    def allows(self, scope: str) -> bool:
        return scope in self.scopes


def revoke(tokens: Iterable[ApiToken], now: datetime | None = None) -> int:
    """Ends tokens at once; answers how many were in force."""
    in_force = ApiToken.objects.filter(pk__in=[token.pk for token in tokens], revoked_at=None)
    return in_force.update(revoked_at=now or timezone.now())


class IdempotencyKey(models.Model):
    """A note that a token has stored under a key of its own, so that a repetition is told from a new one."""

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="idempotency_keys")
    key = models.CharField(max_length=250)
    content_digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return f"{self.token_id}: {self.key}"


class FailedRequest(models.Model):
    """A sort of request that was refused, masked, with how often: `failures` keeps the last of them."""

    path = models.CharField(max_length=40)
    key_prefix = models.CharField("key", max_length=16, blank=True, help_text="How the key begins that came with it.")
    has_valid_key = models.BooleanField()
    number = models.CharField(max_length=30, blank=True, help_text="With its middle hidden.")
    http_status = models.PositiveSmallIntegerField("HTTP")
    error = models.CharField(max_length=40)
    message = models.CharField(max_length=500, help_text="What the phone system was told, the last time.")
    count = models.PositiveBigIntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        ordering = ["-last_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["path", "key_prefix", "number", "error"], name="failed_request_once")
        ]
        indexes = [models.Index(fields=["has_valid_key", "-last_at"], name="failed_request_newest")]

    def __str__(self) -> str:
        return f"{self.path}: {self.error}"
