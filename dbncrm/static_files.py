"""How static files are named and packed."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """By their content, also where one script names another."""

    support_js_module_import_aggregation = True
