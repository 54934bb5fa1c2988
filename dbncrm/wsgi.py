"""The web process's entry."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dbncrm.settings")

django_application = get_wsgi_application()

from dbncrm.bodies import read_whole  # noqa: E402  its imports need Django to be set up

application = read_whole(django_application)
