import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import morfx.tenancy
import morfx.tenancy.rows
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('agents', '0010_content'),
        ('workspaces', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='sandboxsession',
            name='content',
            field=models.TextField(blank=True, db_default='', default=''),
        ),
        migrations.AddField(
            model_name='sandboxsession',
            name='live',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='sandboxsession',
            name='name',
            field=models.TextField(blank=True, db_default='', default=''),
        ),
        migrations.AddField(
            model_name='sandboxsession',
            name='opening',
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddField(
            model_name='sandboxsession',
            name='parent',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='agents.sandboxsession'),
        ),
        migrations.AddField(
            model_name='sandboxsession',
            name='parent_turn',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='sandboxsession',
            name='shared',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='sandboxsession',
            name='used_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now),
        ),
        migrations.RemoveIndex(model_name='sandboxsession', name='sandbox_oldest'),
        migrations.AddIndex(
            model_name='sandboxsession',
            index=models.Index(fields=['workspace', '-used_at', '-id'], name='sandbox_recent'),
        ),
        migrations.CreateModel(
            name='SandboxTurn',
            fields=[
                ('id', models.UUIDField(default=morfx.tenancy.rows.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('number', models.PositiveIntegerField()),
                ('kept', models.BinaryField()),
                ('session', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='turns', to='agents.sandboxsession')),
                ('workspace', models.ForeignKey(db_index=False, default=morfx.tenancy.current_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspaces.workspace')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('session', 'number'), name='sandbox_turn_once')],
            },
        ),
    ]
