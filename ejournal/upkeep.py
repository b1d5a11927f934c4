"""Commands of upkeep: is everything whole, keep a copy, bring one back (п. 4.2, R4.2.g, R2.3.store)."""

import json
import sys
from pathlib import Path
from typing import NoReturn

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from ejournal import restore, schema
from ejournal.archives import checking, shelf, writing
from ejournal.backup import copies
from ejournal.backup.archive import ArchiveError
from ejournal.extensions import db, reading
from ejournal.models import Setting
from ejournal.services import accounts, integrity, log_chain, second_step
from ejournal.services.errors import RefusedError


@click.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Ответ для программ.")
@click.option("--entry", type=int, help="Номер записи журнала изменений, как на документе.")
@click.option("--sum", "digest", help="Контрольная сумма этой записи, как на документе (в кавычках).")
@with_appcontext
def verify_command(as_json: bool, entry: int | None, digest: str | None) -> None:
    """Проверить базу, журнал изменений, отметки и файлы. Код возврата 1, если что-то не сходится.

    С --entry и --sum сверяет и документ на бумаге: было ли прошлое таким, когда его печатали.
    """
    if (entry is None) != (digest is None):
        raise click.UsageError("Укажите и номер записи (--entry), и контрольную сумму (--sum).")
    with reading():
        report = integrity.verify()
        if entry is not None and digest is not None:
            report.problems += _of_paper(entry, digest)
    if as_json:
        told = {
            "entries": report.entries,
            "cells": report.cells,
            "files": report.files,
            "head": report.head,
            "problems": report.problems,
        }
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        click.echo(f"Записей журнала изменений: {report.entries}, ячеек: {report.cells}, файлов: {report.files}.")
        click.echo(f"Контрольная сумма журнала изменений: {report.head}")
        for words in report.problems:
            click.echo(f"  {words}", err=True)
        click.echo(
            "Всё сходится." if report.is_whole else f"Не сходится: {len(report.problems)}.", err=not report.is_whole
        )
    sys.exit(0 if report.is_whole else 1)


def _of_paper(entry: int, digest: str) -> list[str]:
    try:
        log_chain.confirm(entry, digest)
    except RefusedError as error:
        return [error.message]
    return []


@click.command("backup")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@with_appcontext
def backup_command(file: Path | None) -> None:
    """Сделать копию базы и файлов (сервер останавливать не нужно). По умолчанию — в instance/backups."""
    try:
        path, manifest = copies.make(file)
    except OSError as error:
        _fail(f"Копия не сделана: {error}")
    click.echo(f"Копия: {path}")
    click.echo(f"Таблиц {len(manifest.tables)}, строк {manifest.rows}, файлов {len(manifest.files)}.")


@click.command("upgrade")
@with_appcontext
def upgrade_command() -> None:
    """Обновить базу под новую версию программы: сначала копия, потом обновление и проверка. Сервер остановите."""
    current, newest = schema.revisions()
    if current is None:
        _fail("Колледжа ещё нет: создаёт его «ejournal init».")
    copy = schema.upgrade()
    if copy is None:
        click.echo(f"База уже соответствует программе (версия базы {newest}).")
        return
    click.echo(f"База обновлена: {current} → {newest}. Прежняя сохранена: {copy}")
    with reading():
        report = integrity.verify()
    for words in report.problems:
        click.echo(f"  {words}", err=True)
    click.echo("Всё сходится. Запустите сервер." if report.is_whole else "После обновления не сходится.")
    click.echo(f"Вернуться: остановите сервер, поставьте прежнюю версию программы, {_way_back(copy)}.")
    sys.exit(0 if report.is_whole else 1)


def _way_back(copy: Path) -> str:
    if copy.suffix == ".db":
        return f"положите {copy.name} на место ejournal.db, а ejournal.db-wal и ejournal.db-shm удалите"
    return f"выполните «ejournal restore {copy}»"


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--passphrase-file", type=click.Path(exists=True, path_type=Path), help="Файл с паролем копии.")
@click.option("--yes", is_flag=True, help="Не спрашивать, заменить ли то, что есть.")
@with_appcontext
def restore_command(file: Path, passphrase_file: Path | None, yes: bool) -> None:
    """Восстановить колледж из копии. Сначала всё проверяется; прежнее состояние сохраняется. Сервер остановите.

    У терминала спрашивает название колледжа, который будет заменён; в сценариях — нет.
    """
    try:
        restore.restore(file, _passphrase(passphrase_file), click.echo, lambda: _agree(yes))
    except (ArchiveError, OSError) as error:
        _fail(f"Не восстановлено: {error}")


