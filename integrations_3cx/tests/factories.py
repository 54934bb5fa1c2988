"""API tokens for tests."""

from integrations_3cx.models import ApiToken


def make_token(name: str = "Main 3CX", **fields) -> tuple[ApiToken, str]:
    """A token and its key."""
    return ApiToken.objects.issue(name, **fields)
