from django.db import migrations, models
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    dependencies = [
        ("analysis", "0005_job_message"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="job", name="open_jobs"),
        migrations.RemoveIndex(model_name="run", name="run_newest_of_serial"),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(fields=["state", "queued_at"], name="job_by_state"),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                Upper("serial"),
                models.F("ordered_at").desc(),
                models.F("id").desc(),
                name="run_newest_of_serial",
            ),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                fields=["station", "verdict", "-ordered_at", "-id"],
                name="run_newest_of_station_verdict",
            ),
        ),
    ]
