"""After a lost answer the SRI itself is asked, over its own component and imitation: one authority stands behind both."""

import base64

import pytest

from caravana.component.datil import DatilComponent
from caravana.component.datil.sandbox import DatilSandbox
from caravana.component.sri import SriComponent
from caravana.component.sri.sandbox import SriSandbox
from caravana.kit.clock import ManualClock
from caravana.kit.errors import Unknown
from caravana.kit.serving import serve
from caravana.testing.harness import START, Hub
from tests.component.datil.bench import Bench


async def test_a_document_whose_id_was_lost_is_found_with_its_files() -> None:
    """The nota de crédito is authorised at the SRI, and its XML and printed form come from there."""
    clock = ManualClock(START)
    sri = SriSandbox(clock=clock)
    datil = DatilSandbox(clock=clock, filed_at=sri.authority)
    async with serve(sri.app()) as sri_url, serve(datil.app()) as url:
        hub = Hub(clock=clock)
        hub.connections["sri"] = {"url": sri_url, **sri.connection()}
        hub.connections["datil"] = {"url": url, "verifyWith": "sri", **datil.connection()}
        hub.components |= {"sri": SriComponent(hub), "datil": DatilComponent(hub)}
        component = hub.components["datil"]
        assert isinstance(component, DatilComponent)
        at = Bench(component, hub, datil, clock)
        package = await at.prepare("04")
        at.fault("issue", "cut_after")
        with pytest.raises(Unknown):
            await at.call("submit", package)
        await at.later()
        found = await at.verify("submit", package)
        assert found is not None
        assert (found["provider"], found["connection"], found["asked_at"]) == ("datil", "datil", "sri")
        assert (found["state"], found["authorization"]) == ("authorised", package["access_key"])
        again = await at.query(found, "04")
        assert (again["state"], again["reference"]) == ("authorised", package["reference"])
        about = {"access_key": package["access_key"], "cod_doc": "04", "number": package["number"]}
        xml, pdf = await at.call("xml", about), await at.call("pdf", about)
        assert package["access_key"] in xml["content"]
        assert (xml["connection"], xml["filename"]) == ("datil", "NC-001-001-000000125.xml")
        assert base64.b64decode(pdf["content"]).startswith(b"%PDF")
        assert sri.authority.issued_twice() == []
        for one in (*hub.components.values(), datil, sri):
            await one.close()
