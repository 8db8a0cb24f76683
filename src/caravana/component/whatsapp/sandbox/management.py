"""What is asked about the business itself: number, profile, commerce settings, subscriptions, tokens."""

from typing import TYPE_CHECKING, Any

from caravana.component.whatsapp.sandbox.webhook import INSTAGRAM, PAGE, WHATSAPP
from caravana.component.whatsapp.sandbox.wire import Asked, GraphError, invalid

if TYPE_CHECKING:
    from caravana.component.whatsapp.sandbox.sandbox import MetaSandbox

PROFILE = ("about", "address", "description", "email", "vertical", "websites", "profile_picture_url")
DONE = {"success": True}


class Management:
    """The settings of the account."""

    def __init__(self, sandbox: "MetaSandbox") -> None:
        """`sandbox`: whose they are."""
        self._sandbox = sandbox
        self.profile: dict[str, Any] = {
            "about": "Atendemos de lunes a sábado",
            "address": "Av. Siempre Viva 123, Quito",
            "description": "Empresa de prueba",
            "email": "ventas@example.com",
            "vertical": "RETAIL",
            "websites": ["https://example.com/"],
            "profile_picture_url": "https://example.com/perfil.jpg",
        }
        self.commerce = {"is_cart_enabled": True, "is_catalog_visible": False}
        self.registered = True
        self.account_mode = "SANDBOX"

    def calls(self) -> dict[tuple[str, str, str], Any]:
        """Return what may be asked."""
        return {
            ("number", "", "GET"): self._number,
            ("number", "register", "POST"): self._register,
            ("number", "deregister", "POST"): self._deregister,
            ("number", "whatsapp_business_profile", "GET"): self._show_profile,
            ("number", "whatsapp_business_profile", "POST"): self._change_profile,
            ("number", "whatsapp_commerce_settings", "GET"): self._show_commerce,
            ("number", "whatsapp_commerce_settings", "POST"): self._change_commerce,
            ("account", "", "GET"): self._account,
            ("account", "phone_numbers", "GET"): self._numbers,
            ("account", "subscribed_apps", "GET"): self._apps,
            ("account", "subscribed_apps", "POST"): self._subscribe_account,
            ("account", "subscribed_apps", "DELETE"): self._unsubscribe_account,
            ("app", "subscriptions", "GET"): self._subscriptions,
            ("app", "subscriptions", "POST"): self._subscribe,
            ("app", "subscriptions", "DELETE"): self._unsubscribe,
            ("oauth", "access_token", "GET"): self._token,
            ("debug_token", "", "GET"): self._debug,
            ("me", "", "GET"): self._me,
            ("me", "accounts", "GET"): self._pages,
        }

    async def _number(self, asked: Asked) -> dict[str, Any]:
        account = self._sandbox.account
        whole = {
            "id": account.number_id,
            "verified_name": account.name,
            "display_phone_number": f"+{account.number}",
            "quality_rating": "GREEN",
            "code_verification_status": "VERIFIED",
            "account_mode": self.account_mode,
            "status": "CONNECTED" if self.registered else "DISCONNECTED",
            "name_status": "APPROVED",
            "platform_type": "CLOUD_API",
            "throughput": {"level": "STANDARD"},
            "whatsapp_business_manager_messaging_limit": "TIER_250",
            "country_dial_code": "1",
        }
        fields = [one for one in asked.text("fields").split(",") if one]
        wanted = (
            dict.fromkeys(("id", *fields))
            if fields
            else ("id", "verified_name", "display_phone_number", "quality_rating")
        )
        return {name: whole[name] for name in wanted if name in whole}

    async def _register(self, asked: Asked) -> dict[str, Any]:
        if len(asked.text("pin")) != 6:
            raise GraphError(133005, "Two step verification PIN Mismatch")
        self.registered = True
        return DONE

    async def _deregister(self, asked: Asked) -> dict[str, Any]:
        self.registered = False
        return DONE

    async def _show_profile(self, asked: Asked) -> dict[str, Any]:
        return {"data": [{"messaging_product": "whatsapp", **self.profile}]}

    async def _change_profile(self, asked: Asked) -> dict[str, Any]:
        if asked.text("messaging_product") != "whatsapp":
            raise invalid("The parameter messaging_product is required.")
        self.profile |= {name: asked.values[name] for name in PROFILE if name in asked.values}
        return DONE

    async def _show_commerce(self, asked: Asked) -> dict[str, Any]:
        return {"data": [{**self.commerce, "id": "1"}]}

    async def _change_commerce(self, asked: Asked) -> dict[str, Any]:
        for name in self.commerce:
            self.commerce[name] = asked.flag(name, default=self.commerce[name])
        return DONE

    async def _account(self, asked: Asked) -> dict[str, Any]:
        account = self._sandbox.account
        return {"id": account.waba_id, "name": account.name, "currency": "USD", "timezone_id": "1"}

    async def _numbers(self, asked: Asked) -> dict[str, Any]:
        account = self._sandbox.account
        number = {"id": account.number_id, "display_phone_number": f"+{account.number}", "verified_name": account.name}
        return {"data": [{**number, "quality_rating": "GREEN"}]}

    async def _apps(self, asked: Asked) -> dict[str, Any]:
        account = self._sandbox.account
        if asked.node not in self._sandbox.webhooks.subscribed:
            return {"data": []}
        return {"data": [{"whatsapp_business_api_data": {"id": account.app_id, "name": account.name, "link": ""}}]}

    async def _subscribe_account(self, asked: Asked) -> dict[str, Any]:
        url = asked.text("override_callback_uri")
        if url:
            await self._sandbox.webhooks.verify(url, asked.text("verify_token"))
        self._sandbox.webhooks.subscribed[asked.node] = url
        return DONE

    async def _unsubscribe_account(self, asked: Asked) -> dict[str, Any]:
        self._sandbox.webhooks.subscribed.pop(asked.node, None)
        return DONE

    async def _subscriptions(self, asked: Asked) -> dict[str, Any]:
        found = self._sandbox.webhooks.subscriptions
        return {
            "data": [
                {
                    "object": kind,
                    "callback_url": one.url,
                    "active": True,
                    "fields": [{"name": name} for name in one.fields],
                }
                for kind, one in found.items()
            ]
        }

    async def _subscribe(self, asked: Asked) -> dict[str, Any]:
        kind = asked.needed("object")
        if kind not in (WHATSAPP, PAGE, INSTAGRAM):
            raise invalid(f"object '{kind}' is not known")
        fields = asked.object("fields") if asked.text("fields").startswith("[") else asked.needed("fields").split(",")
        await self._sandbox.webhooks.subscribe(
            kind, asked.needed("callback_url"), asked.needed("verify_token"), tuple(fields)
        )
        return DONE

    async def _unsubscribe(self, asked: Asked) -> dict[str, Any]:
        self._sandbox.webhooks.subscriptions.pop(asked.text("object"), None)
        return DONE

    async def _token(self, asked: Asked) -> dict[str, Any]:
        account = self._sandbox.account
        if asked.text("client_id") != account.app_id or asked.text("client_secret") != account.app_secret:
            raise GraphError(1, "Error validating client secret.")
        if asked.text("grant_type") == "fb_exchange_token":
            return {"access_token": account.token, "token_type": "bearer", "expires_in": 5_184_000}
        return {"access_token": self._sandbox.door.app_token, "token_type": "bearer"}

    async def _debug(self, asked: Asked) -> dict[str, Any]:
        account = self._sandbox.account
        good = asked.needed("input_token") in self._sandbox.door.tokens and account.standing == "valid"
        return {
            "data": {
                "app_id": account.app_id,
                "type": "SYSTEM_USER",
                "application": account.name,
                "is_valid": good,
                "expires_at": 0,
                "scopes": list(SCOPES),
            }
        }

    async def _me(self, asked: Asked) -> dict[str, Any]:
        return {"id": "900100", "name": self._sandbox.account.name}

    async def _pages(self, asked: Asked) -> dict[str, Any]:
        account = self._sandbox.account
        page = {"id": account.page_id, "name": account.name, "access_token": self._sandbox.door.page_token}
        return {"data": [{**page, "tasks": ["CREATE_CONTENT", "MODERATE", "MESSAGING"]}]}


SCOPES = (
    "whatsapp_business_messaging",
    "whatsapp_business_management",
    "pages_manage_posts",
    "pages_read_engagement",
    "pages_manage_engagement",
    "pages_read_user_content",
    "pages_manage_metadata",
    "pages_messaging",
    "pages_show_list",
    "catalog_management",
    "instagram_basic",
    "instagram_content_publish",
)
