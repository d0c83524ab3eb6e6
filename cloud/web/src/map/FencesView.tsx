import { Button, Skeleton } from "antd";
import { useMemo, useState } from "react";
import { ProblemPanel, StaleNote } from "../parts/ProblemPanel";
import { usePreferences } from "../preferences";
import { useKinds } from "../records/kinds";
import { useShown } from "../records/Shown";
import { FenceForm } from "./FenceForm";
import { FenceHandles } from "./FenceHandles";
import { RuleMark } from "./RuleMark";
import { boxOf, type Lonlat } from "./geometry";
import { turn } from "./mapAddress";
import { MapCanvas } from "./MapCanvas";
import { MapFrame } from "./MapFrame";
import { drawnOf, type ViewProps } from "./MapPage";
import { drawShape, shapeNamesPainter, shapesPainter } from "./paintShapes";
import { placesOfAll } from "./paintVehicles";
import { boxOfShape, type Shape, shapeOf } from "./shape";
import type { Painter } from "./stage";
import type { Fence } from "./wire";

/** A fence while it is drawn: as it lies on the ground, and how a change of it is said to the form. */
export interface Drawing {
  shape: Shape;
  setPlaces: (places: Lonlat[]) => void;
  setWidth: (metres: number) => void;
}

/** Fences listed, drawn, and changed on the map or by their coordinates alike. */
export function FencesView({ query, said, common }: ViewProps) {
  const { palette, t } = usePreferences();
  const { listed, live, ground, frame } = common;
  const { kinds } = useKinds();
  const kind = kinds.get("fleet/fences");
  const [edited, setEdited] = useState<number | null>(null);
  const [drawing, setDrawing] = useState<Drawing | null>(null);
  const fences = listed.data?.rows ?? [];
  const chosen = fences.find((fence) => fence.id === said.fence) ?? null;
  const isDrawn = said.fence === "new" || (chosen !== null && edited === chosen.id);
  const canWrite = kind?.can_write ?? false;

  const others = useMemo(() => drawnOf(isDrawn ? fences.filter((fence) => fence.id !== said.fence) : fences, said.fence === "new" ? null : said.fence), [listed.data, said.fence, isDrawn]);
  const painters = useMemo(() => {
    const draw: Painter = (stage) => drawing && isDrawn && drawShape(stage, drawing.shape, palette.primary, [], true);
    return [common.ground, shapesPainter(others), draw, shapeNamesPainter(others), common.groundNames];
  }, [common.ground, common.groundNames, others, drawing, isDrawn, palette]);

  const close = () => {
    setEdited(null);
    setDrawing(null);
  };
  const choose = (id: number | "new" | null) => {
    close();
    turn(query, { fence: id });
  };
  const press = (place: Lonlat) => {
    if (!drawing) return;
    const { shape, setPlaces } = drawing;
    setPlaces(shape.kind === "circle" ? [place] : [...shape.places, place]);
  };
  const sight = useMemo(() => {
    const shape = chosen && shapeOf(chosen);
    const box = shape && boxOfShape(shape);
    return box ? { key: `fence ${chosen.id}`, box } : null;
  }, [chosen?.id]);

  const list = () => {
    if (listed.data === null) return listed.problem ? <ProblemPanel problem={listed.problem} onRetry={listed.retry} /> : <Skeleton active title={false} paragraph={{ rows: 6, width: "100%" }} />;
    if (fences.length === 0) return <p className="empty">{t(canWrite ? "map_no_fences" : "map_no_fences_read")}</p>;
    return (
      <ul className="fences">
        {fences.map((fence) => (
          <FenceItem key={fence.id} fence={fence} isChosen={fence.id === said.fence} canWrite={canWrite} onChoose={() => choose(fence.id === said.fence ? null : fence.id)} onEdit={() => setEdited(fence.id)} />
        ))}
      </ul>
    );
  };
  return (
    <MapFrame
      {...frame}
      side={
        isDrawn && kind ? (
          <FenceForm
            key={String(said.fence)}
            kind={kind}
            fence={chosen}
            onDraw={setDrawing}
            onCancel={() => (said.fence === "new" ? choose(null) : close())}
            onSaved={(id) => {
              listed.retry();
              choose(id);
            }}
          />
        ) : (
          <>
            <div className="side-head one-line">
              <span className="caption">{listed.data && t("records_count", { n: fences.length })}</span>
              <span className="spring" />
              {canWrite && (
                <Button type="primary" onClick={() => choose("new")}>
                  {t("map_new_fence")}
                </Button>
              )}
            </div>
            {listed.data && listed.problem && <StaleNote problem={listed.problem} onRetry={listed.retry} />}
            <div className="side-body">{list()}</div>
          </>
        )
      }
      map={
        <MapCanvas
          label={t("map_label_fences")}
          painters={painters}
          sight={sight}
          whole={ground.box ?? boxOf(placesOfAll(live.data ?? []))}
          isAiming={isDrawn && drawing !== null}
          onPress={isDrawn ? press : undefined}
          overlay={(view) => isDrawn && drawing && <FenceHandles frame={view} drawing={drawing} />}
        />
      }
    />
  );
}

interface ItemProps {
  fence: Fence;
  isChosen: boolean;
  canWrite: boolean;
  onChoose: () => void;
  onEdit: () => void;
}

function FenceItem({ fence, isChosen, canWrite, onChoose, onEdit }: ItemProps) {
  const { t } = usePreferences();
  const shown = useShown();
  const { kinds } = useKinds();
  const words = ["shape", "rule", "calendar"].map((key) => {
    const field = kinds.get("fleet/fences")?.fields.find((one) => one.key === key);
    return field ? shown(field, fence[key]) : null;
  });
  const facts = [...words, t(fence.is_for_all ? "map_for_all" : "map_for_some")].filter(Boolean).join(" · ");
  return (
    <li className={isChosen ? "chosen-fence" : undefined}>
      <button type="button" className="fence-row" aria-expanded={isChosen} onClick={onChoose}>
        <RuleMark rule={fence.rule} />
        <strong>{fence.name}</strong>
        <span className="secondary">{facts}</span>
      </button>
      {isChosen && (
        <p className="buttons">
          {canWrite && (
            <Button type="primary" onClick={onEdit}>
              {t("map_change_fence")}
            </Button>
          )}
          <Button href={`#/fleet/fences/${fence.id}`}>{t("map_fence_record")}</Button>
        </p>
      )}
    </li>
  );
}
