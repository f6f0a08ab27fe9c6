"""Specifications in revisions, aliases of products; approved revisions that the database keeps."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLE = "analysis_specification"
# What may still change of an approved revision: how it ends.
ENDING = (
    "state",
    "withdrawal_asked_by_id",
    "withdrawal_asked_at",
    "withdrawal_reason",
    "withdrawn_by_id",
    "withdrawn_at",
)
# What approval itself writes.
SIGNING = ("state", "approved_by_id", "approved_at", "reason")
MESSAGE = "an approved specification is never changed"

_SQLITE = (
    """CREATE TRIGGER specification_no_change BEFORE UPDATE ON {table}
    WHEN (OLD.state = 'draft' AND NEW.state != 'draft'
          AND NOT (NEW.state = 'approved' AND {content_stays}))
      OR (OLD.state != 'draft'
          AND NOT (OLD.state = 'approved' AND NEW.state != 'draft' AND {approved_stays}))
    BEGIN SELECT RAISE(ABORT, '{message}'); END""",
    """CREATE TRIGGER specification_no_delete BEFORE DELETE ON {table} WHEN OLD.state != 'draft'
    BEGIN SELECT RAISE(ABORT, '{message}'); END""",
    """CREATE TRIGGER specification_no_replace BEFORE INSERT ON {table}
    WHEN EXISTS (SELECT 1 FROM {table} WHERE state != 'draft' AND (id = NEW.id
        OR (product_id = NEW.product_id AND track = NEW.track AND revision = NEW.revision)))
    BEGIN SELECT RAISE(ABORT, '{message}'); END""",
)
_POSTGRESQL = """
CREATE FUNCTION specification_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.state <> 'draft' THEN RAISE EXCEPTION '{message}'; END IF;
    RETURN OLD;
  END IF;
  IF (OLD.state = 'draft' AND NEW.state <> 'draft'
      AND NOT (NEW.state = 'approved' AND {content_stays}))
    OR (OLD.state <> 'draft'
      AND NOT (OLD.state = 'approved' AND NEW.state <> 'draft' AND {approved_stays}))
  THEN RAISE EXCEPTION '{message}'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER specification_stays BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION specification_stays();
