"""Группы: read by the group's own leader and administration; an employee who leads none is refused."""

LEADERS = "401 ok  ok  ok  403 403 403 403"

ROWS = {
    "groups.access": LEADERS,
    "groups.group": LEADERS,
    "groups.group_sheet": LEADERS,
    "groups.index": LEADERS,
    "groups.student": LEADERS,
    "groups.student_sheet": LEADERS,
}
