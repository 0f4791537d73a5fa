"""Settings by environment. ``.env.example`` explains each one to whoever runs the product."""

from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_DEVELOPMENT_SECRET = "development-secret-not-for-production"


class Environment(StrEnum):
    development = "development"
    test = "test"
    production = "production"


class ClockKind(StrEnum):
    system = "system"
    sandbox = "sandbox"


class SmtpSecurity(StrEnum):
    none = "none"
    starttls = "starttls"
    tls = "tls"


class SignUp(StrEnum):
    first = "first"
    open = "open"
    closed = "closed"


class Settings(BaseSettings):
    """Everything the environment decides. Refuses weak secrets outside development."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    environment: Environment = Environment.development
    public_url: str = "http://127.0.0.1:8400"
    log_level: str = "INFO"
    secret_keys: list[SecretStr] = Field(default=[SecretStr(_DEVELOPMENT_SECRET)], min_length=1)
    """The first one encrypts and signs; the others still decrypt, so that keys can be rotated."""
    sign_up: SignUp = SignUp.first
    web_dist: Path | None = None
    """Folder of the built single-page app, served at ``/`` where it is set."""

    database_url: str = "postgresql+asyncpg://postgres@localhost/invoice_tracker"
    database_pool_size: int = 10
    redis_url: str = "redis://127.0.0.1:6379"

    clock: ClockKind = ClockKind.system
    clock_file: Path = Path(".state/clock.json")
    tick_seconds: int = Field(default=60, ge=1, le=60)
    """How often the worker looks for due reminders and waiting mail."""

    clio_client_id: str = ""
    clio_client_secret: SecretStr = SecretStr("")
    """Application at Clio for every region that has none of its own below."""
    clio_us_client_id: str = ""
    clio_us_client_secret: SecretStr = SecretStr("")
    clio_eu_client_id: str = ""
    clio_eu_client_secret: SecretStr = SecretStr("")
    clio_ca_client_id: str = ""
    clio_ca_client_secret: SecretStr = SecretStr("")
    clio_au_client_id: str = ""
    clio_au_client_secret: SecretStr = SecretStr("")
    clio_base_url: str | None = None
    """Replaces the region's host, for the sandbox."""

    stripe_api_base: str | None = None
    """Replaces https://api.stripe.com, for the sandbox."""

    smtp_host: str = "127.0.0.1"
    smtp_port: int = 25
    smtp_username: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_security: SmtpSecurity = SmtpSecurity.starttls
    mail_from: str = "invoice-tracker@localhost"
    """Sender of the product's own mails (verification of an address), never of a reminder."""

    @field_validator("public_url")
    @classmethod
    def _without_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @model_validator(mode="after")
    def _refuse_half_an_application(self) -> Self:
        pairs = {
            "US": (self.clio_us_client_id, self.clio_us_client_secret),
            "EU": (self.clio_eu_client_id, self.clio_eu_client_secret),
            "CA": (self.clio_ca_client_id, self.clio_ca_client_secret),
            "AU": (self.clio_au_client_id, self.clio_au_client_secret),
        }
        for region, (client_id, secret) in pairs.items():
            if bool(client_id) != bool(secret.get_secret_value()):
                name = f"CLIO_{region}_CLIENT"
                raise ValueError(f"{name}_ID and {name}_SECRET belong together: set both")
        return self

    @model_validator(mode="after")
    def _refuse_weak_production(self) -> Self:
        if self.environment is not Environment.production:
            return self
        for key in self.secret_keys:
            value = key.get_secret_value()
            if value == _DEVELOPMENT_SECRET or len(value) < 32:
                raise ValueError("SECRET_KEYS: each needs at least 32 characters in production")
        if self.clock is ClockKind.sandbox:
            raise ValueError("CLOCK=sandbox is refused in production")
        if not self.public_url.startswith("https://"):
            raise ValueError("PUBLIC_URL must be https in production")
        return self


@lru_cache
def get_settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