"""


def protect(apps, schema_editor):
    """Add the triggers of the database at hand.

    SQLite drops them with the table whenever a later migration rebuilds it: a migration that
    alters this table must run ``expose`` before and ``protect`` after.
    """
    model = apps.get_model("analysis", "Specification")
    columns = [field.column for field in model._meta.concrete_fields]
    same = "IS" if schema_editor.connection.vendor == "sqlite" else "IS NOT DISTINCT FROM"

    def stays(*, but):
        return " AND ".join(f'OLD."{c}" {same} NEW."{c}"' for c in columns if c not in but)

    words = {
        "table": TABLE,
        "message": MESSAGE,
        "content_stays": stays(but=SIGNING),
        "approved_stays": stays(but=ENDING),
    }
    if schema_editor.connection.vendor == "sqlite":
        for statement in _SQLITE:
            schema_editor.execute(statement.format(**words))
    else:
        schema_editor.execute(_POSTGRESQL.format(**words))


def expose(apps, schema_editor):
    """Drop the triggers, for going back one migration."""
    if schema_editor.connection.vendor == "sqlite":
        for name in ("no_change", "no_delete", "no_replace"):
            schema_editor.execute(f"DROP TRIGGER specification_{name}")
    else:
        schema_editor.execute(f"DROP TRIGGER specification_stays ON {TABLE}")
        schema_editor.execute("DROP FUNCTION specification_stays()")


class Migration(migrations.Migration):
    dependencies = [
        ("analysis", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ProductAlias",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("alias", models.CharField(max_length=120, unique=True)),
            ],
            options={
                "verbose_name_plural": "product aliases",
                "ordering": ["alias"],
            },
        ),
        migrations.CreateModel(
            name="Specification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "track",
                    models.CharField(blank=True, help_text="empty: every track", max_length=12),
                ),
                ("revision", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("approved", "Approved"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="draft",
                        max_length=9,
                    ),
                ),
                (
                    "version",
                    models.PositiveIntegerField(default=1, help_text="grows with every saved edit"),
                ),
                ("element_type", models.CharField(blank=True, max_length=80)),
                ("product_class", models.CharField(blank=True, max_length=80)),
                (
                    "circuit",
                    models.CharField(blank=True, max_length=40, verbose_name="open or closed"),
                ),
                (
                    "linearity_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("independent", "Independent"),
                            ("absolute", "Absolute"),
                            ("zero-based", "Zero-based"),
                            ("terminal-based", "Terminal-based"),
                        ],
                        max_length=14,
                        verbose_name="linearity",
                    ),
                ),
                (
                    "linearity_word",
                    models.CharField(
                        blank=True,
                        help_text="a word that is none of the four",
                        max_length=40,
                        verbose_name="other linearity",
                    ),
                ),
                (
                    "linearity_text",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="linearity as printed"
                    ),
                ),
                (
                    "linearity_percent",
                    models.FloatField(blank=True, null=True, verbose_name="linearity, %"),
                ),
                (
                    "angle",
                    models.FloatField(blank=True, null=True, verbose_name="electrical angle"),
                ),
                (
                    "angle_unit",
                    models.CharField(
                        blank=True, choices=[("deg", "degrees"), ("in", "inches")], max_length=3
                    ),
                ),
                (
                    "angle_text",
                    models.CharField(blank=True, max_length=200, verbose_name="angle as typed"),
                ),
                (
                    "tolerance_kind",
                    models.CharField(
                        choices=[
                            ("none", "No tolerance"),
                            ("symmetric", "Symmetric"),
                            ("range", "Range"),
                            ("bilateral", "To both sides"),
                            ("minimum", "Minimum"),
                            ("maximum", "Maximum"),
                        ],
                        default="none",
                        max_length=9,
                        verbose_name="kind of tolerance",
                    ),
                ),
                (
                    "tolerance",
                    models.FloatField(blank=True, null=True, verbose_name="angle tolerance"),
                ),
                (
                    "angle_bound",
                    models.FloatField(
                        blank=True,
                        help_text="of a minimum or a maximum",
                        null=True,
                        verbose_name="other end of the angle",
                    ),
                ),
                (
                    "excluded_points",
                    models.TextField(blank=True, help_text="0-based, as “0-2, 48-50”"),
                ),
                (
                    "excluded_reason",
                    models.TextField(blank=True, verbose_name="why points are excluded"),
                ),
                (
                    "resistance_minimum",
                    models.FloatField(
                        blank=True, null=True, verbose_name="smallest resistance, ohm"
                    ),
                ),
                (
                    "resistance_maximum",
                    models.FloatField(
                        blank=True, null=True, verbose_name="largest resistance, ohm"
                    ),
                ),
                ("sigma_threshold", models.FloatField(blank=True, null=True)),
                ("output_smoothness", models.CharField(blank=True, max_length=120)),
                ("notes", models.TextField(blank=True)),
                ("effective_from", models.DateField()),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("approved_at", models.DateTimeField(null=True)),
                ("reason", models.TextField(blank=True, help_text="why it was approved")),
                ("withdrawal_asked_at", models.DateTimeField(null=True)),
                ("withdrawal_reason", models.TextField(blank=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["product_id", "track", "-revision"],
            },
        ),
        migrations.CreateModel(
            name="SpecificationImport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=255)),
                ("made_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                (
                    "drafts",
                    models.PositiveIntegerField(
                        help_text="made or changed, once confirmed", null=True
                    ),
                ),
            ],
            options={
                "ordering": ["-made_at"],
            },
        ),
        migrations.AddField(
            model_name="product",
            name="requalified_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                fields=["product", "verdict", "ordered_at"], name="run_counts_of_product"
            ),
        ),
        migrations.AddField(
            model_name="productalias",
            name="product",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="aliases",
                to="analysis.product",
            ),
        ),
        migrations.AddField(
            model_name="specification",
            name="approved_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="specification",
            name="author",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="specification",
            name="changed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="specification",
            name="product",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="specifications",
                to="analysis.product",
            ),
        ),
        migrations.AddField(
            model_name="specification",
            name="withdrawal_asked_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="specification",
            name="withdrawn_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="specificationimport",
            name="made_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="productalias",
            constraint=models.CheckConstraint(
                condition=models.Q(("alias", ""), _negated=True), name="alias_is_not_empty"
            ),
        ),
        migrations.AddConstraint(
            model_name="specification",
            constraint=models.UniqueConstraint(
                fields=("product", "track", "revision"), name="specification_revision_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="specification",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "draft")),
                fields=("product", "track"),
                name="one_draft_per_specification",
            ),
        ),
        migrations.AddConstraint(
            model_name="specification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("approved_at", None),
                        ("approved_by", None),
                        ("state", "draft"),
                        ("withdrawal_asked_by", None),
                        ("withdrawn_by", None),
                    ),
                    models.Q(
                        models.Q(("reason", ""), _negated=True),
                        ("approved_at__isnull", False),
                        ("approved_by__isnull", False),
                        ("state", "approved"),
                        ("withdrawn_at", None),
                        ("withdrawn_by", None),
                    ),
                    models.Q(
                        models.Q(("reason", ""), _negated=True),
                        models.Q(("withdrawal_reason", ""), _negated=True),
                        ("approved_at__isnull", False),
                        ("approved_by__isnull", False),
                        ("state", "withdrawn"),
                        ("withdrawal_asked_by__isnull", False),
                        ("withdrawn_at__isnull", False),
                        ("withdrawn_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="specification_state_is_signed",
            ),
        ),
        migrations.AddConstraint(
            model_name="specification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by", None),
                    models.Q(
                        models.Q(("approved_by", models.F("author")), _negated=True),
                        models.Q(("approved_by", models.F("changed_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="specification_approved_by_a_second_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="specification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("withdrawn_by", None),
                    models.Q(("withdrawn_by", models.F("withdrawal_asked_by")), _negated=True),
                    _connector="OR",
                ),
                name="specification_withdrawn_by_a_second_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="specification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("angle_bound", None), ("tolerance", None), ("tolerance_kind", "none")
                    ),
                    models.Q(
                        ("angle__isnull", False),
                        ("angle_bound", None),
                        ("tolerance__gte", 0),
                        ("tolerance__isnull", False),
                        ("tolerance__lt", models.F("angle")),
                        ("tolerance_kind__in", ["symmetric", "range"]),
                    ),
                    models.Q(
                        models.Q(
                            ("tolerance", None),
                            models.Q(("tolerance__gte", 0), ("tolerance__lt", models.F("angle"))),
                            _connector="OR",
                        ),
                        ("angle__isnull", False),
                        ("angle_bound", None),
                        ("tolerance_kind", "bilateral"),
                    ),
                    models.Q(
                        models.Q(
                            ("angle_bound", None),
                            models.Q(
                                ("angle_bound__gte", models.F("angle")),
                                ("angle_bound__lt", 1000000000.0),
                            ),
                            _connector="OR",
                        ),
                        ("angle__isnull", False),
                        ("tolerance", None),
                        ("tolerance_kind", "minimum"),
                    ),
                    models.Q(
                        models.Q(
                            ("angle_bound", None),
                            models.Q(
                                ("angle_bound__gt", 0), ("angle_bound__lte", models.F("angle"))
                            ),
                            _connector="OR",
                        ),
                        ("angle__isnull", False),
                        ("tolerance", None),
                        ("tolerance_kind", "maximum"),
                    ),
                    _connector="OR",
                ),
                name="specification_tolerance_fits_its_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="specification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("angle", None), ("angle_unit", "")),
                    models.Q(
                        ("angle__gt", 0),
                        ("angle__isnull", False),
                        ("angle__lt", 1000000000.0),
                        ("angle_unit__in", ["deg", "in"]),
                    ),
                    _connector="OR",
                ),
                name="specification_angle_has_a_unit",
            ),
        ),
        migrations.AddConstraint(
            model_name="specification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("resistance_minimum", None),
                        models.Q(
                            ("resistance_minimum__gt", 0),
                            ("resistance_minimum__lt", 1000000000000.0),
                        ),
                        _connector="OR",
                    ),
                    models.Q(
                        ("resistance_maximum", None),
                        models.Q(
                            ("resistance_maximum__gt", 0),
                            ("resistance_maximum__lt", 1000000000000.0),
                        ),
                        _connector="OR",
                    ),
                    models.Q(
                        ("resistance_minimum", None),
                        ("resistance_maximum", None),
                        ("resistance_minimum__lte", models.F("resistance_maximum")),
                        _connector="OR",
                    ),
                ),
                name="specification_resistance_is_a_range",
            ),
        ),
        migrations.AddConstraint(
            model_name="specification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("sigma_threshold", None),
                        models.Q(("sigma_threshold__gt", 0), ("sigma_threshold__lt", 1000000000.0)),
                        _connector="OR",
                    ),
                    models.Q(
                        ("linearity_percent", None),
                        models.Q(("linearity_percent__gt", 0), ("linearity_percent__lte", 100)),
                        _connector="OR",
                    ),
                ),
                name="specification_numbers_are_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="specification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("excluded_points", ""),
                    models.Q(("excluded_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="specification_says_why_points_are_excluded",
            ),
        ),
        migrations.AddConstraint(
            model_name="specification",
            constraint=models.CheckConstraint(
                condition=models.Q(("revision__gte", 1)),
                name="specification_revisions_count_from_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="specificationimport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("confirmed_at", None), ("drafts", None)),
                    models.Q(("confirmed_at__isnull", False), ("drafts__isnull", False)),
                    _connector="OR",
                ),
                name="confirmed_imports_say_how_many",
            ),
        ),
        migrations.RunPython(protect, expose),
    ]
