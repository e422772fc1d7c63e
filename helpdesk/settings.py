"""Settings come from the environment only; docs/operations.md lists every variable."""

from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

import environ
from celery.schedules import crontab
from kombu.entity import Queue

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent

SECRET_KEY = env("SECRET_KEY")
DEBUG = False
PUBLIC_URL = env("PUBLIC_URL", default="http://localhost:8000").rstrip("/")
STAGE_ORIGIN = env("STAGE_ORIGIN", default=f"http://stage.localhost:{urlsplit(PUBLIC_URL).port or 8000}").rstrip("/")
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=[str(urlsplit(PUBLIC_URL).hostname), str(urlsplit(STAGE_ORIGIN).hostname), "127.0.0.1"]
)
HTTPS = PUBLIC_URL.startswith("https://")

INSTALLED_APPS = [
    "daphne",
    "helpdesk.tenants",
    "helpdesk.accounts",
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "rest_framework",
    "drf_spectacular",
    "django_filters",
    "csp",
    "channels",
    "helpdesk.tickets",
    "helpdesk.mail",
    "helpdesk.api",
    "helpdesk.audit",
    "helpdesk.desk",
    "helpdesk.demo",
    "assist.requests",
    "assist.links",
    "assist.channel",
    "assist.capture",
    "assist.pages",
    "assist.console",
    "recordings.archive",
    "recordings.video",
    "recordings.search",
    "recordings.keeping",
    "recordings.review",
    "recordings.share",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "assist.console.stage.StageOriginMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "helpdesk.zones.ZoneMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "helpdesk.tenants.middleware.TenantMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "helpdesk.urls"
ASGI_APPLICATION = "helpdesk.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# Three roles: the application may not own or bypass anything, migrations run as the owner, listed jobs cross tenants.
DATABASES = {
    "default": env.db_url("DATABASE_URL"),
    "owner": env.db_url("DATABASE_OWNER_URL"),
    "jobs": env.db_url("DATABASE_JOBS_URL"),
}
for _alias in DATABASES.values():
    _alias["ENGINE"] = "django.db.backends.postgresql"
    _alias["CONN_HEALTH_CHECKS"] = True
    # Of a server that hangs the first bounds new connections, of a network that is gone the others those that are open.
    _alias["OPTIONS"] = {
        "connect_timeout": 5,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 15_000,
        **_alias.get("OPTIONS", {}),
    }
DATABASE_ROUTERS: list[str] = ["helpdesk.tenants.roles.OwnerMigrates"]
DATABASE_THREADS = env.int("DATABASE_THREADS", default=8)
DATABASE_CALL_SECONDS = env.int("DATABASE_CALL_SECONDS", default=15)
RIGHT_UNREAD_SECONDS = env.int("RIGHT_UNREAD_SECONDS", default=20)
# Which function finds the tenant of a request, by path prefix; other paths have none.
TENANT_ENTRIES: dict[str, str] = {
    "/desk/": "helpdesk.accounts.entry.desk_tenant",
    "/api/v1/": "helpdesk.api.entry.api_tenant",
    "/assist/requests/": "assist.requests.visitor_http.tenant_entry",
    "/assist/links/": "assist.requests.visitor_http.tenant_entry",
    "/assist/assets/": "assist.pages.views.tenant_entry",
    "/shared/": "recordings.share.entry.share_tenant",
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env("REDIS_URL")
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "helpdesk.tenants.layer.ChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": "alongside"},
    }
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
CELERY_BROKER_URL = REDIS_URL
# A broker that goes without a word is given up as by `assist.channel.valkey`: by default a publish waits for ever.
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 10, "socket_connect_timeout": 3, "health_check_interval": 10}
# What a busy worker held in store would wait for it while another one has nothing to do.
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A worker takes all, in turn; with workers of their own (`--queues`), no mail, sweep or archive segment waits for
# a video or for what is deleted, and no video for what is read of a session beside it, which may take two minutes.
RENDER_QUEUE, SEARCH_QUEUE = "render", "search"
CELERY_TASK_QUEUES = [Queue("celery"), Queue(RENDER_QUEUE), Queue(SEARCH_QUEUE)]
CELERY_TASK_ROUTES = {
    f"recordings.{task}": {"queue": RENDER_QUEUE}
    for task in (
        *("video.prepare", "video.render", "video.join"),
        *("keeping.delete_due", "keeping.delete_objects", "keeping.delete_orphans", "keeping.erase"),
    )
} | {f"recordings.{task}": {"queue": SEARCH_QUEUE} for task in ("search.read", "video.extras")}
# A sweep that no worker takes for so long is dropped: they don't pile up in Valkey. Clocks of machines differ less.
SWEEP_EXPIRES_SECONDS = 60
# One that comes once a day must not be lost to a busy minute.
DAILY_EXPIRES_SECONDS = 20 * 3600
CELERY_BEAT_SCHEDULE = {
    name: {
        "task": task,
        "schedule": schedule,
        "options": {"expires": DAILY_EXPIRES_SECONDS if isinstance(schedule, crontab) else SWEEP_EXPIRES_SECONDS},
    }
    for name, task, schedule in (
        ("unanswered requests", "assist.requests.sweep", 2.0),
        ("unused links", "assist.links.sweep", 2.0),
        ("unsent mail", "helpdesk.mail.sweep", 60.0),
        ("vanished visitors", "assist.channel.sweep", 5.0),
        ("archive segments", "recordings.archive.sweep", 5.0),
        ("abandoned renders", "recordings.video.sweep", 10.0),
        ("unread sessions", "recordings.search.sweep", 60.0),
        ("old audit events", "helpdesk.audit.sweep", 600.0),
        ("what was left to delete", "recordings.keeping.resume_all", 300.0),
        # Not by seconds: a beat that is started anew each day would never come to it.
        ("sessions past their days", "recordings.keeping.sweep", crontab(hour=2, minute=40)),
    )
}

