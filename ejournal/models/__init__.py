"""What is stored; a file per subject. Import models from here."""

from ejournal.models.absence import PAPER_KINDS, AbsencePaper, AbsenceRequest
from ejournal.models.announcement import Announcement, AnnouncementFile, AnnouncementReading
from ejournal.models.attestation import SHEET_KINDS, AttestationSheet, SheetCorrection, SheetRow
from ejournal.models.audience import Audience, AudienceTarget
from ejournal.models.closing import YEAR_MARKS, JournalUnlock, YearMark
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
from ejournal.models.control import ControlCount
from ejournal.models.curriculum import CurriculumHours, Discipline, DisciplineKind, ThematicPlan, Topic
from ejournal.models.debt import Debt, DebtAttempt, DebtPause
from ejournal.models.diary import CalendarFeed, DiaryVisit, HomeworkTick
from ejournal.models.disclosure import Disclosure, SubjectRequest
from ejournal.models.dispute import Dispute
from ejournal.models.document import IssuedDocument
from ejournal.models.event import EVENT_KINDS, Event
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
from ejournal.models.letter import LETTER_STATES, AddressProof, BouncedAddress, Bulletin, Letter
from ejournal.models.log import LogEntry, LogLink
from ejournal.models.message import (
    Conversation,
    InboxState,
    Member,
    Message,
    MessageAccess,
    MessageBlock,
    MessageComplaint,
    MessageFile,
)
from ejournal.models.movement import MOVEMENTS, Movement, MovementOrder
from ejournal.models.notice import Notice, NoticeChoice, Told
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
from ejournal.models.remark import Remark
from ejournal.models.request import DoneRequest
from ejournal.models.resource import RESOURCE_KINDS, RESOURCE_STATES, DeadLink, Resource
from ejournal.models.second_step import RecoveryCode, SecondStep
from ejournal.models.substitution import Substitution, SubstitutionKind
from ejournal.models.tasks import (
    ANSWER_MODES,
    VERDICTS,
    AnswerMode,
    OwedWork,
    PersonalTask,
    PersonalTaskStudent,
    TaskAnswer,
    TaskAnswerFile,
    Verdict,
)
from ejournal.models.timetable import Bell, BellDate, BellSchedule, Exam, GroupMode, TimetableEntry

__all__ = [
    "ANSWER_MODES",
    "COMING",
    "CONSENTS",
    "EVENT_KINDS",
    "JOB_STATES",
    "LEAVING",
    "LESSON_STATES",
    "LETTER_STATES",
    "MOVEMENTS",
    "PAPER_KINDS",
    "REPORT_SOURCES",
    "RESOURCE_KINDS",
    "RESOURCE_STATES",
    "SHEET_KINDS",
    "VERDICTS",
    "YEAR_MARKS",
    "AbsencePaper",
    "AbsenceRequest",
    "AcademicYear",
    "Account",
    "AddressProof",
    "Announcement",
    "AnnouncementFile",
    "AnnouncementReading",
    "AnswerMode",
    "AttestationSheet",
    "Audience",
    "AudienceTarget",
    "Bell",
    "BellDate",
    "BellSchedule",
    "BouncedAddress",
    "Bulletin",
    "CalendarFeed",
    "Cell",
    "Compromise",
    "Consent",
    "ControlCount",
    "Conversation",
    "Course",
    "CourseHours",
    "CourseTeacher",
    "Curatorship",
    "CurriculumHours",
    "DeadLink",
    "Debt",
    "DebtAttempt",
    "DebtPause",
    "DiaryVisit",
    "Discipline",
    "DisciplineKind",
    "Disclosure",
    "Dispute",
    "DoneRequest",
    "Enrollment",
    "Event",
    "Exam",
    "Group",
    "GroupMode",
    "Guardianship",
    "Homework",
    "HomeworkTick",
    "InboxState",
    "IndividualPlan",
    "IndividualRow",
    "IssuedDocument",
    "Job",
    "JournalUnlock",
    "KnownAddress",
    "Lesson",
    "LessonFile",
    "LessonState",
    "Letter",
    "LogEntry",
    "LogLink",
    "Member",
    "Message",
    "MessageAccess",
    "MessageBlock",
    "MessageComplaint",
    "MessageFile",
    "Movement",
    "MovementOrder",
    "Notice",
    "NoticeChoice",
    "OwedWork",
    "PendingNotice",
    "Period",
    "PeriodClosing",
    "PeriodMark",
    "Person",
    "PersonalTask",
    "PersonalTaskStudent",
    "Programme",
    "RecoveryCode",
    "Remark",
    "Resource",
    "Role",
    "RoleGrant",
    "SecondStep",
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
    "TaskAnswer",
    "TaskAnswerFile",
    "ThematicPlan",
    "TimetableEntry",
    "Told",
    "Topic",
    "UserSession",
    "Vacation",
    "Verdict",
    "Work",
    "WorkKind",
    "YearMark",
]
