"""Field numbers of OpenAPI version 2 as protobuf: THE TABLE of its messages.

A field is `number:name:type`; `[type]` comes again and again, `{type}` is a map of names to
messages. The name `*` takes the whole value and not one member of it. Messages that we never send
(security, forms, headers) are left out.

Source: the descriptor of `openapi.v2` that kubectl 1.32 carries; its numbers never change.
"""

from typing import Final

EXTENSIONS: Final = {
    "Document": 16,
    "Info": 7,
    "Tag": 4,
    "ExternalDocs": 3,
    "PathItem": 10,
    "Operation": 13,
    "BodyParameter": 6,
    "HeaderParameter": 22,
    "QueryParameter": 23,
    "PathParameter": 22,
    "Response": 5,
    "Responses": 2,
    "Schema": 31,
}
"""Where a message keeps what begins with `x-`."""

FIELDS: Final = """\
Document 1:swagger:string 2:info:Info 3:host:string 4:basePath:string 5:schemes:[string]
  6:consumes:[string] 7:produces:[string] 8:paths:Paths 9:definitions:Schemas 14:tags:[Tag]
  15:externalDocs:ExternalDocs
Info 1:title:string 2:version:string 3:description:string 4:termsOfService:string
Tag 1:name:string 2:description:string 3:externalDocs:ExternalDocs
ExternalDocs 1:description:string 2:url:string
JsonReference 1:$ref:string 2:description:string
Paths 2:*:{PathItem}
PathItem 1:$ref:string 2:get:Operation 3:put:Operation 4:post:Operation 5:delete:Operation
  6:options:Operation 7:head:Operation 8:patch:Operation 9:parameters:[ParameterItem]
Operation 1:tags:[string] 2:summary:string 3:description:string 4:externalDocs:ExternalDocs
  5:operationId:string 6:produces:[string] 7:consumes:[string] 8:parameters:[ParameterItem]
  9:responses:Responses 10:schemes:[string] 11:deprecated:bool
BodyParameter 1:description:string 2:name:string 3:in:string 4:required:bool 5:schema:Schema
HeaderParameter 1:required:bool 2:in:string 3:description:string 4:name:string 5:type:string
  6:format:string 9:default:any 20:enum:[any]
QueryParameter 1:required:bool 2:in:string 3:description:string 4:name:string
  5:allowEmptyValue:bool 6:type:string 7:format:string 10:default:any 21:enum:[any]
PathParameter 1:required:bool 2:in:string 3:description:string 4:name:string 5:type:string
  6:format:string 9:default:any 20:enum:[any]
Responses 1:*:{ResponseItem}
Response 1:description:string 2:schema:SchemaItem
Schemas 1:*:{Schema}
Schema 1:$ref:string 2:format:string 3:title:string 4:description:string 5:default:any
  6:multipleOf:double 7:maximum:double 8:exclusiveMaximum:bool 9:minimum:double
  10:exclusiveMinimum:bool 11:maxLength:int 12:minLength:int 13:pattern:string 14:maxItems:int
  15:minItems:int 16:uniqueItems:bool 17:maxProperties:int 18:minProperties:int
  19:required:[string] 20:enum:[any] 21:additionalProperties:AdditionalItem 22:type:TypeItem
  23:items:SchemaItem 24:allOf:[Schema] 25:properties:Schemas 26:discriminator:string
  27:readOnly:bool 29:externalDocs:ExternalDocs 30:example:any
TypeItem 1:*:string
"""
