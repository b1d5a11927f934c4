"""Russian words after a number."""


def plural(number: int, one: str, few: str, many: str) -> str:
    """«1 задание», «3 задания», «11 заданий»: the word that agrees with the number, without the number."""
    tens, ones = number % 100, number % 10
    if ones == 1 and tens != 11:
        return one
    return few if 2 <= ones <= 4 and not 12 <= tens <= 14 else many
