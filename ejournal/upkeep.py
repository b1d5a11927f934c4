"""Commands of upkeep: is everything whole, keep a copy, bring one back (п. 4.2, R4.2.g, R2.3.store)."""

import json
import sys

import click
from flask.cli import with_appcontext

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
