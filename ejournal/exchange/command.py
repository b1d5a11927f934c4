"""`ejournal import KIND FILE`: for the system administrator at the server (п. 4.2)."""

import json
import sys
from datetime import datetime
from pathlib import Path

import click
from flask.cli import with_appcontext

from ejournal.exchange import exporter, importer
from ejournal.exchange.changes import ImportPlan, Options, error_as_json
from ejournal.exchange.headers import RowError
from ejournal.services.errors import ServiceError

SHOWN_CHANGES = 40


@click.command("import")
@click.argument("kind", type=click.Choice(sorted(importer.KINDS)))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Только показать, что изменится; ничего не записывать.")
@click.option("--json", "as_json", is_flag=True, help="Ответ для программ: счётчики и ошибки в JSON.")
@click.option("--create-groups", is_flag=True, help="Создать группы и специальности, которых ещё нет.")
@click.option("--admission", type=click.IntRange(2000, 2100), help="Учебный план только этого года набора.")
@click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d", "%d.%m.%Y"]),
    help="День расписания или замен, если файл его не называет или называет неверно: ГГГГ-ММ-ДД.",
)
@with_appcontext
def import_command(
    kind: str,
    file: Path,
    dry_run: bool,
    as_json: bool,
    create_groups: bool,
    admission: int | None,
    day: datetime | None,
) -> None:
    """Загрузить список из таблицы. При любой ошибке не записывается ничего, код возврата 1."""
    try:
        options = Options(create_groups, admission or 0, day.date() if day else None)
        plan = importer.plan(kind, file, options=options)
        if plan.is_applicable and not dry_run:
            plan = importer.apply(plan)
    except ServiceError as error:
        _refuse(error.message, as_json)
        sys.exit(1)
    if as_json:
        click.echo(json.dumps(plan.as_json(), ensure_ascii=False))
    else:
        _show(plan, dry_run)
    sys.exit(1 if plan.errors else 0)


@click.command("export")
@click.argument("kind", type=click.Choice(sorted(exporter.KINDS)))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--group", default="", help="Группа: только её обучающиеся; вместе с --discipline — журнал или КТП.")
@click.option("--discipline", default="", help="Дисциплина журнала или тематического плана.")
@click.option("--subgroup", type=int, default=0, help="Подгруппа журнала: 1 или 2.")
@click.option("--programme", default="", help="Код специальности учебного плана.")
@click.option("--admission", type=int, default=0, help="Год набора, у которого свой учебный план.")
@with_appcontext
def export_command(
    kind: str, file: Path, group: str, discipline: str, subgroup: int, programme: str, admission: int
) -> None:
    """Выгрузить список в .xlsx или .csv (по расширению); everything — в .zip."""
    form = "csv" if file.suffix.lower() == ".csv" else "xlsx"
    try:
        course_id = exporter.find_course(group, discipline, subgroup).id if group and discipline else None
        group_id = exporter.find_group(group).id if group and not discipline else None
        options = exporter.Options(group_id, programme, course_id=course_id, admission_year=admission)
        file.write_bytes(exporter.export(None, kind, options, form))
    except ServiceError as error:
        click.echo(error.message, err=True)
        sys.exit(1)
    except OSError as error:
        click.echo(f"Файл не записывается: {error}", err=True)
        sys.exit(1)
    click.echo(f"{exporter.KINDS[kind]}: {file}")


def _refuse(message: str, as_json: bool) -> None:
    """The file as a whole is refused: an error of no row in particular."""
    if as_json:
        error = error_as_json(RowError(0, "", "", message))
        click.echo(json.dumps({"created": 0, "updated": 0, "unchanged": 0, "errors": [error]}, ensure_ascii=False))
    else:
        click.echo(message, err=True)


def _show(plan: ImportPlan, dry_run: bool) -> None:
    if plan.errors:
        several = len({error.sheet for error in plan.errors}) > 1
        for error in plan.errors:
            where = f"лист «{error.sheet}», " if several else ""
            where += f"строка {error.row}" + (f", «{error.column}»" if error.column else "")
            click.echo(f"{where}: {error.message}", err=True)
        click.echo(f"Ошибок: {len(plan.errors)}. Ничего не записано.", err=True)
        return
    changed = [change for change in plan.changes if change.outcome != "unchanged"]
    for change in changed[:SHOWN_CHANGES]:
        click.echo(
            f"{'+' if change.outcome == 'created' else '~'} {change.title}: {'; '.join(change.lines)}".rstrip(": ")
        )
    if len(changed) > SHOWN_CHANGES:
        click.echo(f"… и ещё {len(changed) - SHOWN_CHANGES}")
    for note in plan.notes:
        click.echo(f"! {note}")
    done = "Будет создано" if dry_run else "Создано"
    click.echo(f"{done}: {plan.created}, изменено: {plan.updated}, без изменений: {plan.unchanged}.")
