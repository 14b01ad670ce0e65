"""The content of agents becomes versions; the texts a workspace had of its own become its first.

The old table stays until the next release: older code may still read it. A published version is
never written again, and the database itself sees to it.
"""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import morfx.tenancy
import morfx.tenancy.rows
from morfx.tenancy import everywhere

STAYS = """
CREATE FUNCTION agents_version_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state <> 'draft' AND (NEW.state = 'draft' OR NEW.number <> OLD.number
      OR NEW.agent <> OLD.agent OR NEW.content <> OLD.content) THEN
    RAISE EXCEPTION 'Version % of % was published: it never changes.', OLD.number, OLD.agent
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER agents_version_stays BEFORE UPDATE ON agents_agentversion
  FOR EACH ROW EXECUTE FUNCTION agents_version_stays();
"""
UNDO = """
DROP TRIGGER agents_version_stays ON agents_agentversion; DROP FUNCTION agents_version_stays();
"""

# The old table refers to no other any more: it must not stand in the way of emptying those.
LET_GO = """
DO $$ DECLARE found record; BEGIN
  FOR found IN SELECT conname FROM pg_constraint
    WHERE conrelid = 'agents_agenttext'::regclass AND contype = 'f'
  LOOP EXECUTE format('ALTER TABLE agents_agenttext DROP CONSTRAINT %I', found.conname); END LOOP;
END $$;
"""


def fold(apps, schema_editor):
    """Make version 1 of every workspace's own texts, published, on top of the agent's."""
    with everywhere("fold own texts into versions"):
        rows = {}
        for row in apps.get_model("agents", "AgentText").objects.all():
            rows.setdefault((row.workspace_id, row.agent), {})[row.key] = row
        for (workspace, agent), mine in rows.items():
            _publish(apps, workspace, agent, mine)


def _publish(apps, workspace, agent, mine):
    from agents.content.documents import own
    from agents.engine import registry

    if agent not in registry.agents:
        return
    content = own(registry.agents[agent])
    for text in content["texts"]:
        if text["key"] in mine:
            text["text"], text["delay"] = mine[text["key"]].text, mine[text["key"]].delay
    apps.get_model("agents", "AgentVersion").objects.create(
        workspace_id=workspace,
        agent=agent,
        number=1,
        state="published",
        content=dict(content),
        revision=1,
        published_by="system:migration",
        published_at=django.utils.timezone.now(),
    )


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0006_settings_and_budgets"),
        ("workspaces", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="AgentVersion",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=morfx.tenancy.rows.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("agent", models.TextField()),
                ("number", models.PositiveIntegerField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("draft", "Draft"),
                            ("published", "Published"),
                            ("old", "Old"),
                        ],
                        default="draft",
                    ),
                ),
                ("content", models.JSONField(default=dict)),
                ("revision", models.PositiveIntegerField(default=0)),
                ("based_on", models.PositiveIntegerField(default=0)),
                ("note", models.TextField(blank=True, default="")),
                ("edited_by", models.TextField(blank=True, default="")),
                ("published_by", models.TextField(blank=True, default="")),
                ("edited_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("published_at", models.DateTimeField(null=True)),
                (
                    "workspace",
                    models.ForeignKey(
                        db_index=False,
                        default=morfx.tenancy.current_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workspaces.workspace",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "agent", "number"), name="agent_version_number_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "published")),
                        fields=("workspace", "agent"),
                        name="agent_version_one_published",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "draft")),
                        fields=("workspace", "agent"),
                        name="agent_version_one_draft",
                    ),
                ],
            },
        ),
        migrations.RunSQL(STAYS, UNDO),
        migrations.RunPython(fold, migrations.RunPython.noop),
        migrations.RunSQL(LET_GO, migrations.RunSQL.noop),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.DeleteModel(name="AgentText")]
        ),
    ]
