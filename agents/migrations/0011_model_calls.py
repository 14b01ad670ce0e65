"""A call's row names its agent, the hour's part of what was cached, and the sound listened to."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0009_sandbox_turns"),
    ]

    operations = [
        migrations.AddField(
            model_name="modelcall",
            name="agent",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="modelcall",
            name="audio_seconds",
            field=models.FloatField(db_default=0.0, default=0.0),
        ),
        migrations.AddField(
            model_name="modelcall",
            name="cache_write_1h_tokens",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
    ]
