"""Error reports without the request and without local variables: a key or a number could stand in either."""

from django.views.debug import ExceptionReporter


class DiscreetExceptionReporter(ExceptionReporter):
    def __init__(self, request, *args, **kwargs) -> None:
        super().__init__(None, *args, **kwargs)

    def get_traceback_frames(self) -> list[dict]:
        return [frame | {"vars": []} for frame in super().get_traceback_frames()]
