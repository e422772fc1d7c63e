from django.urls import include, path

from helpdesk.accounts.views import choose_tenant_view

urlpatterns = [
    path("tenant/", choose_tenant_view, name="choose_tenant"),
    path("", include("allauth.account.urls")),
]
