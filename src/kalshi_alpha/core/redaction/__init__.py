"""Keep secrets out of whatever is written, shown or sent: one definition for the whole program."""

from kalshi_alpha.core.redaction.names import Secrecy, secrecy
from kalshi_alpha.core.redaction.payloads import (
    SecretInPayload,
    ensure_safe_payload,
    redact,
    redact_text,
)
from kalshi_alpha.core.redaction.shapes import mask

__all__ = [
    "Secrecy",
    "SecretInPayload",
    "ensure_safe_payload",
    "mask",
    "redact",
    "redact_text",
    "secrecy",
]
