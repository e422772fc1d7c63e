from django.urls import path

from assist.pages.views import upload_asset

urlpatterns = [path("<uuid:session_id>/<str:sha256>/", upload_asset, name="asset_upload")]
