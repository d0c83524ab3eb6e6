"""What the module keeps: entities, who reads and writes them, the way of a certification."""

from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.records.fields import fields_of
from civicwatt_cloud.kit.roles import BUSINESS, Role
from civicwatt_cloud.kit.workflow.forms import filled, keep_form
from civicwatt_cloud.kit.workflow.spec import State, Transition, Workflow
from civicwatt_cloud.modules.certification import service
from civicwatt_cloud.modules.certification.models import Answer, Certification, Draw, OwnItem, OwnScheme

UNIT = frozenset({Role.REPORTER, Role.LIAISON})
HEAD = frozenset({Role.APPROVER})
MANAGER = frozenset({Role.ENERGY_MANAGER})
EXPERT = frozenset({Role.SUPERVISOR})
READERS = BUSINESS - {Role.DRIVER, Role.WORKER, Role.VENDOR_MANAGER}

_FIELDS = fields_of(Certification)

CREATION = Workflow(
    states=(
        State("declared", "已申报", "declared", is_editable=True),
        State("planned", "创建中", "being created"),
        State("scored", "待审核", "to be checked"),
        State("checked", "待现场核验", "to be visited"),
        State("visited", "待公示", "to be published"),
        State("publicised", "公示中", "published"),
        State("awarded", "已授予", "awarded"),
        State("rectifying", "限期整改", "to be rectified"),
        State("refused", "不予通过", "refused", is_final=True),
        State("revoked", "已撤销", "revoked", is_final=True),
    ),
    transitions=(
        Transition(
            "plan",
            "制定方案",
            "plan",
            ("declared",),
            "planned",
            UNIT,
            **filled(_FIELDS, "plan"),
            effect=service.planned,
        ),
        Transition(
            "score",
            "提交自评",
            "hand in the self score",
            ("planned",),
            "scored",
            UNIT | HEAD,
            guard=service.year_is_over,
            effect=service.scored,
        ),
        Transition(
            "check",
            "审核通过",
            "pass the check",
            ("scored",),
            "checked",
            MANAGER,
            **filled(_FIELDS, "check_note"),
            guard=service.self_passed,
            effect=keep_form,
            by_another=True,
        ),
        Transition(
            "send_back",
            "退回",
            "send back",
            ("scored", "checked"),
            "planned",
            MANAGER,
            **filled(_FIELDS, "check_note"),
            effect=keep_form,
        ),
        Transition(
            "visit",
            "现场核验",
            "visit the site",
            ("checked",),
            "visited",
            EXPERT | MANAGER,
            **filled(_FIELDS, "expert_score", "visit_note"),
            guard=service.expert_within,
            effect=keep_form,
            by_another=True,
        ),
        Transition(
            "publicise",
            "公示",
            "publish",
            ("visited",),
            "publicised",
            MANAGER,
            guard=service.expert_passed,
            effect=service.publicised,
        ),
        Transition(
            "award",
            "授予",
            "award",
            ("publicised",),
            "awarded",
            MANAGER,
            form={"valid_until": _FIELDS["valid_until"]},
            guard=service.publicity_over,
            effect=service.awarded,
            by_another=True,
        ),
        Transition(
            "refuse",
            "不予通过",
            "refuse",
            ("scored", "checked", "visited", "publicised"),
            "refused",
            MANAGER,
            **filled(_FIELDS, "check_note"),
            effect=keep_form,
        ),
        Transition(
            "keep",
            "复核合格",
            "keep",
            ("awarded", "rectifying"),
            "awarded",
            MANAGER | EXPERT,
            **filled(_FIELDS, "recheck_note"),
            effect=service.kept,
        ),
        Transition(
            "rectify",
            "限期整改",
            "ask to rectify",
            ("awarded",),
            "rectifying",
            MANAGER | EXPERT,
            **filled(_FIELDS, "recheck_note", "rectify_until"),
            effect=keep_form,
        ),
        Transition(
            "revoke",
            "撤销称号",
            "revoke",
            ("awarded", "rectifying"),
            "revoked",
            MANAGER,
            **filled(_FIELDS, "recheck_note"),
            effect=keep_form,
        ),
    ),
)
LOTS = Workflow(
    states=(
        State("drawn", "已抽取", "drawn"),
        State("closed", "已办结", "closed", is_final=True),
    ),
    transitions=(
        Transition(
            "close",
            "办结",
            "close",
            ("drawn",),
            "closed",
            MANAGER | EXPERT,
            **filled(fields_of(Draw), "finding"),
            effect=keep_form,
        ),
    ),
)

CERTIFICATION = Entity(
    "certification",
    "certifications",
    Certification,
    "创建与认证",
    "certification",
    "number",
    read=READERS,
    write=UNIT | MANAGER,
    columns=("number", "kind", "grade", "year", "self_score", "self_outcome", "recheck_on"),
    filters=("state", "kind", "grade", "year", "self_outcome", "recheck_on"),
    searched=("number",),
    workflow=CREATION,
    complete=service.complete,
    has_files=True,
)
ANSWER = Entity(
    "certification_answer",
    "answers",
    Answer,
    "评价条目",
    "item",
    "title",
    read=READERS,
    write=UNIT,
    columns=("title", "most", "claimed", "is_veto", "document"),
    filters=("certification_id", "is_veto"),
    searched=("title", "item"),
    natural_key=("certification_id", "item"),
    complete=service.completed_answer,
    check=service.check_answer,
    has_files=True,
)
SCHEME = Entity(
    "certification_scheme",
    "schemes",
    OwnScheme,
    "本地评价标准",
    "scheme",
    "title",
    read=READERS,
    write=MANAGER,
    columns=("kind", "version", "title", "total", "pass_mark", "valid_from"),
    natural_key=("kind", "version"),
)
ITEM = Entity(
    "certification_item",
    "items",
    OwnItem,
    "本地评价条目",
    "item of a scheme",
    "title",
    read=READERS,
    write=MANAGER,
    columns=("kind", "version", "item", "section", "title", "points", "star"),
    filters=("kind", "version"),
    searched=("title", "item"),
    natural_key=("kind", "version", "item"),
)
DRAW = Entity(
    "certification_draw",
    "draws",
    Draw,
    "年度抽查",
    "re-check drawn",
    "seed",
    read=READERS,
    write=MANAGER,
    columns=("year", "seed", "certified", "by_risk", "by_chance"),
    filters=("year",),
    workflow=LOTS,
    complete=service.draw,
)
