from django.urls import path

from assist.console import hand_over_views, views

urlpatterns = [
    path("", views.assist_list, name="assist_list"),
    path("rows/", views.assist_rows, name="assist_rows"),
    path("requests/<uuid:request_id>/accept/", views.accept, name="assist_accept"),
    path("requests/<uuid:request_id>/decline/", views.decline, name="assist_decline"),
    path("<uuid:session_id>/", views.console, name="assist_console"),
    path("<uuid:session_id>/end/", views.end, name="assist_end"),
    path("offers/", hand_over_views.offers, name="assist_offers"),
    path("<uuid:session_id>/agents/", hand_over_views.agents, name="assist_agents"),
    path("<uuid:session_id>/hand-over/", hand_over_views.offer, name="assist_hand_over"),
    path("<uuid:session_id>/hand-over/withdraw/", hand_over_views.withdraw, name="assist_hand_over_withdraw"),
    path("<uuid:session_id>/hand-over/accept/", hand_over_views.accept, name="assist_hand_over_accept"),
    path("<uuid:session_id>/hand-over/decline/", hand_over_views.decline, name="assist_hand_over_decline"),
]
