"""`coachbot keys`: the versions of the master key, and a new one."""

from __future__ import annotations

import typer

keys = typer.Typer(help="The master keys that wrap the patients' keys.", no_args_is_help=True, rich_markup_mode=None)


@keys.command("list")
def keys_list() -> None:
    """List the versions of the master key, and how many patients' keys each wraps. No key is shown."""
    from coachbot.opening import store_beside
    from coachbot.settings import load_settings

    settings = load_settings()
    store = store_beside(settings)
    wrapping = store.wrapping_version()
    for version, count in sorted(store.master_keys().items()):
        use = "wraps new keys" if version == wrapping else "old: kept for backups made before"
        print(f"{version:4}  {count:6} patients  {use}")
    store.close()


@keys.command("rotate")
def keys_rotate() -> None:
    """Draw a new master key and wrap every patient's key by it; a running coach follows by itself."""
    from coachbot.opening import store_beside
    from coachbot.settings import load_settings

    settings = load_settings()
    store = store_beside(settings)
    count = store.rotate_master_key()
    print(f"{settings.keys_path}: master key {store.wrapping_version()} wraps; {count} patients' keys wrapped anew")
    print("copy the key file offline again, and make a backup; `coachbot keys list` shows what is left of the old one")
    store.close()
