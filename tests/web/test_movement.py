"""The pages of orders about students (п. 4.2)."""

from datetime import timedelta

from conftest import SignIn
from factories import make_journal, make_person, viewer_of
from flask import Flask

from ejournal.models import Role
from ejournal.services import movement, settings
from ejournal.services.movement_plan import Typed


def test_who_did_not_come_back_from_a_leave_is_offered_for_expulsion(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        journal = make_journal(students=2)
        office = make_person("Приказова", (Role.ADMINISTRATION,))
        student, today = journal.students[0], settings.today()
        movement.issue(
            viewer_of(office),
            Typed(
                "leave", "1", today, today - timedelta(days=30), (student.id,), leave_until=today - timedelta(days=5),
                sure=True,
            ),
        )  # fmt: skip
        client = sign_in(office)
        name, group = student.full_name, journal.group.id
        address = f"/movement/new?kind=expel&amp;source={group}&amp;student_ids={student.id}"
    assert address in client.get("/movement/").text
    page = client.get(address.replace("&amp;", "&")).text
    assert f"{name} (в академическом отпуске)" in page
    moved = client.get(f"/movement/new?kind=move&source={group}").text
    assert "в академическом отпуске" not in moved


def test_what_is_typed_stays_when_the_students_are_asked_for(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        journal = make_journal(students=1, lessons=0)
        chief = make_person("Приказова", (Role.ADMINISTRATION,))
    typed = {"number": "17-у", "dated": "2026-11-02", "effective": "2026-11-03", "reason": "заявление"}
    page = sign_in(chief).post(
        "/movement/new", data={**typed, "kind": "expel", "source": str(journal.group.id), "show": "1"}
    )
    assert page.status_code == 200
    for text in (*typed.values(), journal.students[0].full_name):
        assert text in page.text
    assert "aria-invalid" not in page.text
