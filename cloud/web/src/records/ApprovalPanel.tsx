import { Button, Skeleton } from "antd";
import { useState } from "react";
import type { Steps, StepTaken, TransitionMeta } from "../api";
import { type Problem, request, RequestError, type Resource } from "../client";
import { clockOf, dateOf } from "../format";
import { ProblemPanel } from "../parts/ProblemPanel";
import { usePreferences } from "../preferences";
import { isTextKey, type Translate } from "../texts";
import type { Typed } from "./drafts";
import { AskOpinion, GiveOpinion } from "./Countersign";
import { type Kind, useKinds, useNamed } from "./kinds";
import { RecordForm } from "./RecordForm";
import type { Row, Value } from "./record";
import { useShown } from "./Shown";
import { StateBadge } from "./StateBadge";
import { tellStep } from "./steps";

interface Props {
  kind: Kind;
  row: Row;
  steps: Resource<Steps>;
  onTaken: () => void;
}

/** Where the record stands, who waits, and the next step as the one primary button. */
export function NextStep({ kind, row, steps, onTaken }: Props) {
  const { t } = usePreferences();
  const named = useNamed();
  const { username } = useKinds();
  const [asking, setAsking] = useState<TransitionMeta | null>(null);
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);

  const leaving = kind.transitions.filter((one) => one.sources.includes(String(row.state)));
  const possible = leaving.filter((one) => steps.data?.possible.includes(one.key));
  const take = async (step: TransitionMeta, said: Typed) => {
    await request("POST", `${kind.address}/${row.id}/${step.key}`, { rev: row.rev, ...said });
    setAsking(null);
    onTaken();
    tellStep();
  };
  const press = async (step: TransitionMeta) => {
    setProblem(null);
    if (step.form.length) return setAsking(step);
    setBusy(step.key);
    try {
      await take(step, {});
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      setProblem(error.problem);
      steps.retry();
    }
    setBusy(null);
  };
  const deed = { address: `${kind.address}/${row.id}`, onDone: onTaken };
  const asked = steps.data?.asked;
  return (
    <section className="next-step">
      <p>
        <StateBadge kind={kind} state={String(row.state)} />
        <Waits leaving={leaving} />
      </p>
      {asking ? (
        <RecordForm
          key={asking.key}
          fields={asking.form}
          base={null}
          draft={`${username}.${kind.address}.${row.id}.${asking.key}`}
          submit={named(asking)}
          onSubmit={(said) => take(asking, said)}
          onCancel={() => setAsking(null)}
        />
      ) : (
        possible.length > 0 && (
          <div className="buttons">
            {possible.map((step, index) => (
              <Button key={step.key} type={index === 0 ? "primary" : "default"} loading={busy === step.key} disabled={busy !== null} onClick={() => void press(step)}>
                {named(step)}
              </Button>
            ))}
          </div>
        )
      )}
      {asked && <GiveOpinion {...deed} asked={asked} />}
      {steps.data?.can_ask && !asking && <AskOpinion {...deed} />}
      {steps.data && !asked && leaving.length > 0 && possible.length === 0 && <p className="secondary">{t("not_your_step")}</p>}
      {problem && <ProblemPanel problem={problem} />}
    </section>
  );
}

function Waits({ leaving }: { leaving: TransitionMeta[] }) {
  const { t } = usePreferences();
  const named = useNamed();
  const first = leaving[0];
  if (!first) return null;
  const level = `level_${first.level}`;
  const roles = first.roles.map(named).join(t("list_comma"));
  const who = first.is_applicants ? t("the_applicant") : isTextKey(level) ? t("roles_of_level", { level: t(level), roles }) : roles;
  return <span className="secondary">{t("waits_for", { who, step: named(first) })}</span>;
}

type Opinion = StepTaken & { event: "countersign" | "countersigned" };

function isOpinion(step: StepTaken): step is Opinion {
  return step.event === "countersign" || step.event === "countersigned";
}

/** What was asked of whom, or what was answered; nothing where the record is not open to the reader. */
function opinionOf(step: Opinion, t: Translate): string {
  if (step.event === "countersign") return t("countersign_to", { who: step.asked ?? "", question: String(step.said.question ?? "") });
  if (step.said.agrees === undefined) return "";
  return [t(step.said.agrees ? "countersign_agree" : "countersign_disagree"), step.said.opinion].filter(Boolean).join(t("list_comma"));
}

/** Every step that was taken, by whom and when, with what was said. */
export function StepsTaken({ kind, steps }: { kind: Kind; steps: Resource<Steps> }) {
  const { t } = usePreferences();
  const named = useNamed();
  const shown = useShown();
  if (steps.data === null) return steps.problem ? <ProblemPanel problem={steps.problem} onRetry={steps.retry} /> : <Skeleton active title={false} />;
  if (steps.data.taken.length === 0) return <p className="empty">{t("empty_steps")}</p>;
  return (
    <ol className="steps">
      {steps.data.taken.map((step, index) => {
        const arrow = kind.transitions.find((one) => one.key === step.event);
        const target = kind.states.find((one) => one.key === step.target);
        return (
          <li key={index}>
            <p>
              <strong>{arrow ? named(arrow) : isOpinion(step) ? t(step.event) : t("begun")}</strong>
              {target && !isOpinion(step) && <span className="secondary">→ {named(target)}</span>}
            </p>
            <p className="secondary">
              {step.by ?? t("the_platform")} · {dateOf(step.at)} {clockOf(step.at)}
            </p>
            {isOpinion(step) && <p>{opinionOf(step, t)}</p>}
            {arrow?.form.map((field) => {
              const text = shown(field, step.said[field.key] as Value);
              return (
                text && (
                  <p key={field.key}>
                    {named(field)}：{text}
                  </p>
                )
              );
            })}
          </li>
        );
      })}
    </ol>
  );
}