def _agree(yes: bool) -> None:
    """Who sits at a terminal names the college that is to be replaced. Raises ArchiveError."""
    if yes or not sys.stdin.isatty() or not restore.is_there("setting"):
        return
    try:
        with db.engine.connect() as connection:
            kept = connection.scalar(select(Setting.value).where(Setting.key == "college.name"))
    except DatabaseError:  # a damaged file tells no name
        kept = None
    name = kept or "без названия"
    click.echo(f"Будет заменён колледж «{name}»: {db.engine.url.render_as_string(hide_password=True)}")
    click.echo("Введённое после того, как сделана копия, останется только в прежнем состоянии; оно сохраняется.")
    if click.prompt("Чтобы заменить, введите его название", default="", show_default=False).strip() != name:
        raise ArchiveError("название не совпало. Ничего не изменено.")


@click.command("move")
@click.argument("database_url")
@with_appcontext
def move_command(database_url: str) -> None:
    """Перенести колледж в другую, пустую базу (PostgreSQL) и сверить. Сервер остановите."""
    try:
        restore.move(database_url, click.echo)
    except (ArchiveError, OSError) as error:
        _fail(f"Не перенесено: {error}")
    click.echo("Впишите новый адрес в instance/ejournal.toml (database_url) и запустите сервер.")


@click.command("rescue")
@click.argument("login")
@click.option("--reason", required=True, help="Почему: останется в журнале изменений.")
@click.option("--code", is_flag=True, help="Выдать и новый код активации: забыт и пароль.")
@with_appcontext
def rescue_command(login: str, reason: str, code: bool) -> None:
    """Сбросить второй шаг входа тому, кто потерял и телефон, и резервные коды (и единственному администратору)."""
    account = second_step.find(login)
    if second_step.is_on(account.id) or not code:
        second_step.reset(None, account, reason)
        click.echo(f"Второй шаг у «{account.username}» сброшен, все сеансы завершены.")
    if code:
        issued = accounts.issue_code(account, None)
        db.session.commit()
        click.echo(f"Новый пароль задаётся по одноразовому адресу на сайте журнала: /activate/{issued}")


@click.command("archive")
@click.argument("year", required=False)
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--check", "checked", type=click.Path(path_type=Path), help="Проверить папку архива.")
@click.option("--attach", "added", type=click.Path(path_type=Path), help="Присоединить архив для чтения на сайте.")
@with_appcontext
def archive_command(year: str | None, folder: Path | None, checked: Path | None, added: Path | None) -> None:
    """Записать закрытый учебный год YEAR (2025/2026) в папку FOLDER, которой ещё нет: читается без программы."""
    try:
        if checked:
            _check_archive(checked)
        elif added:
            click.echo(f"Присоединён архив {shelf.attach(added).year}: раздел «Архив» на сайте.")
        elif year and folder:
            with reading():
                year_id = writing.find_year(year).id
            about = writing.write(year_id, folder)
            click.echo(f"Архив {about['year']}: групп {about['groups']}, журналов {about['journals']} — {folder}")
        else:
            raise click.UsageError("Укажите год и папку, --check ПАПКА или --attach ПАПКА.")
    except (checking.NoArchiveError, OSError) as error:
        _fail(f"Не получилось: {error}")


def _check_archive(folder: Path) -> None:
    """Exit code 1 where a file is not as it was; what the log of this database says is told beside it."""
    problems = checking.check(folder)
    for words in problems:
        click.echo(f"  {words}", err=True)
    if problems:
        _fail(f"Архив не цел, ошибок: {len(problems)}.")
    said = checking.about(folder)
    with reading():
        words = checking.check_chain(said)
    click.echo(f"Архив {said['year']} цел, файлов: {len(checking.listed(folder))}.")
    click.echo(f"Журнал изменений: {words}." if words else "Контрольная сумма журнала изменений та же, что в базе.")


def _passphrase(path: Path | None) -> str:
    if path is not None:
        return path.read_text(encoding="utf-8").strip()
    return str(current_app.config["EJOURNAL"].backup_passphrase)


def _fail(message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(1)
