from django.db import migrations, models

from morfx.tenancy import everywhere

FILL = """
UPDATE agents_session AS session SET turns_taken = found.turns, tokens_used = found.tokens,
       last_plan = coalesce(found.plan, '')
FROM (SELECT session_id, max(number) AS turns, sum(tokens) AS tokens,
             (array_agg(trace->>'plan' ORDER BY number DESC) FILTER (WHERE role = 'agent'))[1]
               AS plan
      FROM agents_agentturn GROUP BY session_id) AS found
WHERE found.session_id = session.id
"""


def fill(apps, schema_editor):
    with everywhere("fill in the totals of sessions"), schema_editor.connection.cursor() as cursor:
        cursor.execute(FILL)


class Migration(migrations.Migration):

    dependencies = [
        ('agents', '0003_sandbox'),
    ]

    operations = [
        migrations.AddField(
            model_name='session',
            name='last_plan',
            field=models.TextField(blank=True, db_default='', default=''),
        ),
        migrations.AddField(
            model_name='session',
            name='tokens_used',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='session',
            name='turns_taken',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
