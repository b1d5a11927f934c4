"""Names of files and sheets that every file system and spreadsheet takes."""

LONGEST, LONGEST_SHEET = 60, 31


def safe(name: str) -> str:
    """Letters, digits, blanks, points and dashes; whatever else is «_». Never empty, never hidden."""
    words = "".join(sign if sign.isalnum() or sign in " .-" else "_" for sign in name)
    return words[:LONGEST].strip(" .") or "без названия"


def unique(name: str, taken: set[str], most: int = LONGEST) -> str:
    """The name, or with a number where one like it is taken already (whatever the case); it is taken from now on."""
    found, number = name[:most].strip(), 1
    while not found or found.casefold() in taken:
        number += 1
        found = f"{name[: most - len(str(number)) - 1].strip()} {number}"
    taken.add(found.casefold())
    return found


def sheet(name: str, taken: set[str]) -> str:
    """A sheet's name: at most 31 signs, none of []:*?/\\', no two alike."""
    words = "".join(" " if sign in "[]:*?/\\'" else sign for sign in name)
    return unique(" ".join(words.split()) or "Лист", taken, LONGEST_SHEET)
