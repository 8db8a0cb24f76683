"""The journal that a configuration names, with the keys that it names."""

from caravana.engine.configuration import Configuration
from caravana.journal import Journal, Keyring, open_journal
from caravana.kit.errors import ConfigurationError


def keyring(configuration: Configuration) -> Keyring | None:
    """Return the keys of the journal's content, None when it is not encrypted.

    Raises `ConfigurationError` naming the setting when a key is not there or is none.
    """
    key, old = configuration.encryption.key, configuration.encryption.old_keys
    if key is None:
        if old:
            raise ConfigurationError(
                "there are old keys and no present one", place="encryption.old_keys", suggestion="set encryption.key"
            )
        return None
    return Keyring(
        _filled(configuration, key, "encryption.key"),
        [_filled(configuration, one, f"encryption.old_keys.{number}") for number, one in enumerate(old)],
    )


def journal_of(configuration: Configuration) -> Journal:
    """Return the configuration's journal, not yet opened. Raises `ConfigurationError`."""
    return open_journal(configuration.journal, keyring(configuration))


def _filled(configuration: Configuration, text: str, place: str) -> str:
    try:
        return str(configuration.filled(text))
    except ConfigurationError as error:
        raise ConfigurationError(error.message, place=place, suggestion=error.suggestion) from None