S3_ENDPOINT_URL = env("S3_ENDPOINT_URL")
S3_PUBLIC_ENDPOINT_URL = env("S3_PUBLIC_ENDPOINT_URL", default=S3_ENDPOINT_URL)
S3_BUCKET = env("S3_BUCKET")
# How the store encrypts what is written: AES256 (SSE-S3) or aws:kms (SSE-KMS), then with which key.
S3_ENCRYPTION = env("S3_ENCRYPTION", default="")
S3_KMS_KEY_ID = env("S3_KMS_KEY_ID", default="")
S3_REGION = env("AWS_DEFAULT_REGION", default="us-east-1")

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="smtp://127.0.0.1:1025")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="Alongside <desk@localhost>")

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [{"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"}]
ACCOUNT_ADAPTER = "helpdesk.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/desk/"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
CSRF_FAILURE_VIEW = "helpdesk.errors.csrf_failure"

# Pages of ours run no inline script and no eval; docs/security.md names the pages that need more.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "frame-src": [STAGE_ORIGIN],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATICFILES_DIRS = [("web", BASE_DIR / "web" / "dist")]
STATIC_ROOT = env("STATIC_ROOT", default=str(BASE_DIR / "var" / "static"))
WHITENOISE_USE_FINDERS = True

REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "helpdesk.api.schema.ApiSchema",
    "DEFAULT_AUTHENTICATION_CLASSES": ["helpdesk.api.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["helpdesk.api.permissions.HasScope"],
    "DEFAULT_THROTTLE_CLASSES": ["helpdesk.api.throttling.TokenThrottle"],
    "DEFAULT_PARSER_CLASSES": ["helpdesk.api.parsers.BoundedJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "helpdesk.api.pagination.NewestFirst",
    "EXCEPTION_HANDLER": "helpdesk.api.problems.problem_handler",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Alongside",
    "VERSION": "1",
    "DESCRIPTION": "Everything that a tenant configures and reads; docs/api.md tells how to begin.",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "helpdesk.api.schema.add_problems",
    ],
}
UNFOLD = {
    "SITE_TITLE": "Alongside",
    "SITE_SYMBOL": "support_agent",
    "SITE_URL": None,
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "SCRIPTS": ["helpdesk.desk.navigation.script"],
    "STYLES": ["helpdesk.desk.navigation.style"],
    "SIDEBAR": {"navigation": "helpdesk.desk.navigation.sidebar"},
    "ACCOUNT": {"navigation": "helpdesk.desk.navigation.account_links"},
}
API_CALLS_PER_MINUTE = env.int("API_CALLS_PER_MINUTE", default=600)
API_BODY_BYTES_MAX = 1024 * 1024
# What is read of a request's body at all, by path prefix; an asset has up to 8 MiB.
BODY_BYTES_MAX: dict[str, int] = {
    "/": 4 * 1024 * 1024,
    "/assist/": 64 * 1024,
    "/assist/assets/": 9 * 1024 * 1024,
    "/shared/": 8 * 1024,
}

# Private networks that assets may be fetched from all the same; whoever is in a tenant's asset_hosts gets in there.
ASSET_FETCH_NETWORKS = [ip_network(network) for network in env.list("ASSET_FETCH_NETWORKS", default=[])]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"refusals": {"()": "helpdesk.logs.RefusalsInOneLine"}},
    "loggers": {name: {"filters": ["refusals"]} for name in ("django.request", "django.security.DisallowedHost")},
}

# How long the audit log is kept; a system check refuses less than the 90 days in which nobody can delete from it.
AUDIT_DAYS = env.int("AUDIT_DAYS", default=730)

METRICS_TOKEN = env("METRICS_TOKEN", default="")

HEADLESS_SHELL_PATH = env("HEADLESS_SHELL_PATH", default="")
