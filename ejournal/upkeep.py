"""Commands of upkeep: is everything whole, keep a copy, bring one back (п. 4.2, R4.2.g, R2.3.store)."""

import json
import sys
from pathlib import Path
from typing import NoReturn

import click
from flask import current_app
from flask.cli import with_appcontext

from ejournal import restore, schema
from ejournal.backup import copies
from ejournal.backup.archive import ArchiveError
from ejournal.extensions import reading
from ejournal.services import integrity


@click.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Ответ для программ.")
@with_appcontext
def verify_command(as_json: bool) -> None:
    """Проверить базу, журнал изменений, отметки и файлы. Код возврата 1, если что-то не сходится."""
    with reading():
        report = integrity.verify()
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
@with_appcontext
def restore_command(file: Path, passphrase_file: Path | None) -> None:
    """Восстановить колледж из копии. Сначала всё проверяется; прежнее состояние сохраняется. Сервер остановите."""
    try:
        restore.restore(file, _passphrase(passphrase_file), click.echo)
    except (ArchiveError, OSError) as error:
        _fail(f"Не восстановлено: {error}")


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


def _passphrase(path: Path | None) -> str:
    if path is not None:
        return path.read_text(encoding="utf-8").strip()
    return str(current_app.config["EJOURNAL"].backup_passphrase)


def _fail(message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(1)
