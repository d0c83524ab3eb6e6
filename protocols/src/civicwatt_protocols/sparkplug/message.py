"""The protobuf message class of a Sparkplug B payload, built from a table of field numbers.

Source of names, numbers and types: Sparkplug 3.0.0, chapter 6 (payloads, Google Protocol Buffers schema).
Metadata, DataSet and Template values are not declared: they stay unknown fields and are read as no value.
"""

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message, message_factory

from civicwatt_protocols.errors import NotSparkplug

_PACKAGE = "civicwatt.sparkplug"

# message: (field, number, type, repeated, member of the oneof "value"); a type with a capital is a message
_TABLE: dict[str, tuple[tuple[str, int, str, bool, bool], ...]] = {
    "Payload": (
        ("timestamp", 1, "uint64", False, False),
        ("metrics", 2, "Metric", True, False),
        ("seq", 3, "uint64", False, False),
        ("uuid", 4, "string", False, False),
        ("body", 5, "bytes", False, False),
    ),
    "Metric": (
        ("name", 1, "string", False, False),
        ("alias", 2, "uint64", False, False),
        ("timestamp", 3, "uint64", False, False),
        ("datatype", 4, "uint32", False, False),
        ("is_historical", 5, "bool", False, False),
        ("is_transient", 6, "bool", False, False),
        ("is_null", 7, "bool", False, False),
        ("properties", 9, "PropertySet", False, False),
        ("int_value", 10, "uint32", False, True),
        ("long_value", 11, "uint64", False, True),
        ("float_value", 12, "float", False, True),
        ("double_value", 13, "double", False, True),
        ("boolean_value", 14, "bool", False, True),
        ("string_value", 15, "string", False, True),
        ("bytes_value", 16, "bytes", False, True),
    ),
    "PropertySet": (
        ("keys", 1, "string", True, False),
        ("values", 2, "PropertyValue", True, False),
    ),
    "PropertyValue": (
        ("type", 1, "uint32", False, False),
        ("is_null", 2, "bool", False, False),
        ("int_value", 3, "uint32", False, True),
        ("long_value", 4, "uint64", False, True),
        ("float_value", 5, "float", False, True),
        ("double_value", 6, "double", False, True),
        ("boolean_value", 7, "bool", False, True),
        ("string_value", 8, "string", False, True),
    ),
}


def _payload_class() -> Any:
    # Sparkplug's schema is proto2; edition 2023 has the same bytes and refuses text that is not UTF-8.
    file = descriptor_pb2.FileDescriptorProto(name="sparkplug_b.proto", package=_PACKAGE)
    file.syntax, file.edition = "editions", descriptor_pb2.EDITION_2023
    scalar = descriptor_pb2.FieldDescriptorProto.Type
    for name, fields in _TABLE.items():
        declared = file.message_type.add(name=name)
        if any(in_value for *_, in_value in fields):
            declared.oneof_decl.add(name="value")
        for field, number, kind, repeated, in_value in fields:
            one = declared.field.add(name=field, number=number)
            one.label = one.LABEL_REPEATED if repeated else one.LABEL_OPTIONAL
            if kind[0].isupper():
                one.type, one.type_name = one.TYPE_MESSAGE, f".{_PACKAGE}.{kind}"
            else:
                one.type = scalar.Value(f"TYPE_{kind.upper()}")
            if in_value:
                one.oneof_index = 0
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.Payload"))


PayloadMessage: Any = _payload_class()


def parse(data: bytes) -> Any:
    """Bytes into a PayloadMessage. Raises NotSparkplug for what no Sparkplug node would send."""
    try:
        payload = PayloadMessage.FromString(data)
    except message.DecodeError as error:
        raise NotSparkplug(detail="no protobuf message of that shape") from error
    if not payload.metrics and not payload.HasField("timestamp"):
        raise NotSparkplug(detail="neither timestamp nor metrics")
    return payload
