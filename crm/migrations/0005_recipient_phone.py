from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("crm", "0004_retired_identities")]

    operations = [
        migrations.AddField(
            model_name="order",
            name="shipping_phone",
            field=models.CharField(blank=True, db_default="", max_length=40),
        ),
    ]
