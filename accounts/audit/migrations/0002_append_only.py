"""Let the database itself refuse to change or delete an audit event."""

from django.db import migrations

_SQLITE = """
CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_auditevent
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_auditevent
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_event_no_replace BEFORE INSERT ON audit_auditevent
WHEN NEW.id IN (SELECT id FROM audit_auditevent)
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
"""
_POSTGRESQL = """
CREATE FUNCTION audit_event_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$;
CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE ON audit_auditevent
FOR EACH ROW EXECUTE FUNCTION audit_event_append_only();
"""


def protect(apps, schema_editor):
    """Add the triggers of the database at hand."""
    if schema_editor.connection.vendor == "sqlite":
        for statement in _SQLITE.strip().split("END;\n"):
            text = statement.strip()
            schema_editor.execute(text if text.endswith("END;") else f"{text} END;")
    else:
        schema_editor.execute(_POSTGRESQL)


def expose(apps, schema_editor):
    """Drop the triggers, for going back one migration."""
    if schema_editor.connection.vendor == "sqlite":
        for name in ("no_update", "no_delete", "no_replace"):
            schema_editor.execute(f"DROP TRIGGER audit_event_{name}")
    else:
        schema_editor.execute("DROP TRIGGER audit_event_append_only ON audit_auditevent")
        schema_editor.execute("DROP FUNCTION audit_event_append_only()")


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunPython(protect, expose)]
