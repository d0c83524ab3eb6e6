import { Button } from "antd";
import { useEffect, useMemo, useRef, useState } from "react";
import type { Tree } from "../api";
import { request, useResource } from "../client";
import { fixed } from "../format";
import { useTexts } from "../preferences";
import { type Kind, useKinds } from "../records/kinds";
import { RecordForm } from "../records/RecordForm";
import { OWNER, type Row, type Value, writable } from "../records/record";
import type { Drawing } from "./FencesView";
import type { Lonlat } from "./geometry";
import { isTangled, missing, placesOf, shapeOf, sizeOf, textOf } from "./shape";
import { converted, SYSTEM_NAMES, type SystemKey } from "./systems";
import type { Fence } from "./wire";

interface Props {
  kind: Kind;
  /** null: a new one */
  fence: Fence | null;
  onDraw: (drawing: Drawing | null) => void;
  onCancel: () => void;
  onSaved: (id: number) => void;
}

/** The form of a fence beside the map: what is typed is drawn, what is drawn is typed. */
export function FenceForm({ kind, fence, onDraw, onCancel, onSaved }: Props) {
  const t = useTexts();
  const { username } = useKinds();
  const tree = useResource<Tree>(fence ? null : "org/tree");
  const [base, setBase] = useState<Row | null>(fence);
  const fields = useMemo(() => (fence ? writable(kind) : [OWNER, ...writable(kind)]), [kind, fence === null]);
  useEffect(() => {
    if (fence || base || (!tree.data && !tree.problem)) return;
    const first = tree.data?.nodes.length ? tree.data.nodes[0]!.id : null;
    setBase({ id: 0, rev: 0, [OWNER.key]: first, shape: "polygon", system: "wgs84", rule: "watch", calendar: "always", is_for_all: true } as unknown as Row);
  }, [tree.data, tree.problem]);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
    // Closed, the keyboard goes on in the list.
    return () => void window.setTimeout(() => document.querySelector<HTMLElement>(".chosen-fence button, .map-side button")?.focus());
  }, []);
  const address = `${kind.address}/${fence?.id}`;
  return (
    <div className="fence-form">
      <div className="side-head one-line">
        <h2 ref={heading} tabIndex={-1}>
          {t(fence ? "map_change_fence" : "map_new_fence")}
        </h2>
      </div>
      {base && (
        <RecordForm
          fields={fields}
          base={base}
          draft={`${username}.${kind.address}.map.${fence?.id ?? "new"}`}
          submit={t(fence ? "save" : "create")}
          onSubmit={async (said, seen) => {
            const row = fence
              ? Object.keys(said).length
                ? await request<Row>("PATCH", address, { rev: seen?.rev, ...said })
                : fence
              : await request<Row>("POST", kind.address, { ...Object.fromEntries(fields.flatMap(({ key }) => (base[key] === undefined || base[key] === null ? [] : [[key, base[key]]]))), ...said });
            onSaved(row.id);
          }}
          onCancel={onCancel}
          current={fence ? () => request<Row>("GET", address) : undefined}
          beside={(valueOf, change) => <DrawingTools valueOf={valueOf} change={change} onDraw={onDraw} />}
        />
      )}
    </div>
  );
}

interface ToolsProps {
  valueOf: (key: string) => Value;
  change: (key: string, value: Value) => void;
  onDraw: (drawing: Drawing | null) => void;
}

/** What the coordinates come to, and the same shape handed to the map. */
function DrawingTools({ valueOf, change, onDraw }: ToolsProps) {
  const t = useTexts();
  const said = { shape: valueOf("shape"), system: valueOf("system"), places: valueOf("places"), width_m: valueOf("width_m") };
  const system = (said.system ?? "wgs84") as SystemKey;
  const shape = shapeOf(said);
  const isUnreadable = placesOf(String(said.places ?? "")) === null;
  const say = useRef(change);
  say.current = change; // the map may answer after other fields were typed
  const setPlaces = (places: Lonlat[]) => say.current("places", textOf(places.map((place) => converted(place, "wgs84", system))) || null);
  useEffect(() => {
    if (!shape) return onDraw(null);
    onDraw({ shape, setPlaces, setWidth: (metres) => say.current("width_m", String(Math.max(1, Math.round(metres)))) });
  }, [Object.values(said).join("|")]);
  useEffect(() => () => onDraw(null), []);

  const complaint = () => {
    if (isUnreadable) return t("map_unreadable");
    if (!shape || shape.places.length === 0) return null;
    if (missing(shape)) return t("map_lacks", { n: missing(shape) });
    if (shape.kind !== "polygon" && !shape.widthM) return t("map_lacks_width");
    return isTangled(shape) ? t("map_tangled") : null;
  };
  const size = () => {
    if (!shape || shape.places.length === 0) return null;
    const { area, length } = sizeOf(shape);
    const told = area !== undefined ? t("map_area", { n: fixed(area, area < 10 ? 2 : 1) }) : t("map_length", { n: fixed(length ?? 0, 2) });
    return `${t("map_places_n", { n: shape.places.length })} · ${told}`;
  };
  const found = complaint();
  return (
    <div className="drawing-tools">
      <p className="caption">{t(shape ? `map_draw_${shape.kind}` : "map_draw_first")}</p>
      {system !== "wgs84" && <p className="caption">{t("map_drawn_in", { system: SYSTEM_NAMES[system] })}</p>}
      <p className="buttons">
        <span className="figure">{size()}</span>
        <span className="spring" />
        <Button size="small" disabled={!shape?.places.length} onClick={() => shape && setPlaces(shape.places.slice(0, -1))}>
          {t("map_take_back")}
        </Button>
        <Button size="small" disabled={!said.places} onClick={() => change("places", null)}>
          {t("map_clear")}
        </Button>
      </p>
      {found && (
        <p className="complaint" role="status">
          <span aria-hidden="true">▲</span> {found}
        </p>
      )}
    </div>
  );
}
