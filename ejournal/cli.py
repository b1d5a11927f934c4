"""The command line: `ejournal COMMAND` or `python -m ejournal COMMAND`."""

import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import click
from flask import Flask, current_app
from flask.cli import ScriptInfo, with_appcontext
from sqlalchemy.exc import DBAPIError

from ejournal import __version__, create_app, schema, server
from ejournal.exchange.command import export_command, import_command
from ejournal.extensions import db, reading
from ejournal.jobs import night
from ejournal.models.base import now
from ejournal.services import accounts, availability, clock, college, settings, updates
from ejournal.services.control import history
from ejournal.services.errors import ServiceError
from ejournal.upkeep import (
    archive_command,
    backup_command,
    move_command,
    rescue_command,
    restore_command,
    upgrade_command,
    verify_command,
)
from ejournal.web.account import DEMO_LOGINS

EMPTY = (
    "В базе данных ещё никого нет: войти было бы некому.\n"
    "Создайте колледж командой «ejournal init» или демонстрационный — «ejournal demo»."
)
DEMO_IN_PUBLIC = (
    "В базе есть демонстрационные учётные записи с общеизвестным паролем, а адрес {host} виден другим компьютерам.\n"
    "Запустите на 127.0.0.1, заблокируйте эти учётные записи или, если это и есть показ, добавьте --demo."
)
WITHOUT_TLS = (
    "С других компьютеров войти не получится: без HTTPS браузер не запоминает вход. Дайте сертификат (--tls-cert, "
    "--tls-key) или назовите прокси в trusted_proxies: README, «HTTPS и прокси»."
)
DATABASE_BUSY = "База данных занята другой работой, ничего не изменено. Остановите сервер и другие команды и повторите."
CLOCK_BEHIND = (
    "Часы сервера показывают {}, а последняя запись в журнале изменений сделана {}.\n"
    "Исправьте часы и запустите снова: по ним считаются сроки и датируются записи (п. 4.2, 4.4).\n"
    "Если неверными они были тогда, а сейчас идут верно, добавьте --clock-is-right."
)


