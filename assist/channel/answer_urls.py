from django.urls import path

from assist.channel.answer_views import redeem_view

urlpatterns = [path("redeem/", redeem_view, name="assist-link-redeem")]
