from crm.operations import custom_fields
from morfx.events.models import Event
from morfx.operations.catalogue import lookups

from .desk import DeskTest


class CustomFieldsTest(DeskTest):
    def test_they_are_merged_and_removed(self):
        custom_fields.update(self.ana, contact=self.marta, fields={"birthday": "1 May", "size": 38})
        for _ in range(2):
            answer = self.submit(
                "crm.custom-field.update",
                contactId=str(self.marta.pk),
                fields={"size": 39, "birthday": None, "vip": True},
            )
        self.assertEqual(answer["custom_fields"], {"size": 39, "vip": True})
        read = lookups["crm.custom-field.read"].submit(self.beto, {"contactId": str(self.marta.pk)})
        self.assertEqual(read, {"fields": answer["custom_fields"]})
        event = self.assertHappened("contact.updated", by=self.ana, contact=self.marta.pk)
        self.assertEqual(event.facts["changes"]["custom_fields.size"], {"old": 38, "new": 39})
        self.assertEqual(Event.objects.filter(name="contact.updated").count(), 2)

    def test_nonsense_strangers_and_foreign_ids_are_refused(self):
        with self.assertRefused(code="FIELDS_REQUIRED", field="fields"):
            custom_fields.update(self.ana, contact=self.marta, fields={})
        with self.assertRefused(code="VALIDATION_ERROR"):
            custom_fields.update(self.ana, contact=self.marta, fields={"Not a key": 1})
        with self.assertRefused(code="PERMISSION_DENIED"):
            custom_fields.update(self.nobody, contact=self.marta, fields={"a": 1})
        with self.assertRefused(code="CONTACT_NOT_FOUND"):
            theirs = str(self.their_contact.pk)
            self.submit("crm.custom-field.update", contact=theirs, fields={"a": 1})
