"""Mail after a college was brought back from a copy: what the copy holds as waiting may have gone out since."""

from sqlalchemy import delete, update

from ejournal.extensions import db
from ejournal.models import Letter, Notice, Setting
from ejournal.services import news, settings

UNKNOWN = "восстановлено из резервной копии: могло быть отправлено раньше"


def settle() -> None:
    """Letters that waited are left to a person to decide, notices stay on the site, news begin from now. Commits."""
    waiting = update(Letter).where(Letter.state.in_(("queued", "taken", "sending")))
    db.session.execute(waiting.values(state="uncertain", error=UNKNOWN).execution_options(synchronize_session=False))
    told = update(Notice).where(Notice.mail.in_(("now", "digest"))).values(mail="none")
    db.session.execute(told.execution_options(synchronize_session=False))
    db.session.execute(delete(Setting).where(Setting.key == news.CURSOR))
    db.session.commit()
    settings.forget()
