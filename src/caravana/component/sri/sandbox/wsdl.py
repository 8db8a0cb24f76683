"""Descriptions of both services, in our own words after the contract: SOAP 1.1, document/literal, inner elements unqualified."""

from dataclasses import dataclass

PATH = "/comprobantes-electronicos-ws"


@dataclass(frozen=True)
class Described:
    """One service: its name (last part of the path), namespace, one operation, and the schema of its elements."""

    name: str
    namespace: str
    operation: str
    schema: str

    @property
    def path(self) -> str:
        """Where it is."""
        return f"{PATH}/{self.name}"

    def wsdl(self, address: str) -> str:
        """Return its description; `address`: where it is asked."""
        return _WSDL.format(
            name=self.name, space=self.namespace, operation=self.operation, schema=self.schema, address=address
        )


_MESSAGE = """
<xs:complexType name="mensaje"><xs:sequence>
  <xs:element name="identificador" type="xs:string" minOccurs="0"/>
  <xs:element name="mensaje" type="xs:string" minOccurs="0"/>
  <xs:element name="informacionAdicional" type="xs:string" minOccurs="0"/>
  <xs:element name="tipo" type="xs:string" minOccurs="0"/>
</xs:sequence></xs:complexType>
<xs:complexType name="mensajes"><xs:sequence>
  <xs:element name="mensaje" type="t:mensaje" minOccurs="0" maxOccurs="unbounded"/>
</xs:sequence></xs:complexType>"""

RECEPTION = Described(
    "RecepcionComprobantesOffline",
    "http://ec.gob.sri.ws.recepcion",
    "validarComprobante",
    f"""{_MESSAGE}
<xs:element name="validarComprobante"><xs:complexType><xs:sequence>
  <xs:element name="xml" type="xs:base64Binary" minOccurs="0"/>
</xs:sequence></xs:complexType></xs:element>
<xs:element name="validarComprobanteResponse"><xs:complexType><xs:sequence>
  <xs:element name="RespuestaRecepcionComprobante" type="t:respuesta" minOccurs="0"/>
</xs:sequence></xs:complexType></xs:element>
<xs:complexType name="respuesta"><xs:sequence>
  <xs:element name="estado" type="xs:string" minOccurs="0"/>
  <xs:element name="comprobantes" minOccurs="0"><xs:complexType><xs:sequence>
    <xs:element name="comprobante" type="t:comprobante" minOccurs="0" maxOccurs="unbounded"/>
  </xs:sequence></xs:complexType></xs:element>
</xs:sequence></xs:complexType>
<xs:complexType name="comprobante"><xs:sequence>
  <xs:element name="claveAcceso" type="xs:string" minOccurs="0"/>
  <xs:element name="mensajes" type="t:mensajes" minOccurs="0"/>
</xs:sequence></xs:complexType>""",
)

AUTHORISATION = Described(
    "AutorizacionComprobantesOffline",
    "http://ec.gob.sri.ws.autorizacion",
    "autorizacionComprobante",
    f"""{_MESSAGE}
<xs:element name="autorizacionComprobante"><xs:complexType><xs:sequence>
  <xs:element name="claveAccesoComprobante" type="xs:string" minOccurs="0"/>
</xs:sequence></xs:complexType></xs:element>
<xs:element name="autorizacionComprobanteResponse"><xs:complexType><xs:sequence>
  <xs:element name="RespuestaAutorizacionComprobante" type="t:respuesta" minOccurs="0"/>
</xs:sequence></xs:complexType></xs:element>
<xs:complexType name="respuesta"><xs:sequence>
  <xs:element name="claveAccesoConsultada" type="xs:string" minOccurs="0"/>
  <xs:element name="numeroComprobantes" type="xs:string" minOccurs="0"/>
  <xs:element name="autorizaciones" minOccurs="0"><xs:complexType><xs:sequence>
    <xs:element name="autorizacion" type="t:autorizacion" minOccurs="0" maxOccurs="unbounded"/>
  </xs:sequence></xs:complexType></xs:element>
</xs:sequence></xs:complexType>
<xs:complexType name="autorizacion"><xs:sequence>
  <xs:element name="estado" type="xs:string" minOccurs="0"/>
  <xs:element name="numeroAutorizacion" type="xs:string" minOccurs="0"/>
  <xs:element name="fechaAutorizacion" type="xs:dateTime" minOccurs="0"/>
  <xs:element name="ambiente" type="xs:string" minOccurs="0"/>
  <xs:element name="comprobante" type="xs:string" minOccurs="0"/>
  <xs:element name="mensajes" type="t:mensajes" minOccurs="0"/>
</xs:sequence></xs:complexType>""",
)

SERVICES = (RECEPTION, AUTHORISATION)

_WSDL = """<?xml version="1.0" encoding="UTF-8"?>
<w:definitions xmlns:w="http://schemas.xmlsoap.org/wsdl/" xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:t="{space}"
    name="{name}Service" targetNamespace="{space}">
<w:types>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="unqualified" targetNamespace="{space}">{schema}
</xs:schema>
</w:types>
<w:message name="request"><w:part name="parameters" element="t:{operation}"/></w:message>
<w:message name="response"><w:part name="parameters" element="t:{operation}Response"/></w:message>
<w:portType name="{name}">
  <w:operation name="{operation}"><w:input message="t:request"/><w:output message="t:response"/></w:operation>
</w:portType>
<w:binding name="{name}Binding" type="t:{name}">
  <s:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
  <w:operation name="{operation}">
    <s:operation soapAction="" style="document"/>
    <w:input><s:body use="literal"/></w:input>
    <w:output><s:body use="literal"/></w:output>
  </w:operation>
</w:binding>
<w:service name="{name}Service">
  <w:port name="{name}Port" binding="t:{name}Binding"><s:address location="{address}"/></w:port>
</w:service>
</w:definitions>
"""

__all__ = ["AUTHORISATION", "PATH", "RECEPTION", "SERVICES", "Described"]
