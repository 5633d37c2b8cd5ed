"""Settings, from the environment (`COACHBOT_...`) and `coachbot.env` in the working directory.

Read when a command begins, never at import. docs/operating.md lists every one; a test holds it to that.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from coachbot.errors import SettingsError


class Settings(BaseSettings):
    """What an operator can set."""

    model_config = SettingsConfigDict(
        env_prefix="COACHBOT_", env_ignore_empty=True, env_file="coachbot.env", extra="ignore"
    )

    #: Folder of the database, keys and lock of this installation.
    data: Path = Field(default=Path("var"), description="folder of the database, the keys and the lock")
    #: Database URL; empty means a SQLite file in `data`.
    database: str = Field(default="", description="database URL; empty: a SQLite file in COACHBOT_DATA")
    #: Folder with dialogs/ and content/; empty means the pack that ships with coachbot.
    pack: Path | None = Field(default=None, description="folder with dialogs/ and content/; empty: the pack inside")
    #: YAML file with the clinic's own facts and crisis numbers.
    site: Path | None = Field(default=None, description="YAML file with the clinic's own facts and crisis numbers")
    #: Master keys; empty means `keys.json` in `data`. Keep it out of the database's backups.
    keys: Path | None = Field(default=None, description="file of the master keys; empty: keys.json in COACHBOT_DATA")
    host: str = Field(default="127.0.0.1", description="address that the web chat listens on")
    port: int = Field(default=8000, ge=1, le=65535, description="port that the web chat listens on")
    #: Where patients and staff reach the web chat from outside; empty means host and port.
    address: str = Field(
        default="", pattern=r"^(https?://[^/\s].*)?$", description="public address of the web chat, put into links"
    )
    #: SQLite's durability: FULL loses nothing in a power cut.
    synchronous: Literal["FULL", "NORMAL", "OFF"] = Field(
        default="FULL", description="SQLite durability; anything but FULL can lose turns in a power cut"
    )
    #: Tokens of Telegram bots: one, or several as name=token with commas; or a file with one a line.
    telegram_token: SecretStr | None = Field(
        default=None, description="Telegram bot token, or several as name=token,name=token"
    )
    telegram_token_file: Path | None = Field(default=None, description="file with the tokens, one a line")
    telegram_api: str = Field(default="https://api.telegram.org", description="address of Telegram's Bot API")
    #: https address under which Telegram reaches this coach; empty means that the coach asks Telegram (polling).
    telegram_webhook: str = Field(
        default="", pattern=r"^(https?://.+)?$", description="https address of this coach for webhooks; empty: polling"
    )
    #: The WeChat service account: its app id, and its secrets.
    wechat_appid: str = Field(default="", description="app id of a WeChat service account; empty: no WeChat")
    wechat_secret: SecretStr | None = Field(default=None, description="app secret of the WeChat service account")
    wechat_secret_file: Path | None = Field(default=None, description="file with the app secret")
    wechat_token: SecretStr | None = Field(default=None, description="token that WeChat signs its calls with")
    wechat_aes_key: SecretStr | None = Field(
        default=None, description="EncodingAESKey of the sealed mode; empty: plain mode"
    )
    wechat_api: str = Field(default="https://api.weixin.qq.com", description="address of WeChat's API")
    #: The mail server by which staff are told of something.
    smtp_host: str = Field(default="", description="mail server for notices to staff; empty: no e-mail")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="port of the mail server")
    smtp_security: Literal["starttls", "tls", "none"] = Field(default="starttls", description="how the line is sealed")
    smtp_user: str = Field(default="", description="user at the mail server; empty: none is asked for")
    smtp_password: SecretStr | None = Field(default=None, description="password at the mail server")
    smtp_password_file: Path | None = Field(default=None, description="file with the password")
    smtp_from: str = Field(default="", description="address that notices come from")
    language: str = Field(default="en", description="language of a chat before the patient has chosen one")
    #: How a log line looks; empty means for the eye on a terminal, JSON elsewhere.
    log: Literal["", "json", "plain"] = Field(
        default="", description="form of a log line: json or plain; empty: plain on a terminal, else json"
    )
    #: With several processes: how long an update may wait before what nobody has asked for waits for it.
    late_after: float = Field(
        default=2.0, gt=0, description="seconds after which a waiting update holds back what nobody has asked for"
    )
    #: Who may read /metrics from elsewhere; empty means only callers on this machine.
    metrics_token: SecretStr | None = Field(
        default=None, description="token with which /metrics is read; empty: from this machine alone"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="INFO", description="what is logged")

    #: The demo's own: how many made-up patients its clinic shows at most.
    demo_patients: int = Field(default=60, ge=0, description="made-up patients in the demo's clinic, at most")

    #: A point at which the process kills itself (`point` or `point:times`), for crash tests.
    kill_at: str = Field(default="", description="point at which the process kills itself, for crash tests")

    @property
    def database_url(self) -> str:
        """The database, wherever it stands."""
        return self.database or f"sqlite:///{self.data / 'coachbot.db'}"

    @property
    def public(self) -> str:
        """The address that goes into links, without a slash at its end."""
        return self.address.rstrip("/") or f"http://{self.host}:{self.port}"

    @property
    def keys_path(self) -> Path:
        """The file of the master keys."""
        return self.keys or self.data / "keys.json"


def load_settings(**overrides: object) -> Settings:
    """The settings, or one clear SettingsError that names each wrong one."""
    try:
        given: dict[str, Any] = {name: value for name, value in overrides.items() if value is not None}
        return Settings(**given)
    except ValidationError as error:
        faults = "; ".join(f"COACHBOT_{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors())
        raise SettingsError(f"settings: {faults}") from None
