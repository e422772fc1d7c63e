from django.urls import URLPattern, URLResolver, include, path

from helpdesk.desk.site import desk_site

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("helpdesk.probes.urls")),
    path("accounts/", include("helpdesk.accounts.urls")),
    path("desk/assist/", include("assist.console.urls")),
    path("desk/recordings/", include("recordings.review.urls")),
    path("desk/recordings/", include("recordings.share.desk_urls")),
    path("shared/", include("recordings.share.urls")),
    path("api/v1/", include("helpdesk.api.urls")),
    path("assist/requests/", include("assist.requests.urls")),
    path("assist/links/", include("assist.links.urls")),
    path("assist/links/", include("assist.channel.answer_urls")),
    path("assist/", include("assist.capture.urls")),
    path("assist/assets/", include("assist.pages.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("desk/", desk_site.urls),
]

handler400 = "helpdesk.errors.bad_request"
handler403 = "helpdesk.errors.permission_denied"
handler404 = "helpdesk.errors.not_found"
handler500 = "helpdesk.errors.server_error"
