"""A report by mail, received by a real server; what cannot be sent does not undo the report."""

import socket
from email import message_from_bytes
from email.policy import default

import pytest
from aiosmtpd.controller import Controller

from bankmine.cli import main
from bankmine.errors import OutputError
from bankmine.jobs import mail
from bankmine.settings import Mail


class Box:
    """Keeps what it gets; turns the first `refusals` away."""

    def __init__(self, refusals: int = 0) -> None:
        self.got, self.refusals = [], refusals

    async def handle_DATA(self, server, session, envelope):
        if self.refusals:
            self.refusals -= 1
            return "451 later"
        self.got.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(mail, "PAUSE_S", 0.0)


@pytest.fixture
def server():
    running = []

    def start(refusals: int = 0) -> tuple[Box, int]:
        box = Box(refusals)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        controller = Controller(box, hostname="127.0.0.1", port=port)
        controller.start()
        running.append(controller)
        return box, port

    yield start
    for controller in running:
        controller.stop()


def with_mail(place, port, when="always"):
    text = (place / "bankmine.toml").read_text(encoding="utf-8").replace('"open.csv"', '"p.html"')
    text += '[job.mail]\nto = ["head@bank.example"]\nsender = "bankmine@bank.example"\nhost = "127.0.0.1"\nsecurity = "none"\n'
    text += f'port = {port}\nwhen = "{when}"\n'
    (place / "bankmine.toml").write_text(text, encoding="utf-8")
    return ["run", "--config", str(place / "bankmine.toml")]


def test_the_report_arrives_with_its_file(place, server):
    box, port = server()
    assert main(with_mail(place, port)) == 0
    (letter,) = box.got
    assert letter["To"] == "head@bank.example" and "weekly" in letter["Subject"]
    (attached,) = letter.iter_attachments()
    assert attached.get_filename() == "p.html" and "<!doctype html>" in attached.get_content()
    assert "The report is attached." in letter.get_body().get_content() and "报告见附件" in letter.get_body().get_content()


def test_without_an_alert_nothing_is_sent_where_only_alerts_are_wanted(place, server):
    box, port = server()
    assert main(with_mail(place, port, "alert")) == 0
    assert box.got == []


def test_a_server_that_is_busy_is_asked_again(server):
    box, port = server(refusals=2)
    to = Mail(to=["a@b.example"], sender="c@d.example", host="127.0.0.1", port=port, security="none")
    mail.send(to, mail.message(to, "s\r\nBcc: x@y", "t", {}))
    assert len(box.got) == 1 and box.got[0]["Bcc"] is None and box.got[0]["Subject"] == "s Bcc: x@y"


def test_what_cannot_be_sent_is_said_and_the_report_stays(place, capsys, monkeypatch):
    assert main(with_mail(place, 1)) == 73
    assert "MAIL_FAILED" in capsys.readouterr().err
    (folder,) = (place / "reports").iterdir()
    assert (folder / "p.html").is_file()


def test_a_wrong_host_is_an_output_error():
    to = Mail(to=["a@b.example"], sender="c@d.example", host="127.0.0.1", port=1, security="none")
    with pytest.raises(OutputError, match="MAIL_FAILED"):
        mail.send(to, mail.message(to, "s", "t", {}))
