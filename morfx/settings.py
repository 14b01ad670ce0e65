"""One settings file; what varies comes from the environment (see docs/operating.md)."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import structlog
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from morfx.postgres import Postgres

BASE_DIR = Path(__file__).resolve().parent.parent
ENV = os.environ.get("MORFX_ENV", "dev")
PROD = ENV == "prod"
DEBUG = not PROD and os.environ.get("DEBUG", "1") == "1"
TESTING = "pytest" in sys.modules
DATA = Path(os.environ.get("MORFX_DATA") or BASE_DIR / ("var/test" if TESTING else "var")).resolve()


def _secret(name: str, fallback: str) -> str:
    value = os.environ.get(name, "")
    if not value and PROD:
        raise ImproperlyConfigured(f"{name} must be set when MORFX_ENV=prod.")
    return value or fallback


SECRET_KEY = _secret("SECRET_KEY", "development-only-" + "0" * 40)
FIELD_KEY = _secret("MORFX_FIELD_KEY", "development-only")
ALLOWED_HOSTS = [h for h in os.environ.get("ALLOWED_HOSTS", "").split(",") if h] or (
    [] if PROD else ["*"]
)
PUBLIC_URL = os.environ.get("PUBLIC_URL", "").rstrip("/")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []
METRICS_TOKEN = os.environ.get("METRICS_TOKEN", "")
if PROD and os.environ.get("DEBUG", "") == "1":
    raise ImproperlyConfigured("DEBUG must not be 1 when MORFX_ENV=prod.")
if PROD and not ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS must be set when MORFX_ENV=prod.")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.forms",
    "django_htmx",
    "template_partials",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "morfx.jobs",
    "django_q",
    "channels",
    "morfx.web",
    "morfx.events",
    "morfx.workspaces",
    "crm",
    "inbox",
    "agents",
    "automations",
    "morfx.api",
    "morfx.operations",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "morfx.web.headers.SecurityHeaders",
    "morfx.web.queries.QueriesWithoutNul",
]

ROOT_URLCONF = "morfx.urls"
WSGI_APPLICATION = "morfx.asgi.pages"
ASGI_APPLICATION = "morfx.asgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

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
                "morfx.workspaces.access.context",
                "inbox.context.navigation",
            ],
        },
    },
]


def database(url: str) -> dict[str, object]:
    """Read a postgresql:// URL into Django's settings for our backend."""
    parts = urlsplit(url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    host = query.pop("host", None) or (unquote(parts.hostname) if parts.hostname else "")
    return {
        "ENGINE": "morfx.tenancy.database",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "OPTIONS": {
            **query,
            "prepare_threshold": 2,
            "pool": {
                "min_size": 0,
                "max_size": int(os.environ.get("MORFX_DB_POOL", "40")),
                "timeout": 6,
                "reconnect_timeout": 2,  # who asks next tries anew, once the database is back
                "max_idle": 60,
            },
        },
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"NAME": "test_morfx"},
    }


EMBEDDED = not os.environ.get("DATABASE_URL")
DATABASES = {"default": database(os.environ.get("DATABASE_URL") or Postgres(DATA).url())}
if TESTING:
    # A pool keeps connections open that the tests' database cannot be dropped under.
    DATABASES["default"]["OPTIONS"].pop("pool")  # type: ignore[attr-defined]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = os.environ.get("REDIS_URL", "")
if REDIS_URL:
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            "CONFIG": {"hosts": [REDIS_URL]},
        }
    }
    CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    }
else:
    CHANNEL_LAYERS = {"default": {"BACKEND": "morfx.events.layer.PostgresLayer"}}
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

QUEUES = {
    "quick": 0,
    "turns": int(os.environ.get("MORFX_TURN_THREADS", "16")),
    "sends": int(os.environ.get("MORFX_SEND_THREADS", "16")),
}
"""The queues of jobs, and how many jobs of each run at once on the threads of one process: those
that wait for others (a model, a provider). Zero: one at a time."""
JOB_WORKERS = int(os.environ.get("MORFX_JOB_WORKERS", "2"))
"""Processes for the queues that run one job at a time."""
THREADED_WORKERS = int(os.environ.get("MORFX_THREADED_WORKERS", "2"))
"""Processes for the queues that run jobs on threads: the threads of one share one core."""
JOB_TIMEOUT = 300
"""Seconds a quick job may take; its process is replaced then."""
JOBS_PER_PROCESS = 10_000
DRAIN_SECONDS = float(os.environ.get("MORFX_DRAIN_SECONDS", "25"))
"""How long a job cluster that is told to stop waits for what runs."""
Q_CLUSTER = {
    "name": "quick",
    "broker_class": "morfx.jobs.broker.Broker",
    "workers": JOB_WORKERS,
    "timeout": JOB_TIMEOUT,
    "retry": JOB_TIMEOUT + 60,
    "save_limit": -1,
    "scheduler": False,
    "log_level": "WARNING",
}

AUTH_USER_MODEL = "workspaces.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "workspaces:home"
LOGOUT_REDIRECT_URL = "landing"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = os.environ.get("MORFX_EMAIL_VERIFICATION", "none")
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_ADAPTER = "morfx.workspaces.accounts.AccountAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PROD and PUBLIC_URL.startswith("https://")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROD else None
X_FRAME_OPTIONS = "DENY"

_email = urlsplit(os.environ.get("EMAIL_URL", ""))
if _email.scheme.startswith("smtp"):
    EMAIL_HOST, EMAIL_PORT = _email.hostname or "", _email.port or 587
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = (
        unquote(_email.username or ""),
        unquote(_email.password or ""),
    )
    EMAIL_USE_TLS = _email.scheme == "smtp+tls"
    EMAIL_USE_SSL = _email.scheme == "smtps"
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA / "mail"
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "MorfX <no-reply@localhost>")

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("es", _("Spanish"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
FORMAT_MODULE_PATH = ["morfx.web.formats"]
USE_TZ = True
TIME_ZONE = "America/Bogota"

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = not PROD
WHITENOISE_AUTOREFRESH = DEBUG
if PROD:
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }

DEFAULT_REGION = os.environ.get("MORFX_DEFAULT_REGION", "CO")
MODEL_FAST = os.environ.get("MORFX_MODEL_FAST", "claude-haiku-4-5")
MODEL_STRONG = os.environ.get("MORFX_MODEL_STRONG", "claude-sonnet-4-5")
MODEL_URL = os.environ.get("MORFX_MODEL_URL", "")
MODEL_NAME = os.environ.get("MORFX_MODEL_NAME", "")
ANTHROPIC_API_KEY = os.environ.get("ANTHROPIC_API_KEY", "")
WEBHOOK_CONNECTIONS = int(os.environ.get("MORFX_WEBHOOK_CONNECTIONS", "8"))
PAIR_SECONDS = float(os.environ.get("MORFX_PAIR_SECONDS", "6"))
SIMULATOR_URL = os.environ.get("MORFX_SIMULATOR_URL", "")

LOG_LEVEL = os.environ.get("LOG_LEVEL", "ERROR" if TESTING else "INFO")
structlog.configure(
    wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(LOG_LEVEL)),
    logger_factory=structlog.PrintLoggerFactory(sys.stderr),
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django.request": {"level": "ERROR" if TESTING else "WARNING"},
        "django.db.backends": {"level": "WARNING"},
        "django-q": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
    },
}