class Commands(click.Group):
    """A group whose commands say in a sentence what went wrong, with exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (ServiceError, schema.SchemaError) as error:
            fail(str(error))
        except DBAPIError as error:
            if availability.cause_of(error) == availability.LOCKED:
                fail(DATABASE_BUSY)
            fail(f"База данных не отвечает или ещё не создана (создаёт её «ejournal init»): {error.orig}")


def application() -> Flask:
    try:
        return create_app()
    except (OSError, ValueError) as error:  # an unreadable folder, a slip in ejournal.toml
        fail(f"Настройки не прочитаны: {error}")


def fail(message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="ejournal %(version)s")
def main() -> None:
    """Электронный журнал и дневник колледжа."""
    # A Windows console or a pipe with another encoding must not turn a message into a traceback.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    # Database, files and copies hold personal data: other users of this machine do not read them.
    os.umask(0o077)
    server.collect_seldom()
    click.get_current_context().obj = ScriptInfo(create_app=application)


@main.command()
@click.option("--name", default="Колледж", help="Название колледжа, как в заголовке страниц и документов.")
@click.option("--timezone", default="Europe/Moscow", show_default=True, help="Часовой пояс: по нему считаются сроки.")
@click.option("--admin", "administrator", default="Администратор", help="Фамилия, имя и отчество администратора.")
@click.option("--login", default="admin", show_default=True, help="Его логин.")
@click.option("--address", default="http://127.0.0.1:8000", show_default=True, help="Адрес сайта для ссылки активации.")
@with_appcontext
def init(name: str, timezone: str, administrator: str, login: str, address: str) -> None:
    """Создать пустой колледж: база данных, секретный ключ, первый администратор."""
    upgrade_schema()
    opened = college.create(name, timezone, administrator, login)
    click.echo(f"Создан колледж «{name}», учебный год {opened.year}, часовой пояс {timezone}.")
    click.echo(f"Логин администратора: {opened.username}")
    click.echo("Запустите «ejournal run» и задайте пароль по ссылке (одноразовая, показана только сейчас,")
    click.echo(f"действует {accounts.ACTIVATION_DAYS} дней):")
    click.echo(f"  {address.rstrip('/')}/activate/{opened.code}")


@main.command("demo")
@click.option("--students", default=200, show_default=True, type=click.IntRange(max=5000), help="Сколько обучающихся.")
@click.option("--seed", default=1, show_default=True, help="Другое число — другие люди и отметки.")
@click.option("--if-empty", is_flag=True, help="Ничего не делать, если в базе уже есть колледж.")
@with_appcontext
def demo_command(students: int, seed: int, if_empty: bool) -> None:
    """Заполнить пустую базу вымышленным колледжем в разгар семестра."""
    from ejournal import demo  # long to load, and no other command wants it

    upgrade_schema()
    if if_empty and not college.is_empty():
        return
    click.echo(f"Создаётся демонстрационный колледж, обучающихся: {students}…")
    demo.fill(students=students, seed=seed)
    history.take()  # so that the control of terms has something to compare with
    db.session.commit()
    if not if_empty:  # otherwise `ejournal run` is next, and tells them itself
        click.echo(logins())


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Адрес; 0.0.0.0 — для всей сети.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--workers",
    default=server.usual_workers,
    show_default="половина ядер",
    type=click.IntRange(1, 64),
    help="Процессов.",
)
@click.option("--tls-cert", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Сертификат (PEM).")
@click.option("--tls-key", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Ключ (PEM, PKCS#8).")
@click.option("--demo", "is_show", is_flag=True, help="Разрешить демонстрационные логины не только на этой машине.")
@click.option("--clock-is-right", is_flag=True, help="Часы верны, хотя в журнале изменений есть запись из будущего.")
def run(
    host: str,
    port: int,
    workers: int,
    tls_cert: Path | None,
    tls_key: Path | None,
    is_show: bool,
    clock_is_right: bool,
) -> None:
    """Запустить сервер. База сначала обновляется, перед обновлением делается её копия."""
    if (tls_cert is None) != (tls_key is None):
        raise click.UsageError("--tls-cert и --tls-key указываются вместе.")
    listening = server.Listening(host, port, workers, tls_cert, tls_key)
    app = application()
    with app.app_context():
        greeting = prepare(listening, is_show, clock_is_right=clock_is_right)
        db.engine.dispose()  # the workers are forked: they must not inherit a connection
    server.serve(listening, app, lambda: click.echo(greeting))


@main.command()
@with_appcontext
def nightly() -> None:
    """Выполнить всю ночную работу сейчас. Код возврата 1, если что-то не получилось."""
    done = night.run()
    for task in done.tasks:
        words = f"{task.title}: {task.message}".removesuffix(": ")
        click.echo(f"{'+' if task.ok else '!'} {words}", err=not task.ok)
    if done.failed:
        fail(f"Не получилось: {', '.join(task.name for task in done.failed)}.")


def prepare(listening: server.Listening, is_show: bool, *, clock_is_right: bool = False) -> str:
    """Everything that may stop a start, checked before it; returns what to print once the server listens."""
    upgrade_schema()
    if not clock_is_right:  # before anything of this start is written
        check_clock()
    updates.remember(updates.versions())
    with reading():
        has_accounts, has_demo = college.has_accounts(), college.has_demo_accounts()
        db.session.remove()
    if not has_accounts:
        fail(EMPTY)
    if has_demo and not is_show and not server.is_loopback(listening.host):
        fail(DEMO_IN_PUBLIC.format(host=listening.host))
    if not server.is_free(listening):
        fail(f"Порт {listening.port} на {listening.host} занят или недоступен. Укажите другой: --port 8001.")
    greeting = [f"Журнал открыт: {listening.url}   (остановить: Ctrl+C)"]
    if not (server.is_loopback(listening.host) or listening.certificate or can_sign_in_without_tls()):
        greeting.append(WITHOUT_TLS)
    return "\n".join([*greeting, logins()] if has_demo else greeting)


def can_sign_in_without_tls() -> bool:
    """Whether the settings say so: plainly, or by naming a proxy that does TLS."""
    config = current_app.config["EJOURNAL"]
    return bool(config.insecure_http or config.trusted_proxies)


def upgrade_schema() -> None:
    copy = schema.upgrade()
    if copy:
        click.echo(f"База данных обновлена. Прежняя сохранена: {copy}")


def logins() -> str:
    lines = (f"  {login:<8} {who}: {what}" for login, who, what in DEMO_LOGINS)
    return "\n".join(("Логины демонстрационного колледжа, пароль у всех — demo:", *lines))


def check_clock() -> None:
    """A server with a flat battery wakes up years ago: nothing must be dated by such a clock."""
    with reading():
        last = clock.is_behind()
        words = [f"{settings.local(moment):%d.%m.%Y %H:%M}" for moment in (now(), last) if moment]
        db.session.remove()
    if last:
        fail(CLOCK_BEHIND.format(*words))


for command in (
    import_command,
    export_command,
    verify_command,
    archive_command,
    backup_command,
    restore_command,
    move_command,
    rescue_command,
    upgrade_command,
):
    main.add_command(command)
