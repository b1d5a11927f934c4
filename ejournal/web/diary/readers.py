"""Who may ask for a diary at all; whose one it may be is access.reads_diary, asked by the services."""

from ejournal.models import Role

READERS = (Role.STUDENT, Role.PARENT, Role.CURATOR, Role.ADMINISTRATION, Role.SYSADMIN)
FAMILY = (Role.STUDENT, Role.PARENT)
