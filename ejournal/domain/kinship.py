"""Who may stand for a student: parents and legal representatives (п. 4.6; СК РФ, ст. 64, 123, 137, 145, 153)."""

# As lists of parents name them; the import takes other words too, as they are.
RELATIONS = ("мать", "отец", "усыновитель", "опекун", "попечитель", "приёмный родитель", "законный представитель")
