"""What is stored; a file per subject. Import models from here."""

from ejournal.models.attestation import SHEET_KINDS, AttestationSheet, SheetCorrection, SheetRow
from ejournal.models.closing import JournalUnlock, YearMark
from ejournal.models.college import (
    COMING,
    LEAVING,
    AcademicYear,
    Curatorship,
    Enrollment,
    Group,
    Period,
    Programme,
    Setting,
    Subgroup,
    SubgroupMember,
    Vacation,
)
from ejournal.models.compromise import REPORT_SOURCES, Compromise, PendingNotice
from ejournal.models.consent import CONSENTS, Consent
from ejournal.models.curriculum import CurriculumHours, Discipline, DisciplineKind, ThematicPlan, Topic
from ejournal.models.debt import Debt, DebtAttempt, DebtPause
from ejournal.models.diary import CalendarFeed, DiaryVisit, HomeworkTick
from ejournal.models.disclosure import Disclosure, SubjectRequest
from ejournal.models.document import IssuedDocument
from ejournal.models.homework import Homework, LessonFile, StoredFile
from ejournal.models.individual import IndividualPlan, IndividualRow
from ejournal.models.job import JOB_STATES, Job
from ejournal.models.journal import (
    LESSON_STATES,
    Cell,
    Course,
    CourseHours,
    CourseTeacher,
    Lesson,
    LessonState,
    PeriodClosing,
    PeriodMark,
    Stream,
    Work,
    WorkKind,
)
from ejournal.models.log import LogEntry, LogLink
from ejournal.models.movement import MOVEMENTS, Movement, MovementOrder
from ejournal.models.people import (
    Account,
    Guardianship,
    KnownAddress,
    Person,
    Role,
    RoleGrant,
    SignInFailure,
    UserSession,
)
from ejournal.models.substitution import Substitution, SubstitutionKind
from ejournal.models.timetable import Bell, BellDate, BellSchedule, Exam, GroupMode, TimetableEntry

__all__ = [
    "COMING",
    "CONSENTS",
    "JOB_STATES",
    "LEAVING",
    "LESSON_STATES",
    "MOVEMENTS",
    "REPORT_SOURCES",
    "SHEET_KINDS",
    "AcademicYear",
    "Account",
    "AttestationSheet",
    "Bell",
    "BellDate",
    "BellSchedule",
    "CalendarFeed",
    "Cell",
    "Compromise",
    "Consent",
    "Course",
    "CourseHours",
    "CourseTeacher",
    "Curatorship",
    "CurriculumHours",
    "Debt",
    "DebtAttempt",
    "DebtPause",
    "DiaryVisit",
    "Discipline",
    "DisciplineKind",
    "Disclosure",
    "Enrollment",
    "Exam",
    "Group",
    "GroupMode",
    "Guardianship",
    "Homework",
    "HomeworkTick",
    "IndividualPlan",
    "IndividualRow",
    "IssuedDocument",
    "Job",
    "JournalUnlock",
    "KnownAddress",
    "Lesson",
    "LessonFile",
    "LessonState",
    "LogEntry",
    "LogLink",
    "Movement",
    "MovementOrder",
    "PendingNotice",
    "Period",
    "PeriodClosing",
    "PeriodMark",
    "Person",
    "Programme",
    "Role",
    "RoleGrant",
    "Setting",
    "SheetCorrection",
    "SheetRow",
    "SignInFailure",
    "StoredFile",
    "Stream",
    "Subgroup",
    "SubgroupMember",
    "SubjectRequest",
    "Substitution",
    "SubstitutionKind",
    "ThematicPlan",
    "TimetableEntry",
    "Topic",
    "UserSession",
    "Vacation",
    "Work",
    "WorkKind",
    "YearMark",
]
