"""Inviting, joining, changing roles, leaving: by operation and by page."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.core import mail
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from morfx.operations.actor import Actor
from morfx.operations.catalogue import find
from morfx.tenancy import within
from morfx.testing.case import CafeTest
from morfx.workspaces.models import Invitation, Membership, User
from morfx.workspaces.operations import invitations, members
from morfx.workspaces.roles import Role


class PeopleTest(CafeTest):
    """Marta is invited; she has an account of her own."""

    marta: ClassVar[User]
    invitation: ClassVar[Invitation]

    @classmethod
    def furnish(cls) -> None:
        cls.marta = User.objects.create_user("marta@x.test", "secret-secret", name="Marta Gil")
        cls.invitation = invitations.invite(cls.ana, email=" Marta@X.test ", role="admin")

    def member(self, user: User) -> Membership:
        return Membership.objects.get(user=user)

    def martas(self) -> Client:
        client = Client()
        client.force_login(self.marta)
        return client


class InvitingTest(PeopleTest):
    def test_it_makes_a_link_for_seven_days(self) -> None:
        self.assertRegex(self.invitation.token, r"^[0-9a-f]{64}$")
        left = self.invitation.expires_at - timezone.now()
        self.assertTrue(timedelta(days=6, hours=23) < left <= timedelta(days=7))
        event = self.assertHappened(
            "member.invited", by=self.ana, email="marta@x.test", role="admin"
        )
        self.assertNotIn(self.invitation.token, str(event.facts))

    def test_not_twice_and_not_a_member(self) -> None:
        with self.assertRefused(code="ALREADY_INVITED", field="email"):
            invitations.invite(self.ana, email="MARTA@x.test")
        with self.assertRefused(code="ALREADY_MEMBER", field="email"):
            invitations.invite(self.ana, email=self.shop.agent_user.email)
        Invitation.objects.update(expires_at=timezone.now())
        invitations.invite(self.ana, email="marta@x.test")

    def test_nonsense_is_refused(self) -> None:
        invite = find("system.member.invite")
        assert invite is not None
        for inputs in ({"email": "x"}, {"email": "a@b.test", "role": "owner"}, {}):
            with self.subTest(inputs=inputs), self.assertRefused(code="VALIDATION_ERROR"):
                invite.submit(self.ana, inputs)

    def test_agents_and_strangers_cannot(self) -> None:
        for actor in (self.beto, self.nobody):
            with self.assertRefused(code="PERMISSION_DENIED"):
                invitations.invite(actor, email="new@x.test")
        with self.assertRefused(code="NOT_FOUND"):
            invitations.revoke(self.other_shop.owner, invitation=self.invitation)

    @override_settings(PUBLIC_URL="https://shop.test")
    def test_it_is_mailed_where_we_have_an_address(self) -> None:
        invited = invitations.invite(self.ana, email="new@x.test")
        self.assertEqual(mail.outbox, [])
        self.run_jobs(only="morfx.workspaces.send_invitation")
        (message,) = mail.outbox
        self.assertEqual(message.to, ["new@x.test"])
        self.assertIn(f"https://shop.test/accounts/invite/{invited.token}/", message.body)

    @override_settings(PUBLIC_URL="https://shop.test")
    def test_a_withdrawn_one_is_not_mailed(self) -> None:
        invited = invitations.invite(self.ana, email="new@x.test")
        invitations.revoke(self.ana, invitation=invited)
        self.assertHappened("invitation.revoked", email="new@x.test")
        self.run_jobs(only="morfx.workspaces.send_invitation")
        self.assertEqual(mail.outbox, [])


class JoiningTest(PeopleTest):
    def test_the_invited_person_joins_after_confirming(self) -> None:
        client = self.martas()
        page = client.get(self.invitation.path)
        self.assertContains(page, "Join Lucia?")
        self.assertFalse(Membership.objects.filter(user=self.marta).exists())
        response = client.post(self.invitation.path)
        self.assertEqual(response.status_code, 302)
        self.assertEqual(self.member(self.marta).role, Role.ADMIN)
        self.assertHappened("invitation.accepted", user=self.marta.pk)
        joined = self.assertHappened("member.added", user=self.marta.pk, role="admin")
        self.assertEqual(joined.who, f"user:{self.marta.pk}")
        self.assertContains(client.post(self.invitation.path), "used already", status_code=410)

    def test_only_the_invited_address(self) -> None:
        client = self.signed_in(self.other_shop)
        page = client.post(self.invitation.path)
        self.assertContains(page, "marta@x.test", status_code=410)
        self.assertEqual(Membership.objects.count(), 2)

    def test_signing_in_comes_first(self) -> None:
        response = Client().get(self.invitation.path)
        self.assertRedirects(
            response, f"/accounts/login/?next={self.invitation.path}", fetch_redirect_response=False
        )

    def test_expired_withdrawn_and_unknown_links(self) -> None:
        Invitation.objects.update(expires_at=timezone.now())
        self.assertContains(self.martas().get(self.invitation.path), "expired", status_code=410)
        self.assertEqual(self.martas().get("/accounts/invite/zzz/").status_code, 404)

    def test_a_member_does_not_join_again(self) -> None:
        with self.assertRefused(field="invitation"):
            members.add(
                Actor.system(self.shop.workspace.pk, "t"),
                user=self.marta.pk,
                role=Role.AGENT,
            )
            invitations.accept(self.invitation, self.marta)

    def test_no_key_or_agent_can_accept(self) -> None:
        accept = find("system.invitation.accept")
        assert accept is not None
        with self.assertRefused(code="PERMISSION_DENIED"):
            accept.submit(self.ana, {"invitation": self.invitation.pk, "user": self.marta.pk})


class RolesTest(PeopleTest):
    def test_the_owner_changes_a_role(self) -> None:
        beto = self.member(self.shop.agent_user)
        members.change_role(self.ana, member=beto, role="admin")
        self.assertEqual(self.member(self.shop.agent_user).role, Role.ADMIN)
        self.assertHappened("member.roleChanged", by=self.ana, from_role="agent", to_role="admin")
        members.change_role(self.ana, member=beto, role="admin")
        change = find("system.member.changeRole")
        assert change is not None
        again = change.submit(self.ana, {"member": beto.pk, "role": "admin"})
        self.assertEqual(again.events, [])

    def test_the_owner_keeps_the_role(self) -> None:
        ana = self.member(self.shop.owner_user)
        with self.assertRefused(field="member"):
            members.change_role(self.ana, member=ana, role="agent")
        with self.assertRefused(field="member"):
            members.remove(self.ana, member=ana)
        with self.assertRefused(field="member"):
            members.leave(ana)

    def test_nobody_lifts_themselves(self) -> None:
        beto = self.member(self.shop.agent_user)
        beto.permissions = {"members.change_role": True}
        beto.save()
        with self.assertRefused(field="member"):
            members.change_role(beto.actor(), member=beto, role="admin")

    def test_strangers_cannot(self) -> None:
        beto = self.member(self.shop.agent_user)
        for actor, code in ((self.beto, "PERMISSION_DENIED"), (self.other_shop.owner, "NOT_FOUND")):
            with self.assertRefused(code=code):
                members.change_role(actor, member=beto, role="admin")
            with self.assertRefused(code=code):
                members.remove(actor, member=beto)

    def test_a_member_leaves(self) -> None:
        members.leave(self.member(self.shop.agent_user))
        self.assertHappened("member.removed", by=self.beto, user=self.shop.agent_user.pk)
        self.assertEqual(self.signed_in(owner=False).get("/lucia/settings/").status_code, 404)


class PeoplePageTest(PeopleTest):
    URL = "/lucia/settings/people/"

    def test_its_price_does_not_grow_with_the_people(self) -> None:
        client = self.signed_in()
        client.get(self.URL)
        with CaptureQueriesContext(connection) as few:
            client.get(self.URL)
        for number in range(5):
            user = User.objects.create_user(f"{number}@lucia.test", "secret-secret")
            members.add(Actor.system(self.ana.workspace_id, "t"), user=user.pk, role=Role.AGENT)
            invitations.invite(self.ana, email=f"{number}@x.test")
        with self.assertNumQueries(len(few)):
            client.get(self.URL)

    def test_it_lists_people_and_links(self) -> None:
        page = self.signed_in().get(self.URL)
        self.assertContains(page, "http://testserver" + self.invitation.path)
        self.assertContains(page, "beto@lucia.test")
        agents = self.signed_in(owner=False).get(self.URL)
        self.assertNotContains(agents, self.invitation.token)
        self.assertNotContains(agents, "/remove/")

    def test_inviting_from_the_page(self) -> None:
        client = self.signed_in()
        page = client.post(self.URL + "invite/", {"email": "new@x.test", "role": "agent"})
        self.assertRedirects(page, self.URL)
        self.assertTrue(Invitation.objects.filter(email="new@x.test").exists())
        again = client.post(self.URL + "invite/", {"email": "new@x.test", "role": "agent"})
        self.assertContains(again, "still works", status_code=422)
        agents = self.signed_in(owner=False).post(self.URL + "invite/", {"email": "n@x.test"})
        self.assertEqual(agents.status_code, 403)

    def test_roles_removal_and_withdrawal_from_the_page(self) -> None:
        client, beto = self.signed_in(), self.member(self.shop.agent_user)
        client.post(f"{self.URL}{beto.pk}/role/", {"role": "admin"})
        self.assertEqual(self.member(self.shop.agent_user).role, Role.ADMIN)
        client.post(f"{self.URL}{beto.pk}/role/", {"role": "owner"})
        self.assertEqual(self.member(self.shop.agent_user).role, Role.ADMIN)
        client.post(f"{self.URL}{beto.pk}/remove/")
        self.assertFalse(Membership.objects.filter(pk=beto.pk).exists())
        client.post(f"{self.URL}invitations/{self.invitation.pk}/revoke/")
        self.assertFalse(Invitation.objects.exists())

    def test_another_shops_people_are_not_here(self) -> None:
        with within(self.other_shop.workspace.pk):
            yuri = Membership.objects.get(user=self.other_shop.agent_user)
        for act in ("role", "remove"):
            response = self.signed_in().post(f"{self.URL}{yuri.pk}/{act}/", {"role": "admin"})
            self.assertEqual(response.status_code, 404)
        self.assertEqual(self.signed_in(self.other_shop).get(self.URL).status_code, 404)

    def test_leaving_from_the_page(self) -> None:
        response = self.signed_in(owner=False).post("/lucia/settings/leave/")
        self.assertRedirects(response, "/start/choose/")
        self.assertEqual(self.signed_in().post("/lucia/settings/leave/").status_code, 302)
        self.assertEqual(Membership.objects.count(), 1)
