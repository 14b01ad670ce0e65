from morfx.operations.catalogue import find
from morfx.tenancy import within
from morfx.testing.case import CafeTest
from morfx.workspaces.models import ApiKey, Membership
from morfx.workspaces.operations import keys


class SmokeTest(CafeTest):
    def test_a_key(self):
        out = find("system.apikey.create").submit(self.ana, {"name": " x  y ", "role": "agent"}, key="k1")
        self.assertEqual(out.data["name"], "x y")
        again = find("system.apikey.create").submit(self.ana, {"name": " x  y ", "role": "agent"}, key="k1")
        self.assertEqual(again.data["id"], out.data["id"])
        self.assertEqual(ApiKey.objects.count(), 1)
        with within(self.other_shop.workspace.pk):
            self.assertEqual(ApiKey.objects.count(), 0)
            with self.assertRefused(code="NOT_FOUND"):
                find("system.apikey.revoke").submit(self.other_shop.owner, {"key": out.data["id"]})
        find("system.apikey.revoke").submit(self.ana, {"key_id": out.data["id"]})
        self.assertHappened("apikey.revoked", by=self.ana)
        self.assertEqual(Membership.objects.count(), 2)
        with self.assertRefused(code="PERMISSION_DENIED"):
            keys.create(self.beto, name="x")
