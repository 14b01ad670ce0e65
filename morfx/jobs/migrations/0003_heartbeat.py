from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("jobs", "0002_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("cluster", models.TextField(primary_key=True, serialize=False)),
                ("queue", models.TextField()),
                ("at", models.DateTimeField()),
            ],
        ),
    ]
