"""Which tables hold something about a person (152-ФЗ, ст. 14): every foreign key to a person is named here.

`ABOUT`: rows given to the person; `EXCLUDED`: columns that are not, each with its reason. `CHILDREN` and `APART`: the
same one level further, for what hangs on such a row and names the person through it alone. A test walks all tables and
fails where a column is in neither.
"""

ABOUT = {
    "role_grant.person_id": "Роли",
    "account.person_id": "Учётная запись",
    "user_session.account_id": "Сеансы",
    "known_address.account_id": "Адреса, с которых был вход",
    "second_step.account_id": "Второй шаг входа",
    "recovery_code.account_id": "Резервные коды",
    "guardianship.student_id": "Родители и законные представители",
    "guardianship.parent_id": "Дети",
    "consent.student_id": "Согласия и отказы: обо мне",
    "consent.person_id": "Согласия и отказы: данные мной",
    "disclosure.person_id": "Выписки, выданные уполномоченным органам",
    "subject_request.person_id": "Запросы о своих данных",
    "enrollment.student_id": "Обучение в группах",
    "movement.student_id": "Приказы о движении контингента",
    "subgroup_member.student_id": "Подгруппы",
    "individual_plan.student_id": "Индивидуальные учебные планы",
    "cell.student_id": "Оценки и посещаемость",
    "absence_paper.student_id": "Документы о пропусках",
    "dispute.student_id": "Обращения об оценках",
    "period_mark.student_id": "Оценки за периоды",
    "year_mark.student_id": "Оценки за год и итоговые",
    "debt.student_id": "Академические задолженности",
    "sheet_row.student_id": "Результаты экзаменов и зачётов",
    "curatorship.person_id": "Руководство группами",
    "course_teacher.teacher_id": "Преподаваемые дисциплины",
    "control_count.teacher_id": "Сроки ведения журнала: мои показатели по дням",
    "timetable_entry.teacher_id": "Расписание преподавателя",
    "lesson.teacher_id": "Занятия, проведённые вместо другого",
    "exam.teacher_id": "Экзамены и консультации",
    "substitution.teacher_id": "Замены",
    "thematic_plan.author_id": "Тематические планы",
    "stored_file.uploaded_by": "Загруженные файлы",
    "job.created_by": "Запущенные задания",
    "homework_tick.student_id": "Домашние задания с отметкой «сделано»",
    "personal_task_student.student_id": "Личные домашние задания",
    "task_answer.student_id": "Ответы на домашние задания",
    "owed_work.student_id": "Несданные работы",
    "diary_visit.account_id": "Последние посещения дневника",
    "calendar_feed.account_id": "Адреса календаря",
    "compromise.account_id": "Сообщения о компрометации",
    "pending_notice.person_id": "Уведомления",
    "announcement.author_id": "Объявления, написанные мной",
    "announcement_reading.person_id": "Прочитанные объявления и ознакомления",
    "event.author_id": "События, назначенные мной",
    "resource.suggested_by": "Ресурсы, предложенные мной",
    "dead_link.person_id": "Сообщения о неработающих ссылках",
    "notice.person_id": "Новое для меня",
    "notice_choice.person_id": "Как сообщать о новом",
    "letter.person_id": "Письма по электронной почте",
    "address_proof.person_id": "Подтверждение адреса почты",
    "bulletin.author_id": "Письма родителям",
    "message.author_id": "Сообщения, написанные мной",
    "conversation_member.person_id": "Переписки, в которых я участвую",
    "inbox_state.person_id": "Число непрочитанных сообщений",
    "message_complaint.complainer_id": "Жалобы на сообщения, поданные мной",
    "message_block.person_id": "Чьи сообщения я не принимаю",
    "log_entry.student_id": "Журнал изменений: обо мне",
    "log_entry.actor_id": "Журнал изменений: мои действия",
}

