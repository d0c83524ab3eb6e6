import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_protocols.errors import UnknownTopic
from civicwatt_protocols.sparkplug.topics import MessageKind, Topic, state_topic

names = st.text(st.characters(exclude_characters="/+#\0", exclude_categories=["Cs"]), min_size=1)


@given(names, st.sampled_from(MessageKind), names, names)
def test_a_topic_is_read_back(division: str, kind: MessageKind, gateway: str, device: str) -> None:
    topic = Topic(division, kind, gateway, device if kind.of_device else None)
    assert Topic.parse(str(topic)) == topic


def test_the_text_is_sparkplugs() -> None:
    assert str(Topic("429900", MessageKind.DDATA, "gw-01", "M-1")) == "spBv1.0/429900/DDATA/gw-01/M-1"
    assert str(Topic("429900", MessageKind.NCMD, "gw-01")) == "spBv1.0/429900/NCMD/gw-01"
    assert state_topic("civicwatt") == "spBv1.0/STATE/civicwatt"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a/b",
        "spAv1.0/429900/NDATA/gw",
        "spBv1.0/429900/XDATA/gw",
        "spBv1.0/429900/ndata/gw",
        "spBv1.0/429900/DDATA/gw",
        "spBv1.0/429900/NDATA/gw/device",
        "spBv1.0//NDATA/gw",
        "spBv1.0/429900/NDATA/",
        "spBv1.0/429900/DDATA/gw/",
        "spBv1.0/429900/DDATA/gw/a/b",
        "spBv1.0/+/NDATA/gw",
        "spBv1.0/429900/NDATA/#",
        "spBv1.0/STATE/host",
    ],
)
def test_other_topics_are_unknown(text: str) -> None:
    with pytest.raises(UnknownTopic) as caught:
        Topic.parse(text)
    assert caught.value.facts["topic"] == text


def test_a_topic_that_cannot_be_is_not_made() -> None:
    with pytest.raises(UnknownTopic):
        Topic("429900", MessageKind.DDATA, "gw-01")
    with pytest.raises(UnknownTopic):
        Topic("429900", MessageKind.NDATA, "a/b")
