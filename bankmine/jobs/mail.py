"""A job's report by mail. Nothing is sent unless the job names somebody; user and password come from the environment."""

import os
import smtplib
import ssl
import time
from collections.abc import Mapping
from email.message import EmailMessage
from mimetypes import guess_type

from bankmine.errors import OutputError
from bankmine.settings import Mail
from bankmine.words import Text

USER, PASSWORD = "BANKMINE_SMTP_USER", "BANKMINE_SMTP_PASSWORD"
TRIES, PAUSE_S, TIMEOUT_S = 3, 2.0, 30.0


def message(mail: Mail, subject: str, text: str, files: Mapping[str, bytes]) -> EmailMessage:
    """The mail with its files attached. Line breaks cannot get into its headers."""
    found = EmailMessage()
    found["From"], found["To"] = mail.sender, ", ".join(mail.to)
    found["Subject"] = " ".join(subject.split())
    found.set_content(text)
    for name, content in files.items():
        main, _, sub = (guess_type(name)[0] or "application/octet-stream").partition("/")
        found.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return found


def send(mail: Mail, what: EmailMessage) -> None:
    """Hands the message to the server, trying three times. Raises OutputError MAIL_FAILED."""
    last: Exception | None = None
    for tried in range(TRIES):
        if tried:
            time.sleep(PAUSE_S * tried)
        try:
            _hand_over(mail, what)
        except (OSError, smtplib.SMTPException) as error:
            last = error
        else:
            return
    raise OutputError(
        "MAIL_FAILED",
        Text(
            zh=f"邮件未能发出（{type(last).__name__}），报告已写好。",
            en=f"the mail could not be sent ({type(last).__name__}); the report is written.",
        ),
        Text(
            zh="请检查 [job.mail] 的服务器、端口与 security，再用 run --again。",
            en="check host, port and security in [job.mail], then run --again.",
        ),
        f"{mail.host}:{mail.port}",
    ) from last


def _hand_over(mail: Mail, what: EmailMessage) -> None:
    trusted = ssl.create_default_context()
    secure = mail.security == "tls"
    server = (
        smtplib.SMTP_SSL(mail.host, mail.port, timeout=TIMEOUT_S, context=trusted)
        if secure
        else smtplib.SMTP(mail.host, mail.port, timeout=TIMEOUT_S)
    )
    with server:
        if mail.security == "starttls":
            server.starttls(context=trusted)
        user = os.environ.get(USER)
        if user:
            server.login(user, os.environ.get(PASSWORD, ""))
        server.send_message(what)
