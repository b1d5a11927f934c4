"""Access slips on paper: eight on a sheet, to be cut apart (п. 4.3, R4.3.a)."""

from collections.abc import Sequence

from ejournal.documents import base
from ejournal.documents.issuing import Document, Sheet
from ejournal.models import Group
from ejournal.services.slips import Slip

KIND = "slips"


def of_group(group: Group, slips: Sequence[tuple[Slip, str]]) -> list[Document]:
    """`slips`: each with the address where its code is used. The codes are on this paper only."""
    cards = [(slip, address, base.qr(address, border=1)) for slip, address in slips]
    rows = [cards[start : start + 2] for start in range(0, len(cards), 2)]
    return [
        Document(
            title=f"Коды доступа: {group.title}",
            sheets=[Sheet("slips.html", {"rows": rows, "group": group})],
            subject_ids=[slip.person.id for slip, _address in slips],
        )
    ]
