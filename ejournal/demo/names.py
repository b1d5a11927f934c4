"""Fictitious people: surnames from mimesis, given names as their generation bears them, patronymics that fit."""

from collections.abc import Callable
from random import Random

from mimesis import Gender, Locale, Person

from ejournal.demo.world import Name

# Half of a real list bears these; they also make namesakes probable, as in life.
COMMON = (
    "Иванов", "Смирнов", "Кузнецов", "Попов", "Васильев", "Петров", "Соколов", "Михайлов", "Новиков", "Фёдоров",
    "Морозов", "Волков", "Алексеев", "Лебедев", "Семёнов", "Егоров", "Павлов", "Козлов", "Степанов", "Николаев",
    "Орлов", "Андреев", "Макаров", "Никитин", "Захаров", "Зайцев", "Соловьёв", "Борисов", "Яковлев", "Григорьев",
    "Романов", "Воробьёв", "Сергеев", "Кузьмин", "Фролов", "Королёв", "Киселёв", "Ковалёв", "Тарасов", "Белов",
)  # fmt: skip
JOKES = {"Пупкин", "Пушкин", "Путин"}  # names a visitor would take for a joke
REGULAR = ("ов", "ев", "ёв", "ин", "ын")  # endings whose feminine form only adds «а»

BOYS = {
    "Александр": 9, "Артём": 9, "Максим": 8, "Дмитрий": 8, "Иван": 7, "Кирилл": 6, "Никита": 6, "Егор": 6, "Михаил": 6,
    "Андрей": 5, "Илья": 5, "Алексей": 5, "Даниил": 5, "Матвей": 4, "Роман": 4, "Владислав": 4, "Сергей": 4,
    "Тимофей": 3, "Арсений": 3, "Владимир": 3, "Денис": 3, "Павел": 3, "Глеб": 3, "Фёдор": 2, "Семён": 2,
    "Константин": 2, "Богдан": 2, "Ярослав": 2, "Вадим": 2, "Николай": 2, "Руслан": 2, "Тимур": 2, "Пётр": 1, "Лев": 1,
}  # fmt: skip
GIRLS = {
    "Анастасия": 9, "Мария": 8, "Дарья": 8, "Анна": 7, "Виктория": 7, "Полина": 7, "Елизавета": 6, "Екатерина": 6,
    "Ксения": 5, "Валерия": 5, "Софья": 5, "Варвара": 4, "Александра": 4, "Вероника": 4, "Арина": 4, "Алина": 4,
    "Ульяна": 3, "Алиса": 3, "Диана": 3, "Кристина": 3, "Юлия": 3, "Маргарита": 3, "Ольга": 2, "Милана": 2, "Алёна": 2,
    "Ангелина": 2, "Яна": 2, "Татьяна": 2, "Евгения": 2, "Камилла": 1, "Злата": 1, "Василиса": 1,
}  # fmt: skip
# A father's name with the son's and the daughter's patronymic.
FATHERS = {
    "Александр": ("Александрович", "Александровна"), "Сергей": ("Сергеевич", "Сергеевна"),
    "Алексей": ("Алексеевич", "Алексеевна"), "Андрей": ("Андреевич", "Андреевна"),
    "Дмитрий": ("Дмитриевич", "Дмитриевна"), "Владимир": ("Владимирович", "Владимировна"),
    "Николай": ("Николаевич", "Николаевна"), "Евгений": ("Евгеньевич", "Евгеньевна"),
    "Юрий": ("Юрьевич", "Юрьевна"), "Михаил": ("Михайлович", "Михайловна"), "Игорь": ("Игоревич", "Игоревна"),
    "Олег": ("Олегович", "Олеговна"), "Виктор": ("Викторович", "Викторовна"), "Павел": ("Павлович", "Павловна"),
    "Роман": ("Романович", "Романовна"), "Денис": ("Денисович", "Денисовна"), "Иван": ("Иванович", "Ивановна"),
    "Максим": ("Максимович", "Максимовна"), "Вячеслав": ("Вячеславович", "Вячеславовна"),
    "Константин": ("Константинович", "Константиновна"), "Артём": ("Артёмович", "Артёмовна"),
    "Антон": ("Антонович", "Антоновна"), "Илья": ("Ильич", "Ильинична"), "Пётр": ("Петрович", "Петровна"),
    "Фёдор": ("Фёдорович", "Фёдоровна"), "Валерий": ("Валерьевич", "Валерьевна"),
    "Руслан": ("Русланович", "Руслановна"), "Тимур": ("Тимурович", "Тимуровна"),
    "Станислав": ("Станиславович", "Станиславовна"),
    "Василий": ("Васильевич", "Васильевна"), "Анатолий": ("Анатольевич", "Анатольевна"),
    "Геннадий": ("Геннадьевич", "Геннадьевна"),
}  # fmt: skip
WOMEN = (
    "Елена", "Ольга", "Наталья", "Ирина", "Татьяна", "Светлана", "Юлия", "Анна", "Марина", "Екатерина", "Людмила",
    "Оксана", "Галина", "Надежда", "Лариса", "Инна", "Вера", "Любовь", "Евгения", "Алла", "Валентина", "Алёна", "Нина",
)  # fmt: skip


class Names:
    """Gives out names; two people never share surname, name and patronymic unless it is meant."""

    def __init__(self, seed: int) -> None:
        self._source = Person(Locale.RU, seed=seed)
        self._taken: set[tuple[str, str, str]] = set()

    def student(self, dice: Random, male: bool) -> Name:
        given = BOYS if male else GIRLS
        return self._fresh(dice, male, lambda: dice.choices(list(given), list(given.values()))[0])

    def adult(self, dice: Random, male: bool) -> Name:
        return self._fresh(dice, male, lambda: dice.choice(list(FATHERS) if male else WOMEN))

    def parent(self, dice: Random, child: Name, male: bool) -> Name:
        """A mother or father: the father's name is the child's patronymic, the surname is shared."""
        root = child.surname if child.male else child.surname.removesuffix("а")
        shared = root if root.endswith(REGULAR) else child.surname
        patronymic = dice.choice(list(FATHERS.values()))[not male]
        own = (father_of(child.patronymic) or dice.choice(list(FATHERS))) if male else dice.choice(WOMEN)
        return Name(shared if male else feminine(shared), own, patronymic, male)

    def reserve(self, name: Name) -> Name:
        """Note a name made elsewhere."""
        self._taken.add((name.surname, name.name, name.patronymic))
        return name

    def _fresh(self, dice: Random, male: bool, given: Callable[[], str]) -> Name:
        while True:
            surname = self._surname(dice)
            name = Name(
                surname if male else feminine(surname), given(), dice.choice(list(FATHERS.values()))[not male], male
            )
            if (name.surname, name.name, name.patronymic) not in self._taken:
                return self.reserve(name)

    def _surname(self, dice: Random) -> str:
        if dice.random() < 0.5:
            return dice.choice(COMMON)
        while True:
            surname = str(self._source.surname(Gender.MALE))
            if surname.endswith(REGULAR) and surname not in JOKES:
                return surname


def feminine(surname: str) -> str:
    return surname + "а" if surname.endswith(REGULAR) else surname


def father_of(patronymic: str) -> str | None:
    return next((name for name, forms in FATHERS.items() if patronymic in forms), None)
