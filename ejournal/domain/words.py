"""Russian words as they stand in a sentence: after a number, at its beginning."""


def plural(number: int, one: str, few: str, many: str) -> str:
    """«1 задание», «3 задания», «11 заданий»: the word that agrees with the number, without the number."""
    tens, ones = number % 100, number % 10
    if ones == 1 and tens != 11:
        return one
    return few if 2 <= ones <= 4 and not 12 <= tens <= 14 else many


def sentence(text: str) -> str:
    """With a capital at the beginning; names in it keep theirs: «каникулы «Осенние»» → «Каникулы «Осенние»»."""
    return text[:1].upper() + text[1:]
