"""The CRM's addresses, below /<workspace>/."""

from django.urls import path

from .views import contact, contacts, order, orders, tasks

app_name = "crm"
urlpatterns = [
    path("contacts/", contacts.contacts, name="contacts"),
    path("contacts/new/", contacts.new, name="contact-new"),
    path("contacts/<uuid:pk>/", contact.contact, name="contact"),
    path("contacts/<uuid:pk>/edit/", contacts.edit, name="contact-edit"),
    path("contacts/<uuid:pk>/tags/", contacts.tags, name="contact-tags"),
    path("contacts/<uuid:pk>/notes/", contacts.note, name="contact-note"),
    path("contacts/<uuid:pk>/notes/<uuid:note>/", contacts.delete_note, name="contact-note-delete"),
    path("contacts/<uuid:pk>/delete/", contacts.delete, name="contact-delete"),
    path("orders/", orders.orders, name="orders"),
    path("orders/new/", order.new, name="order-new"),
    path("orders/<uuid:pk>/", order.order, name="order"),
    path("orders/<uuid:pk>/edit/", order.edit, name="order-edit"),
    path("orders/<uuid:pk>/tags/", order.tags, name="order-tags"),
    path("orders/<uuid:pk>/move/", order.move, name="order-move"),
    path("orders/<uuid:pk>/confirm/", order.confirm, name="order-confirm"),
    path("tasks/", tasks.tasks, name="tasks"),
    path("tasks/new/", tasks.new, name="task-new"),
    path("tasks/<uuid:pk>/", tasks.edit, name="task"),
    path("tasks/<uuid:pk>/complete/", tasks.complete, name="task-complete"),
]
