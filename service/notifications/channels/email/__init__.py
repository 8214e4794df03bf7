"""E-mail over SMTP. The Message-ID is made from the key, so that a mail sent twice can be told from two mails.

SMTP_URL is `smtp://host:25`, `smtps://user:password@host:465` or `smtp+starttls://user:password@host:587`.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import formataddr, parseaddr
from urllib.parse import SplitResult, unquote, urlsplit

from service.notifications.channels import ChannelError, Message
from service.settings import settings

REPEATS_SAFELY = False
#: Seconds a silent server is waited for.
PATIENCE = 10
PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}


def send(message: Message) -> None:
    """Hand the mail to the server. Raises ChannelError: permanent when the address is refused or there is none."""
    if not message.to.email:
        raise ChannelError("no e-mail address", permanent=True)
    if not settings().smtp_url:
        raise ChannelError("SMTP_URL is not set", permanent=True)
    mail = compose(message)
    try:
        with _connection(urlsplit(settings().smtp_url)) as server:
            server.send_message(mail)
    except smtplib.SMTPRecipientsRefused as error:
        code, reason = next(iter(error.recipients.values()))
        raise ChannelError(_told(code, reason), permanent=code >= 500) from error
    except smtplib.SMTPDataError as error:
        raise ChannelError(_told(error.smtp_code, error.smtp_error), permanent=error.smtp_code >= 500) from error
    except smtplib.SMTPNotSupportedError as error:
        raise ChannelError(str(error), permanent=True) from error
    except (smtplib.SMTPException, OSError) as error:
        # The server's trouble, not the address's: refused login or sender, no connection, hung up.
        raise ChannelError(f"{type(error).__name__}: {error}", permanent=False) from error


def compose(message: Message) -> EmailMessage:
    """The mail. Raises ChannelError when the address cannot stand in a header."""
    mail = EmailMessage()
    name, sender = parseaddr(settings().mail_from)
    try:
        mail["To"] = formataddr((message.to.name, message.to.email or ""))
        mail["From"] = formataddr((name or message.text.community, sender))
    except ValueError as error:
        raise ChannelError(f"address: {error}", permanent=True) from error
    mail["Subject"] = f"【{message.text.community}】{message.text.title}"
    mail["Message-ID"] = f"<{message.key.replace(':', '.')}@{sender.partition('@')[2] or 'localhost'}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text.text)
    return mail


@contextmanager
def _connection(url: SplitResult) -> Iterator[smtplib.SMTP]:
    host, port = url.hostname or "localhost", url.port or PORTS.get(url.scheme, 25)
    if url.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=PATIENCE, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(host, port, timeout=PATIENCE)
    with server:
        if url.scheme == "smtp+starttls":
            server.starttls(context=ssl.create_default_context())
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
        yield server


def _told(code: int, reason: bytes | str) -> str:
    return f"{code} {reason.decode(errors='replace') if isinstance(reason, bytes) else reason}"