_AUTHOR = "кто внёс запись о другом лице или о работе колледжа; само действие — в журнале изменений"
EXCLUDED = dict.fromkeys(
    (
        "absence_paper.decided_by",
        "absence_paper.sent_by",
        "absence_request.answered_by",
        "calendar_feed.student_id",
        "cell.updated_by",
        "compromise.closed_by",
        "conversation.author_id",
        "conversation.high_id",
        "conversation.low_id",
        "conversation_member.student_id",
        "compromise.reported_by",
        "consent.recorded_by",
        "dead_link.closed_by",
        "resource.decided_by",
        "disclosure.recorded_by",
        "dispute.answered_by",
        "disclosure.struck_by",
        "diary_visit.student_id",
        "issued_document.issued_by",
        "message_access.opened_by",
        "message_block.blocked_id",
        "message_complaint.closed_by",
        "movement_order.created_by",
        "movement_order.undone_by",
        "owed_work.marked_by",
        "period_closing.closed_by",
        "period_mark.updated_by",
        "personal_task.created_by",
        "remark.answered_by",
        "remark.created_by",
        "remark.decided_by",
        "subject_request.answered_by",
        "subject_request.recorded_by",
        "year_mark.updated_by",
        "journal_unlock.unlocked_by",
        "debt.opened_by",
        "debt.closed_by",
        "debt_attempt.issued_by",
        "debt_attempt.result_by",
        "debt_pause.recorded_by",
        "attestation_sheet.created_by",
        "attestation_sheet.closed_by",
        "sheet_row.updated_by",
        "sheet_correction.proposed_by",
        "sheet_correction.decided_by",
        "substitution.created_by",
        "substitution.withdrawn_by",
        "task_answer.checked_by",
    ),
    _AUTHOR,
) | {
    "notice.student_id": "уведомления другим людям; о чём они — в «Оценки и посещаемость»",
    "told.student_id": "что из оценок и пропусков уже сообщено: сами они — в «Оценки и посещаемость»",
}

# Rows that name the person through a row of `ABOUT`: the key of that row's, and the words for them.
CHILDREN = {
    "absence_request.paper_id": ("absence_paper.student_id", "Документы о пропусках: ответы преподавателей"),
    "debt_attempt.debt_id": ("debt.student_id", "Академические задолженности: попытки сдачи"),
    "debt_pause.debt_id": ("debt.student_id", "Академические задолженности: когда срок не идёт"),
    "individual_row.plan_id": ("individual_plan.student_id", "Индивидуальные учебные планы: дисциплины"),
    "sheet_correction.row_id": ("sheet_row.student_id", "Результаты экзаменов и зачётов: исправления"),
    "task_answer_file.answer_id": ("task_answer.student_id", "Ответы на домашние задания: файлы"),
}

_UPLOADED = "какие файлы приложены — в «Загруженные файлы»"
_TEACHING = "ведение журнала и учебные материалы: работа колледжа, не данные о преподавателе"
APART = (
    dict.fromkeys(
        (
            "announcement_file.announcement_id",
            "announcement_file.file_id",
            "lesson_file.file_id",
            "message_file.file_id",
            "message_file.message_id",
            "task_answer_file.file_id",
        ),
        _UPLOADED,
    )
    | dict.fromkeys(
        (
            "course.plan_id",
            "homework.lesson_id",
            "lesson_file.lesson_id",
            "personal_task.lesson_id",
            "remark.lesson_id",
            "topic.plan_id",
            "work.lesson_id",
        ),
        _TEACHING,
    )
    | {"log_link.entry_id": "цепочка, которой проверяется журнал изменений: о человеке в ней ничего"}
)

# Where a row tells of others too, only these columns are given.
ONLY = {
    "log_entry.actor_id": ("at", "subject", "action", "role", "address"),
    "job.created_by": ("title", "state", "created_at", "finished_at"),
    "stored_file.uploaded_by": ("name", "size", "uploaded_at"),
    "message.author_id": ("text", "sent_at", "edited_at"),
    "conversation_member.person_id": ("read_at", "draft", "drafted_at"),
    "message_complaint.complainer_id": ("reason", "created_at", "closed_at", "outcome"),
}

# Of these the files (`file_id`) are given too: papers that the person signed, and work handed in. Scans by others may
# tell of others.
FILES_OF = frozenset({"consent.person_id", "task_answer_file.answer_id"})

# Given to nobody: what lets in, and what only the program needs.
HIDDEN = frozenset(
    {
        "account.password_hash",
        "account.activation_hash",
        "account.used_hash",
        "account.session_epoch",
        "user_session.id",
        "user_session.limited",
        "second_step.secret",
        "second_step.last_step",
        "recovery_code.code_hash",
        "calendar_feed.token_hash",
        "stored_file.sha256",
        "log_entry.client",
        "log_entry.batch",
        "log_entry.undoes_id",
        "log_entry.details",
        "job.payload",
        "letter.claim",
        "letter.details",
        "letter.key",
        "letter.message_id",
        "notice.key",
        "notice.mail",
        "job.result",
        "announcement.audience_id",
        "announcement.skey",
        "event.audience_id",
        "person.skey",
        "resource.audience_id",
        "resource.skey",
    }
)
HIDDEN_NAMES = frozenset({"id", "version", "generated"})
