"""The variables that 3CX has filled when a call or a chat is over, for tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

NUMBER = "+6591234567"
STARTED = datetime(2026, 3, 2, 9, 15, 30, tzinfo=UTC)
ANSWERED = STARTED + timedelta(seconds=12)
ENDED = ANSWERED + timedelta(seconds=125)
SINGAPORE = timedelta(hours=8)

# By the names of their stems; a missed call has no moment in which it was answered.
MOMENTS = {"CallStartTime": STARTED, "CallEstablishedTime": ANSWERED, "CallEndTime": ENDED}
AGENT = {
    "Agent": "101",
    "AgentFirstName": "Robin",
    "AgentLastName": "Tan",
    "AgentEmail": "robin@example.com",
    "QueueExtension": "800",
}


def call_on_v18(**changes: Any) -> dict[str, Any]:
    """An answered call of a caller whom 3CX does not know; moments can be changed by their stems."""
    moments = {stem: changes.pop(stem, moment) for stem, moment in MOMENTS.items()}
    return {
        "CallType": "Inbound",
        "CallDirection": "Inbound",
        "Number": NUMBER,
        "Name": "",
        "EntityId": "",
        "EntityType": "",
        **AGENT,
        "Duration": "00:02:05",
        "DurationTimespan": timedelta(seconds=125, milliseconds=400),
        "DateTime": STARTED + SINGAPORE,
        **{f"{stem}UTC": moment for stem, moment in moments.items()},
        **{f"{stem}Local": moment and moment + SINGAPORE for stem, moment in moments.items()},
    } | changes


def call_on_v20(**changes: Any) -> dict[str, Any]:
    """Likewise, with what V20 adds."""
    moments = {stem: changes.get(stem, moment) for stem, moment in MOMENTS.items()}
    return {
        **call_on_v18(**changes),
        **{f"{stem}UTCMillis": moment and int(moment.timestamp() * 1000) for stem, moment in moments.items()},
        "RecordingUrl": changes.get("RecordingUrl", "https://pbx.example.com/recordings/17"),
        "Summary": changes.get("Summary", "Asked for a quote."),
        "Transcription": changes.get("Transcription", "Robin: Good morning.\nMira: I would like a quote."),
        "Sentiment": "",
    }


def missed_call(**changes: Any) -> dict[str, Any]:
    """A call that nobody took before the caller hung up."""
    nobody = {"CallType": "Missed", "CallEstablishedTime": None, "CallEndTime": ANSWERED, "RecordingUrl": ""}
    nothing = {"Summary": "", "Transcription": "", "Duration": "00:00:00", "DurationTimespan": timedelta()}
    return call_on_v20(**nobody | nothing | changes)


def chat(**changes: Any) -> dict[str, Any]:
    return {
        "Number": NUMBER,
        "Email": "mira@example.com",
        "Name": "Mira Talvane",
        "EntityId": "",
        "EntityType": "",
        **AGENT,
        "Duration": "00:02:05",
        "DurationTimespan": timedelta(seconds=125),
        "ChatStartTimeUTC": STARTED,
        "ChatEndTimeUTC": ENDED,
        "ChatMessages": "Mira: Do you ship to Penang?\nRobin: We do.",
    } | changes
