"""Charts of reports: bars that share one scale, lines that tell small differences, both said in words (R1.7.a)."""

from decimal import Decimal

from ejournal.services.reports.table import Chart
from ejournal.web.reports import drawing


def test_bars_are_shares_of_the_whole_and_a_missing_value_is_a_dash() -> None:
    values = [Decimal("62.5"), None, Decimal(40)]
    chart = Chart("Качество, %", ["ИС-21", "ИС-22", "ИС-23"], [("качество", values)], unit=" %")
    (first, bars), (_second, none), (_third, whole) = drawing.draw(chart).bars
    assert (first, bars[0].share, bars[0].text) == ("ИС-21", 63, "62,5 %")
    assert (none[0].share, none[0].text) == (0, "—")
    assert whole[0].text == "40,0 %"  # as in the table


def test_without_a_highest_value_the_longest_bar_is_the_whole() -> None:
    chart = Chart("Часов", ["а", "б"], [("часов", [2, 8])], highest=None, unit=" ч")
    assert [bars[0].share for _label, bars in drawing.draw(chart).bars] == [25, 100]


def test_lines_stand_between_round_numbers_and_are_summed_up_in_words() -> None:
    values = [Decimal("88.2"), Decimal("89.6"), Decimal("89.8")]
    chart = Chart("Посещаемость, %", ["сентябрь", "октябрь", "ноябрь"], [("все", values)], lines=True, unit=" %")
    picture = drawing.draw(chart)
    assert [text for text, _y in picture.ticks] == ["88 %", "89 %", "90 %"]
    heights = [y for _x, y, _text in picture.lines[0].dots]
    assert heights == sorted(heights, reverse=True)
    assert picture.summary == "Посещаемость, %. все: сентябрь 88,2 %, ноябрь 89,8 %"


def test_a_mean_is_drawn_from_two_to_five_and_one_value_alone_is_no_fault() -> None:
    values = [None, Decimal(4)]
    chart = Chart("Средний балл", ["1", "2"], [("все", values)], lines=True, highest=5, lowest=2)
    picture = drawing.draw(chart)
    assert [text for text, _y in picture.ticks] == ["2,00", "3,00", "4,00", "5,00"]
    assert len(picture.lines[0].dots) == 1
    assert drawing.draw(Chart("Ничего", [], [("все", [])], lines=True)).lines[0].points == ""


def test_of_many_days_only_some_are_named() -> None:
    labels = [str(day) for day in range(74)]
    chart = Chart("Дни", labels, [("все", list(range(74)))], lines=True)
    assert len(drawing.draw(chart).labels) <= drawing.MOST_LABELS
